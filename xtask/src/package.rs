//! Packages the crates as a registry would take them, so that none lacks a file or a version.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{cargo, succeeds};

/// Where the repository is copied to, below the directory that Cargo builds in.
const STAGE: &str = "target/package";

/// Packages all crates; with `verify`, each is built from what was packaged. Returns whether all could be.
///
/// The crates are not to be published by accident, and cargo packages crates that depend on each other only where they may
/// be. So a copy of the repository is packaged in which they may.
pub(crate) fn package(verify: bool) -> bool {
    match stage() {
        Ok(crates) => {
            let mut package = cargo(["package", "--allow-dirty"]);
            package.current_dir(STAGE).env("CARGO_TARGET_DIR", "target");
            package.args(crates.iter().flat_map(|name| ["--package", name]));
            if !verify {
                package.arg("--no-verify");
            }
            succeeds(&mut package)
        }
        Err(why) => {
            eprintln!("package: {why}");
            false
        }
    }
}

/// Copies what git knows, and returns the names of the crates.
fn stage() -> Result<Vec<String>, String> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| format!("{path}: {error}")
    };
    let stage = Path::new(STAGE);
    for old in ["crates", "Cargo.toml"].map(|name| stage.join(name)).iter().filter(|path| path.exists()) {
        let removed = if old.is_dir() { std::fs::remove_dir_all(old) } else { std::fs::remove_file(old) };
        removed.map_err(failed(old))?;
    }
    let listed = Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output();
    let listed = listed.map_err(|error| format!("git: {error}"))?.stdout;
    let listed = String::from_utf8(listed).map_err(|_| "git names a file that is not UTF-8".to_owned())?;
    // A file that git knows may be gone; a link becomes the file that it leads to.
    for file in listed.split('\0').map(Path::new).filter(|file| file.is_file()) {
        let to: PathBuf = stage.join(file);
        if let Some(dir) = to.parent() {
            std::fs::create_dir_all(dir).map_err(failed(dir))?;
        }
        std::fs::copy(file, &to).map_err(failed(file))?;
    }
    let manifest = stage.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).map_err(failed(&manifest))?;
    let open = text.replace("\npublish = false\n", "\npublish = true\n");
    if open == text {
        return Err("the workspace does not say `publish = false`".to_owned());
    }
    std::fs::write(&manifest, open).map_err(failed(&manifest))?;
    let entries = std::fs::read_dir("crates").map_err(failed(Path::new("crates")))?;
    let mut crates: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    crates.sort();
    Ok(crates)
}
