//! The snapshot of a schema: its JSON, as `schema/0001.json` keeps it.

use crate::Schema;

/// A snapshot that cannot be read.
#[derive(Debug)]
pub struct SnapshotError(serde_json::Error);

impl std::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a schema snapshot: {}", self.0)
    }
}

impl std::error::Error for SnapshotError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Schema {
    /// Returns the snapshot of this schema, two spaces an indent, ending in a newline.
    #[must_use]
    pub fn to_snapshot(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a schema has string keys only");
        text.push('\n');
        text
    }

    /// Reads a snapshot. Places in files are not part of it.
    ///
    /// # Errors
    /// If the text is not a snapshot that this version of the tool writes.
    pub fn from_snapshot(text: &str) -> Result<Self, SnapshotError> {
        serde_json::from_str(text).map_err(SnapshotError)
    }
}
