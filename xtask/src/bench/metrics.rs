//! What the feature `metrics` costs: the benchmarks are built with it and without it, and run in turns.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What is measured: the operations in which a constant cost shows most.
const ROWS: [&str; 4] = [
    "get by key, awaited",
    "get by key, in a closure each",
    "1,000 inserts in a closure",
    "an insert with its commit, awaited",
];

/// How many rows the tables have.
const COUNT: &str = "5000";

/// How many times each program runs, and with how many rounds each time: an odd number, so that there is a median.
const TURNS: usize = 7;
const ROUNDS: &str = "31";

/// What is compared: the program without the feature, the one with it, and that one while Prometheus' recorder listens.
const SIDES: usize = 3;

/// Returns a table of what the feature costs; none where a program could not be built or run.
pub(super) fn measure() -> Option<String> {
    let [without, with] = [built("sqlite", "without-metrics")?, built("sqlite,metrics", "with-metrics")?];
    let sides: [(&PathBuf, &[&str]); SIDES] = [(&without, &[]), (&with, &[]), (&with, &["recorder"])];
    let mut out = String::from(
        "## The feature `metrics`\n\n\
         | what | without it, of the time by hand | with it | ratio | while a recorder listens | ratio |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for name in ROWS {
        let mut all: [Vec<f64>; SIDES] = Default::default();
        for turn in 0..TURNS {
            for place in 0..SIDES {
                let side = (turn + place) % SIDES;
                let (program, recorder) = sides[side];
                all[side].push(run(program, name, recorder)?);
            }
        }
        let [without, with, listening] = all.map(|mut ratios| {
            ratios.sort_by(f64::total_cmp);
            ratios[TURNS / 2]
        });
        let _ = writeln!(
            out,
            "| {name} | {without:.2} | {with:.2} | {:.2} | {listening:.2} | {:.2} |",
            with / without,
            listening / without
        );
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

/// Runs one row, and returns its median ratio of processor time to the code by hand, which other work moves little.
fn run(program: &PathBuf, row: &str, recorder: &[&str]) -> Option<f64> {
    let output =
        Command::new(program).args([COUNT, ROUNDS, row]).args(recorder).stderr(Stdio::inherit()).output().ok()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let line = printed.lines().find(|line| line.starts_with(row))?;
    line.split('\t').nth(6)?.parse().ok()
}
