//! The tree of a record: what its fields are and where their values are.

use serde::{Deserialize, Serialize};

use crate::{Column, Counted, Docs, ForeignKey, Index, Name, Type, TypeName};

/// One member of a message, in the order of declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "node", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "a schema is built once and read in order; boxes would only hide its shape"
)]
pub enum Node {
    /// A field of one value.
    Scalar(Scalar),
    /// A message, flattened into columns.
    Group(Group),
    /// Members of which at most one is set.
    Oneof(Oneof),
    /// A repeated field, or a message, in a table of its own.
    Child(ChildTable),
    /// A field that is not stored: the record lacks it, and a message that sets it is refused.
    Absent(Absent),
}

/// A field that is not stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// The field's own name, without the path.
    pub name: Name,
    /// Whether the field is marked `deprecated`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// The rows of another table that it shows on request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
}

/// The rows of a table whose reference names the row of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// SQL name of the table whose rows are shown; in a snapshot its number.
    #[serde(with = "crate::by_number::table")]
    pub table: String,
    /// SQL name of its column that refers; in a snapshot its path of field numbers.
    pub column: String,
    /// Whether there may be several of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub many: bool,
    /// Whether the API's field is a `Box`, because the message contains itself. No part of a snapshot.
    #[serde(skip)]
    pub boxed: bool,
}

/// A field of one value, in one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "crate::scalar_text::ScalarText", into = "crate::scalar_text::ScalarText")]
pub struct Scalar {
    /// The field's own name, without the path; `rust` is the field of the struct.
    pub name: Name,
    /// Whether the Rust field is an `Option`: unset and zero are two values.
    pub optional: bool,
    /// Whether the message's field is an `Option`, which differs from `optional` where a required field was declared
    /// `optional`.
    pub optional_in_message: bool,
    /// Whether the Rust field is an `Option` although the field must be set here: another place of the same message
    /// leaves it open, and both are one type in Rust.
    pub open: bool,
    /// Whether the zero value is stored as NULL: a reference of implicit presence, where zero means none.
    pub null_for_zero: bool,
    /// Whether the field keeps the value that it has when its row is inserted.
    pub immutable: bool,
    /// Whether the field is marked `deprecated`.
    pub deprecated: bool,
    /// Where the value is.
    pub column: Column,
}

/// A message whose fields are columns of the table that it is in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The field's own name, without the path.
    pub name: Name,
    /// The message's type.
    pub message: TypeName,
    /// What the message says of itself.
    #[serde(skip)]
    pub message_docs: Docs,
    /// The proto file of the message.
    #[serde(skip)]
    pub message_file: String,
    /// Whether the message must be set, so that the Rust field is no `Option`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether the Rust field is an `Option` although the message must be set here, as [`Scalar::open`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Whether the API's field is a `Box`, because the message contains itself. No part of a snapshot.
    #[serde(skip)]
    pub boxed: bool,
    /// Whether the message keeps, in all of its fields, the value that it has when its row is inserted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub immutable: bool,
    /// Whether the field is marked `deprecated`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Whether the message is set.
    pub presence: Column,
    /// Its members. A message may have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
}

/// Members of which at most one is set. It has no number, hence no column of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oneof {
    /// Its name; `proto` and `sql` with the path of the messages around it, `rust` the field of the struct.
    pub name: Name,
    /// `proto` is the oneof's full name; the Rust type is an enum over the members.
    pub ty: TypeName,
    /// What the oneof says of itself.
    #[serde(skip)]
    pub docs: Docs,
    /// Whether one of the members must be set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The members.
    pub variants: Vec<Variant>,
}

/// A member of a oneof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The variant's name in Rust, here and in the message: `Kernel`.
    pub rust: String,
    /// The field: a [`Node::Scalar`] that is optional, a [`Node::Group`], or a [`Node::Child`] of one row.
    pub node: Node,
}

/// The table of a repeated or map field: a row an element, that lives and dies with its owner. Of a message: one row or
/// none.
///
/// A join table is one whose element is a scalar with a reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildTable {
    /// The table's name; `proto` is the path of the field, `rust` that path in snake_case.
    pub name: Name,
    /// The field's own name, without the path.
    pub field: Name,
    /// Field numbers from the record down.
    pub path: Vec<u32>,
    /// Whether the field is marked `deprecated`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// What the field says of itself.
    #[serde(skip)]
    pub docs: Docs,
    /// The owner's key, part by part; first in the child's key. Inside an element of another child table, the record's
    /// key and then the place of each element around, from the outermost.
    pub owner: Vec<Column>,
    /// Where an element is among its owner's; last in the child's key, where it has a column.
    pub place: Place,
    /// An element: of a map, its value.
    pub item: Item,
    /// How many elements there may be.
    #[serde(default, skip_serializing_if = "Counted::is_empty")]
    pub counted: Counted,
    /// Whether all of its rows together keep what they are when the owner is inserted. What an element keeps while it is
    /// there, its members say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub immutable: bool,
    /// Indexes beside the primary key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// References of several columns, those of the owner's key among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
}

/// Where an element is among its owner's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// In the order of a repeated field: increasing, gaps allowed.
    Position(Column),
    /// Under a key of a map.
    Key(Column),
    /// Alone: a message that is not repeated, in one row where it is set, and none where it is not.
    Alone(Alone),
}

/// A message in a table of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alone {
    /// Whether the message must be set, so that the Rust field is no `Option`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether the API's field is a `Box`, because the message contains itself. No part of a snapshot.
    #[serde(skip)]
    pub boxed: bool,
    /// Whether the message is left out of the readable views and of Rust's `Debug`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// An element of a repeated field, or a value of a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Item {
    /// A scalar, in the column `value`.
    Scalar(Column),
    /// A message, its members in columns of the child table.
    Message {
        /// The message's type.
        message: TypeName,
        /// What the message says of itself.
        #[serde(skip)]
        docs: Docs,
        /// The proto file of the message.
        #[serde(skip)]
        file: String,
        /// Its members. A message may have none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nodes: Vec<Node>,
    },
}

impl Place {
    /// Returns the column, if it takes one to tell an element from the others.
    #[must_use]
    pub fn column(&self) -> Option<&Column> {
        match self {
            Self::Position(column) | Self::Key(column) => Some(column),
            Self::Alone(_) => None,
        }
    }

    /// Returns whether the elements are left out of the readable views and of Rust's `Debug`.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        match self {
            Self::Position(column) | Self::Key(column) => column.redacted,
            Self::Alone(alone) => alone.redacted,
        }
    }
}

impl Node {
    /// Returns the columns that are in the same table, in their order in SQL.
    #[must_use]
    pub fn columns(&self) -> Vec<&Column> {
        match self {
            Self::Scalar(scalar) => vec![&scalar.column],
            Self::Group(group) => {
                std::iter::once(&group.presence).chain(group.nodes.iter().flat_map(Self::columns)).collect()
            }
            Self::Oneof(oneof) => oneof.variants.iter().flat_map(|v| v.node.columns()).collect(),
            Self::Child(_) | Self::Absent(_) => Vec::new(),
        }
    }

    /// Returns the child tables at or below this member, without those inside their elements.
    #[must_use]
    pub fn children(&self) -> Vec<&ChildTable> {
        match self {
            Self::Scalar(_) | Self::Absent(_) => Vec::new(),
            Self::Group(group) => group.nodes.iter().flat_map(Self::children).collect(),
            Self::Oneof(oneof) => oneof.variants.iter().flat_map(|v| v.node.children()).collect(),
            Self::Child(child) => vec![child],
        }
    }

    /// Returns the member's name: the field's, or the oneof's.
    #[must_use]
    pub fn name(&self) -> &Name {
        match self {
            Self::Scalar(scalar) => &scalar.name,
            Self::Group(group) => &group.name,
            Self::Oneof(oneof) => &oneof.name,
            Self::Child(child) => &child.field,
            Self::Absent(absent) => &absent.name,
        }
    }
}

impl ChildTable {
    /// Returns the element's columns, without those of the key.
    #[must_use]
    pub fn item_columns(&self) -> Vec<&Column> {
        match &self.item {
            Item::Scalar(column) => vec![column],
            Item::Message { nodes, .. } => nodes.iter().flat_map(Node::columns).collect(),
        }
    }

    /// Returns all columns, in their order in SQL.
    #[must_use]
    pub fn columns(&self) -> Vec<&Column> {
        let mut columns = self.key_columns();
        columns.extend(self.item_columns());
        columns
    }

    /// Returns the columns of the primary key: the owner's, then the place.
    #[must_use]
    pub fn key_columns(&self) -> Vec<&Column> {
        self.owner.iter().chain(self.place.column()).collect()
    }

    /// Returns the child tables inside an element, without those inside their elements.
    #[must_use]
    pub fn nested(&self) -> Vec<&ChildTable> {
        match &self.item {
            Item::Scalar(_) => Vec::new(),
            Item::Message { nodes, .. } => nodes.iter().flat_map(Node::children).collect(),
        }
    }

    /// Returns this table and those inside its elements at any depth, each before what is inside it.
    #[must_use]
    pub fn with_nested(&self) -> Vec<&ChildTable> {
        std::iter::once(self).chain(self.nested().into_iter().flat_map(Self::with_nested)).collect()
    }

    /// Returns the reference that makes this a join table.
    #[must_use]
    pub fn joins(&self) -> Option<&crate::Reference> {
        match &self.item {
            Item::Scalar(column) => column.reference.as_ref(),
            Item::Message { .. } => None,
        }
    }
}

impl Type {
    /// Returns whether values of this type can be a part of a key.
    #[must_use]
    pub fn can_be_key(&self) -> bool {
        match self {
            Self::Bool | Self::Int32 | Self::Int64 | Self::Uint32 | Self::Uint64 => true,
            Self::String | Self::Bytes | Self::Enum(_) | Self::Timestamp | Self::Duration => true,
            Self::Float | Self::Double => false,
            Self::Struct | Self::Value | Self::ListValue | Self::Any | Self::FieldMask => false,
            Self::Message(_) | Self::Repeated(_) => false,
        }
    }

    /// Returns whether an index of values of this type finds or orders anything: JSON, protobuf bytes and lists of
    /// paths are compared as text or bytes, not as what they say.
    #[must_use]
    pub fn can_be_indexed(&self) -> bool {
        match self {
            Self::Bool | Self::Int32 | Self::Int64 | Self::Uint32 | Self::Uint64 | Self::Float | Self::Double => true,
            Self::String | Self::Bytes | Self::Enum(_) | Self::Timestamp | Self::Duration => true,
            Self::Struct | Self::Value | Self::ListValue | Self::Any | Self::FieldMask => false,
            Self::Message(_) | Self::Repeated(_) => false,
        }
    }
}
