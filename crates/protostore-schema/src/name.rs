//! Names, comments and places. A name is decided once, while lowering, in every spelling it will need.

use serde::{Deserialize, Serialize};

/// What a table, field or value is called. In a snapshot it is `proto` alone where the others follow from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "NameText", into = "NameText")]
pub struct Name {
    /// As the proto has it; for a column the path of fields, `root_drive.image_path`.
    pub proto: String,
    /// As SQL has it, without quotes: `root_drive__image_path`.
    pub sql: String,
    /// As Rust has it: `root_drive_image_path`. Without `r#`, which emission adds to keywords.
    pub rust: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum NameText {
    Plain(String),
    Spelled(Spelled),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled {
    proto: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rust: Option<String>,
}

impl From<Name> for NameText {
    fn from(Name { proto, sql, rust }: Name) -> Self {
        let rust = Some(rust).filter(|rust| *rust != usual_rust(&sql));
        let sql = Some(sql).filter(|sql| *sql != usual_sql(&proto));
        match (&sql, &rust) {
            (None, None) => Self::Plain(proto),
            _ => Self::Spelled(Spelled { proto, sql, rust }),
        }
    }
}

impl From<NameText> for Name {
    fn from(text: NameText) -> Self {
        let Spelled { proto, sql, rust } = match text {
            NameText::Plain(proto) => Spelled { proto, sql: None, rust: None },
            NameText::Spelled(spelled) => spelled,
        };
        let sql = sql.unwrap_or_else(|| usual_sql(&proto));
        let rust = rust.unwrap_or_else(|| usual_rust(&sql));
        Self { proto, sql, rust }
    }
}

fn usual_sql(proto: &str) -> String {
    proto.replace('.', "__")
}

fn usual_rust(sql: &str) -> String {
    sql.trim_start_matches('_').replace("__", "_")
}

/// What a message or enum is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeName {
    /// Full protobuf name, `aurae.vms.v0.VirtualMachine.State`.
    pub proto: String,
    /// Name of the type among the records, `VirtualMachineState`; unique in the store.
    pub rust: String,
    /// Path of the generated message below the crate's `proto` module, `aurae::vms::v0::virtual_machine::State`; empty where
    /// it was read from a snapshot.
    #[serde(skip)]
    pub message: String,
}

/// A leading comment: its lines, without markers. No part of a snapshot: a migration keeps those it was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// member, else that of its name; 0 where it is not known, or where that line ends the message.
    pub after: u32,
    /// Whether the file belongs to others, so that nothing can be written in it.
    pub others: bool,
}

impl PartialEq for Declared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
