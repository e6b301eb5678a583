//! A report as lines that editors and other tools read: `file:line:column: error[code]: title`.

use super::annotations::{Annotation, Level, annotations};
use crate::{FailOn, Report};

/// Returns a line for each finding and each verdict.
pub(super) fn lines(report: &Report, fail_on: FailOn) -> String {
    let line = |Annotation { level, name, title, text: _, file, line, column }: Annotation| {
        let place = match (file.as_str(), line, column) {
            ("", ..) => String::new(),
            (file, 0, _) => format!("{file}: "),
            (file, line, 0) => format!("{file}:{line}: "),
            (file, line, column) => format!("{file}:{line}:{column}: "),
        };
        let word = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "note",
        };
        let code = name.map(|name| format!("[{name}]")).unwrap_or_default();
        format!("{place}{word}{code}: {title}\n")
    };
    let lines: String = annotations(report, fail_on).into_iter().map(line).collect();
    lines.trim_end().to_owned()
}
