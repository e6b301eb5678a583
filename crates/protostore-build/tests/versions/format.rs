//! The notations of a report: text, Markdown, JSON, and the annotations of GitHub and GitLab.

use protostore_build::{Comparison, FailOn, Format, Report, check};

use crate::lab::Lab;
use crate::versions::append::edit;

/// A report with a finding that has a place, and a version that breaks JSON and the previous program.
fn report() -> (Lab, Report) {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string label = 2;");
    let report = check(&lab.project(), &Comparison::default()).expect("the project is computed");
    (lab, report)
}

fn text(format: &str, fail_on: FailOn) -> String {
    let (lab, report) = report();
    let format: Format = format.parse().expect("a format");
    lab.short(&report.in_format(format, fail_on))
}

#[test]
fn a_table_has_a_row_for_each_change() {
    let text = text("human", FailOn::Nothing);
    let rows: Vec<_> = text.lines().filter(|line| line.contains("stored data") || line.starts_with("  N01")).collect();
    assert_eq!(
        rows,
        [
            "       change                                        wire  JSON    stored data  way back  previous program",
            "  N01  machines.name is now called machines.label  same  breaks  untouched    exact     rejected",
        ]
        .map(|row| row.replace("change                                        wire", "change                                      wire"))
    );
}

#[test]
fn markdown_is_for_a_pull_request() {
    let text = text("markdown", FailOn::Nothing);
    assert!(text.starts_with("### protostore\n\ncheck: 1 store, "), "{text}");
    let rows = "| --- | --- | --- | --- | --- | --- | --- |\n\
        | N01 | machines.name is now called machines.label | same | breaks | untouched | exact | rejected |";
    assert!(text.contains(rows), "{text}");
    assert!(text.contains("- **the protos of `lab` changed since version 1**"), "{text}");
}

#[test]
fn json_is_for_programs() {
    let (lab, report) = report();
    let json: serde_json::Value =
        serde_json::from_str(&report.in_format(Format::Json, FailOn::Nothing)).expect("one object");
    assert_eq!((&json["format"], &json["exit_code"]), (&1.into(), &1.into()));
    let version = &json["versions"][0];
    assert_eq!((&version["store"], &version["to"], &version["breaks"]), (&"lab".into(), &2.into(), &true.into()));
    let verdict = &version["verdicts"][0];
    assert_eq!(
        (&verdict["kind"], &verdict["json"], &verdict["previous"]),
        (&"N01".into(), &"breaks".into(), &"neither".into())
    );
    let file = json["findings"][0]["file"].as_str().expect("a file");
    assert_eq!(lab.short(file), "proto/lab.proto");
}

#[test]
fn annotations_are_beside_the_lines() {
    let github = text("github", FailOn::Nothing);
    assert!(
        github.contains("::error title=protostore,file=proto/lab.proto,line=6::the protos of `lab` changed"),
        "{github}"
    );
    assert!(
        github.contains("::warning title=protostore N01,file=proto/lab.proto,line=6::machines.name is now"),
        "{github}"
    );
    assert!(text("github", FailOn::Breaking).contains("::error title=protostore N01,"));

    let gitlab = |fail_on| -> serde_json::Value { serde_json::from_str(&text("gitlab", fail_on)).expect("one array") };
    let issues = gitlab(FailOn::Nothing);
    assert_eq!(issues.as_array().map(Vec::len), Some(2));
    assert_eq!((&issues[1]["check_name"], &issues[1]["severity"]), (&"protostore N01".into(), &"major".into()));
    assert_eq!(issues[1]["location"]["lines"]["begin"], 6);
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
}
