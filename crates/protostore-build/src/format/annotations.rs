//! A report as the annotations that GitHub and GitLab show beside the lines of a change.

use protostore_evolve::plan::{Effect, Previous, Verdict};
use serde::Serialize;

use crate::{FailOn, MadeVersion, Report};

/// How loudly an annotation speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Notice,
}

/// One annotation.
pub(super) struct Annotation {
    pub(super) level: Level,
    /// The id of a change, or the code of a diagnostic.
    pub(super) name: Option<String>,
    /// What is wrong, in one line.
    pub(super) title: String,
    /// All of it.
    pub(super) text: String,
    pub(super) file: String,
    /// From 1; 0 where the whole file is meant.
    pub(super) line: u32,
    /// From 1; 0 where the whole line is meant.
    pub(super) column: u32,
}

impl Annotation {
    /// Returns what a service calls it.
    fn check_name(&self) -> String {
        let id = self.name.as_deref().map(|name| name.rsplit("::").next().unwrap_or(name));
        id.map_or_else(|| "protostore".to_owned(), |id| format!("protostore {id}"))
    }
}

/// Returns an annotation for each finding and each verdict.
pub(super) fn annotations(report: &Report, fail_on: FailOn) -> Vec<Annotation> {
    let findings = report.findings.iter().map(|finding| {
        let details: String = finding.details.iter().map(|line| format!("\n{line}")).collect();
        let text = format!("{}{details}\n{}", finding.title, finding.remedy);
        let (file, line) = finding.place.clone().unwrap_or_default();
        let (name, title, column) =
            (finding.code.map(|code| code.to_string()), finding.title.replace('\n', " "), finding.column);
        Annotation { level: Level::Error, name, title, text, file, line, column }
    });
    let verdicts = report
        .versions
        .iter()
        .flat_map(|version| version.plan.verdicts.iter().map(move |verdict| annotation(version, verdict, fail_on)));
    findings.chain(verdicts).collect()
}

fn annotation(version: &MadeVersion, verdict: &Verdict, fail_on: FailOn) -> Annotation {
    let Verdict { kind, at: _, says, wire, json, data, down, previous, passes: _ } = verdict;
    let breaks = [wire, json].contains(&&Effect::Breaks) || *previous == Previous::Neither;
    let level = match (fail_on, breaks) {
        (FailOn::Any, _) | (FailOn::Breaking, true) => Level::Error,
        (FailOn::Nothing, true) => Level::Warning,
        (FailOn::Nothing | FailOn::Breaking, false) => Level::Notice,
    };
    let text = format!(
        "{says}\nversion {} of {}: wire {wire}, JSON {json}, stored data {data}, way back {down}, previous program {previous}",
        version.plan.to, version.store
    );
    let (file, line) = version.place.clone();
    Annotation { level, name: Some(kind.to_string()), title: says.clone(), text, file, line, column: 0 }
}

/// Returns a workflow command for each, and last the sentence.
///
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
pub(super) fn github(report: &Report, fail_on: FailOn) -> String {
    let mut text = String::new();
    for annotation in annotations(report, fail_on) {
        let name = annotation.check_name();
        let Annotation { level, name: _, title: _, text: message, file, line, column } = annotation;
        let word = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        };
        let mut properties = vec![format!("title={}", property(&name))];
        properties.extend((!file.is_empty()).then(|| format!("file={}", property(&file))));
        properties.extend((line > 0).then(|| format!("line={line}")));
        properties.extend((column > 0).then(|| format!("col={column}")));
        text += &format!("::{word} {}::{}\n", properties.join(","), data(&message));
    }
    text + &report.summary()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Returns a code quality report, which has one object for each.
///
/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
pub(super) fn gitlab(report: &Report, fail_on: FailOn) -> String {
    let issue = |annotation: Annotation| {
        let name = annotation.check_name();
        let Annotation { level, name: _, title: _, text, file, line, column: _ } = annotation;
        let severity = match level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Notice => "info",
        };
        let fingerprint = fingerprint(&[&name, &text, &file]);
        let location = Location { path: file, lines: Lines { begin: line.max(1) } };
        Issue { description: text, check_name: name, fingerprint, severity, location }
    };
    let issues: Vec<Issue> = annotations(report, fail_on).into_iter().map(issue).collect();
    serde_json::to_string_pretty(&issues).expect("a report has string keys only")
}

/// Returns the FNV-1a hash of some texts: GitLab compares two reports by it, so it is the same in every run.
pub(super) fn fingerprint(texts: &[&str]) -> String {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
