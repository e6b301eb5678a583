//! What `google.api.field_behavior` says of the fields of messages in requests and responses. No part of SQL,
//! nor of a snapshot.

use crate::TypeName;

/// A message that is a record, or has fields inside that a request or a response leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageBehavior {
    /// Full protobuf name.
    pub proto: String,
    /// Path of the generated message below the crate's `proto` module.
    pub message: String,
    /// Its fields that are left out, or have such fields inside.
    pub fields: Vec<FieldBehavior>,
}

/// A field that a request or a response leaves out, or that has such fields inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldBehavior {
    /// Its number.
    pub number: u32,
    /// Its name in the proto file.
    pub name: String,
    /// Its name in Rust: that of the oneof, if it is a member.
    pub rust: String,
    /// How the message holds it.
    pub shape: FieldShape,
    /// Whether the service gives the value: a request leaves it out.
    pub output_only: bool,
    /// Whether only requests have it: a response leaves it out.
    pub input_only: bool,
    /// Whether its message has fields at any depth that are `output_only`.
    pub output_inside: bool,
    /// Whether its message has fields at any depth that are `input_only`.
    pub input_inside: bool,
    /// Whether it is marked `deprecated`.
    pub deprecated: bool,
}

/// How a message holds a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldShape {
    /// One value, or an `Option` of it.
    Single,
    /// A list.
    List,
    /// A map.
    Map,
    /// A variant of a oneof.
    Member {
        /// The oneof's type, and what the variant is called.
        oneof: TypeName,
        /// Name of the variant.
        variant: String,
    },
}
