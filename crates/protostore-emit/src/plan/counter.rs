//! The statements of what the store counts: sequences, and the revisions of records.

use protostore_schema::{Column, Table, Type};

use super::{Live, Statement, Statements, equal, fields, names};
use crate::sql::quote;

/// A column that the store numbers, and how the counter is moved and made.
pub(crate) struct SequencePlan<'s> {
    pub(crate) column: &'s Column,
    pub(crate) next: Statement,
    pub(crate) begin: Statement,
}

/// The column that every write changes, and how it is asked for.
pub(crate) struct RevisionPlan<'s> {
    /// Index of the record's member.
    pub(crate) member: u16,
    pub(crate) counter: SequencePlan<'s>,
    pub(crate) read: Statement,
}

impl<'s> SequencePlan<'s> {
    /// Returns the counter of a column. It stands among the tables that protostore keeps for itself, by the number of the
    /// table and the path of field numbers, so that a rename gives no number twice.
    pub(super) fn of(table: &'s Table, column: &'s Column, all: &mut Statements) -> Self {
        let (number, path) = counter(table, column);
        let next = format!(
            "UPDATE \"protostore__sequences\" SET \"last\" = CASE WHEN ?1 IS NULL THEN \"last\" + 1 \
             ELSE max(\"last\", ?1) END WHERE \"table\" = {number} AND \"path\" = '{path}' RETURNING \"last\""
        );
        let begin = format!(
            "INSERT INTO \"protostore__sequences\" (\"table\", \"path\", \"last\") \
             SELECT {number}, '{path}', max(coalesce(max({}), 0), 0) FROM {}",
            number_of(column),
            quote(&table.name.sql)
        );
        let field = &column.name.proto;
        let mut add = |name: &str, sql, fields| all.add(format!("{}.{field}.{name}", table.name.proto), sql, fields);
        Self { column, next: add("next", next, vec![field.clone()]), begin: add("begin", begin, Vec::new()) }
    }
}

impl<'s> RevisionPlan<'s> {
    pub(super) fn of(table: &'s Table, all: &mut Statements) -> Option<Self> {
        let column = table.revision_column()?;
        let at = table.record.nodes.iter().position(|node| node.columns().contains(&column));
        let member = at.and_then(|at| u16::try_from(at).ok()).expect("the revision is a member of its record");
        let counter = SequencePlan::of(table, column, all);
        let (own, name, key) = (quote(&table.name.sql), quote(&column.name.sql), table.key_columns());
        let live = Live::of(table, "", key.len() + 1);
        let read = format!("SELECT {name} FROM {own} WHERE {}{}", equal(names(&key), 1), live.after(" AND "));
        let field = &column.name.proto;
        let read = all.add_live(format!("{}.{field}.read", table.name.proto), read, fields(&key), live);
        Some(Self { member, counter, read })
    }
}

/// Returns what a counter is called by: the number of the table, and the path of the field.
pub(crate) fn counter(table: &Table, column: &Column) -> (u32, String) {
    let path: Vec<String> = column.path.iter().map(u32::to_string).collect();
    (table.number, path.join("."))
}

/// Returns the number that stands in a counted column.
pub(crate) fn number_of(column: &Column) -> String {
    let name = quote(&column.name.sql);
    if column.ty == Type::String { format!("CAST({name} AS INTEGER)") } else { name }
}
