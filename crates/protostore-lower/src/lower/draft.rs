//! A table on its way from descriptors to the model: its fields at any depth, and what was decided about each.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use protostore_schema::{Counted, Form, Generated, Index, OnDelete, Relation, Rules, Type};

use super::entries::Entries;
use crate::annotations::{self, Anchor, BackfillOptions, Behavior, Storage, TableOptions};
use crate::diagnostic::Place;
use crate::option_text::Step;
use crate::sources::Sources;

/// One table: a field of the store message.
pub(crate) struct Draft {
    pub(crate) field: FieldDescriptor,
    pub(crate) message: MessageDescriptor,
    pub(crate) options: TableOptions,
    /// What the `column` lists of the table and of the store say.
    pub(crate) entries: Entries,
    /// SQL name of the table.
    pub(crate) sql: String,
    /// Whether it has at most one row, and no field as its key.
    pub(crate) singleton: bool,
    /// The fields of the record at any depth, in the order of declaration, each after the message around it.
    pub(crate) spots: Vec<Spot>,
    /// Paths that were refused: what is said about them is not said to be unknown as well.
    pub(crate) refused: Vec<Vec<String>>,
    /// The fields of the primary key, in its order.
    pub(crate) key: Vec<usize>,
    /// Whether the key is not what was meant, which was said: what needs to know the key says nothing more.
    pub(crate) key_unknown: bool,
    /// The field that every write changes.
    pub(crate) revision: Option<usize>,
    /// The field that holds the hash of the row and of those before.
    pub(crate) hash_chain: Option<usize>,
    /// Indexes, each with the spot of the repeated field whose child table has it.
    pub(crate) indexes: Vec<(Option<usize>, Index)>,
    /// References of several fields.
    pub(crate) foreign_keys: Vec<Composite>,
    /// The field of the time after which a row is gone.
    pub(crate) expire: Option<usize>,
    /// The field of the time at which a row was deleted.
    pub(crate) soft_delete: Option<usize>,
}

/// A reference of several fields.
pub(crate) struct Composite {
    /// Its place among the `foreign_key` of the table's options.
    pub(crate) number: usize,
    /// The repeated field whose child table has it.
    pub(crate) child: Option<usize>,
    /// The fields, in the order of the other table's key.
    pub(crate) spots: Vec<usize>,
    /// SQL names of their columns.
    pub(crate) columns: Vec<String>,
    pub(crate) target: Target,
}

/// A field somewhere in a record.
pub(crate) struct Spot {
    pub(crate) field: FieldDescriptor,
    /// The message field around it.
    pub(crate) parent: Option<usize>,
    /// The field with a table of its own that it is or is in.
    pub(crate) child: Option<usize>,
    /// Of a field that is not stored: the rows of another table that it shows.
    pub(crate) relation: Option<Relation>,
    /// Field numbers from the record down.
    pub(crate) numbers: Vec<u32>,
    /// Field names from the record down.
    pub(crate) path: Vec<String>,
    pub(crate) shape: Shape,
    pub(crate) part: Part,
    pub(crate) presence: Presence,
    /// Whether `field_behavior` says REQUIRED.
    pub(crate) required: bool,
    /// Whether it is optional in Rust although it is required here: the same field is optional where its message occurs
    /// elsewhere.
    pub(crate) open: bool,
    /// Whether it keeps the value that it has when its row, or its element, is inserted.
    pub(crate) immutable: bool,
    /// What its values must be, or those of its elements.
    pub(crate) rules: Rules,
    /// How many elements it may have.
    pub(crate) counted: Counted,
    /// Whether it is a part of the primary key.
    pub(crate) key: bool,
    /// Whether it is a part of a reference of several fields.
    pub(crate) composite: bool,
    /// Whether it has a reference that was rejected.
    pub(crate) reference_rejected: bool,
    /// The entries that are about it, the one that wins first.
    pub(crate) entries: Vec<usize>,
    pub(crate) column: Merged,
    /// SQL name of the column, or of the child table.
    pub(crate) sql: String,
    /// For a field with a table of its own, SQL names of the columns that hold the owner's key: the record's, and then the place of
    /// each element around.
    pub(crate) owner: Vec<String>,
    /// For a repeated field, SQL name of the column that holds an element's place.
    pub(crate) place_column: String,
}

/// What a field is to the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A field of its message.
    Field,
    /// The key of a map's entries.
    MapKey,
    /// The value of a map's entries.
    MapValue,
}

/// What a field is.
#[derive(Clone)]
pub(crate) enum Shape {
    Scalar(Type),
    Message(MessageDescriptor),
    /// A message in a table of its own.
    Row(MessageDescriptor),
    Scalars(Type),
    Messages(MessageDescriptor),
    /// A map, by the message of its entries.
    Map(MessageDescriptor),
    /// Not stored.
    Absent,
}

/// What a field that is not set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Zero.
    Implicit,
    /// Unset.
    Explicit,
    /// An error, in proto2.
    Required,
    /// Another member of the oneof, or none.
    Member,
}

/// What the field's own annotation and the table's `column` list say together.
#[derive(Clone, Default)]
pub(crate) struct Merged {
    pub(crate) name: Option<(String, Said)>,
    pub(crate) reference: Option<(Target, Said)>,
    pub(crate) index: Option<(bool, Said)>,
    pub(crate) unique: Option<(bool, Said)>,
    pub(crate) encoding: Option<(Form, Said)>,
    pub(crate) generated: Option<(Generated, Said)>,
    pub(crate) required: Option<(bool, Said)>,
    pub(crate) immutable: Option<(bool, Said)>,
    pub(crate) storage: Option<(Storage, Said)>,
    pub(crate) relation: Option<(String, Said)>,
    /// The value for rows that are there already.
    pub(crate) backfill: Option<(BackfillOptions, Said)>,
}

/// A reference as it is written.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) table: String,
    pub(crate) on_delete: OnDelete,
    pub(crate) enforced: bool,
}

/// Where something about a column is said: in which option, and at which entry of it.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) anchor: Anchor,
    pub(crate) entry: Option<Step>,
}

impl Said {
    /// Returns the place of what is at `steps` in the column's options.
    pub(crate) fn place(&self, sources: &Sources, steps: &[Step]) -> Place {
        let all: Vec<Step> = self.entry.iter().copied().chain(steps.iter().copied()).collect();
        self.anchor.place(sources, &all)
    }
}

impl Draft {
    /// Returns the place of what is at `steps` in the table's options, or of the field.
    pub(crate) fn place(&self, sources: &Sources, steps: &[Step]) -> Place {
        annotations::table_anchor(&self.field).place(sources, steps)
    }

    /// Returns the place of the table's name.
    pub(crate) fn name_place(&self, sources: &Sources) -> Place {
        name_place(&self.field, sources)
    }

    /// Returns the members of a message field, or of the record.
    pub(crate) fn members(&self, parent: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        (0..self.spots.len()).filter(move |i| self.spots[*i].parent == parent)
    }

    /// Returns whether a message is around the field, in the table whose column the field is.
    pub(crate) fn is_inside(&self, spot: &Spot) -> bool {
        // The value of a map is always there.
        let around = spot.parent.map(|p| &self.spots[p]).filter(|p| p.part != Part::MapValue);
        around.is_some_and(|_| spot.parent != spot.child)
    }

    /// Returns whether the field, or a message around it, is OUTPUT_ONLY.
    pub(crate) fn is_output_only(&self, i: usize) -> bool {
        let says = |at: &usize| annotations::behaviors(&self.spots[*at].field).contains(&Behavior::OutputOnly);
        std::iter::successors(Some(i), |at| self.spots[*at].parent).any(|at| says(&at))
    }

    /// Returns whether the field is `debug_redact`; the parts of a map's entries are what the map is.
    pub(crate) fn is_redacted(&self, spot: &Spot) -> bool {
        let map = spot.parent.filter(|_| spot.part != Part::Field).map(|map| &self.spots[map].field);
        annotations::is_redacted(map.unwrap_or(&spot.field))
    }

    /// Returns the repeated fields around a field, from the outermost.
    pub(crate) fn lists_around(&self, spot: &Spot) -> Vec<usize> {
        let ancestors = std::iter::successors(spot.parent, |at| self.spots[*at].parent);
        let mut lists: Vec<usize> = ancestors.filter(|at| self.spots[*at].is_repeated()).collect();
        lists.reverse();
        lists
    }

    /// Returns the field in whose table the table of a field is, if it is not the record's.
    pub(crate) fn table_around(&self, spot: &Spot) -> Option<usize> {
        std::iter::successors(spot.parent, |at| self.spots[*at].parent).find(|at| self.spots[*at].has_table())
    }

    /// Returns the key or the value of a map's entries.
    pub(crate) fn entry(&self, map: usize, part: Part) -> Option<usize> {
        self.members(Some(map)).find(|i| self.spots[*i].part == part)
    }
}

impl Spot {
    /// Returns the path as an annotation has it: `root_drive.image_path`.
    pub(crate) fn dotted(&self) -> String {
        self.path.join(".")
    }

    /// Returns the place of the field's name.
    pub(crate) fn place(&self, sources: &Sources) -> Place {
        name_place(&self.field, sources)
    }

    /// Returns the type of the values in its column, if it has one.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match &self.shape {
            Shape::Scalar(ty) | Shape::Scalars(ty) => Some(ty),
            Shape::Message(_) | Shape::Row(_) | Shape::Messages(_) | Shape::Map(_) | Shape::Absent => None,
        }
    }

    /// Returns whether it is not stored.
    pub(crate) fn shape_is_absent(&self) -> bool {
        matches!(self.shape, Shape::Absent)
    }

    /// Returns the form in which its values are in their column.
    pub(crate) fn form(&self) -> Form {
        let stored = match self.column.storage {
            Some((Storage::Bytes, _)) => Form::Bytes,
            Some((Storage::Json, _)) => Form::Json,
            _ => Form::Own,
        };
        match &self.column.encoding {
            Some((form, _)) => *form,
            None if self.ty().is_some_and(|ty| stored.is_of(ty)) => stored,
            None => Form::Own,
        }
    }

    /// Returns whether it has a table of its own, with any number of rows for each owner: a list or a map.
    pub(crate) fn is_repeated(&self) -> bool {
        match &self.shape {
            Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_) | Shape::Absent => false,
            Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) => true,
        }
    }

    /// Returns whether it has a table of its own.
    pub(crate) fn has_table(&self) -> bool {
        self.is_repeated() || matches!(self.shape, Shape::Row(_))
    }

    /// Returns whether the zero value is stored as NULL: a reference where zero means none.
    pub(crate) fn null_for_zero(&self) -> bool {
        let single = !self.is_repeated() && self.part == Part::Field;
        let plain = self.presence == Presence::Implicit && single && !self.required && !self.key;
        // A number in a reference of several fields may be a part of a key that is 0.
        let text = matches!(self.ty(), Some(Type::String | Type::Bytes));
        (self.column.reference.is_some() || (self.composite && text)) && plain
    }
}

/// Returns the map that a field is the key or the value of: the entries have no place in the file.
pub(super) fn map_of(field: &FieldDescriptor) -> Option<FieldDescriptor> {
    let entry = field.parent_message();
    let around = entry.parent_message().filter(|_| entry.is_map_entry())?;
    around.fields().find(|field| field.kind().as_message() == Some(entry))
}

/// Returns the place of a field's name.
pub(crate) fn name_place(field: &FieldDescriptor, sources: &Sources) -> Place {
    let map = map_of(field);
    let field = map.as_ref().unwrap_or(field);
    let path: Vec<i32> = field.path().iter().copied().chain([1]).collect();
    sources.place(field.parent_file().name(), &path)
}

/// Returns the place of a field's type, or of its name where the type is a word such as `string`.
pub(crate) fn type_place(field: &FieldDescriptor, sources: &Sources) -> Place {
    let map = map_of(field);
    let field = map.as_ref().unwrap_or(field);
    let file = field.parent_file().name().to_owned();
    let path: Vec<i32> = field.path().iter().copied().chain([6]).collect();
    let span = sources.span(&file, &path);
    span.map_or_else(|| name_place(field, sources), |span| Place { file, span: Some(span) })
}

/// The message without fields, of which there is one value. Prost has no type of its own for it.
pub(crate) const EMPTY: &str = "google.protobuf.Empty";

/// Returns the type of a column that holds values of that kind; `None` for a message that has columns of its own.
pub(crate) fn column_type(kind: &Kind) -> Option<Type> {
    Some(match kind {
        Kind::Bool => Type::Bool,
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Type::Int32,
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Type::Int64,
        Kind::Uint32 | Kind::Fixed32 => Type::Uint32,
        Kind::Uint64 | Kind::Fixed64 => Type::Uint64,
        Kind::Float => Type::Float,
        Kind::Double => Type::Double,
        Kind::String => Type::String,
        Kind::Bytes => Type::Bytes,
        Kind::Enum(enumeration) => Type::Enum(enumeration.full_name().to_owned()),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => Type::Timestamp,
            "google.protobuf.Duration" => Type::Duration,
            "google.protobuf.BoolValue" => Type::Bool,
            "google.protobuf.Int32Value" => Type::Int32,
            "google.protobuf.Int64Value" => Type::Int64,
            "google.protobuf.UInt32Value" => Type::Uint32,
            "google.protobuf.UInt64Value" => Type::Uint64,
            "google.protobuf.FloatValue" => Type::Float,
            "google.protobuf.DoubleValue" => Type::Double,
            "google.protobuf.StringValue" => Type::String,
            "google.protobuf.BytesValue" => Type::Bytes,
            "google.protobuf.Struct" => Type::Struct,
            "google.protobuf.Value" => Type::Value,
            "google.protobuf.ListValue" => Type::ListValue,
            "google.protobuf.Any" => Type::Any,
            "google.protobuf.FieldMask" => Type::FieldMask,
            _ => return None,
        },
    })
}

/// Returns the word for a type in a proto file.
pub(crate) fn type_word(ty: &Type) -> &str {
    match ty {
        Type::Bool => "bool",
        Type::Int32 => "int32",
        Type::Int64 => "int64",
        Type::Uint32 => "uint32",
        Type::Uint64 => "uint64",
        Type::Float => "float",
        Type::Double => "double",
        Type::String => "string",
        Type::Bytes => "bytes",
        Type::Enum(name) => name,
        Type::Timestamp => "google.protobuf.Timestamp",
        Type::Duration => "google.protobuf.Duration",
        Type::Struct => "google.protobuf.Struct",
        Type::Value => "google.protobuf.Value",
        Type::ListValue => "google.protobuf.ListValue",
        Type::Any => "google.protobuf.Any",
        Type::FieldMask => "google.protobuf.FieldMask",
        Type::Message(message) => &message.proto,
        Type::Repeated(_) => "repeated field in one column",
    }
}

/// Returns the word for a form in an annotation.
pub(crate) fn form_word(form: Form) -> &'static str {
    match form {
        Form::Own => "none",
        Form::FullRange => "FULL_RANGE",
        Form::FloatBits => "FLOAT_BITS",
        Form::Seconds => "SECONDS",
        Form::Milliseconds => "MILLISECONDS",
        Form::Microseconds => "MICROSECONDS",
        Form::Rfc3339 => "RFC3339",
        Form::Timestamptz => "TIMESTAMPTZ",
        Form::Json => "JSON",
        Form::Bytes => "BYTES",
    }
}
