//! What is known of a column: of which field it holds what, and in which form.

pub use protostore_sql::Ty;

/// One column.
///
/// Its identity is the number of the record's table, `path` and `role`; name and field may be renamed.
#[derive(Debug)]
pub struct Column {
    /// The SQL name.
    pub name: &'static str,
    /// The path of the field from the record, `root_drive.image_path`.
    pub field: &'static str,
    /// The same path in field numbers, `[6, 2]`; of a map's value and what is in it, with the numbers of the entry's fields.
    pub path: &'static [u32],
    /// What the column holds of the field.
    pub role: Role,
    /// What the proto file says that the values are; none where they are no part of the message.
    pub kind: Option<ProtoKind>,
    /// The type in SQL; that of a reference is the one of the column that it refers to.
    pub ty: Ty,
    /// The form of the values in the column.
    pub encoding: Encoding,
    /// Who writes and reads the field.
    pub behaviors: Behaviors,
}

/// What a column holds of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The value of a field, or of an element of a repeated field; a repeated field as a whole that is stored in one column.
    Value,
    /// Whether a message is set: 0 or 1.
    Presence,
    /// A part of the record's key in a child table; the path is that of the key's field.
    OwnerKey,
    /// The order of an element among its owner's: increasing, with gaps.
    Position,
    /// The key of an entry of a map.
    MapKey,
    /// The key of a table of at most one row, which is always 1.
    Singleton,
}

/// The kind of a field, as its proto file has it. On the wire `int32`, `sint32` and `sfixed32` are three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in a proto file")]
pub enum ProtoKind {
    Bool,
    Int32,
    Sint32,
    Sfixed32,
    Int64,
    Sint64,
    Sfixed64,
    Uint32,
    Fixed32,
    Uint64,
    Fixed64,
    Float,
    Double,
    String,
    Bytes,
    Enum(&'static ProtoEnum),
    /// The message of that full name; a wrapper, a time and a group are messages too.
    Message(&'static str),
}

/// An enum of a proto file: `VirtualMachineState::PROTO_ENUM`.
#[derive(Debug, PartialEq, Eq)]
pub struct ProtoEnum {
    /// The full name, `aurae.vms.v0.VirtualMachine.State`.
    pub name: &'static str,
    /// The values with their numbers, the first declared of each number.
    ///
    /// Empty where records hold the enum only inside messages and lists that are stored as one value.
    pub values: &'static [(&'static str, i32)],
}

impl ProtoEnum {
    /// Returns the name of a number.
    #[must_use]
    pub const fn name_of(&self, number: i32) -> Option<&'static str> {
        let mut at = 0;
        while at < self.values.len() {
            if self.values[at].1 == number {
                return Some(self.values[at].0);
            }
            at += 1;
        }
        None
    }

    /// Returns the number of a name.
    #[must_use]
    pub fn number_of(&self, name: &str) -> Option<i32> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
    }
}

/// The form of values in a column, as `encoding` and `storage` of the field's annotation choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// That of the type: a number, a text, the nanoseconds of a time, the protobuf bytes of a message.
    Own,
    /// A 64-bit unsigned number as the signed `value XOR 2^63`.
    FullRange,
    /// A floating-point number as the integer of its bits.
    FloatBits,
    /// A time as the number of its seconds.
    Seconds,
    /// A time as the number of its milliseconds.
    Milliseconds,
    /// A time as the number of its microseconds.
    Microseconds,
    /// A point in time as PostgreSQL's own type; elsewhere as the number of its microseconds.
    Timestamptz,
    /// A point in time as text of 30 characters.
    Rfc3339,
    /// A message, or all of a repeated field, as canonical protobuf JSON.
    Json,
    /// A string as its UTF-8; a well-known message as its protobuf bytes.
    Bytes,
}

/// Who writes and reads a field, as `google.api.field_behavior`, `debug_redact` and the store's annotations say it of the field or of a message around it.
///
/// ```
/// use protostore::Behaviors;
///
/// let behaviors = Behaviors::OUTPUT_ONLY.with(Behaviors::IMMUTABLE);
/// assert!(behaviors.has(Behaviors::IMMUTABLE) && !behaviors.has(Behaviors::REDACTED));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Behaviors(u8);

impl Behaviors {
    /// Nothing is said of the field.
    pub const NONE: Self = Self(0);
    /// The service gives the value; a request leaves it out.
    pub const OUTPUT_ONLY: Self = Self(1);
    /// Only requests have the value; a response leaves it out.
    pub const INPUT_ONLY: Self = Self(2);
    /// The value is that of the insert.
    pub const IMMUTABLE: Self = Self(4);
    /// The value is left out of logs and of readable views.
    pub const REDACTED: Self = Self(8);

    /// Returns these and the others.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns whether all of these are said of the field.
    #[must_use]
    pub const fn has(self, all: Self) -> bool {
        self.0 & all.0 == all.0
    }
}
