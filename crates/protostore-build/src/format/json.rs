//! A report as one JSON object.

use protostore_evolve::plan::{Ask, Verdict};
use serde::Serialize;

use crate::{FailOn, Report};

#[derive(Serialize)]
struct Json<'a> {
    /// The format of this object; it grows when a key changes its meaning or goes.
    format: u32,
    command: &'a str,
    exit_code: u8,
    summary: String,
    findings: Vec<Finding<'a>>,
    versions: Vec<Version<'a>>,
    notes: &'a [String],
    /// Files that were written, or would be where the run is dry.
    written: &'a [String],
    removed: &'a [String],
}

#[derive(Serialize)]
struct Finding<'a> {
    title: &'a str,
    details: &'a [String],
    remedy: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    code: Option<String>,
}

#[derive(Serialize)]
struct Version<'a> {
    store: &'a str,
    from: u32,
    to: u32,
    slug: &'a str,
    semver: &'a str,
    breaks: bool,
    reader: u32,
    writer: u32,
    verdicts: &'a [Verdict],
    asks: &'a [Ask],
}

pub(super) fn report(report: &Report, fail_on: FailOn) -> String {
    let findings = report.findings.iter().map(|finding| Finding {
        title: &finding.title,
        details: &finding.details,
        remedy: &finding.remedy,
        file: finding.place.as_ref().map(|(file, _)| file.as_str()),
        line: finding.place.as_ref().map(|(_, line)| *line).filter(|line| *line > 0),
        column: Some(finding.column).filter(|column| *column > 0),
        code: finding.code.map(|code| code.to_string()),
    });
    let versions = report.versions.iter().map(|version| Version {
        store: &version.store,
        from: version.plan.from,
        to: version.plan.to,
        slug: &version.plan.slug,
        semver: &version.semver,
        breaks: version.plan.breaks(),
        reader: version.plan.reader,
        writer: version.plan.writer,
        verdicts: &version.plan.verdicts,
        asks: &version.plan.asks,
    });
    let json = Json {
        format: 1,
        command: report.command,
        exit_code: report.exit_code(fail_on),
        summary: report.summary(),
        findings: findings.collect(),
        versions: versions.collect(),
        notes: &report.notes,
        written: &report.written,
        removed: &report.removed,
    };
    serde_json::to_string_pretty(&json).expect("a report has string keys only")
}
