//! Everything that CI runs, in the same order.

use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use protostore_build::arguments::OutputArgs;
use protostore_build::{Comparison, FailOn};

use crate::cargo::{cargo, succeeds};
use crate::{cargo as tests, features, openssl, stores};

/// A step's name, and what it runs.
type Step = (&'static str, fn() -> bool);

/// Runs the steps up to the first that fails; returns whether none did.
pub(crate) fn run(after_test: bool) -> bool {
    let mut steps: Vec<Step> = vec![("fmt", fmt), ("clippy", clippy), ("check", check), ("test", test), ("doc", doc)];
    steps.extend([("features", features::least as fn() -> bool), ("package", package), ("deny", deny)]);
    steps.retain(|(name, _)| !(after_test && *name == "test"));
    let mut times = Vec::new();
    for (name, step) in steps {
        println!("== {name}");
        let start = Instant::now();
        let ok = step();
        times.push(format!("{name} {}", seconds(start.elapsed())));
        if !ok {
            println!("ci: {name} failed ({})", times.join(", "));
            return false;
        }
    }
    println!("ci: everything passed ({})", times.join(", "));
    true
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn fmt() -> bool {
    succeeds(&mut cargo(["fmt", "--all", "--check"]))
}

fn clippy() -> bool {
    let mut clippy = cargo(["clippy", "--workspace", "--all-targets"]);
    succeeds(clippy.args(openssl::features()).args(["--", "-D", "warnings"]))
}

fn check() -> bool {
    stores::check(&[], &computed(), &OutputArgs::default(), FailOn::Nothing) == ExitCode::SUCCESS
}

/// What `--no-cache` says: others trust this answer, so nothing of it is kept from an earlier run.
fn computed() -> Comparison {
    Comparison { against: None, cache: None }
}

fn test() -> bool {
    tests::test(&[])
}

fn doc() -> bool {
    let mut doc = cargo(["doc", "--workspace", "--no-deps"]);
    succeeds(doc.args(openssl::features()).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Whether nothing is missing in what a registry would take; building it again is for `cargo xtask package --verify`.
fn package() -> bool {
    crate::package::package(false)
}

/// Licences, advisories and bans want a tool that is not part of Rust.
fn deny() -> bool {
    let installed = cargo(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if installed.is_ok_and(|status| status.success()) {
        succeeds(&mut cargo(["deny", "check"]))
    } else {
        println!("WARNING: cargo-deny is not installed, so licences, advisories and bans were NOT checked");
        println!("WARNING: cargo install --locked cargo-deny");
        true
    }
}

#[cfg(test)]
mod checks {
    use super::computed;

    #[test]
    fn the_check_computes_everything() {
        assert_eq!(computed().cache, None);
    }
}
