//! Names, types, parameters and literals: what expressions are made of.

use std::borrow::Cow;

/// A name without quotes, borrowed wherever the schema or a constant has it.
pub type Name<'a> = Cow<'a, str>;

/// The type of a column or value; the comments give SQLite's name and PostgreSQL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ty {
    /// INTEGER; BOOL.
    Bool,
    /// INTEGER; INT4.
    Int4,
    /// INTEGER; INT8.
    Int8,
    /// REAL; FLOAT4.
    Real4,
    /// REAL; FLOAT8.
    Real8,
    /// TEXT; TEXT COLLATE "C".
    Text,
    /// BLOB; BYTEA.
    Bytes,
    /// TEXT; JSONB.
    Json,
    /// TEXT; UUID.
    Uuid,
    /// INTEGER of microseconds; TIMESTAMPTZ.
    Instant,
}

/// Where a column is looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qualifier<'a> {
    /// In the only table of the statement: `"id"`.
    Own,
    /// In the table of an alias: `t."id"`.
    Alias(Name<'a>),
    /// In a table by its name, where a view has no alias: `"cells"."id"`.
    Table(Name<'a>),
    /// In the row before the write, in a trigger: `OLD."id"`; CockroachDB's `(OLD)."id"`.
    Old,
    /// In the row after the write, in a trigger: `NEW."id"`.
    New,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column<'a> {
    /// Where it is looked up.
    pub of: Qualifier<'a>,
    /// Its name.
    pub name: Name<'a>,
}

/// One of a statement's parameters.
///
/// Two with the same role and field are one parameter with one number, however often the statement has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param<'a> {
    /// Path of the field, as a refusal names it; empty where the parameter belongs to no field.
    pub field: Name<'a>,
    /// What the parameter is of its field.
    pub role: ParamRole,
    /// Its type where its surroundings do not give one, printed as a cast; no part of its identity.
    pub ty: Option<Ty>,
}

/// What a parameter is of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParamRole {
    /// The value.
    Value,
    /// The place of an element in its list or map.
    Place,
    /// The value in the last row of the page before.
    After,
    /// The value in the last row of a range, whose first has that of [`ParamRole::Value`].
    To,
    /// A list of keys, as JSON.
    Keys,
    /// The present time.
    Now(Clock),
    /// The greatest number of rows.
    Limit,
    /// The number of rows to skip.
    Offset,
    /// One of many values, as filters have them.
    Nth(u32),
}

/// The form of the present time, which is that of the column it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    /// The number of nanoseconds since 1970.
    Nanos,
    /// The number of seconds.
    Seconds,
    /// The number of milliseconds.
    Millis,
    /// The number of microseconds.
    Micros,
    /// The number of microseconds; TIMESTAMPTZ.
    Instant,
    /// Text of RFC 3339 with nine digits of a second.
    Rfc3339,
}

/// A constant, which comes from the schema and never from a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lit<'a> {
    /// `0`, `1`; `FALSE`, `TRUE`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A decimal, or `9e999` and `-9e999` for the infinities.
    Real(Name<'a>),
    /// `'…'`.
    Text(Name<'a>),
    /// `x'…'`; `'\x…'::bytea`.
    Bytes(Cow<'a, [u8]>),
    /// Microseconds since 1970; TIMESTAMPTZ, whose smallest values mean `-infinity`.
    Instant(i64),
}
