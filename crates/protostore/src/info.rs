//! What an open store knows about itself.

use std::path::PathBuf;
use std::time::SystemTime;

/// What an open store knows about itself.
#[derive(Clone, Debug)]
pub struct Info {
    /// The full name of the store message.
    pub store: &'static str,
    /// The version of the schema in the database.
    pub version: u32,
    /// The same as a semantic version.
    pub semver: &'static str,
    /// The version of the rules that map protobuf onto SQL.
    pub mapping: u32,
    /// The version of SQLite.
    pub sqlite: String,
    /// The version of SQLCipher, where the file is encrypted.
    pub cipher: Option<String>,
    /// The id of the key that opened the file, safe to log; none where it is not encrypted.
    pub key_id: Option<String>,
    /// The database file.
    pub path: PathBuf,
    /// When the database was made.
    pub created: SystemTime,
    /// Whether the last run was not closed: the file was then searched for damage before it was served.
    pub recovered: bool,
}
