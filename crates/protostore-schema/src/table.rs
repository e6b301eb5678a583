//! One table of a store: a record, its key and what it refers to.

use serde::{Deserialize, Serialize};

use crate::{ChildTable, Column, Condition, Docs, Index, Name, Node, Source, TypeName};

/// A table: one field of the store message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its number, which no other table ever has.
    pub number: u32,
    /// `proto` and `sql` are the field's name; `rust` is the accessor's, `virtual_machines`.
    pub name: Name,
    /// The record that a row holds.
    pub record: Record,
    /// SQL names of the key's columns, in the key's order.
    pub key: Vec<String>,
    /// The only column of the key of a table of at most one row, which belongs to no field and is always 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub singleton: Option<Column>,
    /// What the store message says of the table.
    #[serde(skip)]
    pub docs: Docs,
    /// Indexes beside the primary key; each reference is the head of one, or of the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// References of several columns; each is the head of an index, or of the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Whether rows are inserted and never change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub append_only: bool,
    /// SQL name of the column that every write changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// SQL name of the column that holds the hash of the row and of those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_chain: Option<String>,
    /// SQL name of the column of the time after which a row is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire: Option<String>,
    /// SQL name of the column of the time at which a row was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft_delete: Option<String>,
    /// Where the field is.
    #[serde(skip)]
    pub source: Source,
}

/// The message that a row of a table holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The message's names; `rust` is the record's.
    pub ty: TypeName,
    /// Name of the record's module and file, `virtual_machine`.
    pub module: String,
    /// What the message says of itself.
    #[serde(skip)]
    pub docs: Docs,
    /// The proto file of the message.
    #[serde(skip)]
    pub file: String,
    /// Its members.
    pub nodes: Vec<Node>,
}

/// A value that is the primary key of a row of another table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// SQL name of the other table; in a snapshot its number.
    #[serde(with = "crate::by_number::table")]
    pub table: String,
    /// SQL name of the other table's only key column.
    #[serde(skip)]
    pub column: String,
    /// What becomes of this row when the other is deleted.
    pub on_delete: OnDelete,
    /// Whether the database holds the row to it: that the other is there, and what becomes of this row when it goes.
    #[serde(default = "enforced", skip_serializing_if = "is_enforced")]
    pub enforced: bool,
}

fn enforced() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_enforced(enforced: &bool) -> bool {
    *enforced
}

/// Values that are the primary key of a row of another table together.
///
/// They name no row where one of them is NULL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// SQL names of the columns, in the order of the other table's key; in a snapshot roles and paths of field numbers.
    pub columns: Vec<String>,
    /// SQL name of the other table; in a snapshot its number.
    #[serde(with = "crate::by_number::table")]
    pub table: String,
    /// SQL names of the columns of its key.
    #[serde(skip)]
    pub key: Vec<String>,
    /// What becomes of this row when the other is deleted.
    pub on_delete: OnDelete,
    /// Whether the database holds the row to it.
    #[serde(default = "enforced", skip_serializing_if = "is_enforced")]
    pub enforced: bool,
}

/// What becomes of a row when the row that it names is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OnDelete {
    /// The delete is refused, unless this row goes with it.
    Restrict,
    /// This row is deleted too; in a join table, the element.
    Cascade,
    /// The reference becomes unset.
    SetNull,
}

impl Table {
    /// Returns all columns of the table itself, in their order in SQL.
    #[must_use]
    pub fn all_columns(&self) -> Vec<&Column> {
        self.singleton.iter().chain(self.columns()).collect()
    }

    /// Returns the columns of the record, in their order in SQL: all but that of a singleton's key.
    #[must_use]
    pub fn columns(&self) -> Vec<&Column> {
        self.record.nodes.iter().flat_map(Node::columns).collect()
    }

    /// Returns the child tables of the record, without those inside their elements, in the order of declaration.
    #[must_use]
    pub fn children(&self) -> Vec<&ChildTable> {
        self.record.nodes.iter().flat_map(Node::children).collect()
    }

    /// Returns the child tables at any depth, each before those inside its elements.
    #[must_use]
    pub fn descendants(&self) -> Vec<&ChildTable> {
        self.children().into_iter().flat_map(ChildTable::with_nested).collect()
    }

    /// Returns the column that every write changes.
    #[must_use]
    pub fn revision_column(&self) -> Option<&Column> {
        let name = self.revision.as_ref()?;
        self.columns().into_iter().find(|column| column.name.sql == *name)
    }

    /// Returns the column that holds the hash of the row and of those before.
    #[must_use]
    pub fn hash_column(&self) -> Option<&Column> {
        let name = self.hash_chain.as_ref()?;
        self.columns().into_iter().find(|column| column.name.sql == *name)
    }

    /// Returns the column of the time after which a row is gone, where rows expire.
    #[must_use]
    pub fn expire_column(&self) -> Option<&Column> {
        let name = self.expire.as_ref()?;
        self.columns().into_iter().find(|column| column.name.sql == *name)
    }

    /// Returns the column of the time at which a row was deleted, where rows are kept.
    #[must_use]
    pub fn soft_delete_column(&self) -> Option<&Column> {
        let name = self.soft_delete.as_ref()?;
        self.columns().into_iter().find(|column| column.name.sql == *name)
    }

    /// Returns the indexes as they are to readers, who see no row that is deleted: without the condition that says so,
    /// and without the index by which those that are deleted are found.
    #[must_use]
    pub fn indexes_of_readers(&self) -> Vec<Index> {
        let Some(time) = &self.soft_delete else { return self.indexes.clone() };
        let shown = self.indexes.iter().filter(|index| index.columns.iter().all(|column| column.column != *time));
        shown.map(|index| Index { condition: without(index.condition.as_ref(), time), ..index.clone() }).collect()
    }

    /// Returns the columns of the key, in the key's order.
    #[must_use]
    pub fn key_columns(&self) -> Vec<&Column> {
        let columns = self.all_columns();
        self.key.iter().filter_map(|name| columns.iter().copied().find(|c| c.name.sql == *name)).collect()
    }
}

/// Returns a condition without the part that a column is NULL.
fn without(condition: Option<&Condition>, column: &str) -> Option<Condition> {
    let is_it = |part: &Condition| matches!(part, Condition::Set { column: c, set: false } if c == column);
    match condition? {
        Condition::All(parts) if parts.iter().any(is_it) => {
            let mut rest: Vec<Condition> = parts.iter().filter(|part| !is_it(part)).cloned().collect();
            if rest.len() > 1 { Some(Condition::All(rest)) } else { rest.pop() }
        }
        other => (!is_it(other)).then(|| other.clone()),
    }
}
