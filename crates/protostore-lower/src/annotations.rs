//! Reads the options of descriptors. The only file that knows how an annotation is represented.

mod anchors;
mod rules;

pub(crate) use anchors::{
    Anchor, behavior_anchor, column_anchor, field_info_anchor, message_set_anchor, message_validation_anchor,
    oneof_validation_anchor, resource_reference_anchor, store_anchor, table_anchor, validation_anchor,
};
pub(crate) use rules::{Asked, FieldRules, Ignore, field_rules, format, message_rule, oneof_required};

use prost_reflect::{DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor, Value};
use protostore_schema::{Form, Generated, OnDelete};

/// `option (protostore.v1.store) = { … }`.
#[derive(Debug, Default)]
pub(crate) struct StoreOptions {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<ColumnOptions>,
}

/// `[(protostore.v1.table) = { … }]`.
#[derive(Debug, Default)]
pub(crate) struct TableOptions {
    pub(crate) primary_key: Vec<String>,
    pub(crate) columns: Vec<ColumnOptions>,
    pub(crate) indexes: Vec<IndexOptions>,
    pub(crate) foreign_keys: Vec<ForeignKeyOptions>,
    pub(crate) record: Option<String>,
    pub(crate) append_only: bool,
    pub(crate) revision: Option<String>,
    pub(crate) hash_chain: Option<String>,
    pub(crate) expire: Option<String>,
    pub(crate) soft_delete: Option<String>,
    pub(crate) dropped: Vec<DroppedOptions>,
    pub(crate) backfill: Option<BackfillOptions>,
}

/// `backfill: { … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackfillOptions {
    /// An SQL expression; empty where nothing is said.
    Sql(String),
    /// The name of a method of the program.
    Rust(String),
}

/// `dropped: { … }`.
#[derive(Debug)]
pub(crate) struct DroppedOptions {
    pub(crate) path: Vec<i32>,
    pub(crate) field: String,
    /// Full name of the message from which `path` goes, wherever it occurs.
    pub(crate) message: Option<String>,
}

/// `[(protostore.v1.column) = { … }]`, or an entry of the `column` list of a table or store.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnOptions {
    pub(crate) field: Option<String>,
    /// Full name of the message from which `field` goes, wherever it occurs.
    pub(crate) message: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) references: Option<References>,
    pub(crate) index: Option<bool>,
    pub(crate) unique: Option<bool>,
    /// `Some(None)` for a number that has no meaning yet.
    pub(crate) encoding: Option<Option<Form>>,
    pub(crate) generated: Option<Generated>,
    /// `relation: "nics.machine_id"`
    pub(crate) relation: Option<String>,
    pub(crate) required: Option<bool>,
    pub(crate) immutable: Option<bool>,
    /// `Some(None)` for a number that has no meaning yet.
    pub(crate) storage: Option<Option<Storage>>,
    pub(crate) backfill: Option<BackfillOptions>,
}

/// `storage: …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    Columns,
    ChildTable,
    Json,
    Bytes,
    NotStored,
}

/// `index: { … }`.
#[derive(Debug, Default)]
pub(crate) struct IndexOptions {
    pub(crate) fields: Vec<String>,
    pub(crate) unique: bool,
    /// `where: …`
    pub(crate) condition: Option<String>,
}

/// `foreign_key: { … }`.
#[derive(Debug)]
pub(crate) struct ForeignKeyOptions {
    pub(crate) fields: Vec<String>,
    pub(crate) references: Option<References>,
}

/// `references: { … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct References {
    pub(crate) table: String,
    /// `None` for a number that has no meaning yet.
    pub(crate) on_delete: Option<OnDelete>,
    /// Whether `on_delete` is written.
    pub(crate) says_on_delete: bool,
    pub(crate) not_enforced: bool,
}

/// A value of `google.api.field_behavior`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    Identifier,
    Required,
    Immutable,
    /// The service gives the value; what a request says is left out.
    OutputOnly,
    /// A request gives the value; no response has it.
    InputOnly,
    /// Says nothing about what is stored.
    Neutral,
    Unknown(i32),
}

pub(crate) fn is_store(message: &MessageDescriptor) -> bool {
    extension(&message.options(), "protostore.v1.store").is_some()
}

pub(crate) fn store_options(message: &MessageDescriptor) -> Option<StoreOptions> {
    let options = sub_message(extension(&message.options(), "protostore.v1.store")?)?;
    Some(StoreOptions { name: text(&options, "name"), columns: read_columns(&options) })
}

pub(crate) fn table_options(field: &FieldDescriptor) -> Option<TableOptions> {
    let options = sub_message(extension(&field.options(), "protostore.v1.table")?)?;
    Some(TableOptions {
        primary_key: texts(&options, "primary_key"),
        columns: read_columns(&options),
        indexes: list(&options, "index").iter().filter_map(Value::as_message).map(read_index).collect(),
        foreign_keys: list(&options, "foreign_key")
            .iter()
            .filter_map(Value::as_message)
            .map(|key| ForeignKeyOptions { fields: texts(key, "fields"), references: read_references(key) })
            .collect(),
        record: text(&options, "record"),
        append_only: truth(&options, "append_only"),
        revision: text(&options, "revision"),
        hash_chain: text(&options, "hash_chain"),
        expire: text(&options, "expire").filter(|path| !path.is_empty()),
        soft_delete: text(&options, "soft_delete").filter(|path| !path.is_empty()),
        dropped: list(&options, "dropped").iter().filter_map(Value::as_message).map(read_dropped).collect(),
        backfill: read_backfill(&options),
    })
}

pub(crate) fn column_options(field: &FieldDescriptor) -> Option<ColumnOptions> {
    Some(read_column(&sub_message(extension(&field.options(), "protostore.v1.column")?)?))
}

pub(crate) fn behaviors(field: &FieldDescriptor) -> Vec<Behavior> {
    let values = extension(&field.options(), "google.api.field_behavior");
    let numbers = values.as_ref().and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_enum_number);
    numbers
        .map(|number| match number {
            0 | 1 | 6 | 7 => Behavior::Neutral,
            2 => Behavior::Required,
            3 => Behavior::OutputOnly,
            4 => Behavior::InputOnly,
            5 => Behavior::Immutable,
            8 => Behavior::Identifier,
            _ => Behavior::Unknown(number),
        })
        .collect()
}

/// Returns the type of the resource that `google.api.resource_reference` says a field names.
///
/// With `child_type` the field names a parent of some type, which the store cannot know.
pub(crate) fn resource_reference(field: &FieldDescriptor) -> Option<String> {
    text(&extension(&field.options(), "google.api.resource_reference").and_then(sub_message)?, "type")
}

/// Returns the type that `google.api.resource` gives a message.
pub(crate) fn resource_type(message: &MessageDescriptor) -> Option<String> {
    text(&sub_message(extension(&message.options(), "google.api.resource")?)?, "type")
}

/// Returns the field that `google.api.resource` says is the name, of a message that is a resource.
pub(crate) fn resource_name_field(message: &MessageDescriptor) -> Option<String> {
    let options = sub_message(extension(&message.options(), "google.api.resource")?)?;
    Some(text(&options, "name_field").filter(|name| !name.is_empty()).unwrap_or_else(|| "name".to_owned()))
}

pub(crate) fn is_redacted(field: &FieldDescriptor) -> bool {
    truth(&field.options(), "debug_redact")
}

pub(crate) fn is_deprecated(field: &FieldDescriptor) -> bool {
    truth(&field.options(), "deprecated")
}

pub(crate) fn is_message_set(message: &MessageDescriptor) -> bool {
    truth(&message.options(), "message_set_wire_format")
}

fn read_columns(options: &DynamicMessage) -> Vec<ColumnOptions> {
    list(options, "column").iter().filter_map(Value::as_message).map(read_column).collect()
}

fn read_column(options: &DynamicMessage) -> ColumnOptions {
    ColumnOptions {
        field: text(options, "field"),
        message: text(options, "message").filter(|message| !message.is_empty()),
        name: text(options, "name"),
        references: read_references(options),
        relation: text(options, "relation"),
        index: value(options, "index").and_then(|v| v.as_bool()),
        unique: value(options, "unique").and_then(|v| v.as_bool()),
        encoding: value(options, "encoding").and_then(|v| v.as_enum_number()).map(read_encoding),
        required: value(options, "required").and_then(|v| v.as_bool()),
        immutable: value(options, "immutable").and_then(|v| v.as_bool()),
        generated: match value(options, "generated").and_then(|v| v.as_enum_number()) {
            Some(1) => Some(Generated::UuidV7),
            Some(2) => Some(Generated::UuidV4),
            Some(3) => Some(Generated::Sequence),
            Some(4) => Some(Generated::CreateTime),
            Some(5) => Some(Generated::UpdateTime),
            Some(_) | None => None,
        },
        storage: value(options, "storage").and_then(|v| v.as_enum_number()).map(|number| match number {
            1 => Some(Storage::Columns),
            2 => Some(Storage::ChildTable),
            3 => Some(Storage::Json),
            4 => Some(Storage::Bytes),
            5 => Some(Storage::NotStored),
            _ => None,
        }),
        backfill: read_backfill(options),
    }
}

fn read_backfill(options: &DynamicMessage) -> Option<BackfillOptions> {
    let backfill = value(options, "backfill").and_then(sub_message)?;
    Some(match text(&backfill, "rust") {
        Some(name) => BackfillOptions::Rust(name),
        None => BackfillOptions::Sql(text(&backfill, "sql").unwrap_or_default()),
    })
}

fn read_dropped(options: &DynamicMessage) -> DroppedOptions {
    DroppedOptions {
        path: list(options, "path").iter().filter_map(Value::as_i32).collect(),
        field: text(options, "field").unwrap_or_default(),
        message: text(options, "message").filter(|message| !message.is_empty()),
    }
}

fn read_references(options: &DynamicMessage) -> Option<References> {
    value(options, "references").and_then(sub_message).map(|references| References {
        table: text(&references, "table").unwrap_or_default(),
        on_delete: match value(&references, "on_delete").and_then(|v| v.as_enum_number()) {
            None | Some(0 | 1) => Some(OnDelete::Restrict),
            Some(2) => Some(OnDelete::Cascade),
            Some(3) => Some(OnDelete::SetNull),
            Some(_) => None,
        },
        says_on_delete: value(&references, "on_delete").is_some(),
        not_enforced: truth(&references, "not_enforced"),
    })
}

fn read_encoding(number: i32) -> Option<Form> {
    Some(match number {
        0 => Form::Own,
        1 => Form::FullRange,
        2 => Form::FloatBits,
        3 => Form::Seconds,
        4 => Form::Milliseconds,
        5 => Form::Microseconds,
        6 => Form::Rfc3339,
        7 => Form::Timestamptz,
        _ => return None,
    })
}

fn read_index(options: &DynamicMessage) -> IndexOptions {
    IndexOptions {
        fields: texts(options, "fields"),
        unique: truth(options, "unique"),
        condition: text(options, "where"),
    }
}

/// Returns the value of an extension, if its file is imported and it is set.
fn extension(options: &DynamicMessage, name: &str) -> Option<Value> {
    let found: Option<(ExtensionDescriptor, &Value)> = options.extensions().find(|(e, _)| e.full_name() == name);
    found.map(|(_, value)| value.clone())
}

/// Returns the value of a field that is set.
fn value(options: &DynamicMessage, name: &str) -> Option<Value> {
    options.has_field_by_name(name).then(|| options.get_field_by_name(name).map(std::borrow::Cow::into_owned)).flatten()
}

fn sub_message(value: Value) -> Option<DynamicMessage> {
    match value {
        Value::Message(message) => Some(message),
        _ => None,
    }
}

fn text(options: &DynamicMessage, name: &str) -> Option<String> {
    value(options, name)?.as_str().map(str::to_owned)
}

fn truth(options: &DynamicMessage, name: &str) -> bool {
    value(options, name).and_then(|v| v.as_bool()).unwrap_or(false)
}

fn list(options: &DynamicMessage, name: &str) -> Vec<Value> {
    value(options, name).and_then(|v| v.as_list().map(<[Value]>::to_vec)).unwrap_or_default()
}

fn texts(options: &DynamicMessage, name: &str) -> Vec<String> {
    list(options, name).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}
