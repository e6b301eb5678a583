//! What an open store knows about itself.

use std::path::PathBuf;

/// What an open store knows about itself.
#[derive(Clone, Debug)]
pub struct Info {
    /// The full name of the store message.
    pub store: &'static str,
    /// The version of the schema in the database.
    pub version: u32,
    /// The same as a semantic version.
    pub semver: &'static str,
    /// The version of SQLite.
    pub sqlite: String,
    /// The version of SQLCipher, where the file is encrypted.
    pub cipher: Option<String>,
    /// The id of the key that opened the file, safe to log; none in a test database.
    pub key_id: Option<String>,
    /// The database file.
    pub path: PathBuf,
}
