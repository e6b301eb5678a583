//! Cargo, called for this repository.

use std::process::Command;

use crate::{openssl, postgres};

/// Runs all tests with cargo's own runner, also after one has failed; returns whether all passed.
///
/// The workspace has one SQLite, that of the encrypted build. Migrations are tried on the plain one too, which the generator
/// has and which takes other forms of SQL, and so are upgrades.
pub(crate) fn test(arguments: &[String]) -> bool {
    let features = openssl::features();
    postgres::say();
    let mut all = cargo(["test", "--workspace", "--no-fail-fast"]);
    if !features.is_empty() {
        // What tests build outside of this workspace takes the same OpenSSL.
        all.env("PROTOSTORE_OPENSSL", "vendored");
    }
    let all = succeeds(all.args(features).args(arguments));
    let packages = ["--package", "protostore-emit", "--package", "protostore-evolution"];
    let plain = || succeeds(cargo(["test", "--test", "evolve", "--test", "evolution"]).args(packages));
    let upgrades = || {
        let mut test = cargo(["test", "--package", "protostore", "--no-default-features", "--test", "upgrades"]);
        succeeds(test.args(["--features", "sqlite,prost"]))
    };
    if arguments.is_empty() { plain() && upgrades() && all } else { all }
}

/// Goes through the first hour of the README in an empty directory, with nothing built before, and says how long each step
/// takes; returns whether it succeeded.
pub(crate) fn first_hour() -> bool {
    let features = openssl::features();
    let built = std::path::Path::new("target/tmp/first-hour");
    if let Err(error) = std::fs::remove_dir_all(built)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        eprintln!("{}: {error}", built.display());
        return false;
    }
    let mut test = cargo(["test", "--package", "cargo-protostore", "--test", "first_hour", "--", "--nocapture"]);
    if !features.is_empty() {
        test.env("PROTOSTORE_OPENSSL", "vendored");
    }
    succeeds(&mut test)
}

/// Runs a package with arguments of its own; returns whether it succeeded.
pub(crate) fn run(package: &str, arguments: &[String]) -> bool {
    let features = openssl::features();
    succeeds(cargo(["run", "--quiet", "--package", package]).args(features).arg("--").args(arguments))
}

/// Returns the cargo that runs this program.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments);
    cargo
}

/// Runs a command with this terminal; returns whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{}: {error}", command.get_program().to_string_lossy());
            false
        }
    }
}
