//! `protostore verify`: whether anything is wrong with a file.

use protostore::upkeep::{Anchor, Database};

use crate::failure::{Answer, Failure};
use crate::output::{Output, Style, escaped, list, object, text};

/// Makes all checks that need no generated code, and prints a line for each.
pub(crate) fn run(mut database: Database, at_least: u64, out: &mut Output) -> Result<Answer, Failure> {
    let report = database.verify(&Anchor::new().at_least(at_least))?;
    for checked in &report.checks {
        let name = checked.check.name();
        if out.is_json() {
            out.line(&object([
                ("check", text(name)),
                ("left_out", checked.left_out.map_or_else(|| "null".to_owned(), text)),
                ("findings", list(checked.findings.iter().map(|finding| text(finding)))),
                ("took_ms", crate::status::millis(checked.took)),
            ]))?;
            continue;
        }
        let said = match (checked.left_out, checked.findings.len()) {
            (Some(why), _) => out.styled(Style::Dim, &format!("not checked: {why}")),
            (None, 0) => "sound".to_owned(),
            (None, 1) => out.styled(Style::Error, "1 finding"),
            (None, count) => out.styled(Style::Error, &format!("{count} findings")),
        };
        out.line(&format!("{}  {said}", out.styled(Style::Heading, &format!("{name:<10}"))))?;
        for finding in &checked.findings {
            out.line(&format!("  {}", escaped(finding)))?;
        }
    }
    let sound = report.is_sound();
    if !out.is_json() {
        let end = if sound { "sound" } else { "not sound: restore a backup" };
        out.line(&format!("the database is {end}; its newest commit has sequence {}", report.sequence))?;
    }
    Ok(if sound { Answer::Yes } else { Answer::No })
}
