//! What generated code says about a store: plain data in statics, numbered and named once, at generation.

mod column;
mod constraint;
mod path;

pub use column::{Behaviors, Column, Encoding, ProtoEnum, ProtoKind, Role, Ty};
pub use constraint::Constraint;
pub use path::FieldPath;
pub use protostore_sql::ParamRole;

use crate::life::{Expire, SoftDelete};
use crate::record::{ChainOf, Sequence};
use crate::value::Kept;

/// One store: its tables, and the way from the empty database to them.
#[derive(Debug)]
pub struct Schema {
    /// The full name of the store message, `aurae.store.v0.AuraeStore`.
    pub store: &'static str,
    /// The full names that the store message had before, oldest first: a database under one of them is this store's.
    pub formerly: &'static [&'static str],
    /// The short name of the store, `aurae`.
    pub name: &'static str,
    /// The version that this program knows, the number of migrations.
    pub version: u32,
    /// The version of the data as a semantic version, `1.0.0`.
    pub semver: &'static str,
    /// The version of the rules that map protobuf onto SQL.
    pub mapping: u32,
    /// How many statements the store has: each connection holds that many places.
    pub slots: u32,
    /// The migrations, oldest first.
    pub migrations: &'static [Migration],
    /// The definitions that all migrations together lead to, of which a new database is made.
    pub whole: &'static str,
    /// The tables of records, by number.
    pub tables: &'static [&'static Table],
    /// How the rows of those tables expire that do.
    pub expiring: &'static [&'static Expire],
    /// How the rows of those tables are kept that are deleted softly.
    pub soft_deleted: &'static [&'static SoftDelete],
    /// How the chains of hashes of those tables are verified that have one.
    pub chained: &'static [ChainOf],
    /// The encoded `FileDescriptorSet` of the messages.
    pub descriptors: &'static [u8],
}

/// One version in the schema's history, and the way to it from the version before.
#[derive(Debug)]
pub struct Migration {
    /// Its number, from 1, without gaps.
    pub version: u32,
    /// What changed, `initial`, `rename_memory`.
    pub slug: &'static str,
    /// The full name that the store message had when this version was made: a database that goes back to it has this name.
    pub store: &'static str,
    /// The version of the data as a semantic version, `1.0.0`.
    pub semver: &'static str,
    /// The version of the rules that map protobuf onto SQL.
    pub mapping: u32,
    /// The statements; empty where `until` says that they were dropped.
    pub text: &'static str,
    /// The statements of the way back; none for the first version.
    pub down: Option<&'static str>,
    /// What the way back loses, each as the end of a sentence: `the values of machines.owner`.
    pub loses: &'static [&'static str],
    /// The hash over this version and all before it, as `schema.lock` has it: of two histories that differ, it differs.
    pub chain: &'static str,
    /// The oldest version whose program may read a database of this one, and of every version after it that says no more.
    pub reader: u32,
    /// The oldest version whose program may write it as well; at least `reader`.
    pub writer: u32,
    /// Where databases of this version are no longer upgraded: the version whose program upgrades them.
    pub until: Option<u32>,
    /// The model of this version, as JSON.
    pub snapshot: &'static str,
}

impl Schema {
    /// Returns the model of the newest version, as JSON.
    ///
    /// # Panics
    /// If there are no migrations, which no generated schema is without.
    #[must_use]
    pub const fn snapshot(&self) -> &'static str {
        match self.migrations.last() {
            Some(newest) => newest.snapshot,
            None => panic!("a store has a version"),
        }
    }
}

/// One statement: constant text, and a place of its own in every connection's list of prepared statements.
#[derive(Debug)]
pub struct Stmt {
    /// The place, numbered over the whole store.
    pub slot: u32,
    /// The text in the dialect of this build's engine, with parameters `$1`, `$2`.
    pub text: &'static str,
    /// What each parameter carries, in the order of their numbers; empty where they are the columns of the row that is
    /// written, in their order.
    pub params: &'static [Param],
}

/// One of a statement's parameters: what an operation gives for it, and the field that a refusal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// What it carries.
    pub role: ParamRole,
    /// The path of the field; empty where it belongs to none.
    pub field: &'static str,
}

/// One SQL table, of records or of children.
#[derive(Debug)]
pub struct Layout {
    /// The SQL name.
    pub name: &'static str,
    /// The table of the record that the rows belong to, by which an error is found: this one, or that around a child table.
    pub record: &'static str,
    /// The columns, in the order of the table.
    pub columns: &'static [Column],
    /// The primary key.
    pub key: Unique,
    /// The unique indexes.
    pub uniques: &'static [Unique],
    /// The foreign key by which the rows belong to those of the table around; none of a table of records.
    pub owner: Option<Owner>,
    /// The columns that name records of other tables.
    pub references: &'static [ForeignKey],
    /// The named constraints.
    pub checks: &'static [Check],
}

/// A primary key or a unique index: no two rows have the same values in its columns.
///
/// ```
/// use protostore::Unique;
///
/// const KEY: Unique = Unique::new("nics___key", &["machine_id", "name"]);
/// const ADDRESS: Unique = Unique::new("nics_unique_mac_address", &["mac_address"]);
/// ```
#[derive(Debug)]
pub struct Unique {
    /// The name, unique in the store. SQLite does not know that of a primary key, as nothing there can rename it.
    pub name: &'static str,
    /// The columns, in order.
    pub columns: &'static [&'static str],
}

/// The foreign key of a child table to the table around it.
#[derive(Debug)]
pub struct Owner {
    /// The name of the constraint, unique in the store, which SQLite does not know.
    pub name: &'static str,
    /// The columns, the first ones of the key.
    pub columns: &'static [&'static str],
    /// The table around.
    pub table: &'static str,
}

/// Columns that name a record of another table; none where one of them is NULL.
#[derive(Debug)]
pub struct ForeignKey {
    /// The name of the constraint, unique in the store, which SQLite does not know: `nics__machine_id__fk`.
    pub name: &'static str,
    /// The columns, in the order of the other key.
    pub columns: &'static [&'static str],
    /// The path of the field; those of several, separated by commas.
    pub field: &'static str,
    /// The table that is named.
    pub table: &'static str,
    /// The key columns there.
    pub key: &'static [&'static str],
    /// Whether the other table hides rows from readers, deleted or expired ones, so that a write has to ask.
    pub hides: bool,
    /// Asks whether the named record is there: `SELECT 1 FROM "networks" WHERE "id" = $1`.
    pub exists: Stmt,
}

/// Columns elsewhere that name records of this table and keep them from being deleted.
#[derive(Debug)]
pub struct Referrer {
    /// The name of the foreign key, which is that of the table that names.
    pub name: &'static str,
    /// The table of the record that names.
    pub table: &'static str,
    /// The columns that name, in the order of the key.
    pub columns: &'static [&'static str],
    /// The path of the field; those of several, separated by commas.
    pub field: &'static str,
    /// Asks whether a row names this key: `SELECT 1 FROM "nics" WHERE "network_id" = $1 LIMIT 1`.
    pub names: Stmt,
}

/// A reference under CASCADE that leads back to its own table: a delete may go from record to record without an end.
#[derive(Debug)]
pub struct Recursion {
    /// The table that names.
    pub table: &'static str,
    /// The path of the field; those of several, separated by commas.
    pub field: &'static str,
}

/// A named CHECK, and what it means.
#[derive(Debug)]
pub struct Check {
    /// The name of the constraint.
    pub name: &'static str,
    /// The path of the field, or empty where it concerns the whole record.
    pub field: &'static str,
    /// The rule, as it follows the field's name: `must not be empty`.
    pub says: &'static str,
}

/// One table of records.
#[derive(Debug)]
pub struct Table {
    /// The SQL side.
    pub layout: Layout,
    /// The number of the table in the store message.
    pub number: u32,
    /// The full name of the message, `aurae.vms.v0.VirtualMachine`.
    pub record: &'static str,
    /// The key columns.
    pub key: &'static [&'static str],
    /// The members of the record, in order: scalars, messages, oneofs, repeated fields.
    pub fields: &'static [FieldOf],
    /// What keeps a record from being deleted.
    pub referrers: &'static [Referrer],
    /// The references under CASCADE by which a delete may go without an end.
    pub recursions: &'static [Recursion],
    /// The tables whose rows a delete here deletes or changes, also by way of others: those that refer to it under CASCADE and
    /// SET_NULL. The table itself is among them where its rows refer to one another so.
    pub touches: &'static [&'static str],
    /// The child tables at any depth, each before those inside its elements.
    pub children: &'static [&'static Child],
    /// The fields that the store numbers.
    pub sequences: &'static [Sequence],
    /// Reads a record by its key.
    pub get: Stmt,
    /// Inserts all columns, in the order of the members.
    pub insert: Stmt,
    /// Inserts all columns, or replaces them where the key is taken.
    pub upsert: Stmt,
    /// Deletes a record by its key.
    pub delete: Stmt,
    /// Reads the records in the order of the key.
    pub page_first: Stmt,
    /// The same, after a key.
    pub page_after: Stmt,
    /// Reads the records of a JSON list of keys, each behind its place in the list.
    pub get_many: Stmt,
    /// Deletes the records of a JSON list of keys.
    pub delete_many: Stmt,
}

/// The records that have the same values in some columns, those of a beginning of an index.
#[derive(Debug)]
pub struct Listing {
    /// The columns of the record in whose order they come: those that follow in the index, and then the key.
    pub order: &'static [OrderBy],
    /// Reads them from the first one on.
    pub first: Stmt,
    /// Reads those after a place, range by range.
    pub after: &'static [Range],
    /// Counts them, up to a limit.
    pub count: Stmt,
    /// Deletes them.
    pub delete: Stmt,
}

/// A column that a list is sorted by, and the direction; NULL is the smallest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// The column of the record.
    pub column: &'static str,
    /// Whether the greatest value comes first.
    pub descending: bool,
}

/// A range of the rows that come after a place in a list, which one seek in an index finds.
///
/// ```
/// use protostore::generated::{Range, stmt};
///
/// // After (create_time, id), newest first: what is older, and then what has no time.
/// static AFTER: &[Range] = &[
///     Range::new(
///         stmt!(7, [after create_time, after id, limit], r#"… WHERE ("create_time", "id") < ($1, $2) … LIMIT $3"#),
///         &[0, 1],
///     )
///     .set(0),
///     Range::new(stmt!(8, [limit], r#"… WHERE "create_time" IS NULL … LIMIT $1"#), &[]).set(0),
/// ];
/// ```
#[derive(Debug)]
pub struct Range {
    /// Reads the rows.
    pub stmt: Stmt,
    /// Which values of the place the statement takes, in the order of its parameters.
    pub values: &'static [u8],
    /// The value of the place on which the range depends, and whether it is NULL; none where every place has the range.
    pub of: Option<(u8, bool)>,
}

/// One member of a record.
#[derive(Debug)]
pub struct FieldOf {
    /// The protobuf names that select it in a mask: the field's own, or the oneof's and each of its members'.
    pub paths: &'static [&'static str],
    /// The numbers of those fields that are stored.
    pub numbers: &'static [u32],
    /// What kind of member it is.
    pub kind: FieldKind,
}

/// What a member of a record is to an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Part of the key: never changes.
    Key,
    /// Columns of the record's own row; where the message holds repeated fields, child tables as well.
    Value,
    /// Rows of child tables only.
    Children,
}

/// One child table: the rows of a repeated field.
#[derive(Debug)]
pub struct Child {
    /// The SQL side: key parts, position, item columns.
    pub layout: Layout,
    /// The path of the field, `root_drive.labels`.
    pub field: &'static str,
    /// The same in numbers.
    pub path: &'static [u32],
    /// Who writes and reads the field.
    pub behaviors: Behaviors,
    /// The member of the record whose bit in a mask rewrites the rows.
    pub member: u16,
    /// How many columns its key has, which are the first: the record's key, and a place in each list around.
    pub key: usize,
    /// Inserts one row: key parts, position, item columns.
    pub insert: Stmt,
    /// Deletes the rows of a record; none for a table inside the elements of another, whose rows go with those.
    pub delete: Option<Stmt>,
    /// Reads 0, the places and the item columns of the rows of one record, in order.
    pub load: Stmt,
    /// Reads the same for many records, with the place of each in a JSON list of keys instead of 0.
    pub load_many: Stmt,
    /// Reads the key of the record, the places and the item columns of the rows of all records from one key to another, in
    /// the order of the keys.
    pub load_range: Stmt,
}

impl Stmt {
    /// Returns the paths of the fields whose values the statement asks for.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.params.iter().filter(|param| param.is_value()).map(|param| param.field)
    }
}

impl Param {
    /// Says whether the parameter carries a value of a row, or the place of an element.
    pub(crate) const fn is_value(&self) -> bool {
        matches!(self.role, ParamRole::Value | ParamRole::Place)
    }
}

impl Layout {
    /// Says whether a row may name another that is there in SQL and not for readers.
    pub(crate) const fn names_mortals(&self) -> bool {
        let mut at = 0;
        while at < self.references.len() {
            if self.references[at].hides {
                return true;
            }
            at += 1;
        }
        false
    }
}

impl Table {
    /// Returns the columns of the record's members, in the order in which they are bound: all but the key of a singleton.
    #[must_use]
    pub const fn columns(&self) -> &'static [Column] {
        match self.layout.columns {
            [Column { role: Role::Singleton, .. }, rest @ ..] => rest,
            all => all,
        }
    }

    /// Returns their names.
    pub(crate) fn column_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.columns().iter().map(|column| column.name)
    }
}

impl FieldOf {
    /// Returns the member's columns in the record's own row, in the order in which they are bound.
    pub fn columns(&self, table: &Table) -> impl Iterator<Item = &'static Column> + use<'_> {
        table.columns().iter().filter(|column| self.has_column(column))
    }

    /// Says whether a column of the record's own row is one of the member.
    pub(crate) fn has_column(&self, column: &Column) -> bool {
        column.path.first().is_some_and(|number| self.numbers.contains(number))
    }
}

impl Child {
    /// Says whether the rows lie inside the elements of another list; those of a message there have no place of their own.
    pub(crate) fn is_inside(&self, around: &Self) -> bool {
        let (own, of) = (self.layout.columns.iter(), around.layout.columns.iter().take(around.key));
        self.key >= around.key && own.zip(of).all(|(own, of)| own.field == of.field)
    }
}

impl OrderBy {
    #[doc(hidden)]
    /// For generated code: a column whose smallest value comes first.
    #[must_use]
    pub const fn asc(column: &'static str) -> Self {
        Self { column, descending: false }
    }

    #[doc(hidden)]
    /// For generated code: a column whose greatest value comes first.
    #[must_use]
    pub const fn desc(column: &'static str) -> Self {
        Self { column, descending: true }
    }
}

impl Range {
    #[doc(hidden)]
    /// For generated code: a range that comes after every place.
    #[must_use]
    pub const fn new(stmt: Stmt, values: &'static [u8]) -> Self {
        Self { stmt, values, of: None }
    }

    #[doc(hidden)]
    /// For generated code: the range comes only after places that have this value.
    #[must_use]
    pub const fn set(self, value: u8) -> Self {
        Self { of: Some((value, false)), ..self }
    }

    #[doc(hidden)]
    /// For generated code: the range comes only after places in which this value is NULL.
    #[must_use]
    pub const fn null(self, value: u8) -> Self {
        Self { of: Some((value, true)), ..self }
    }

    /// Says whether the range comes after a place.
    pub(crate) fn is_after(&self, place: &[Kept]) -> bool {
        let is = |(value, null): (u8, bool)| (place.get(usize::from(value)) == Some(&Kept::Null)) == null;
        self.of.is_none_or(is)
    }
}

impl Recursion {
    /// How many deletes may follow one another by CASCADE: as many as SQLite allows.
    pub(crate) const DEEPEST: i32 = 1000;

    #[doc(hidden)]
    /// For generated code: a reference, by its table and the path of its field.
    #[must_use]
    pub const fn new(table: &'static str, field: &'static str) -> Self {
        Self { table, field }
    }
}

impl Unique {
    #[doc(hidden)]
    /// For generated code: a key or unique index, by its name and columns.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, columns }
    }
}

impl Owner {
    #[doc(hidden)]
    /// For generated code: a foreign key to the table around, by its name, columns and that table.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [&'static str], table: &'static str) -> Self {
        Self { name, columns, table }
    }
}

impl Check {
    #[doc(hidden)]
    /// For generated code: a constraint, the field that it guards, and its rule.
    #[must_use]
    pub const fn new(name: &'static str, field: &'static str, says: &'static str) -> Self {
        Self { name, field, says }
    }
}

impl FieldOf {
    #[doc(hidden)]
    /// For generated code: a part of the key.
    #[must_use]
    pub const fn key(paths: &'static [&'static str], numbers: &'static [u32]) -> Self {
        Self { paths, numbers, kind: FieldKind::Key }
    }

    #[doc(hidden)]
    /// For generated code: a member in columns of the record's own row.
    #[must_use]
    pub const fn value(paths: &'static [&'static str], numbers: &'static [u32]) -> Self {
        Self { paths, numbers, kind: FieldKind::Value }
    }

    #[doc(hidden)]
    /// For generated code: a repeated field, in rows of a child table.
    #[must_use]
    pub const fn children(paths: &'static [&'static str], numbers: &'static [u32]) -> Self {
        Self { paths, numbers, kind: FieldKind::Children }
    }
}
