//! The annotations and what they import, as files for tools that read protos themselves.

use std::path::{Path, PathBuf};

use crate::{Failure, sync};

macro_rules! google {
    ($($name:literal),* $(,)?) => {
        [$((
            concat!("google/protobuf/", $name, ".proto"),
            include_str!(concat!("../protos/google/protobuf/", $name, ".proto")),
        )),*]
    };
}

/// The files of `google.protobuf`, which the annotations and most protos import. Compilers bring them along, and newer ones
/// bring newer ones, so they are written on request alone: Debian has a protoc without them.
const GOOGLE: [(&str, &str); 11] = google![
    "any",
    "api",
    "descriptor",
    "duration",
    "empty",
    "field_mask",
    "source_context",
    "struct",
    "timestamp",
    "type",
    "wrappers",
];

/// Writes the annotations and everything that they import below a directory, and returns the files that changed.
/// `well_known` says whether the files of `google.protobuf` are among them, which compilers bring along.
///
/// The directory is this command's own: a file in it that is another is replaced.
///
/// # Errors
/// Where a file cannot be written.
pub fn export_protos(dir: &Path, well_known: bool) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for (name, text) in protostore_lower::carried().chain(GOOGLE.into_iter().filter(|_| well_known)) {
        let path = dir.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            continue;
        }
        sync::replace(&path, text.as_bytes())?;
        written.push(path);
    }
    written.sort();
    Ok(written)
}
