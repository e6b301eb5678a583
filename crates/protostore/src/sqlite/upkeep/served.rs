//! Upkeep of an open store: each on a connection of its own, so that reads and writes go on.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use rusqlite::Connection;

use super::exchange::Busy;
use super::{Anchor, ChainHead, Check, Copied, CopyOptions, Kept, QueueStatus, Status, TableRows, VerifyReport};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::ops::Verified;
use crate::record::{ChainOf, Link};
use crate::sqlite::Sqlite;
use crate::sqlite::close::Core;
use crate::sqlite::fault::fault;
use crate::sqlite::open;
use crate::sqlite::watch::Time;
use crate::store::{Store, View};

/// After how many steps of SQLite's machine upkeep asks whether the store closes.
const STEPS: i32 = 1000;

/// Upkeep.
impl Store<Sqlite> {
    /// Copies the store into another file, while reads and writes go on: under this key and with a salt of its own, as of one
    /// moment. The copy is checked, and only then gets its name; it opens as a store does, and needs no log.
    ///
    /// ```
    /// # fn f(store: &protostore::Store, key: &protostore::Key) -> protostore::Result<()> {
    /// let backup = store.backup("aurae.backup", key, &protostore::upkeep::CopyOptions::new())?;
    /// println!("everything up to commit {} is in {}", backup.sequence, backup.path.display());
    /// # Ok(()) }
    /// ```
    ///
    /// It runs on this thread, as long as it takes to read and to write the file once, and to search the copy. The log is
    /// not moved into the file until the pages are copied, so that it grows by what is written meanwhile: beyond
    /// [`Options::log_limit`](crate::Options::log_limit) by as much as the file has. Where it grows beyond that, or the disk is
    /// full, the backup is given up with [`Kind::Aborted`], and not the writes. It leaves `<path>.lock` beside the copy.
    ///
    /// # Errors
    /// [`Kind::AlreadyExists`] where a file is there and [`CopyOptions::replace`] was not said, [`Kind::Exhausted`] where
    /// the disk has no room, [`Kind::Damaged`] where a page of the store is damaged, [`Kind::Aborted`] where it was given up.
    /// Nothing is left of the copy then.
    pub fn backup(&self, path: impl AsRef<Path>, key: &Key, options: &CopyOptions) -> Result<Copied> {
        let core = self.core()?;
        let pages = |connection: &Connection| {
            connection.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).map_err(fault)
        };
        let connection = core.connector.reader()?;
        let busy = Busy::new(&core.exchange, pages(&connection)?.unsigned_abs() * 4096);
        // All that it reads from here on is of one moment.
        connection.execute_batch("BEGIN; SELECT 1 FROM \"protostore__state\"").map_err(fault)?;
        let draft = core.connector.draft(&connection, path.as_ref(), key, options, &mut || core.goes_on())?;
        // The check that follows reads the copy alone.
        drop(connection);
        drop(busy);
        draft.finish()
    }

    /// Looks for everything that can be wrong with the store, while reads and writes go on; what is wrong is in the report.
    ///
    /// ```
    /// # fn f(store: &protostore::Store) -> protostore::Result<()> {
    /// let report = store.verify(&protostore::upkeep::Anchor::new())?;
    /// print!("{report}");
    /// # Ok(()) }
    /// ```
    ///
    /// It runs on this thread and reads the whole file: some 20 seconds for each gigabyte.
    ///
    /// # Errors
    /// Where nothing can be looked at.
    pub fn verify(&self, anchor: &Anchor) -> Result<VerifyReport> {
        let core = self.core()?;
        let _busy = Busy::new(&core.exchange, 0);
        let mut connection = core.connector.reader()?;
        let state = Arc::clone(&core.state);
        connection.progress_handler(STEPS, Some(move || state.accepts().is_err())).map_err(fault)?;
        let newer = core.info.newer.is_some();
        let schema = (!newer).then_some(core.schema);
        let what = open::Verified { encrypted: core.connector.is_encrypted(), served: true, schema, anchor };
        let (sequence, mut checks) = open::verify(&connection, &what);
        drop(connection);
        let mut chains = Vec::new();
        match schema.map(|schema| schema.chained) {
            Some([]) => checks.push(open::left_out(Check::Chains, "no table has a hash_chain")),
            Some(chained) => checks.push(open::made(Check::Chains, || {
                let mut findings = Vec::new();
                for chain in chained {
                    self.verify_chain(chain, anchor, &mut chains, &mut findings);
                }
                Ok(findings)
            })),
            None => checks.push(open::left_out(Check::Chains, "the database is newer than this program")),
        }
        core.state.accepts()?;
        Ok(VerifyReport { sequence, checks, chains })
    }

    /// Returns what the store does, and what its file says. It reads a few rows.
    pub fn status(&self) -> Result<Status> {
        let core = self.core()?;
        let info = core.info();
        let mut held = core.far.lend(None)?;
        let file = open::status(held.connection(), &info.engine.path, info.engine.key_id.clone()).map_err(fault);
        held.broken |= held.met_damage();
        drop(held);
        let file = file?.ok_or_else(|| Error::new(Kind::Damaged, "the database does not say what it is"))?;
        Ok(Status {
            file,
            queue: QueueStatus {
                waiting: core.requests.len(),
                reading: core.reads.len(),
                bound: core.requests.bound(),
            },
            groups: core.exchange.groups(),
            cache: core.caches.status(),
            keeper: core.keeper.info(),
            info,
        })
    }

    /// Counts the rows of each table, those of protostore too; it reads all of them.
    pub fn count_rows(&self) -> Result<Vec<TableRows>> {
        let core = self.core()?;
        let _busy = Busy::new(&core.exchange, 0);
        open::count_rows(&core.connector.reader()?).map_err(fault)
    }

    /// Writes the rows of all tables as JSON lines, of one moment, while reads and writes go on; see
    /// [`Database::export_lines`](super::Database::export_lines).
    ///
    /// The log is not moved into the file meanwhile.
    #[cfg(feature = "prost")]
    pub fn export_lines(
        &self,
        out: &mut dyn std::io::Write,
        options: &super::ExportOptions,
    ) -> Result<super::Exported> {
        self.in_snapshot(|core, connection| open::export_lines(connection, &core.info.engine.path, out, options))
    }

    /// Copies the store into a file of plain SQLite, of one moment, while reads and writes go on; see
    /// [`Database::export_sqlite`](super::Database::export_sqlite).
    #[cfg(feature = "prost")]
    pub fn export_sqlite(&self, path: impl AsRef<Path>, options: &super::ExportOptions) -> Result<super::Exported> {
        self.in_snapshot(|core, connection| {
            open::export_sqlite(connection, &core.info.engine.path, path.as_ref(), options)
        })
    }

    /// Runs work over a connection of its own that sees one moment, and ends it where the store closes.
    #[cfg(feature = "prost")]
    fn in_snapshot<T>(&self, work: impl FnOnce(&Core, &Connection) -> Result<T>) -> Result<T> {
        let core = self.core()?;
        let _busy = Busy::new(&core.exchange, 0);
        let mut connection = core.connector.reader()?;
        let state = Arc::clone(&core.state);
        connection.progress_handler(STEPS, Some(move || state.accepts().is_err())).map_err(fault)?;
        connection.execute_batch("BEGIN; SELECT 1 FROM \"protostore__state\"").map_err(fault)?;
        work(core, &connection)
    }

    /// Does now what the keeper does in the background, and returns what was done: sweeps what has expired, deletes for good
    /// what was deleted softly long enough ago and the answers of requests that are older than a day, gives pages that hold
    /// nothing back to the disk, and moves the log into the file.
    ///
    /// It works with the options of [`Options::keeper`](crate::Options::keeper), or with the defaults where there are none.
    ///
    /// ```
    /// # fn f(store: &protostore::Store) -> protostore::Result<()> {
    /// let kept = store.keep()?;
    /// println!("{} records had expired", kept.swept);
    /// # Ok(()) }
    /// ```
    pub fn keep(&self) -> Result<Kept> {
        let core = self.core()?;
        let _waits = core.state.wait()?;
        core.keeper.round(&core.work())
    }

    /// Lets the keeper rest until [`Store::resume_keeper`]; a round that goes on ends after its batch.
    pub fn pause_keeper(&self) -> Result<()> {
        self.core()?.keeper.pause(true);
        Ok(())
    }

    /// Lets the keeper go on.
    pub fn resume_keeper(&self) -> Result<()> {
        self.core()?.keeper.pause(false);
        Ok(())
    }

    /// Verifies a chain from its first row, and that the row of its anchor is still there.
    fn verify_chain(&self, chain: &ChainOf, anchor: &Anchor, chains: &mut Vec<ChainHead>, findings: &mut Vec<String>) {
        let table = chain.table;
        let verify = |after: Option<Link>| {
            let core = self.core()?;
            // However long it is, it is of one moment, and takes the time that it takes.
            let mut held = core.far.lend(None)?;
            let time = Time { within: None, until: None };
            held.serve("a verification", time, |held| held.snapshot(|held| (chain.verify)(&mut View::new(held), after)))
        };
        match verify(None) {
            Ok(Verified { rows, head, broken }) => {
                if let Some(number) = broken {
                    findings.push(format!(
                        "{table}: row {number} does not fit: it was changed, or one before it is missing, added or moved"
                    ));
                }
                chains.push(ChainHead { table: table.to_owned(), rows, head });
            }
            Err(e) => findings.push(format!("{table}: the chain could not be read to its end: {e}")),
        }
        for (_, head) in anchor.heads.iter().filter(|(of, _)| of == table) {
            match verify(Some(head.clone())) {
                Ok(Verified { broken: Some(number), head: None, .. }) if number == head.number => findings.push(format!(
                    "{table}: row {number} is not there with the hash that was kept: the end of the chain is missing, or an \
                     older copy of the database was put back"
                )),
                Ok(_) => {}
                Err(e) => findings.push(format!("{table}: the chain could not be read from row {}: {e}", head.number)),
            }
        }
    }

    fn core(&self) -> Result<&Core> {
        let core = &*self.engine().0;
        core.state.accepts()?;
        Ok(core)
    }
}

impl Core {
    /// Says why a backup does not go on, if it does not.
    fn goes_on(&self) -> Result<(), String> {
        if let Err(e) = self.state.accepts() {
            return Err(e.message().to_owned());
        }
        let (bytes, full) = {
            let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            (watched.bytes, watched.disk_full)
        };
        if full {
            return Err("the disk of the store is full".to_owned());
        }
        let most = self.log_limit + self.exchange.lent();
        if bytes < most {
            return Ok(());
        }
        Err(format!(
            "so much was written meanwhile that the log has {bytes} bytes, of {most}; make it when less is written, or say \
             Options::log_limit"
        ))
    }
}
