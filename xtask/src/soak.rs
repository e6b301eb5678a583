//! The harnesses of `tests/faults`, run again and again with more cases than CI has, and the page of what all such runs have
//! shown together.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bench::grouped;
use crate::openssl;

/// Where the totals are: what is read before a run and written after each harness.
const PAGE: &str = "docs/faults.md";

/// What the page says before the table.
const TEXT: &str = include_str!("soak/page.txt");

/// The tests, and how many cases each has at a time.
const HARNESSES: [(&str, u64); 6] =
    [("power", 2_000), ("cuts", 1_000), ("failing", 500), ("kills", 100), ("requests", 100), ("upkeep", 40)];

/// What a harness has shown: `images` to how many.
type Shown = Vec<(String, u64)>;

/// The same of all runs, by the name of the harness.
type Totals = BTreeMap<String, Shown>;

/// Runs all harnesses in turns until the time is over, and at least once; returns whether nothing was lost.
pub(crate) fn run(minutes: u64) -> bool {
    let (begun, within) = (Instant::now(), Duration::from_secs(minutes * 60));
    let mut totals: Totals = fs::read_to_string(PAGE).map(|page| read(&page)).unwrap_or_default();
    loop {
        for (test, cases) in HARNESSES {
            let Some(printed) = harness(test, cases) else { return false };
            for (name, shown) in printed.lines().filter_map(reported) {
                println!("{name}: {}", said(&shown));
                add(totals.entry(name).or_default(), shown);
            }
            if let Err(error) = fs::write(PAGE, page(&totals)) {
                eprintln!("{PAGE}: {error}");
                return false;
            }
            if begun.elapsed() >= within && (test, cases) == HARNESSES[HARNESSES.len() - 1] {
                return true;
            }
        }
    }
}

/// Runs one harness, and returns what it has printed; none where it failed, which it has said then with its seed.
fn harness(test: &str, cases: u64) -> Option<String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--package", "protostore-faults", "--test", test]).args(openssl::features());
    cargo.args(["--", "--nocapture"]).env("PROTOSTORE_CASES", cases.to_string());
    let output = cargo.stdout(Stdio::inherit()).stderr(Stdio::piped()).output();
    match output {
        Ok(output) => {
            let printed = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.success() {
                return Some(printed);
            }
            eprint!("{printed}");
        }
        Err(error) => eprintln!("cargo: {error}"),
    }
    None
}

/// Reads what a harness reports: `kills: 100 kills, 812 acknowledged writes, nothing lost (PROTOSTORE_SEED=1)`.
fn reported(line: &str) -> Option<(String, Shown)> {
    let (said, _) = line.split_once(" (PROTOSTORE_SEED=")?;
    let (name, said) = said.split_once(": ")?;
    let shown: Shown = said.split(", ").filter_map(counted).collect();
    (!shown.is_empty()).then(|| (name.to_owned(), shown))
}

/// Reads a number and what it counts.
fn counted(said: &str) -> Option<(String, u64)> {
    let (number, what) = said.split_once(' ')?;
    Some((what.to_owned(), number.replace(',', "").parse().ok()?))
}

fn add(total: &mut Shown, shown: Shown) {
    for (what, number) in shown {
        match total.iter_mut().find(|(known, _)| *known == what) {
            Some((_, total)) => *total += number,
            None => total.push((what, number)),
        }
    }
}

fn said(shown: &Shown) -> String {
    let each = shown.iter().map(|(what, number)| format!("{} {what}", grouped(*number as usize)));
    each.collect::<Vec<_>>().join(", ")
}

fn page(totals: &Totals) -> String {
    let mut out = format!("{TEXT}\n| harness | shown | lost, or not whole |\n| --- | --- | --- |\n");
    for (name, shown) in totals {
        let _ = writeln!(out, "| {name} | {} | 0 |", said(shown));
    }
    out
}

fn read(page: &str) -> Totals {
    let row = |line: &str| {
        let parts: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [name, shown, "0"] = parts[..] else { return None };
        Some((name.to_owned(), shown.split(", ").filter_map(counted).collect()))
    };
    page.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read_added_and_written() {
        let line = "backups: 40 kills, 31 in the middle, every file whole (PROTOSTORE_SEED=5)";
        let (name, shown) = reported(line).expect("is a report");
        assert_eq!((name.as_str(), said(&shown).as_str()), ("backups", "40 kills, 31 in the middle"));
        let mut totals = Totals::new();
        for _ in 0..30 {
            add(totals.entry(name.clone()).or_default(), shown.clone());
        }
        let written = page(&totals);
        assert!(written.ends_with("| backups | 1,200 kills, 930 in the middle | 0 |\n"), "{written}");
        assert_eq!(read(&written), totals);
        assert_eq!(reported("running 1 test"), None);
    }
}
