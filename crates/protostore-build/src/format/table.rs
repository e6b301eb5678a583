//! The table of what each change does to whom, for a terminal and for a pull request.

use protostore_evolve::plan::Verdict;

use crate::{MadeVersion, Report};

/// The columns, as the pages explain them.
const COLUMNS: [&str; 7] = ["", "change", "wire", "JSON", "stored data", "way back", "previous program"];

pub(super) fn text(report: &Report) -> String {
    let mut text: String = report.findings.iter().map(|finding| format!("{finding}\n")).collect();
    for version in &report.versions {
        text += &format!("{}\n{}\n", title(version), aligned(&version.plan.verdicts));
    }
    text.extend(report.notes.iter().map(|note| format!("note: {note}\n")));
    text + &report.summary()
}

pub(super) fn markdown(report: &Report) -> String {
    let mut text = format!("### protostore\n\n{}.\n", report.summary());
    for finding in &report.findings {
        text += &format!("\n- **{}**\n", inline(&finding.title));
        if !finding.details.is_empty() {
            let details: String = finding.details.iter().map(|line| format!("  {line}\n")).collect();
            text += &format!("\n  ```text\n{details}  ```\n\n");
        }
        text += &format!("  {}\n", finding.remedy);
    }
    for version in &report.versions {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rules: Vec<String> = COLUMNS.iter().map(|_| "---".to_owned()).collect();
        text += &format!("\n#### {}\n\n", title(version));
        text += &line(&COLUMNS.map(str::to_owned));
        text += &line(&rules);
        for verdict in &version.plan.verdicts {
            text += &line(&cells(verdict).map(|cell| inline(&cell)));
        }
    }
    text.trim_end().to_owned()
}

fn title(version: &MadeVersion) -> String {
    format!("{}: version {} `{}`, {}", version.store, version.plan.to, version.plan.slug, version.semver)
}

fn cells(verdict: &Verdict) -> [String; 7] {
    let Verdict { kind, at: _, says, wire, json, data, down, previous, passes: _ } = verdict;
    [
        kind.to_string(),
        says.clone(),
        wire.to_string(),
        json.to_string(),
        data.to_string(),
        down.to_string(),
        previous.to_string(),
    ]
}

/// Returns rows under the names of their columns, each as wide as its widest cell.
fn aligned(verdicts: &[Verdict]) -> String {
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(verdicts.iter().map(cells));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |row: &[String; 7]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("  {}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Returns a text that Markdown shows as it is, in a cell too.
fn inline(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}
