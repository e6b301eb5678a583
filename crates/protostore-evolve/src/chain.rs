//! The chains of hashes over a store's versions, one for each dialect.
//!
//! A database holds the chain of its version, so what a chain covers never changes.

use sha2::{Digest, Sha256};

use crate::{Locked, LockedMigration};

/// What each chain begins with, before the name of its dialect.
const ROOT: &str = "protostore/chain/v1";

/// Returns what the chain of a version in a dialect must be after the version before it.
///
/// It is a line for each value: the chain before, the version, its slug, the hashes of its snapshot, plan, text up and
/// text down, which have the hooks, the number of accepted risks and each of them, the reader and the writer. A dialect that the version
/// before does not have begins its chain here, so that it changes no chain of another dialect.
pub(crate) fn link(dialect: &str, locked: &Locked, migration: &LockedMigration, previous: Option<&Locked>) -> String {
    let Locked { version, slug, semver: _, snapshot, plan, accepted, hooks: _, reader, writer, until: _, dialect: _ } =
        locked;
    let LockedMigration { up, down, chain: _ } = migration;
    let before = previous.and_then(|previous| previous.dialect.get(dialect));
    let before = before.map_or_else(|| format!("{ROOT} {dialect}"), |before| before.chain.clone());
    let none = String::new();
    let (plan, down) = (plan.as_ref().unwrap_or(&none), down.as_ref().unwrap_or(&none));
    let risks: String = accepted.iter().map(|risk| format!("{risk:?}\n")).collect();
    let count = accepted.len();
    sha256(&format!(
        "{before}\n{version}\n{slug}\n{snapshot}\n{plan}\n{up}\n{down}\n{count}\n{risks}{reader}\n{writer}\n"
    ))
}

pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
