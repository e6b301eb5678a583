//! A Cargo workspace of generated crates, whose dependencies are compiled once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A workspace below the target directory.
pub(crate) struct Workspace(PathBuf);

impl Workspace {
    /// Makes the workspace, with the versions of dependencies that the repository has.
    pub(crate) fn new() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("names");
        std::fs::create_dir_all(&root).expect("a directory below the target directory");
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"stores/*/*\"]\n\n\
                        [profile.dev]\ndebug = false\nincremental = false\n";
        std::fs::write(root.join("Cargo.toml"), manifest).expect("a manifest");
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
        std::fs::copy(lock, root.join("Cargo.lock")).expect("the repository's lock");
        Self(root)
    }

    /// Removes the crates and protos of an earlier run.
    pub(crate) fn clear(&self) {
        for dir in ["protos", "stores"].map(|name| self.0.join(name)).into_iter().filter(|dir| dir.exists()) {
            std::fs::remove_dir_all(dir).expect("what an earlier run left");
        }
    }

    /// Returns the directory that the crate of a store gets a directory in; no two stores share one.
    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.0.join("stores").join(name)
    }

    /// Makes the directory of a store's protos, and returns it.
    pub(crate) fn protos(&self, name: &str) -> PathBuf {
        let dir = self.0.join("protos").join(name);
        std::fs::create_dir_all(&dir).expect("a directory for protos");
        dir
    }

    /// Compiles all crates with services and with warnings denied; returns those that do not compile, and what is said.
    pub(crate) fn check(&self) -> (BTreeSet<String>, String) {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .current_dir(&self.0)
            .args(["check", "--workspace", "--offline", "--keep-going", "--no-default-features"])
            .args(["--features", "sqlite,grpc", "--target-dir"])
            .arg(self.0.join("target"))
            .env("RUSTFLAGS", "-Dwarnings")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("CARGO_TERM_COLOR", "never")
            .output()
            .expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let failed = text.lines().filter_map(|line| line.strip_prefix("error: could not compile `"));
        let failed: BTreeSet<String> = failed.filter_map(|rest| rest.split('`').next()).map(str::to_owned).collect();
        assert!(output.status.success() || !failed.is_empty(), "{text}");
        (failed, text)
    }
}

/// Returns what is said first about one crate.
pub(crate) fn of_crate(output: &str, name: &str) -> String {
    let about = format!("--> stores/{name}/");
    let errors = output.split("\nerror").filter(|part| part.contains(&about));
    errors.take(2).map(|part| format!("error{part}\n")).collect()
}
