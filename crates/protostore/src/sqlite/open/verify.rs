//! Verifying a database: each check by itself. After a page that it cannot decrypt, SQLCipher reads no other over the same
//! connection, so that the checks after it may say that they could not be made to their end.

use std::time::Instant;

use rusqlite::Connection;

use super::bookkeeping::versions;
use super::integrity::{self, tables};
use super::migrate;
use super::state::State;
use crate::schema::Schema;
use crate::sqlite::upkeep::{Anchor, Check, Checked};

/// How many findings of one check are told.
const MOST: usize = 100;

/// How often the pages are looked at again where one does not fit: a page that is being written may look so once.
const AGAIN: u32 = 3;

/// Why a check is not made where the file is plain.
const PLAIN: &str = "the database is not encrypted";

/// Why it is not made without a schema.
pub(super) const NO_SCHEMA: &str = "it takes the program of this store";

/// What is verified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verified<'a> {
    /// Whether the file is encrypted.
    pub(crate) encrypted: bool,
    /// Whether a store serves it, so that no snapshot is to be held for longer than one table takes.
    pub(crate) served: bool,
    /// What its structure is to be; none where it is not known.
    pub(crate) schema: Option<&'a Schema>,
    /// What it is compared with.
    pub(crate) anchor: &'a Anchor,
}

/// Makes the checks that need a connection alone, and returns them with the sequence of the newest commit.
pub(crate) fn verify(connection: &Connection, what: &Verified<'_>) -> (u64, Vec<Checked>) {
    let Verified { encrypted, served, schema, anchor } = *what;
    let mut checks = Vec::new();
    checks.push(match encrypted {
        true => made(Check::Cipher, || cipher(connection, served)),
        false => left_out(Check::Cipher, PLAIN),
    });
    checks.push(made(Check::Pages, || if served { by_table(connection) } else { whole(connection) }));
    checks.push(made(Check::References, || references(connection)));
    checks.push(made(Check::Versions, || list_of_versions(connection)));
    checks.push(match schema {
        // An older or newer database has another structure, which is its own.
        Some(schema) => made(Check::Structure, || structure(connection, schema)),
        // What the program of its version said that it is.
        None => match told_structure(connection) {
            Ok(None) => left_out(Check::Structure, NO_SCHEMA),
            told => made(Check::Structure, || {
                told.map_or_else(Err, |whole| differences(connection, &whole.unwrap_or_default()))
            }),
        },
    });
    let sequence = State::read(connection).ok().flatten().map_or(0, |state| state.sequence);
    checks.push(made(Check::Anchor, || {
        let behind = sequence < anchor.sequence;
        let finding = format!(
            "the newest commit is {sequence}, and {} was acknowledged: an older copy of the database was put back, or its \
             newest commits are lost",
            anchor.sequence
        );
        Ok(behind.then_some(finding).into_iter().collect())
    }));
    (sequence, checks)
}

/// Makes a check, or says why it could not be made.
pub(crate) fn made(check: Check, make: impl FnOnce() -> rusqlite::Result<Vec<String>>) -> Checked {
    let start = Instant::now();
    let mut findings = make().unwrap_or_else(|why| vec![format!("it could not be made to its end: {why}")]);
    findings.truncate(MOST);
    Checked { check, left_out: None, findings, took: start.elapsed() }
}

/// Says that a check was not made.
pub(crate) fn left_out(check: Check, why: &'static str) -> Checked {
    Checked { check, left_out: Some(why), findings: Vec::new(), took: std::time::Duration::ZERO }
}

/// Finds every changed byte of the file, in whatever page.
fn cipher(connection: &Connection, served: bool) -> rusqlite::Result<Vec<String>> {
    let look = || rows(connection, "PRAGMA cipher_integrity_check");
    let mut found = look()?;
    for _ in 0..if served { AGAIN } else { 0 } {
        if found.is_empty() {
            break;
        }
        let again = look()?;
        found.retain(|finding| again.contains(finding));
    }
    Ok(found)
}

fn whole(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = rows(connection, &format!("PRAGMA integrity_check({MOST})"))?;
    found.retain(|finding| finding != "ok");
    if found.is_empty() && connection.is_readonly(rusqlite::MAIN_DB)? {
        found.push("a page of it cannot be decrypted".to_owned());
    }
    Ok(found)
}

fn by_table(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for table in tables(connection)? {
        let name = table.replace('\'', "''");
        let rows = rows(connection, &format!("PRAGMA integrity_check('{name}')"))?;
        found.extend(rows.into_iter().filter(|finding| finding != "ok"));
    }
    if found.is_empty() && connection.is_readonly(rusqlite::MAIN_DB)? {
        found.push("a page of it cannot be decrypted".to_owned());
    }
    Ok(found)
}

fn references(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for table in tables(connection)? {
        found.extend(integrity::orphans(connection, &table, MOST)?);
    }
    Ok(found)
}

fn list_of_versions(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let kept = versions::read(connection)?;
    let is_whole = kept.iter().map(|kept| kept.version).eq(1..=version);
    let finding = format!("it has version {version}, and protostore__versions does not list all up to it");
    Ok(if is_whole { Vec::new() } else { vec![finding] })
}

fn structure(connection: &Connection, schema: &Schema) -> rusqlite::Result<Vec<String>> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != schema.version {
        return Ok(vec![format!("it has version {version}, and this program knows version {}", schema.version)]);
    }
    differences(connection, schema.whole)
}

fn told_structure(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    versions::whole(connection, version)
}

fn differences(connection: &Connection, whole: &str) -> rusqlite::Result<Vec<String>> {
    match migrate::differences(connection, whole) {
        Ok(()) => Ok(Vec::new()),
        Err(why) => match why.downcast::<rusqlite::Error>() {
            Ok(why) => Err(*why),
            Err(why) => Ok(vec![why.to_string()]),
        },
    }
}

fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.take(MOST).collect()
}
