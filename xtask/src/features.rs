//! Builds each crate that has features with each of them alone, and everything with the oldest Rust that is promised.

use std::process::Command;

use crate::cargo::{cargo, succeeds};

/// A package, and the features that are tried one by one. An engine is always with them, since a crate without one says
/// nothing of the feature.
const CRATES: [(&str, &[&str]); 4] = [
    (
        "protostore",
        &["sqlite", "sqlite,prost", "sqlite,pattern", "sqlite,grpc", "sqlite,metrics", "sqlite,testing", "sqlcipher"],
    ),
    ("aurae", &["sqlite", "sqlite,grpc", "sqlite,transport", "sqlcipher"]),
    ("protostore-cli", &["sqlite", "sqlcipher"]),
    ("auraed", &["sqlcipher"]),
];

/// Those that CI tries beside all together: what a feature brings must not be needed without it.
const LEAST: [(&str, &str); 2] = [("protostore", "sqlite"), ("aurae", "sqlite")];

/// Checks each feature alone; returns whether each could be built.
pub(crate) fn each() -> bool {
    CRATES.iter().all(|(package, all)| all.iter().all(|features| check(package, features)))
}

/// Checks the crates with the least that they can have.
pub(crate) fn least() -> bool {
    LEAST.iter().all(|(package, features)| check(package, features))
}

fn check(package: &str, features: &str) -> bool {
    println!("{package} with {features}");
    let mut check = cargo(["clippy", "--quiet", "--no-default-features"]);
    succeeds(check.args(["--package", package, "--features", features, "--", "-D", "warnings"]))
}

/// Checks everything with the Rust that `rust-version` names; returns whether it could be built.
pub(crate) fn minimum() -> bool {
    let manifest = std::fs::read_to_string("Cargo.toml").unwrap_or_default();
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let Some(version) = line.map(|version| version.trim_matches('"')) else {
        eprintln!("Cargo.toml does not say `rust-version`");
        return false;
    };
    // The cargo that runs this is of another toolchain, and what it has put into the environment too.
    let mut check = Command::new("rustup");
    check.args(["run", version, "cargo", "check", "--workspace", "--all-targets", "--target-dir", "target/minimum"]);
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTDOC"] {
        check.env_remove(variable);
    }
    let done = succeeds(check.args(crate::openssl::features()));
    if !done {
        eprintln!("Rust {version} is needed: rustup toolchain install {version}");
    }
    done
}
