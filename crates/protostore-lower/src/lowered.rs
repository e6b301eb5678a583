//! What a store message becomes beside its schema: the answers to what the next version asks.

use protostore_schema::{Column, Place, Role, Schema, Source, Table};

/// A schema, and what the protos answer to the questions of the next version. The answers are read only while that version
/// is made; neither schema nor snapshot has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The schema.
    pub schema: Schema,
    /// `backfill` in SQL of columns, by table and path.
    pub backfills: Vec<Backfill>,
    /// `backfill` in Rust of columns and tables, by table and path.
    pub hooks: Vec<Hook>,
    /// `dropped` of tables, by table and path.
    pub dropped: Vec<Dropped>,
}

/// The value of a column for rows that are there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// The table's number.
    pub table: u32,
    /// Field numbers of the repeated field, or message, in whose table the column is; none for the record's.
    pub place: Vec<u32>,
    /// Field numbers from the record down.
    pub path: Vec<u32>,
    /// What the column holds: the value, or of a message its presence.
    pub role: Role,
    /// An SQL expression over the columns of the same row.
    pub sql: String,
    /// What people call it: `machines.root_drive.owner`.
    pub name: String,
    /// Where it is said.
    pub source: Source,
}

/// A method of the program that gives a field its value, or rewrites the rows of a table, in rows that are there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The table's number.
    pub table: u32,
    /// Of a message in a table of its own its path; none otherwise.
    pub place: Vec<u32>,
    /// Field numbers from the record down; none of a table.
    pub path: Vec<u32>,
    /// What says whether the field has a value: its column, or of a message its presence.
    pub role: Role,
    /// The name of the method.
    pub method: String,
    /// What people call the place: `machines.owner`, or `machines` of a table.
    pub name: String,
    /// Where it is said.
    pub source: Source,
}

/// A field that its owner removed without `reserved`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The table's number.
    pub table: u32,
    /// Field numbers from the record down.
    pub path: Vec<u32>,
    /// The path of names that is said; from the message down, where the entry is about a message.
    pub field: String,
    /// Where it is said.
    pub source: Source,
}

impl Lowered {
    /// Returns the backfills that have nothing left to do once `newest` is the store's newest version: their columns are
    /// in it, and may be unset or zero just as now.
    #[must_use]
    pub fn left_behind(&self, newest: &Schema) -> Vec<&Backfill> {
        let has_nothing = |of: &&Backfill| self.is_as_it_was(newest, of.table, (&of.place, &of.path, of.role));
        self.backfills.iter().filter(has_nothing).collect()
    }

    /// Returns the hooks that have nothing left to do once `newest` is the store's newest version: those of fields that are
    /// in it, and may be unset or zero just as now.
    #[must_use]
    pub fn hooks_left_behind(&self, newest: &Schema) -> Vec<&Hook> {
        let has_nothing = |of: &&Hook| self.is_as_it_was(newest, of.table, (&of.place, &of.path, of.role));
        self.hooks.iter().filter(|of| !of.path.is_empty()).filter(has_nothing).collect()
    }

    /// Returns whether a version had a column, and it may be unset or zero just as now.
    fn is_as_it_was(&self, newest: &Schema, number: u32, of: (&[u32], &[u32], Role)) -> bool {
        let asks = |schema: &Schema| {
            let table = schema.tables.iter().find(|table| table.number == number)?;
            let alone = || alone(table, of).map(|required| (!required, false));
            column(table, of).map(|column| (column.nullable, column.non_zero)).or_else(alone)
        };
        asks(newest).is_some_and(|old| asks(&self.schema) == Some(old))
    }
}

/// Returns whether a message in a table of its own must be set.
fn alone(table: &Table, (place, path, _): (&[u32], &[u32], Role)) -> Option<bool> {
    let child = table.descendants().into_iter().find(|child| child.path == path && path == place)?;
    match child.place {
        Place::Alone(alone) => Some(alone.required),
        Place::Position(_) | Place::Key(_) => None,
    }
}

fn column<'s>(table: &'s Table, (place, path, role): (&[u32], &[u32], Role)) -> Option<&'s Column> {
    let descendants = table.descendants();
    let columns = match descendants.iter().find(|child| child.path == place) {
        Some(child) => child.item_columns(),
        None if place.is_empty() => table.columns(),
        None => return None,
    };
    columns.into_iter().find(|column| column.path == path && column.role == role)
}
