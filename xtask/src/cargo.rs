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
    let all = succeeds(cargo(["test", "--workspace", "--no-fail-fast"]).args(features).args(arguments));
    let packages = ["--package", "protostore-emit", "--package", "protostore-evolution"];
    let plain = || succeeds(cargo(["test", "--test", "evolve", "--test", "evolution"]).args(packages));
    let upgrades = || {
        let mut test = cargo(["test", "--package", "protostore", "--no-default-features", "--test", "upgrades"]);
        succeeds(test.args(["--features", "sqlite,prost"]))
    };
    if arguments.is_empty() { plain() && upgrades() && all } else { all }
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
