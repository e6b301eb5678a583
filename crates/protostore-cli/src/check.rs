//! `protostore check`: whether the newest version of a store would take a database.

use std::path::PathBuf;

use protostore::Broken;
use protostore::upkeep::{PendingVersion, Stop};

use crate::args::File;
use crate::failure::{Answer, Failure};
use crate::output::{Output, Style, escaped, list, object, text};
use crate::status::{millis, pending_json};
use crate::{history, key, open};

/// Makes the upgrade in a copy, and prints what is in its way.
pub(crate) fn run(file: &File, history: &[PathBuf], out: &mut Output) -> Result<Answer, Failure> {
    let (database, key) = (open::read(file)?, key::of(file)?);
    let schema = history::read(history, &database.status()?.store)?;
    let found = database.rehearse(schema, &key)?;
    let answer = if found.is_clear() { Answer::Yes } else { Answer::No };
    if out.is_json() {
        let stops = found.stops.iter().map(|stop| {
            object([("version", stop.version.to_string()), ("slug", text(&stop.slug)), ("why", text(&stop.why))])
        });
        let broken = found.broken.iter().map(|Broken { field, rows, first, .. }| {
            object([("field", text(field)), ("rows", rows.to_string()), ("first", text(first))])
        });
        out.line(&object([
            ("file", text(&file.file.display().to_string())),
            ("from", found.from.to_string()),
            ("to", found.to.to_string()),
            ("pending", list(found.pending.iter().map(pending_json))),
            ("structure", list(found.structure.iter().map(|finding| text(finding)))),
            ("stops", list(stops)),
            ("broken", list(broken)),
            ("took_ms", millis(found.took)),
        ]))?;
        return Ok(answer);
    }
    let (from, to, store) = (found.from, found.to, &schema.store);
    out.line(&format!("the database has version {from} of {store}, and the newest is version {to}"))?;
    for PendingVersion { version, slug, semver, .. } in &found.pending {
        out.line(&format!("version {version} `{slug}` ({semver}) is pending"))?;
    }
    for finding in &found.structure {
        out.line(
            &out.styled(Style::Error, &escaped(&format!("the structure is not that of version {from}: {finding}"))),
        )?;
    }
    for Stop { version, slug, why, .. } in &found.stops {
        out.line(&out.styled(Style::Error, &escaped(&format!("version {version} `{slug}` would stop: {why}"))))?;
    }
    for broken in &found.broken {
        out.line(&escaped(&format!("{broken}; such rows stay, and are rejected when they are written again")))?;
    }
    out.line(match (answer, found.pending.is_empty()) {
        (Answer::No, _) => "nothing was changed",
        (Answer::Yes, true) => "nothing is pending",
        (Answer::Yes, false) => "the upgrade would succeed; nothing was changed",
    })?;
    Ok(answer)
}
