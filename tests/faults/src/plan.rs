//! How many cases a harness runs, and from which seed: few in CI, more by command.

use std::env;

/// The number of cases: `PROTOSTORE_CASES`, or the number that CI runs.
///
/// # Panics
/// If the variable holds no number.
pub fn cases(in_ci: u64) -> u64 {
    number("PROTOSTORE_CASES").unwrap_or(in_ci)
}

/// The seed: `PROTOSTORE_SEED`, or another one each time; each failure prints it.
///
/// # Panics
/// If the variable holds no number.
pub fn seed() -> u64 {
    number("PROTOSTORE_SEED").unwrap_or_else(|| fastrand::u64(..))
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text:?}")))
}

/// Prints what a harness has shown; `--nocapture` shows it of a test that passes.
#[expect(clippy::print_stderr, reason = "a harness reports to the person who started it")]
pub fn report(text: &str) {
    eprintln!("{text}");
}
