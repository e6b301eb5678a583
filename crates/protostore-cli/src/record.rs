//! Records as protobuf messages: read from their rows by the schema, and printed by their descriptors.

mod key;
mod read;
mod shown;
mod value;

pub(crate) use read::Reader;
pub(crate) use shown::{Shown, show};

/// Returns a name as SQL quotes it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
