//! Refuses tables and records that are different in the proto and the same in Rust.

use std::collections::BTreeMap;

use super::Report;
use super::draft::Draft;
use super::types::Types;
use crate::diagnostic::Place;
use crate::{Code, names};

/// Checks the accessors of tables and the modules of records.
pub(super) fn check(drafts: &[Draft], types: &Types, report: &mut Report<'_>) {
    let mut tables = Taken::default();
    let mut modules = Taken::default();
    for draft in drafts {
        let place = draft.name_place(report.sources);
        let name = draft.field.name();
        // Names that differ in case only are refused for SQL already.
        if !drafts.iter().any(|d| d.field.name() != name && d.field.name().eq_ignore_ascii_case(name)) {
            tables.take(names::accessor(name), name, &place, report);
        }
        let record = types.record(draft).rust;
        let module = names::module(&record);
        if names::is_reserved_module(&module) {
            let text =
                format!("the record `{record}` would be the module `{module}`, which generated code needs itself");
            let help = "name the record: `[(protostore.v1.table) = {record: \"…\"}]`";
            report.add(Code::RustNameTaken, place.clone(), text, help);
        }
        modules.take(module, &record, &place, report);
    }
}

/// Rust names that are taken, and by what.
#[derive(Default)]
pub(super) struct Taken(BTreeMap<String, String>);

impl Taken {
    /// Takes a Rust name for what the proto calls `proto`, or refuses it.
    pub(super) fn take(&mut self, rust: String, proto: &str, place: &Place, report: &mut Report<'_>) {
        self.take_for(rust, format!("`{proto}`"), place, report);
    }

    /// Takes a Rust name for what `what` says, or refuses it; what is said twice is one thing.
    pub(super) fn take_for(&mut self, rust: String, what: String, place: &Place, report: &mut Report<'_>) {
        match self.0.get(&rust) {
            Some(other) if *other != what => {
                let text = format!("{what} and {other} are both `{rust}` in Rust");
                report.add(Code::RustNameTaken, place.clone(), text, "rename one of the two");
            }
            Some(_) => {}
            None => {
                self.0.insert(rust, what);
            }
        }
    }
}
