//! The schema of a store as plain data: tables, columns, keys and relations.
//!
//! A [`Schema`] knows neither protobuf nor SQL text nor Rust tokens.
//! Lowering makes it, evolution compares it, emission reads it; the snapshot of a version is its JSON.
//!
//! A record is a tree of [`Node`]s, in the order of declaration.
//! Columns are where their values are in the tree, so a column without a field, or a field without a place, cannot
//! be written down.

mod behavior;
mod by_number;
mod column;
mod column_text;
mod condition;
mod document;
mod former;
mod in_json;
mod index;
mod kind;
mod layout;
mod list;
mod message;
mod name;
mod node;
mod rule;
mod rust_name;
mod scalar_text;
mod snapshot;
mod sql_name;
mod table;
mod type_names;
mod widest;

pub use behavior::{FieldBehavior, FieldShape, MessageBehavior};
pub use column::{Column, Encoded, Form, Generated, Repeated, Role, Type};
pub use condition::{Condition, Literal, Operator};
pub use document::{Document, DocumentEnum, DocumentField, DocumentKind, DocumentScalar, DocumentShape, Documents};
pub use former::FormerNames;
pub use in_json::JsonRoot;
pub use index::{Index, IndexColumn};
pub use kind::Kind;
pub use list::List;
pub use message::{EnumType, Field, Label, Message, Reach, UnstoredMessage, is_well_known, json_name};
pub use name::{Declared, Docs, Name, Source, TypeName};
pub use node::{Absent, Alone, ChildTable, Group, Item, Node, Oneof, Place, Relation, Scalar, Variant};
pub use rule::{Asks, Bound, Counted, Format, Range, Rule, RuleValue, Rules, Unit};
pub use rust_name::{is_prelude_name, plain_text};
pub use snapshot::{FORMAT, SnapshotError};
pub use sql_name::{
    SQL_NAME_BYTES, check_name, foreign_key_name, immutable_name, index_name, key_name, oneof_name, presence_name,
    revises_name, rules_name, sql_name, trigger_name, view_name,
};
pub use table::{ForeignKey, OnDelete, Record, Reference, Table};
pub use widest::widest_parts;

use serde::{Deserialize, Serialize};

/// Version of the rules that turn a message into tables: names, encodings, texts of constraints.
///
/// A snapshot keeps the version it was made by, so that an upgrade of the tool never makes a migration by itself.
pub const MAPPING: u32 = 1;

/// Everything that one store message says.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Version of the mapping, [`MAPPING`] for a schema that is lowered today.
    pub mapping: u32,
    /// Full name of the store message, `aurae.store.v0.AuraeStore`.
    pub store: String,
    /// Name of the generated crate and of its directory.
    pub name: String,
    /// What the store message says of itself.
    pub docs: Docs,
    /// The tables, by number.
    pub tables: Vec<Table>,
    /// The enums that columns use, by full name.
    pub enums: Vec<Enum>,
    /// Every message and enum in reach, as their proto files have them.
    pub reach: Reach,
    /// What requests and responses leave out of the records' messages and of those in them, by full name.
    pub behaviors: Vec<MessageBehavior>,
    /// Where the store message is.
    pub source: Source,
}

impl Schema {
    /// Returns the names of the fields on the way from the record of a table down, `root_drive.image_path`; through a map
    /// it goes on with `key` or `value`. None where a field of that number is not there.
    #[must_use]
    pub fn path_names(&self, table: u32, path: &[u32]) -> Option<String> {
        let mut around = self.reach.message(&self.store)?.field(table)?;
        let mut names = Vec::new();
        for number in path {
            let Kind::Message(message) = &around.kind else { return None };
            around = self.reach.message(message)?.field(*number)?;
            names.push(around.name.as_str());
        }
        Some(names.join("."))
    }

    /// Returns the table of that SQL name.
    ///
    /// # Panics
    /// If there is none: a [`Reference`] of a lowered schema always names a table.
    #[must_use]
    pub fn table(&self, name: &str) -> &Table {
        self.tables.iter().find(|t| t.name.sql == name).unwrap_or_else(|| panic!("no table {name:?} in the schema"))
    }

    /// Returns the enum of that full protobuf name.
    ///
    /// # Panics
    /// If there is none: a [`Type::Enum`] of a lowered schema always names one.
    #[must_use]
    pub fn enumeration(&self, proto: &str) -> &Enum {
        self.enums.iter().find(|e| e.name.proto == proto).unwrap_or_else(|| panic!("no enum {proto:?} in the schema"))
    }
}

/// An enum, stored as its number and open: a number without a name is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// Its names.
    pub name: TypeName,
    /// What the enum says of itself.
    #[serde(skip)]
    pub docs: Docs,
    /// One value a number, the first declared of each, in the order of declaration. The first is the default.
    pub values: Vec<EnumValue>,
    /// Where it is.
    #[serde(skip)]
    pub source: Source,
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumValue {
    /// `proto` and `sql` are the name in the file, `STATE_RUNNING`; `rust` is the variant, `Running`.
    pub name: Name,
    /// What is stored.
    pub number: i32,
    /// What the value says of itself.
    #[serde(skip)]
    pub docs: Docs,
}
