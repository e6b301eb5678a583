//! One difference between two schemas, and the sentence that says it.

use std::fmt;

use protostore_schema::{Encoded, Form, OnDelete, Type};

/// A difference that stored data or SQL can tell.
///
/// `table` is the SQL name of a table or child table: the newer name, where both schemas have it.
#[allow(missing_docs, reason = "each field is named for the word that the sentence puts it at")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Other rules turn messages into tables.
    Mapping { from: u32, to: u32 },
    /// The store message has another full name.
    Store { from: String, to: String },
    /// A table that the older schema lacks.
    TableAdded { table: String, number: u32 },
    /// A table that the newer schema lacks.
    TableRemoved { table: String, number: u32 },
    /// The same number, another name.
    TableRenamed { number: u32, from: String, to: String },
    /// A repeated field that the older schema lacks, or that was not repeated.
    ChildAdded { table: String, owner: String },
    /// A repeated field that the newer schema lacks, or that is not repeated any more.
    ChildRemoved { table: String, owner: String },
    /// The same field, another name.
    ChildRenamed { from: String, to: String },
    /// Whether a message in a table of its own must be set.
    RowRequired { table: String, now: bool },
    /// Rows are identified by other columns, or in another order.
    Key { table: String, from: Vec<String>, to: Vec<String> },
    /// Whether rows are inserted and never change.
    AppendOnly { table: String, now: bool },
    /// Another column holds the hash of a chain, or none does.
    HashChain { table: String, from: Option<String>, to: Option<String> },
    /// Another column changes with every write, or none does.
    Revision { table: String, from: Option<String>, to: Option<String> },
    /// Rows are gone after another time, or after none.
    Expire { table: String, from: Option<String>, to: Option<String> },
    /// Rows that are deleted are kept, by another column, or no more.
    SoftDelete { table: String, from: Option<String>, to: Option<String> },
    /// A column that the older schema lacks.
    ColumnAdded { table: String, column: String },
    /// A column that the newer schema lacks.
    ColumnRemoved { table: String, column: String },
    /// The same path of fields, another name.
    ColumnRenamed { table: String, from: String, to: String },
    /// The same field, another type.
    ColumnType { table: String, column: String, from: Type, to: Type },
    /// The same field and type, which the proto file calls otherwise: other bytes on the wire.
    ColumnKind { table: String, column: String, from: &'static str, to: &'static str },
    /// The same field and type, in another form.
    ColumnForm { table: String, column: String, from: Form, to: Form },
    /// Whether NULL may stand in the column, or whether a member of a message may be unset while the message is set.
    Optional { table: String, column: String, now: bool },
    /// Whether SQL fills in the zero value.
    DefaultZero { table: String, column: String, now: bool },
    /// Whether the zero value is refused.
    NonZero { table: String, column: String, now: bool },
    /// Whether the column keeps the value of the insert.
    Immutable { table: String, column: String, now: bool },
    /// What a value must be beside what its type allows.
    Rules { table: String, column: String },
    /// How many elements a list or map may have.
    Counted { table: String },
    /// Whether one member of a oneof must be set.
    OneofRequired { table: String, oneof: String, now: bool },
    /// Whether the column is left out of the readable view.
    Redacted { table: String, column: String, now: bool },
    /// The column names rows of another table, which it did not.
    ReferenceAdded { table: String, column: String, target: String },
    /// The column names no row any more.
    ReferenceRemoved { table: String, column: String, target: String },
    /// The column names rows of another table than before.
    ReferenceTarget { table: String, column: String, from: String, to: String },
    /// Something else becomes of a row when the row that it names is deleted.
    ReferenceOnDelete { table: String, column: String, from: OnDelete, to: OnDelete },
    /// Whether the database holds rows to a reference.
    ReferenceEnforced { table: String, column: String, now: bool },
    /// An index that the older schema lacks.
    IndexAdded { table: String, index: String, unique: bool },
    /// An index that the newer schema lacks.
    IndexRemoved { table: String, index: String, unique: bool },
    /// The same columns, another name.
    IndexRenamed { table: String, from: String, to: String },
    /// A oneof that the older schema lacks.
    OneofAdded { table: String, oneof: String },
    /// A oneof that the newer schema lacks.
    OneofRemoved { table: String, oneof: String },
    /// The same members, another name.
    OneofRenamed { table: String, from: String, to: String },
    /// A field that is a member now.
    OneofGains { table: String, oneof: String, member: String },
    /// A field that is no member any more.
    OneofLoses { table: String, oneof: String, member: String },
    /// The same member and column, shown under another name.
    OneofLabel { table: String, oneof: String, from: String, to: String },
    /// A field of a message in JSON that the older schema lacks.
    JsonAdded { message: String, field: String },
    /// A field of a message in JSON that the newer schema lacks.
    JsonRemoved { message: String, field: String },
    /// The same number, under another name in JSON.
    JsonRenamed { message: String, number: u32, from: String, to: String },
    /// The same number, of another type or shape in JSON.
    JsonType { message: String, field: String },
    /// A name that a stored text may hold is now that of another number.
    JsonNameReused { message: String, name: String, from: u32, to: u32 },
    /// A name of an enum in JSON that is new.
    JsonValueAdded { message: String, name: String, number: i32 },
    /// A name of an enum in JSON that is gone, or is that of another number.
    JsonValueGone { message: String, name: String, number: i32 },
    /// A name of an enum that a stored text may hold is now that of another number.
    JsonValueReused { message: String, name: String, from: i32, to: i32 },
    /// A number that has a name now.
    ValueAdded { enumeration: String, value: String, number: i32 },
    /// A number that has no name any more.
    ValueRemoved { enumeration: String, value: String, number: i32 },
    /// The same number, another name.
    ValueRenamed { enumeration: String, number: i32, from: String, to: String },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mapping { from, to } => write!(f, "the mapping is now version {to}, it was {from}"),
            Self::Store { from, to } => write!(f, "the store message is now `{to}`, it was `{from}`"),
            Self::TableAdded { table, number } => write!(f, "table `{table}` ({number}) is new"),
            Self::TableRemoved { table, number } => write!(f, "table `{table}` ({number}) is gone"),
            Self::TableRenamed { number, from, to } => write!(f, "table `{from}` ({number}) is now `{to}`"),
            Self::ChildAdded { table, owner } => write!(f, "child table `{table}` of `{owner}` is new"),
            Self::ChildRemoved { table, owner } => write!(f, "child table `{table}` of `{owner}` is gone"),
            Self::ChildRenamed { from, to } => write!(f, "child table `{from}` is now `{to}`"),
            Self::RowRequired { table, now: true } => write!(f, "`{table}` now has a row for each owner"),
            Self::RowRequired { table, now: false } => write!(f, "`{table}` may now lack a row for an owner"),
            Self::Key { table, from, to } => write!(f, "key of `{table}` changed from {} to {}", list(from), list(to)),
            Self::AppendOnly { table, now: true } => write!(f, "rows of `{table}` never change now"),
            Self::AppendOnly { table, now: false } => write!(f, "rows of `{table}` may change now"),
            Self::HashChain { table, from, to } => {
                write!(f, "hash chain of `{table}` changed from {} to {}", or_none(from), or_none(to))
            }
            Self::Revision { table, from, to } => {
                write!(f, "revision of `{table}` changed from {} to {}", or_none(from), or_none(to))
            }
            Self::Expire { table, from: None, to: Some(to) } => write!(f, "rows of `{table}` now expire by `{to}`"),
            Self::Expire { table, from: Some(from), to: Some(to) } => {
                write!(f, "rows of `{table}` now expire by `{to}`, it was `{from}`")
            }
            Self::Expire { table, from: _, to: None } => write!(f, "rows of `{table}` expire no more"),
            Self::SoftDelete { table, from, to } => {
                write!(f, "soft delete of `{table}` changed from {} to {}", or_none(from), or_none(to))
            }
            Self::ColumnAdded { table, column } => write!(f, "column `{column}` of `{table}` is new"),
            Self::ColumnRemoved { table, column } => write!(f, "column `{column}` of `{table}` is gone"),
            Self::ColumnRenamed { table, from, to } => write!(f, "column `{from}` of `{table}` is now `{to}`"),
            Self::ColumnType { table, column, from, to } => {
                write!(f, "type of `{column}` of `{table}` changed from {} to {}", type_name(from), type_name(to))
            }
            Self::ColumnKind { table, column, from, to } => {
                write!(f, "kind of `{column}` of `{table}` changed from {from} to {to}")
            }
            Self::ColumnForm { table, column, from, to } => {
                write!(f, "form of `{column}` of `{table}` changed from {} to {}", form_name(*from), form_name(*to))
            }
            Self::Optional { table, column, now: true } => write!(f, "`{column}` of `{table}` may now be unset"),
            Self::Optional { table, column, now: false } => write!(f, "`{column}` of `{table}` is always set now"),
            Self::DefaultZero { table, column, now: true } => write!(f, "`{column}` of `{table}` now defaults to zero"),
            Self::DefaultZero { table, column, now: false } => {
                write!(f, "`{column}` of `{table}` has no default any more")
            }
            Self::NonZero { table, column, now: true } => write!(f, "`{column}` of `{table}` now refuses zero"),
            Self::NonZero { table, column, now: false } => write!(f, "`{column}` of `{table}` now accepts zero"),
            Self::Immutable { table, column, now: true } => write!(f, "`{column}` of `{table}` is immutable now"),
            Self::Immutable { table, column, now: false } => write!(f, "`{column}` of `{table}` may change now"),
            Self::Rules { table, column } => write!(f, "the rules of `{column}` of `{table}` changed"),
            Self::Counted { table } => write!(f, "how many elements `{table}` may have changed"),
            Self::OneofRequired { table, oneof, now: true } => {
                write!(f, "one member of oneof `{oneof}` of `{table}` must be set now")
            }
            Self::OneofRequired { table, oneof, now: false } => {
                write!(f, "oneof `{oneof}` of `{table}` may have no member set now")
            }
            Self::Redacted { table, column, now: true } => {
                write!(f, "`{column}` of `{table}` is left out of the readable view now")
            }
            Self::Redacted { table, column, now: false } => {
                write!(f, "`{column}` of `{table}` is shown in the readable view now")
            }
            Self::ReferenceAdded { table, column, target } => {
                write!(f, "reference `{column}` of `{table}` to `{target}` is new")
            }
            Self::ReferenceRemoved { table, column, target } => {
                write!(f, "reference `{column}` of `{table}` to `{target}` is gone")
            }
            Self::ReferenceTarget { table, column, from, to } => {
                write!(f, "reference `{column}` of `{table}` is now to `{to}`, it was to `{from}`")
            }
            Self::ReferenceOnDelete { table, column, from, to } => {
                let (from, to) = (on_delete(*from), on_delete(*to));
                write!(f, "reference `{column}` of `{table}` changed on delete from {from} to {to}")
            }
            Self::ReferenceEnforced { table, column, now: true } => {
                write!(f, "reference `{column}` of `{table}` is now enforced")
            }
            Self::ReferenceEnforced { table, column, now: false } => {
                write!(f, "reference `{column}` of `{table}` is not enforced any more")
            }
            Self::IndexAdded { table, index, unique } => {
                write!(f, "{} `{index}` of `{table}` is new", index_word(*unique))
            }
            Self::IndexRemoved { table, index, unique } => {
                write!(f, "{} `{index}` of `{table}` is gone", index_word(*unique))
            }
            Self::IndexRenamed { table, from, to } => write!(f, "index `{from}` of `{table}` is now `{to}`"),
            Self::OneofAdded { table, oneof } => write!(f, "oneof `{oneof}` of `{table}` is new"),
            Self::OneofRemoved { table, oneof } => write!(f, "oneof `{oneof}` of `{table}` is gone"),
            Self::OneofRenamed { table, from, to } => write!(f, "oneof `{from}` of `{table}` is now `{to}`"),
            Self::OneofGains { table, oneof, member } => {
                write!(f, "`{member}` is now a member of oneof `{oneof}` of `{table}`")
            }
            Self::OneofLoses { table, oneof, member } => {
                write!(f, "`{member}` is no member of oneof `{oneof}` of `{table}` any more")
            }
            Self::OneofLabel { table, oneof, from, to } => {
                write!(f, "member `{from}` of oneof `{oneof}` of `{table}` is now `{to}`")
            }
            Self::JsonAdded { message, field } => write!(f, "`{field}` of `{message}` in JSON is new"),
            Self::JsonRemoved { message, field } => write!(f, "`{field}` of `{message}` in JSON is gone"),
            Self::JsonRenamed { message, number, from, to } => {
                write!(f, "field {number} of `{message}` is now `{to}` in JSON, it was `{from}`")
            }
            Self::JsonType { message, field } => write!(f, "`{field}` of `{message}` has another type in JSON"),
            Self::JsonNameReused { message, name, from, to } => {
                write!(
                    f,
                    "`{name}` of `{message}` is field {to} in JSON now, and stored text has field {from} under it"
                )
            }
            Self::JsonValueAdded { message, name, number } => {
                write!(f, "value `{name}` ({number}) of enum `{message}` in JSON is new")
            }
            Self::JsonValueGone { message, name, number } => {
                write!(f, "value `{name}` ({number}) of enum `{message}` in JSON is gone")
            }
            Self::JsonValueReused { message, name, from, to } => {
                write!(f, "value `{name}` of enum `{message}` is {to} now, and stored text has {from} under it")
            }
            Self::ValueAdded { enumeration, value, number } => {
                write!(f, "value `{value}` ({number}) of enum `{enumeration}` is new")
            }
            Self::ValueRemoved { enumeration, value, number } => {
                write!(f, "value `{value}` ({number}) of enum `{enumeration}` is gone")
            }
            Self::ValueRenamed { enumeration, number, from, to } => {
                write!(f, "value `{from}` ({number}) of enum `{enumeration}` is now `{to}`")
            }
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn or_none(column: &Option<String>) -> String {
    column.as_ref().map_or_else(|| "none".to_owned(), |column| format!("`{column}`"))
}

fn index_word(unique: bool) -> &'static str {
    if unique { "unique index" } else { "index" }
}

fn on_delete(rule: OnDelete) -> &'static str {
    match rule {
        OnDelete::Restrict => "restrict",
        OnDelete::Cascade => "cascade",
        OnDelete::SetNull => "set null",
    }
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int32 => "int32".to_owned(),
        Type::Int64 => "int64".to_owned(),
        Type::Uint32 => "uint32".to_owned(),
        Type::Uint64 => "uint64".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Double => "double".to_owned(),
        Type::String => "string".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Enum(name) => format!("enum {name}"),
        Type::Timestamp => "timestamp".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Struct => "struct".to_owned(),
        Type::Value => "value".to_owned(),
        Type::ListValue => "list value".to_owned(),
        Type::Any => "any".to_owned(),
        Type::FieldMask => "field mask".to_owned(),
        Type::Message(Encoded { proto, .. }) => format!("message {proto}"),
        Type::Repeated(repeated) => match &repeated.key {
            None => format!("repeated {}", type_name(&repeated.element)),
            Some(key) => format!("map of {} to {}", type_name(key), type_name(&repeated.element)),
        },
    }
}

fn form_name(form: Form) -> &'static str {
    match form {
        Form::Own => "that of its type",
        Form::FullRange => "full range",
        Form::FloatBits => "the bits of a float",
        Form::Seconds => "seconds",
        Form::Milliseconds => "milliseconds",
        Form::Microseconds => "microseconds",
        Form::Timestamptz => "the engine's own time",
        Form::Rfc3339 => "RFC 3339",
        Form::Json => "JSON",
        Form::Bytes => "bytes",
    }
}
