//! The messages and enums in reach of a store, as their proto files have them: each field by number.
//!
//! The tree of a record says where values stand; this says what they are on the wire, also inside columns of bytes and
//! JSON, and of fields that are not stored. Comparing versions needs both.

use serde::{Deserialize, Serialize};

use crate::Kind;

/// Every message and enum that the store message reaches through fields, by full name, itself among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The messages, sorted by full name; well-known types of `google.protobuf` are not among them.
    pub messages: Vec<Message>,
    /// The enums, sorted by full name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumType>,
}

/// A message, with all of its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Full protobuf name.
    pub proto: String,
    /// Whether it is the entry of a map, which has a key, 1, and a value, 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub entry: bool,
    /// Its fields, by number.
    pub fields: Vec<Field>,
    /// Numbers that may not come back, as ranges with both ends included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<(u32, u32)>,
    /// Names that may not come back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved_names: Vec<String>,
}

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its number.
    pub number: u32,
    /// The name in the proto file.
    pub name: String,
    /// The name in JSON, where it is not the lowerCamelCase of `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// What its values are; of a map, the message of its entries.
    pub kind: Kind,
    /// How many values it has, and whether unset and zero are two.
    pub label: Label,
    /// Whether its values are packed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub packed: bool,
    /// The name of its oneof; none for the oneof of a proto3 `optional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oneof: Option<String>,
    /// Whether it is marked `deprecated`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
}

/// How many values a field has, and whether unset and zero are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// One scalar; zero and unset are the same.
    Implicit,
    /// One value or none: `optional`, a message, a member of a oneof.
    Optional,
    /// One value, `required` of proto2.
    Required,
    /// Any number.
    Repeated,
    /// Any number, each under a key.
    Map,
}

/// An enum, with all of its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumType {
    /// Full protobuf name.
    pub proto: String,
    /// Whether a number without a name is no value of it: an enum of proto2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// All names with their numbers, aliases too, in the order of declaration.
    pub values: Vec<(String, i32)>,
    /// Numbers that may not come back, as ranges with both ends included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<(i32, i32)>,
    /// Names that may not come back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved_names: Vec<String>,
}

impl Reach {
    /// Returns whether nothing is in it, as in a schema that was not lowered from descriptors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.enums.is_empty()
    }

    /// Returns the message of that full name.
    #[must_use]
    pub fn message(&self, proto: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.proto == proto)
    }

    /// Returns the enum of that full name.
    #[must_use]
    pub fn enumeration(&self, proto: &str) -> Option<&EnumType> {
        self.enums.iter().find(|enumeration| enumeration.proto == proto)
    }
}

impl Message {
    /// Returns the field of that number.
    #[must_use]
    pub fn field(&self, number: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    /// Returns whether a number and a name are both reserved.
    #[must_use]
    pub fn reserves(&self, number: u32, name: &str) -> bool {
        self.reserved.iter().any(|(first, last)| (*first..=*last).contains(&number))
            && self.reserved_names.iter().any(|reserved| reserved == name)
    }
}
