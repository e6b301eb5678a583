//! What the history of a store weighs in the program that has it: the texts of former versions, in the example daemon.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{cargo, succeeds};
use crate::openssl;

/// The store of the daemon.
const STORE: &str = "generated/aurae";

/// What a history may add to the program, in hundredths of what it is without.
const MOST: f64 = 3.0;

/// Builds the daemon as it is released, and prints what of it is the history of its store; returns whether that is as little
/// as it should be.
pub(crate) fn run() -> bool {
    if !succeeds(cargo(["build", "--release", "--package", "auraed"]).args(openssl::features())) {
        return false;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    match weigh(&target.join("release/auraed"), Path::new(STORE)) {
        Ok(share) => share <= MOST,
        Err(why) => {
            eprintln!("{why}");
            false
        }
    }
}

/// Prints what is in a program of the versions of a store, and returns the share of what a store of one version would not
/// have.
fn weigh(program: &Path, store: &Path) -> Result<f64, String> {
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let binary = read(program)?;
    let mut added = 0;
    let snapshots = files(&store.join("schema"))?;
    let snapshots: Vec<_> = snapshots.into_iter().filter(|path| !path.to_string_lossy().contains(".plan.")).collect();
    let migrations = files(&store.join("migrations/sqlite"))?;
    // A store of one version has its migration, its snapshot and the whole schema.
    let newest = snapshots.last().ok_or("the store has no snapshot")?;
    let first = migrations.iter().find(|path| path.to_string_lossy().contains("/V1__")).ok_or("it has no version 1")?;
    for (what, paths) in [
        ("migrations", migrations.clone()),
        ("snapshots", snapshots.clone()),
        ("ways back", files(&store.join("migrations/sqlite/down"))?),
    ] {
        let (mut there, mut of_history) = (0, 0);
        for path in &paths {
            let text = read(path)?;
            if contains(&binary, &text) {
                there += text.len();
                of_history += if path == newest || path == first { 0 } else { text.len() };
            }
        }
        println!("{what:12} {there:>9} bytes, {of_history:>9} of them of the history");
        added += of_history;
    }
    let without = binary.len() - added;
    let share = 100.0 * added as f64 / without as f64;
    println!("{:12} {:>9} bytes, {share:.2} % more than the {without} without the history", "auraed", binary.len());
    Ok(share)
}

/// Returns the files of a directory, by name.
fn files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// Returns whether a program has a text.
fn contains(binary: &[u8], text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    let mut rest = binary;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(text) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::weigh;

    #[test]
    fn what_is_not_in_the_program_weighs_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            std::fs::write(path, text).expect("a file");
        };
        write("schema/0001.json", "old snapshot");
        write("schema/0002.json", "new snapshot");
        write("schema/0002.plan.json", "a plan");
        write("migrations/sqlite/V1__initial.sql", "made");
        write("migrations/sqlite/V2__more.sql", "added");
        write("migrations/sqlite/down/D2__more.sql", "dropped");
        let share = |program: &str| {
            write("program", program);
            weigh(&dir.path().join("program"), dir.path()).expect("a share")
        };
        assert_eq!(share("code, made, new snapshot"), 0.0);
        assert_eq!(share("0123456789 a plan added"), 100.0 * 5.0 / 18.0);
        assert_eq!(share("0123456789 old snapshot"), 100.0 * 12.0 / 11.0);
        assert_eq!(share("0123456789 dropped dropped"), 100.0 * 7.0 / 19.0);
    }
}
