//! The lines between tables, as both pictures draw them.

use protostore_schema::{Alone, ChildTable, Column, ForeignKey, Place, Schema, Table};

/// A line from the rows of a table to the row that each of them belongs to or refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation<'s> {
    /// SQL name of the table whose rows refer.
    pub(crate) from: &'s str,
    /// SQL name of the column that refers, the first where there are several.
    pub(crate) column: &'s str,
    /// SQL name of the table that is referred to.
    pub(crate) to: &'s str,
    /// How many rows of `to` there are for a row of `from`.
    pub(crate) target: Target,
    /// How many rows of `from` there may be for a row of `to`.
    pub(crate) rows: Rows,
    /// Whether the database holds the rows to it.
    pub(crate) enforced: bool,
    /// The path of the field.
    pub(crate) label: String,
}

/// How many rows are referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    One,
    AtMostOne,
}

/// How many rows refer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    One,
    AtMostOne,
    Many,
}

/// Returns the lines of a schema: by table, first its own references, then those of its child tables.
pub(crate) fn relations(schema: &Schema) -> Vec<Relation<'_>> {
    let of_table = |table| {
        let own: &Table = table;
        let columns = own.columns().into_iter().filter_map(|column| reference(own, &own.name.sql, column));
        let composite = own.foreign_keys.iter().map(|key| composite(&own.name.sql, key));
        let children = own.children().into_iter().flat_map(|child| owned(own, &own.name.sql, child));
        columns.chain(composite).chain(children).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

/// Returns the lines of a child table: to its owner, to what it names, and of those inside its elements.
fn owned<'s>(table: &'s Table, owner: &'s str, child: &'s ChildTable) -> Vec<Relation<'s>> {
    let rows = match child.place {
        Place::Position(_) | Place::Key(_) => Rows::Many,
        Place::Alone(Alone { required: true, .. }) => Rows::One,
        Place::Alone(_) => Rows::AtMostOne,
    };
    let (from, label) = (child.name.sql.as_str(), child.name.proto.clone());
    let column = child.owner.first().map_or("", |column| &column.name.sql);
    let to_owner = Relation { from, column, to: owner, target: Target::One, rows, enforced: true, label };
    let columns = child.item_columns().into_iter().filter_map(|column| reference(table, from, column));
    let composite = child.foreign_keys.iter().map(|key| composite(from, key));
    let nested = child.nested().into_iter().flat_map(|inner| owned(table, from, inner));
    std::iter::once(to_owner).chain(columns).chain(composite).chain(nested).collect()
}

/// A reference that is unique names at most one row, so that its own row is at most one to the other.
fn reference<'s>(table: &Table, from: &'s str, column: &'s Column) -> Option<Relation<'s>> {
    let reference = column.reference.as_ref()?;
    let indexes = table.indexes_of_readers();
    let mut whole = indexes.iter().filter(|i| i.unique && i.condition.is_none());
    let unique = whole.any(|i| i.columns.len() == 1 && i.columns[0].column == column.name.sql);
    Some(Relation {
        from,
        column: &column.name.sql,
        to: &reference.table,
        target: if column.nullable || !reference.enforced { Target::AtMostOne } else { Target::One },
        rows: if unique { Rows::AtMostOne } else { Rows::Many },
        enforced: reference.enforced,
        label: column.name.proto.clone(),
    })
}

fn composite<'s>(from: &'s str, key: &'s ForeignKey) -> Relation<'s> {
    Relation {
        from,
        column: key.columns.first().map_or("", String::as_str),
        to: &key.table,
        target: Target::AtMostOne,
        rows: Rows::Many,
        enforced: key.enforced,
        label: key.columns.join(", "),
    }
}
