//! The benchmarks of `benches/`, run one after the other, and the page that shows them.

mod chart;
mod machine;
mod metrics;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::openssl;

/// Where the page and its picture are.
const PAGE: &str = "docs/performance.md";
const CHART: &str = "docs/performance.svg";

/// What the page says around the tables, which are in place of `{tables}`.
const TEXT: &str = include_str!("bench/page.txt");

/// The crates, each with a lock of its own: a program has one SQLite, and theirs differ.
const CRATES: [&str; 2] = ["benches", "benches/peers"];

/// A line that a benchmark has printed.
pub(crate) struct Row {
    /// What was done.
    pub(crate) what: String,
    /// By whom.
    pub(crate) who: String,
    /// The microseconds of the best round, and the same by hand.
    micros: [String; 2],
    /// Of the best rounds, the median of all rounds, and that of processor time.
    pub(crate) ratios: [String; 3],
    /// What else was counted: pages read and syncs of both.
    counts: Vec<String>,
}

/// Runs all of it, and writes the page.
pub(crate) fn run(rows: &[usize], rounds: usize) -> bool {
    let mut tables = String::new();
    let mut charted = Vec::new();
    for feature in ["sqlite", "sqlcipher"] {
        for count in rows {
            let mut lines = String::new();
            for krate in CRATES {
                let Some(printed) = measure(krate, feature, *count, rounds) else { return false };
                lines.push_str(&printed);
            }
            let kind = if feature == "sqlite" { "plain" } else { "encrypted" };
            let title = format!("{} rows, {kind}", grouped(*count));
            let all: Vec<Row> = lines.lines().filter_map(row).collect();
            table(&mut tables, &title, &all);
            groups(&mut tables, &title, &lines);
            if Some(count) == rows.first() {
                charted.push((title, all));
            }
        }
    }
    let Some(metrics) = metrics::measure() else { return false };
    tables.push_str(&metrics);
    let text = TEXT.replace("{machine}", &machine::described()).replace("{tables}", tables.trim_end());
    let written = fs::write(PAGE, text).and_then(|()| fs::write(CHART, chart::of(&charted)));
    if let Err(error) = &written {
        eprintln!("{PAGE}: {error}");
    }
    written.is_ok()
}

/// Runs a crate of benchmarks, and returns what it prints.
fn measure(krate: &str, feature: &str, rows: usize, rounds: usize) -> Option<String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let vendored = feature == "sqlcipher" && !openssl::features().is_empty();
    let feature = if vendored { "sqlcipher-vendored" } else { feature };
    cargo.args(["run", "--release", "--manifest-path"]).arg(Path::new(krate).join("Cargo.toml"));
    cargo.args(["--no-default-features", "--features", feature]);
    cargo.args(["--", &rows.to_string(), &rounds.to_string()]);
    println!("{krate}: {} rows, {feature}", grouped(rows));
    let output = match cargo.stderr(Stdio::inherit()).output() {
        Ok(output) if output.status.success() => output,
        Ok(_) => return None,
        Err(error) => {
            eprintln!("cargo: {error}");
            return None;
        }
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{printed}");
    Some(printed)
}

/// Reads a line of a comparison; none of any other.
fn row(line: &str) -> Option<Row> {
    let parts: Vec<&str> = line.split('\t').collect();
    let [what, who, own, hand, best, median, cpu, counts @ ..] = parts.as_slice() else { return None };
    (*what != "group").then(|| Row {
        what: (*what).to_owned(),
        who: (*who).to_owned(),
        micros: [*own, *hand].map(str::to_owned),
        ratios: [*best, *median, *cpu].map(str::to_owned),
        counts: counts.iter().map(|count| (*count).to_owned()).collect(),
    })
}

/// Writes a table of comparisons.
fn table(out: &mut String, title: &str, rows: &[Row]) {
    let _ = write!(
        out,
        "## {title}\n\n\
         | what | by | µs | by hand, µs | ratio | median ratio | of processor time | pages read | by hand | syncs | by hand |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for Row { what, who, micros: [own, hand], ratios: [best, median, cpu], counts } in rows {
        let count = |at: usize| counts.get(at).map_or("", String::as_str);
        let _ = writeln!(
            out,
            "| {what} | {who} | {own} | {hand} | {best} | {median} | {cpu} | {} | {} | {} | {} |",
            count(0),
            count(1),
            count(2),
            count(3)
        );
    }
    out.push('\n');
}

/// Writes a table of durable writes by many clients.
fn groups(out: &mut String, title: &str, lines: &str) {
    let _ = write!(
        out,
        "### Durable writes, {title}\n\n\
         | clients | a sync takes | acknowledged a second | by hand | times as many | syncs each | by hand | 99 in 100 wait at most, ms | by hand |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for line in lines.lines() {
        if let ["group", clients, millis, rest @ ..] = line.split('\t').collect::<Vec<_>>().as_slice() {
            let _ = writeln!(out, "| {clients} | +{millis} ms | {} |", rest.join(" | "));
        }
    }
    out.push('\n');
}

/// Writes a number with a comma between each three digits.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_tables_and_a_chart() {
        let lines = "get by key\tstore\t1.00\t2.00\t0.50\t0.51\t0.49\t0.000\t0.001\t0.0000\t0.0000\n\
                     group\t64\t1\t900\t100\t9.00\t0.0160\t1.0000\t1.50\t64.00\n";
        let rows: Vec<Row> = lines.lines().filter_map(row).collect();
        assert_eq!(rows.len(), 1);
        let mut out = String::new();
        table(&mut out, "5,000 rows, plain", &rows);
        assert!(
            out.contains("| get by key | store | 1.00 | 2.00 | 0.50 | 0.51 | 0.49 | 0.000 | 0.001 | 0.0000 | 0.0000 |"),
            "{out}"
        );
        groups(&mut out, "5,000 rows, plain", lines);
        assert!(out.contains("| 64 | +1 ms | 900 | 100 | 9.00 | 0.0160 | 1.0000 | 1.50 | 64.00 |"), "{out}");
        let chart = chart::of(&[("5,000 rows, plain".to_owned(), rows)]);
        assert!(
            chart.starts_with("<svg ") && chart.contains(">get by key, store<") && chart.contains(">0.51<"),
            "{chart}"
        );
        assert_eq!([7, 1000, 1_000_000].map(grouped), ["7", "1,000", "1,000,000"]);
    }
}
