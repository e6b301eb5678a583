//! The messages and enums in reach of a store, as their proto files have them: each field by number.
//!
//! The tree of a record says where values are; this says what they are on the wire, also inside columns of bytes and
//! JSON, and of fields that are not stored. Comparing versions needs both.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Declared, Kind, Source};

/// Every message and enum that the store message reaches through fields, by full name, itself among them.
///
/// A message that contains itself is there once: kinds name messages, so the graph of them may have cycles.
/// Where a column of JSON can hold a `google.protobuf.Any`, the messages that may be in it are in reach too.
///
/// Two are equal where the proto files say the same of messages and enums, in whatever file and order: fields are in the
/// order of their numbers, `reserved` numbers in as few ranges as there can be, `reserved` names in the order of bytes.
/// Enum values alone are in the order of declaration, which says what the first name of a number is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The messages, sorted by full name; those of which [`is_well_known`](crate::is_well_known)
    /// holds are not among them.
    pub messages: Vec<Message>,
    /// The enums, sorted by full name, without `google.protobuf.NullValue`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumType>,
}

/// A message of the API's files that no table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnstoredMessage {
    /// Full protobuf name.
    pub proto: String,
    /// The proto file that declares it.
    pub file: String,
    /// The names of its fields, by number.
    pub fields: Vec<String>,
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
    /// Numbers that may not come back, as ranges with both ends included, which neither overlap nor adjoin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<(u32, u32)>,
    /// Names that may not come back, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved_names: Vec<String>,
    /// Where it is declared.
    #[serde(skip)]
    pub declared: Declared,
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
    /// Whether its values are packed, as the option or the syntax of the file says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub packed: bool,
    /// Whether its message is between two tags, as a `group` of proto2 is, and not behind its length.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
    /// The name of its oneof; none for the oneof of a proto3 `optional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oneof: Option<String>,
    /// Whether it is marked `deprecated`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Where it is declared.
    #[serde(skip)]
    pub source: Source,
}

/// How many values a field has, and whether unset and zero are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
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
    /// Numbers that may not come back, as ranges with both ends included, which neither overlap nor adjoin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<(i32, i32)>,
    /// Names that may not come back, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved_names: Vec<String>,
    /// Where it is declared.
    #[serde(skip)]
    pub declared: Declared,
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
        let at = self.messages.binary_search_by(|message| message.proto.as_str().cmp(proto)).ok()?;
        self.messages.get(at)
    }

    /// Returns the enum of that full name.
    #[must_use]
    pub fn enumeration(&self, proto: &str) -> Option<&EnumType> {
        let at = self.enums.binary_search_by(|enumeration| enumeration.proto.as_str().cmp(proto)).ok()?;
        self.enums.get(at)
    }
}

impl Message {
    /// Returns the field of that number.
    #[must_use]
    pub fn field(&self, number: u32) -> Option<&Field> {
        let at = self.fields.binary_search_by_key(&number, |field| field.number).ok()?;
        self.fields.get(at)
    }

    /// Returns whether a number and a name are both reserved.
    #[must_use]
    pub fn reserves(&self, number: u32, name: &str) -> bool {
        self.reserved.iter().any(|(first, last)| (*first..=*last).contains(&number))
            && self.reserved_names.iter().any(|reserved| reserved == name)
    }
}

impl Field {
    /// Returns the name that JSON is written with.
    #[must_use]
    pub fn json_name(&self) -> Cow<'_, str> {
        self.json.as_deref().map_or_else(|| Cow::Owned(json_name(&self.name)), Cow::Borrowed)
    }
}

impl EnumType {
    /// Returns the first name of a number.
    #[must_use]
    pub fn name(&self, number: i32) -> Option<&str> {
        self.values.iter().find(|(_, of)| *of == number).map(|(name, _)| name.as_str())
    }

    /// Returns whether a number and a name are both reserved.
    #[must_use]
    pub fn reserves(&self, number: i32, name: &str) -> bool {
        self.reserved.iter().any(|(first, last)| (*first..=*last).contains(&number))
            && self.reserved_names.iter().any(|reserved| reserved == name)
    }
}

/// Returns the name that a field has in JSON unless its proto file says another: `image_path` becomes `imagePath`.
#[must_use]
pub fn json_name(name: &str) -> String {
    let mut json = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            json.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    json
}

/// Returns whether a message of that full name is known by its name alone: each version of protobuf has it as it is.
#[must_use]
pub fn is_well_known(proto: &str) -> bool {
    let Some(name) = proto.strip_prefix("google.protobuf.") else { return false };
    matches!(name, "Any" | "Duration" | "Empty" | "FieldMask" | "ListValue" | "NullValue" | "Struct" | "Timestamp")
        || matches!(name, "Value" | "BoolValue" | "BytesValue" | "DoubleValue" | "FloatValue" | "StringValue")
        || matches!(name, "Int32Value" | "Int64Value" | "UInt32Value" | "UInt64Value")
}
