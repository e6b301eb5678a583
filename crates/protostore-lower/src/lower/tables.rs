//! The tables that a store message lists.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::Report;
use super::draft::{self, Draft};
use super::entries::{self, Entries, Entry};
use super::walk::in_order;
use crate::{Code, annotations, names};

/// Starts a draft for each field of the store message that can be a table.
pub(super) fn drafts(store: &MessageDescriptor, entries: &[Entry], report: &mut Report<'_>) -> Vec<Draft> {
    if store.fields().len() == 0 {
        let place = annotations::store_anchor(store).place(report.sources, &[]);
        let help = "write a field for each table: `repeated Image images = 1;`";
        report.add(Code::EmptyStore, place, format!("the store `{}` has no tables", store.name()), help);
    }
    let drafts: Vec<Draft> = in_order(store).iter().filter_map(|field| start(field, entries, report)).collect();
    check_records(&drafts, report);
    drafts
}

fn start(field: &FieldDescriptor, entries: &[Entry], report: &mut Report<'_>) -> Option<Draft> {
    let mut options = annotations::table_options(field).unwrap_or_default();
    let name = field.name();
    let is_plain = !field.is_map() && !field.is_group();
    let message = match field.kind() {
        Kind::Message(message) if is_plain && draft::column_type(&Kind::Message(message.clone())).is_none() => message,
        _ => {
            let place = draft::type_place(field, report.sources);
            let help = "write a message of the values, and `repeated` that message";
            report.add(Code::NotARecord, place, format!("the table `{name}` holds no message"), help);
            return None;
        }
    };
    if annotations::is_store(&message) {
        let place = draft::type_place(field, report.sources);
        let help = "list the tables of the other store in this one, or take the field away";
        report.add(Code::StoreAsType, place, format!("`{}` is a store message, not a record", message.name()), help);
        return None;
    }
    let singleton = !field.is_list();
    if singleton && !options.primary_key.is_empty() {
        let place = annotations::table_anchor(field).place(report.sources, &[("primary_key", 0)]);
        let help = format!(
            "write `repeated {} {name} = {}` for a table of any number of rows, or take `primary_key` away",
            message.name(),
            field.number()
        );
        let text = format!("the table `{name}` is not repeated, so it has at most one row and no key");
        report.add(Code::SingletonTable, place, text, help);
    }
    // A table with a key was meant to have many rows.
    let singleton = singleton && options.primary_key.is_empty();
    if let Some(record) = options.record.as_ref().filter(|record| !names::is_type(record)) {
        let place = annotations::table_anchor(field).place(report.sources, &[("record", 0)]);
        let help = format!("write a name in UpperCamelCase, such as `{}`", names::variant(record));
        report.add(Code::BadName, place, format!("`{record}` cannot be the name of a Rust type"), help);
    }
    if let Some(record) = options.record.as_ref().filter(|record| names::is_reserved_type(record)) {
        let place = annotations::table_anchor(field).place(report.sources, &[("record", 0)]);
        let help = format!("write another name, such as `{record}Record`");
        report.add(Code::BadName, place, format!("`{record}` is a type that generated code uses itself"), help);
    }
    let sql = protostore_schema::sql_name(name);
    let own = entries::of_table(field, std::mem::take(&mut options.columns), report);
    let mut entries = Entries::new(own, entries);
    entries.correct(&message);
    let field = field.clone();
    Some(Draft {
        field,
        message,
        options,
        entries,
        sql,
        singleton,
        spots: vec![],
        refused: vec![],
        key: vec![],
        key_unknown: false,
        revision: None,
        hash_chain: None,
        indexes: vec![],
        foreign_keys: vec![],
        expire: None,
        soft_delete: None,
    })
}

/// Refuses two tables of one message that do not both say `record`.
fn check_records(drafts: &[Draft], report: &mut Report<'_>) {
    let mut by_message: BTreeMap<&str, Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        by_message.entry(draft.message.full_name()).or_default().push(draft);
    }
    for (_, tables) in by_message.into_iter().filter(|(_, tables)| tables.len() > 1) {
        for draft in tables.iter().filter(|draft| draft.options.record.is_none()) {
            let others: Vec<_> = tables.iter().map(|d| d.field.name()).filter(|n| *n != draft.field.name()).collect();
            let message = format!(
                "the table `{}` holds the message `{}`, and so does `{}`",
                draft.field.name(),
                draft.message.name(),
                others.join("`, `")
            );
            let help = format!(
                "name the record of each: `[(protostore.v1.table) = {{record: \"{}\"}}]`",
                names::type_name(&[draft.field.name()])
            );
            report.add(Code::RecordInTwoTables, draft::type_place(&draft.field, report.sources), message, help);
        }
    }
}
