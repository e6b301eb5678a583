//! Names, comments and places. A name is decided once, while lowering, in every spelling it will need.

use serde::{Deserialize, Serialize};

/// What a table, field or value is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// As the proto has it; for a column the path of fields, `root_drive.image_path`.
    pub proto: String,
    /// As SQL has it, without quotes: `root_drive__image_path`.
    pub sql: String,
    /// As Rust has it: `root_drive_image_path`. Without `r#`, which emission adds to keywords.
    pub rust: String,
}

/// What a message or enum is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeName {
    /// Full protobuf name, `aurae.vms.v0.VirtualMachine.State`.
    pub proto: String,
    /// Name of the type among the records, `VirtualMachineState`; unique in the store.
    pub rust: String,
    /// Path of the generated message below the crate's `proto` module, `aurae::vms::v0::virtual_machine::State`.
    pub message: String,
}

/// A leading comment: its lines, without markers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Docs(pub Vec<String>);

impl Docs {
    /// Returns whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A place in a proto file. Not part of a snapshot: moving a line changes no schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file as it is imported, `aurae/vms/v0/vms.proto`.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}
