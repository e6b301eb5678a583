//! Messages that are in columns of JSON, where a field goes by its name: a view of the messages in reach.

/// The messages and enums that a store keeps as JSON, with all of their names: [`Schema::documents`](crate::Schema::documents).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    /// The messages, by full name.
    pub messages: Vec<Document>,
    /// The enums, by full name.
    pub enums: Vec<DocumentEnum>,
    /// Whether there is a value that any of the messages may be in.
    pub holds_any: bool,
}

/// A message, or as many of its fields as are stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Full protobuf name.
    pub proto: String,
    /// Its fields, by number.
    pub fields: Vec<DocumentField>,
    /// Whether these are all of its fields.
    pub whole: bool,
}

/// A field of a message in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentField {
    /// Its number, which never changes.
    pub number: u32,
    /// The name in the proto file, which is read too.
    pub name: String,
    /// The name that is written.
    pub json: String,
    /// How many values it has, and when it is set.
    pub shape: DocumentShape,
    /// The type of a value.
    pub kind: DocumentKind,
    /// The lowest number in its oneof, if it is in one.
    pub oneof: Option<u32>,
}

/// How many values a field in JSON has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentShape {
    /// One; zero and unset are the same.
    Plain,
    /// One or none.
    Optional,
    /// Any number.
    List,
    /// Any number, packed in protobuf's bytes.
    Packed,
    /// Any number, by keys of this type.
    Map(DocumentScalar),
}

/// The type of a value in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "those without a sentence are messages of `google.protobuf`")]
pub enum DocumentKind {
    /// A scalar.
    Scalar(DocumentScalar),
    /// The enum of that full name.
    Enum(String),
    /// The message of that full name.
    Message(String),
    /// A scalar in a message of `google.protobuf`.
    Wrapper(DocumentScalar),
    /// The enum of one value, null.
    Null,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Empty,
    Any,
}

/// A scalar, as a proto file has it: each has bytes and a notation of its own.
#[allow(missing_docs, reason = "named as in a proto file")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentScalar {
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
}

/// An enum in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentEnum {
    /// Full protobuf name.
    pub proto: String,
    /// All names with their numbers, aliases too, in the order of declaration.
    pub values: Vec<(String, i32)>,
}

impl Documents {
    /// Returns whether the store keeps nothing as JSON.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.enums.is_empty()
    }

    /// Returns the message of that full name.
    #[must_use]
    pub fn message(&self, proto: &str) -> Option<&Document> {
        self.messages.iter().find(|message| message.proto == proto)
    }
}
