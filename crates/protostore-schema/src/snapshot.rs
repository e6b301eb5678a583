//! The snapshot of a schema: its JSON, as `schema/0001.json` keeps it.

use serde::{Deserialize, Serialize};

use crate::layout::layout;
use crate::{Enum, Reach, Schema, Source, Table, by_number};

/// The form of a snapshot that this version of the tool writes.
///
/// It reads this one and those before it, as a history keeps what older versions of the tool wrote. It rejects a newer one,
/// which may say what it does not know, and any key that it does not know: what is skipped in silence would be lost.
pub const FORMAT: u32 = 1;

/// Columns of a line of a snapshot, at most, where a value that fits is written on one.
const WIDTH: usize = 160;

/// A snapshot that cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is of a newer form.
    Newer {
        /// That form.
        format: u64,
    },
    /// It is none.
    Malformed(serde_json::Error),
    /// It refers to something that it does not have.
    Missing(String),
}

impl std::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newer { format } => write!(
                f,
                "a schema snapshot of format {format}, which a newer version of the tool wrote; this one reads formats up to \
                 {FORMAT}: use a newer version"
            ),
            Self::Malformed(error) => write!(f, "not a schema snapshot: {error}"),
            Self::Missing(what) => write!(f, "not a schema snapshot: {what}"),
        }
    }
}

impl std::error::Error for SnapshotError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::Newer { .. } | Self::Missing(_) => None,
        }
    }
}

/// A snapshot as it is written.
#[derive(Serialize)]
struct Written<'s> {
    format: u32,
    mapping: u32,
    store: &'s str,
    name: &'s str,
    tables: &'s [Table],
    enums: &'s [Enum],
    reach: &'s Reach,
}

/// A snapshot as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    format: u64,
    mapping: u32,
    store: String,
    name: String,
    tables: Vec<Table>,
    enums: Vec<Enum>,
    reach: Reach,
}

/// The form alone, whatever else there is.
#[derive(Deserialize)]
struct Format {
    format: u64,
}

impl Schema {
    /// Returns the snapshot of this schema: JSON, in which a value is on one line where it fits, ending in a newline.
    ///
    /// It has all that stored data and SQL depend on, and the Rust names that later versions keep. It has no comments, no
    /// places in files, no paths of generated messages, and nothing of requests and responses.
    ///
    /// # Panics
    /// If a reference, relation or foreign key names a table that is not there, which no lowered schema does.
    #[must_use]
    pub fn to_snapshot(&self) -> String {
        let Self { mapping, store, name, docs: _, tables, enums, reach, behaviors: _, source: _ } =
            &by_number::numbered(self);
        let written = Written { format: FORMAT, mapping: *mapping, store, name, tables, enums, reach };
        let text = serde_json::to_string(&written).expect("references name tables, and keys are strings");
        layout(&text, WIDTH)
    }

    /// Reads a snapshot. What is no part of it, as [`to_snapshot`](Self::to_snapshot) says, is empty: such a schema is for
    /// comparing, and for SQL.
    ///
    /// # Errors
    /// If the text is of a newer form than [`FORMAT`], has a key that no snapshot has, or is no snapshot at all.
    pub fn from_snapshot(text: &str) -> Result<Self, SnapshotError> {
        let is_read = |format| match format {
            0 => Err(SnapshotError::Missing("there is no format 0".to_owned())),
            format if format > u64::from(FORMAT) => Err(SnapshotError::Newer { format }),
            _ => Ok(()),
        };
        let read: Read = match serde_json::from_str(text) {
            Ok(read) => read,
            Err(error) => {
                // What a newer form has is no error of this one.
                let Format { format } = serde_json::from_str(text).map_err(SnapshotError::Malformed)?;
                return Err(is_read(format).err().unwrap_or(SnapshotError::Malformed(error)));
            }
        };
        let Read { format, mapping, store, name, tables, enums, reach } = read;
        is_read(format)?;
        let (docs, behaviors, source) = (crate::Docs::default(), Vec::new(), Source::default());
        let mut schema = Self { mapping, store, name, docs, tables, enums, reach, behaviors, source };
        by_number::name(&mut schema).map_err(|missing| SnapshotError::Missing(missing.0))?;
        Ok(schema)
    }
}
