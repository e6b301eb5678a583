//! Rejects annotations in places where they have no meaning.

use prost_reflect::MessageDescriptor;

use super::Report;
use crate::annotations::{self, Behavior};
use crate::{Code, Compiled};

/// Checks the store's own fields for what belongs to records, and all other messages for what belongs to stores.
pub(super) fn check(compiled: &Compiled, store: &MessageDescriptor, report: &mut Report<'_>) {
    for message in compiled.pool.all_messages().filter(|m| !m.is_map_entry() && !annotations::is_store(m)) {
        for field in message.fields().filter(|field| annotations::table_options(field).is_some()) {
            let place = annotations::table_anchor(&field).place(report.sources, &[]);
            let text = format!("`table` is written on `{}`, which is no field of a store message", field.name());
            let help = "write `(protostore.v1.column)` here, or put `table` on the field of the store message";
            report.add(Code::Misplaced, place, text, help);
        }
    }
    for field in store.fields() {
        let name = field.name();
        if annotations::column_options(&field).is_some() {
            let place = annotations::column_anchor(&field).place(report.sources, &[]);
            let help = format!(
                "write `[(protostore.v1.table) = {{…}}]`, or put `column` on a field of `{}`",
                field.kind().as_message().map_or("the record", |m| m.name())
            );
            report.add(Code::Misplaced, place, format!("`column` is written on the table `{name}`"), help);
        }
        for (i, behavior) in annotations::behaviors(&field).into_iter().enumerate() {
            if matches!(behavior, Behavior::Identifier | Behavior::Required) {
                let place = annotations::behavior_anchor(&field, i).place(report.sources, &[]);
                let help = "put it on a field of the record";
                report.add(Code::Misplaced, place, format!("a field behaviour is written on the table `{name}`"), help);
            }
        }
    }
}
