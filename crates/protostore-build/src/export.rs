//! The annotations and what they import, as files for tools that read protos themselves.

use std::path::{Path, PathBuf};

use crate::{Failure, sync};

/// Writes the annotations and everything that they import below a directory, and returns the files that changed.
/// The files of `google.protobuf` are not among them, because compilers bring their own.
///
/// The directory is this command's own: a file in it that is another is replaced.
///
/// # Errors
/// Where a file cannot be written.
pub fn export_protos(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for (name, text) in protostore_lower::carried() {
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
