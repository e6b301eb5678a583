//! `protostore status`: what a file says about itself.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use protostore::upkeep::{Database, FileStatus, PendingVersion, VersionStatus};

use crate::args::Expanded;
use crate::failure::{Answer, Failure};
use crate::history;
use crate::output::{Output, Style, escaped, list, object, text};
use crate::table::{Cell, Table};

/// Prints what the file is, the versions that led to it, and those of a generated crate that are pending.
pub(crate) fn run(database: &Database, history: &[PathBuf], out: &mut Output) -> Result<Answer, Failure> {
    let about = &database.status()?;
    let schema = if history.is_empty() { None } else { Some(history::read(history, &about.store)?) };
    let pending = schema.map(|schema| database.pending(schema)).transpose()?;
    if out.is_json() {
        out.line(&json(about, pending.as_deref()))?;
        return Ok(Answer::Yes);
    }
    let encryption = match &about.key_id {
        Some(id) => format!("SQLCipher, key id {id}"),
        None => "none: plain SQLite".to_owned(),
    };
    let state = if about.closed { "closed" } else { "not closed: the next opening recovers it and looks for damage" };
    let sizes = &about.sizes;
    let lines = [
        ("file", about.path.display().to_string()),
        ("store", about.store.clone()),
        ("version", format!("{} ({})", about.version, about.semver)),
        ("created", time(about.created)),
        ("encryption", encryption),
        ("size", format!("{}, of which {} are free", bytes(sizes.file), bytes(sizes.free))),
        ("log", bytes(sizes.log)),
        ("reserve", bytes(sizes.reserve)),
        ("commits", format!("sequence {}", about.sequence)),
        ("state", state.to_owned()),
    ];
    for (name, value) in lines {
        let name = out.styled(Style::Heading, &format!("{name:<10}"));
        out.line(&format!("{name}  {}", escaped(&value)))?;
    }
    out.line("")?;
    let mut versions =
        Table::new(["version", "change", "semver", "since", "took", "rows", "oldest reader", "oldest writer"]);
    about.versions.iter().for_each(|version| versions.push(row(version)));
    versions.print(Expanded::Off, out)?;
    for PendingVersion { version, slug, semver, .. } in pending.iter().flatten() {
        out.line(&format!("version {version} `{slug}` ({semver}) is pending"))?;
    }
    Ok(Answer::Yes)
}

fn row(version: &VersionStatus) -> Vec<Cell> {
    vec![
        Some(version.version.to_string()),
        Some(version.slug.clone()),
        Some(version.semver.clone()),
        Some(time(version.migrated)),
        version.took.map(|took| format!("{} ms", millis(took))),
        version.rows.map(|rows| rows.to_string()),
        Some(version.reader.to_string()),
        Some(version.writer.to_string()),
    ]
}

fn json(about: &FileStatus, pending: Option<&[PendingVersion]>) -> String {
    let optional = |value: &Option<String>| value.as_deref().map_or_else(|| "null".to_owned(), text);
    let versions = about.versions.iter().map(|version| {
        let null = || "null".to_owned();
        object([
            ("version", version.version.to_string()),
            ("slug", text(&version.slug)),
            ("semver", text(&version.semver)),
            ("chain", text(&version.chain)),
            ("reader", version.reader.to_string()),
            ("writer", version.writer.to_string()),
            ("migrated", text(&time(version.migrated))),
            ("took_ms", version.took.map_or_else(null, millis)),
            ("rows", version.rows.map_or_else(null, |rows| rows.to_string())),
        ])
    });
    object([
        ("file", text(&about.path.display().to_string())),
        ("store", text(&about.store)),
        ("version", about.version.to_string()),
        ("semver", text(&about.semver)),
        ("mapping", about.mapping.to_string()),
        ("created", text(&time(about.created))),
        ("key_id", optional(&about.key_id)),
        ("bytes", about.sizes.file.to_string()),
        ("free_bytes", about.sizes.free.to_string()),
        ("log_bytes", about.sizes.log.to_string()),
        ("reserve_bytes", about.sizes.reserve.to_string()),
        ("sequence", about.sequence.to_string()),
        ("closed", about.closed.to_string()),
        ("versions", list(versions)),
        ("pending", pending.map_or_else(|| "null".to_owned(), |pending| list(pending.iter().map(pending_json)))),
    ])
}

/// Returns a pending version as JSON.
pub(crate) fn pending_json(pending: &PendingVersion) -> String {
    let PendingVersion { version, slug, semver, .. } = pending;
    object([("version", version.to_string()), ("slug", text(slug)), ("semver", text(semver))])
}

/// Returns a point in time as RFC 3339 writes it, to the second.
fn time(time: SystemTime) -> String {
    let mut time = prost_types::Timestamp::from(time);
    time.nanos = 0;
    time.to_string()
}

/// Returns a time as a number of milliseconds.
pub(crate) fn millis(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() * 1000.0)
}

/// Returns a number of bytes in the largest unit of which there is at least one.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        // As precise as it is printed; sizes of files are far below 2^53.
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_the_largest_unit_that_fits() {
        for (size, text) in [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB")] {
            assert_eq!(bytes(size), text);
        }
    }
}
