//! What lies below a directory.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Failure;

/// Files by path below a directory, with `/` on every system.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Returns the paths of all files below a directory, sorted; none if it does not exist. Links are not followed.
pub(crate) fn paths(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    if root.exists() {
        visit(root, "", &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn visit(dir: &Path, prefix: &str, found: &mut Vec<String>) -> Result<(), Failure> {
    for entry in std::fs::read_dir(dir).map_err(Failure::at(dir))? {
        let entry = entry.map_err(Failure::at(dir))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(Failure::at(&entry.path()))?.is_dir() {
            visit(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads the directory of a store. What Cargo leaves where the crate stands alone is not looked at.
pub(crate) fn read(root: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    for path in paths(root)? {
        if path == "Cargo.lock" || path.starts_with("target/") {
            continue;
        }
        let file = root.join(&path);
        // A link is no file of ours, wherever it leads.
        let link = file.symlink_metadata().map_err(Failure::at(&file))?.is_symlink();
        let bytes = if link { Vec::new() } else { std::fs::read(&file).map_err(Failure::at(&file))? };
        files.insert(path, bytes);
    }
    Ok(files)
}
