//! What the feature `metrics` costs: the benchmarks are built with it and without it, and run in turns.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What is measured: the operations in which a constant cost shows most.
const ROWS: [&str; 2] = ["get by key, awaited", "get by key, in a closure each"];

/// How many rows the tables have.
const COUNT: &str = "5000";

/// How many times each program runs, with a few rounds each time: the best of all rounds counts.
const TURNS: usize = 5;
const ROUNDS: &str = "5";

/// Returns a table of what the feature costs; none where a program could not be built or run.
pub(super) fn measure() -> Option<String> {
    let programs = [built("sqlite", "without-metrics")?, built("sqlite,metrics", "with-metrics")?];
    let mut best = [[f64::MAX; 2]; ROWS.len()];
    for turn in 0..TURNS {
        for side in 0..2 {
            let which = (turn + side) % 2;
            for (row, name) in ROWS.into_iter().enumerate() {
                best[row][which] = best[row][which].min(run(&programs[which], name)?);
            }
        }
    }
    let mut out = String::from(
        "## The feature `metrics`\n\n\
         | what | without, µs | with, µs | ratio |\n\
         | --- | --- | --- | --- |\n",
    );
    for (name, [without, with]) in ROWS.into_iter().zip(best) {
        let _ = writeln!(out, "| {name} | {without:.2} | {with:.2} | {:.2} |", with / without);
    }
    out.push('\n');
    print!("{out}");
    Some(out)
}

/// Builds the benchmarks, and keeps the program under a name of its own.
fn built(features: &str, name: &str) -> Option<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--manifest-path", "benches/Cargo.toml", "--no-default-features"]);
    let built = cargo.args(["--features", features]).status();
    let program = PathBuf::from("benches/target").join(name);
    let kept = built.and_then(|status| match status.success() {
        true => fs::copy("benches/target/release/protostore-benches", &program).map(|_| true),
        false => Ok(false),
    });
    match kept {
        Ok(kept) => kept.then_some(program),
        Err(error) => {
            eprintln!("{}: {error}", program.display());
            None
        }
    }
}

/// Runs one row, and returns the microseconds of its best round.
fn run(program: &PathBuf, row: &str) -> Option<f64> {
    let output = Command::new(program).args([COUNT, ROUNDS, row]).stderr(Stdio::inherit()).output().ok()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let line = printed.lines().find(|line| line.starts_with(row))?;
    line.split('\t').nth(2)?.parse().ok()
}
