//! Going back to an earlier version, by the steps that a file has itself, or by the copy from before an upgrade: all or
//! nothing.

use std::time::Instant;

use rusqlite::Connection;

use super::backup::Draft;
use super::bookkeeping;
use super::bookkeeping::versions::{self, Back};
use super::cold::Cold;
use super::migrate::{self, Reporter};
use super::refusal::Refusal;
use super::{Access, Log, duplicate, integrity, state};
use crate::error::Result;
use crate::key::Key;
use crate::sqlite::SqliteOptions;
use crate::sqlite::upkeep::{CopyOptions, DowngradeOptions, Downgraded, WayBack};

mod way;

/// How much room the steps need, in sizes of the database: the log, and what tables become that are rebuilt.
const TIMES: u64 = 2;

impl Cold {
    /// Finds the way back to a version.
    pub(crate) fn way_back(&self, to: u32, key: &Key) -> Result<WayBack> {
        self.way(to, self.access(key)).map_err(|refusal| refusal.on(self.connection()).about(&self.place.path))
    }

    /// Goes back.
    pub(crate) fn downgrade(mut self, way: &WayBack, key: &Key, options: &DowngradeOptions) -> Result<Downgraded> {
        let (path, start) = (self.place.path.clone(), Instant::now());
        let access = self.access(key);
        let reporter = Reporter::new(&options.listener);
        let done = self.way(way.to, access).and_then(|found| {
            if found != *way {
                return Err(Refusal::Unfit("has changed since its way back was asked for; ask again".to_owned()));
            }
            match &way.copy {
                None => self.steps_back(way.to, &reporter),
                Some(copy) => self.copy_back(&copy.path.clone(), way, access, &reporter),
            }
        });
        done.map_err(|refusal| refusal.about(&path))?;
        let copy = way.copy.as_ref().map(|copy| copy.path.clone());
        tracing::info!(path = %path.display(), from = way.from, to = way.to, "went back to an earlier version");
        Ok(Downgraded { from: way.from, to: way.to, copy, took: start.elapsed() })
    }

    pub(super) fn access<'k>(&self, key: &'k Key) -> Access<'k> {
        if self.cipher.id().is_some() { Access::Keyed(key) } else { Access::Plain(key) }
    }

    /// Returns how files that belong to this one are opened.
    fn like_this(&self) -> SqliteOptions {
        SqliteOptions { plaintext: self.cipher.id().is_none(), ..SqliteOptions::default() }
    }

    /// Carries out the steps back in one transaction.
    fn steps_back(&mut self, to: u32, reporter: &Reporter) -> std::result::Result<(), Refusal> {
        duplicate::room(self.connection(), &self.place.directory, TIMES, "be taken back to an earlier version")?;
        self.write(|connection, log| {
            let failed = |why| Refusal::Engine("be taken back to an earlier version", why);
            connection.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").map_err(failed)?;
            reporter.watch(connection).map_err(failed)?;
            let done = migrate::within(connection, |connection| steps(connection, to, reporter))
                .and_then(|()| commit(connection, log).map_err(failed));
            if done.is_err() && !connection.is_autocommit() {
                // What matters is that nothing of it stays, and the error is that of the step.
                let _ = connection.execute_batch("ROLLBACK");
            }
            done
        })
    }

    /// Puts a copy in the place of the file, after the steps back from its version were carried out in it.
    fn copy_back(
        &mut self,
        copy: &std::path::Path,
        way: &WayBack,
        access: Access<'_>,
        reporter: &Reporter,
    ) -> std::result::Result<(), Refusal> {
        let from = way::open(copy, access, &self.like_this())?;
        // From here on the file needs no log, so that replacing it takes one step.
        self.settle()?;
        let options = CopyOptions::new();
        let mut draft = Draft::begin(self.place.clone(), ".restoring", access, &options)?;
        reporter.stage(way.to, "copy the database from before the upgrade");
        draft.fill(from.connection(), &mut || Ok(()))?;
        draft.change(|unfinished| {
            let mut cold = Self::open(unfinished.clone(), &self.like_this(), access, None)?;
            if way.copy.as_ref().is_some_and(|copy| copy.version > way.to) {
                cold.steps_back(way.to, reporter)?;
            }
            Ok(())
        })?;
        reporter.stage(way.to, "search the copy for damage");
        let made = draft.check()?;
        self.close();
        if self.place.has_log() {
            return Err(Refusal::Locked(None));
        }
        reporter.stage(way.to, "put the copy in place");
        // The lock, which this file has, is let go once the copy has its name.
        draft.publish(made, true).map(drop)
    }
}

/// Commits what was changed, as any commit of a store.
fn commit(connection: &Connection, log: &mut Log) -> rusqlite::Result<()> {
    state::stamp(connection, log.stamp())?;
    connection.execute_batch("COMMIT")?;
    log.committed();
    Ok(())
}

/// Carries out the steps back to a version inside of a transaction, and makes sure that they have led there.
fn steps(connection: &Connection, to: u32, reporter: &Reporter) -> std::result::Result<(), Refusal> {
    let unreadable = |why| Refusal::unreadable("the list of its versions", why);
    let versions = versions::back(connection).map_err(unreadable)?;
    let newest = versions.last().map_or(0, |back| back.version);
    let failed = |back: &Back, step: String| {
        let Back { version, slug, .. } = back;
        format!("from version {version} `{slug}` of the schema, at {step}")
    };
    let last = |step: &str| format!("to version {to} of the schema, at {step}");
    let as_it_was = migrate::model(&versions, newest).and_then(|model| migrate::is_like(connection, &model));
    as_it_was.map_err(|why| Refusal::Downgrade(last("the look at its structure before"), why))?;
    for back in versions.iter().rev().filter(|back| back.version > to) {
        let done = migrate::down(connection, &versions, back, reporter);
        done.map_err(|(step, why)| Refusal::Downgrade(failed(back, step), why))?;
    }
    reporter.stage(to, "look whether each reference names a row");
    integrity::foreign_keys(connection)
        .map_err(|why| Refusal::Downgrade(last("the look at its references"), why.to_string().into()))?;
    reporter.stage(to, "compare the structure");
    let whole = migrate::model(&versions, to).and_then(|model| migrate::is_like(connection, &model));
    let whole = whole.map_err(|why| Refusal::Downgrade(last("the comparison of its structure"), why))?;
    let said = |why: rusqlite::Error| Refusal::Downgrade(last("what it says about itself"), why.into());
    if versions.iter().any(|back| back.version == to && back.whole.is_none()) {
        versions::keep_whole(connection, to, &whole).map_err(said)?;
    }
    bookkeeping::go_back(connection, to).map_err(said)?;
    migrate::forget_after(connection, to).map_err(said)?;
    reporter.stage(to, "commit");
    Ok(())
}
