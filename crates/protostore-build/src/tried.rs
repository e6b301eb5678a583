//! The trial of a store: what of it is known from an earlier run, and what a later one need not try again.

use protostore_emit::{Statement, schema_sql};
use protostore_evolve::{Lock, VersionTexts, down_path, migration_path};

use crate::cache::hash;
use crate::disk::Files;
use crate::next::Next;
use crate::past;
use crate::texts::SQLITE;
use crate::trial::{self, Before, Known, Trial};

/// What came of the trial of a store.
pub(crate) struct Tried {
    /// What SQLite says against it.
    pub(crate) refused: Vec<String>,
    /// The replays that lead where they should.
    pub(crate) replays: Vec<String>,
}

/// Tries a store on SQLite. Migrations that were edited by hand are tried as they are. `known` has the replays that an
/// earlier run found to lead where they should.
pub(crate) fn tried(
    next: &Next,
    texts: &[VersionTexts],
    (lock, known): (&Lock, &[String]),
    (there, schema): (&Files, &str),
    statements: &[Statement],
) -> Tried {
    // What was dropped is begun after, with the schema to which it led.
    let dropped = next.history.dropped();
    let oldest = next.history.versions.get(dropped).filter(|_| dropped > 0);
    let first = oldest.map(|version| schema_sql(&version.schema, ""));
    let is_tried = |version: &protostore_evolve::Version| oldest.is_none_or(|oldest| version.number > oldest.number);
    let versions = next.history.versions.iter().zip(texts).filter(|(version, _)| is_tried(version));
    let migrations = versions.map(|(version, texts)| {
        let path = migration_path(SQLITE, version.number, &version.slug);
        let on_disk = there.get(&path).filter(|_| !next.faults.is_empty()).map(|bytes| past::text(bytes));
        let up = on_disk.unwrap_or_else(|| texts.migrations[SQLITE].up.clone());
        (path, up)
    });
    let migrations: Vec<_> = migrations.collect();
    let before = before(next);
    let before = before.as_ref().map(|(path, schema)| {
        let newest = texts.last().and_then(|texts| texts.migrations.get(SQLITE));
        let back = newest.and_then(|newest| newest.down.as_deref()).map(|sql| (path.as_str(), sql));
        Before { schema, back }
    });
    // The chain of a version covers every text that leads to it, as long as the files are what the lock names.
    let mut chains = lock.versions.iter().rev().map(|locked| locked.dialect[SQLITE].chain.as_str());
    let (head, earlier) = (chains.next().unwrap_or_default(), chains.next());
    let is_known = |replay: &String| known.contains(replay);
    let all = all(head, schema);
    let known = match earlier.map(to) {
        _ if !next.faults.is_empty() => Known::Nothing,
        _ if is_known(&all) => Known::All,
        Some(earlier) if is_known(&earlier) => Known::Before,
        _ => Known::Nothing,
    };
    let refused =
        trial::run(&Trial { first: first.as_deref(), migrations: &migrations, before, known, schema, statements });
    let mut replays = Vec::new();
    if refused.is_empty() && next.faults.is_empty() && known != Known::All {
        replays.push(all);
        // A later version begins with the schema that the snapshot has, which knows no order of fields.
        if trial::makes_the_same(&schema_sql(&next.history.head().schema, ""), schema) {
            replays.push(to(head));
        }
    }
    Tried { refused, replays }
}

/// Returns the name of the replay of all versions up to a chain, to the schema that the snapshot there has.
fn to(chain: &str) -> String {
    format!("to {chain}")
}

/// Returns the name of the replay of all versions up to a chain, and back to the one before, to a whole schema.
fn all(chain: &str, schema: &str) -> String {
    format!("{chain} {}", hash::hex(&hash::of(schema.as_bytes())))
}

/// Returns the path of the way back from the newest version, and the whole schema of the version before it.
fn before(next: &Next) -> Option<(String, String)> {
    let [.., before, newest] = &next.history.versions[..] else { return None };
    // No file is made of the text, so it names no command.
    Some((down_path(SQLITE, newest.number, &newest.slug), schema_sql(&before.schema, "")))
}
