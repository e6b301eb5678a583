//! Which way leads back to a version: the steps of the file, or a copy from before an upgrade and the steps from there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::Access;
use super::super::bookkeeping;
use super::super::bookkeeping::versions::{self, Back};
use super::super::cold::Cold;
use super::super::copy::BEFORE;
use super::super::migrate;
use super::super::place::Place;
use super::super::refusal::Refusal;
use super::super::status::count_rows;
use crate::sqlite::SqliteOptions;
use crate::sqlite::upkeep::{CopyBack, Loss, TableChange, WayBack};

impl Cold {
    /// Finds the way back to a version; nothing is changed.
    pub(super) fn way(&self, to: u32, access: Access<'_>) -> Result<WayBack, Refusal> {
        let unreadable = |why| Refusal::unreadable("the list of its versions", why);
        let versions = versions::back(self.connection()).map_err(unreadable)?;
        let from = versions.last().map_or(0, |back| back.version);
        if !versions.iter().map(|back| back.version).eq(1..=from) || from == 0 {
            return Err(Refusal::Damaged(
                "protostore__versions does not list all versions up to the newest".to_owned(),
            ));
        }
        match to {
            _ if to == from => return Err(Refusal::Unfit(format!("has version {to} already"))),
            _ if from == 1 => return Err(Refusal::Unfit("has version 1, and nothing comes before that".to_owned())),
            _ if to == 0 || to > from => {
                let earlier = from - 1;
                return Err(Refusal::Unfit(format!(
                    "has version {from}, and never had a version {to}; it goes back to one from 1 to {earlier}"
                )));
            }
            _ => {}
        }
        let copy = match versions.iter().rfind(|back| back.version > to && back.down.is_none()) {
            None => None,
            Some(without) => Some(self.copy_before(&versions, without, to, access)?),
        };
        let begin = copy.as_ref().map_or(from, |copy| copy.version);
        let steps = versions.iter().rev().filter(|back| back.version > to && back.version <= begin);
        let mut losses = Vec::new();
        for back in steps {
            migrate::is_runnable(&versions, back).map_err(|why| {
                let Back { version, slug, .. } = back;
                Refusal::Unfit(format!("cannot go back from version {version} `{slug}` of the schema: {why}"))
            })?;
            let loss = |what: &String| Loss { version: back.version, slug: back.slug.clone(), what: what.clone() };
            losses.extend(back.loses.iter().map(loss));
        }
        Ok(WayBack { from, to, losses, copy })
    }

    /// Finds the newest copy from before the upgrade to a version without steps back, from which steps lead on.
    fn copy_before(&self, versions: &[Back], without: &Back, to: u32, access: Access<'_>) -> Result<CopyBack, Refusal> {
        let own = bookkeeping::read(self.connection()).map_err(|why| Refusal::unreadable("what it is", why))?;
        let created = own.map(|label| label.created);
        let (mut found, mut others): (Option<(u64, CopyBack)>, Vec<String>) = (None, Vec::new());
        for path in copies(&self.place) {
            let mut other = |why: String| others.push(format!("{} {why}", path.display()));
            let copy = match open(&path, access, &self.like_this()) {
                Ok(copy) => copy,
                Err(refusal) => {
                    other(refusal.to_string());
                    continue;
                }
            };
            let read = |copy: &Cold| Ok((bookkeeping::read(copy.connection())?, versions::read(copy.connection())?));
            let (label, theirs) = match read(&copy) {
                Ok((Some(label), theirs)) => (label, theirs),
                Ok((None, _)) => continue,
                Err(why) => {
                    other(Refusal::unreadable("the list of its versions", why).to_string());
                    continue;
                }
            };
            let version = label.version;
            let same = versions.iter().zip(&theirs).all(|(ours, theirs)| ours.chain == theirs.chain);
            let has_steps = |back: &Back| back.version <= to || back.version > version || back.down.is_some();
            match () {
                () if Some(label.created) != created || !same => other("is a copy of another database".to_owned()),
                () if version < to || version >= without.version => other(format!("has version {version}")),
                () if !versions.iter().all(has_steps) => other(format!("has version {version}, without steps back")),
                () => {
                    let sequence = copy.state.sequence;
                    if found.as_ref().is_none_or(|(newest, _)| sequence > *newest) {
                        let commits = self.state.sequence.saturating_sub(sequence);
                        let tables = changes(self, &copy).map_err(|why| Refusal::Engine("be counted", why))?;
                        let (without_steps, slug) = (without.version, without.slug.clone());
                        let copy = CopyBack { path: path.clone(), version, without_steps, slug, commits, tables };
                        found = Some((sequence, copy));
                    }
                }
            }
        }
        found.map(|(_, copy)| copy).ok_or_else(|| {
            let Back { version, slug, .. } = without;
            let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join("; ")) };
            Refusal::Unfit(format!(
                "cannot go back from version {version} `{slug}` of the schema: it has no steps back, only a copy from before \
                 has what was there, and beside the database is none that leads to version {to}{others}; restore a backup of \
                 that version"
            ))
        })
    }
}

/// Opens a copy, which no store has open.
pub(super) fn open(path: &Path, access: Access<'_>, options: &SqliteOptions) -> Result<Cold, Refusal> {
    Cold::open(Place::of(path)?, options, access, None)
}

/// Returns the copies that upgrades have left beside a database, by name.
fn copies(place: &Place) -> Vec<PathBuf> {
    let Some(name) = place.path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let is_copy = |path: &PathBuf| {
        let end = path.file_name().and_then(|file| file.to_str()?.strip_prefix(name)?.strip_prefix(BEFORE));
        end.is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let entries = fs::read_dir(&place.directory).into_iter().flatten().flatten();
    let mut copies: Vec<_> = entries.map(|entry| entry.path()).filter(is_copy).collect();
    copies.sort();
    copies
}

/// Returns the tables of the store that have another number of rows.
fn changes(now: &Cold, then: &Cold) -> rusqlite::Result<Vec<TableChange>> {
    let rows = |cold: &Cold| -> rusqlite::Result<BTreeMap<String, u64>> {
        let own = |table: &str| !table.starts_with("protostore__") && table != "refinery_schema_history";
        let counted = count_rows(cold.connection())?.into_iter().filter(|rows| own(&rows.table));
        Ok(counted.map(|rows| (rows.table, rows.rows)).collect())
    };
    let (now, then) = (rows(now)?, rows(then)?);
    let names: std::collections::BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let change = |table: &String| TableChange {
        table: table.clone(),
        now: now.get(table).copied(),
        then: then.get(table).copied(),
    };
    Ok(names.into_iter().map(change).filter(|change| change.now != change.then).collect())
}
