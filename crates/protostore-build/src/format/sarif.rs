//! A report as SARIF, which code scanning services and editors show.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use serde_json::{Value, json};

use super::annotations::{Annotation, Level, annotations, fingerprint};
use crate::{FailOn, Report};

/// The id of a rule where a finding has none of its own.
const OTHER: &str = "protostore";

/// Returns one log with one run, which has a result for each finding and each verdict.
pub(super) fn log(report: &Report, fail_on: FailOn) -> String {
    let found = annotations(report, fail_on);
    let mut ids: Vec<&str> = found.iter().map(|of| of.name.as_deref().unwrap_or(OTHER)).collect();
    ids.sort_unstable();
    ids.dedup();
    let rules: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    let results: Vec<Value> = found.iter().map(result).collect();
    let driver = json!({ "name": "protostore", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    });
    serde_json::to_string_pretty(&log).expect("a report has string keys only")
}

fn result(Annotation { level, name, title, text, file, line, column }: &Annotation) -> Value {
    let level = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "note",
    };
    let id = name.as_deref().unwrap_or(OTHER);
    let hash = fingerprint(&[id, title, file]);
    let mut result = json!({
        "ruleId": id,
        "level": level,
        "message": { "text": text },
        "partialFingerprints": { "protostore/v1": hash },
    });
    if !file.is_empty() {
        let mut place = json!({ "artifactLocation": { "uri": file.replace('\\', "/") } });
        if *line > 0 {
            place["region"] = json!({ "startLine": line });
        }
        if *column > 0 {
            place["region"]["startColumn"] = json!(column);
        }
        result["locations"] = json!([{ "physicalLocation": place }]);
    }
    result
}
