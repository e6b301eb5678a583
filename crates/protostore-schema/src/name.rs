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

/// A place in a proto file. Not part of a snapshot: moving a line changes no schema, so any two places are equal.
#[derive(Clone, Debug, Default, Eq)]
pub struct Source {
    /// The file as it is imported, `aurae/vms/v0/vms.proto`.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Where a message or enum is declared, and where a further line of it goes. As a [`Source`], any two are equal.
///
/// ```
/// use protostore_schema::{Declared, Source};
///
/// // 1  message Machine {
/// // 2    string id = 1;
/// // 3    reserved 4;
/// // 4  }
/// let source = Source { file: "machines.proto".to_owned(), line: 1, column: 1 };
/// let declared = Declared { source, after: 3, others: false };
/// assert_eq!(declared, Declared::default());
/// ```
#[derive(Clone, Debug, Default, Eq)]
pub struct Declared {
    /// Where it begins.
    pub source: Source,
    /// The line after which a further `reserved` goes: that on which its last `reserved` ends, else that of its last
    /// member, else that of its name; 0 where it is not known.
    pub after: u32,
    /// Whether the file belongs to others, so that nothing can be written in it.
    pub others: bool,
}

impl PartialEq for Declared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
