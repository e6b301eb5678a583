//! The search for damage after a run that was not closed: in the background, while the store serves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::checkpoint::Watched;
use super::fault::fault;
use super::info::{CheckInfo, CheckState};
use crate::error::Result;
use crate::sqlite::open::{Connector, check_table, tables};

/// After how many steps of SQLite's machine a search asks whether to go on.
const STEPS: i32 = 1000;

/// How long a search waits before it reads a table again that it gave up for the sake of the log.
const PAUSE: Duration = Duration::from_millis(500);

/// How often it does so before it leaves the table out.
const AGAIN: u32 = 8;

/// How many findings are kept to be asked for; all are logged.
const KEPT: usize = 16;

/// A search for damage, and what has come of it.
#[derive(Debug)]
pub(super) struct Check {
    stopped: AtomicBool,
    info: Mutex<CheckInfo>,
}

impl Check {
    /// A search that has not begun, or never will.
    pub(super) fn new(state: CheckState) -> Arc<Self> {
        let info = CheckInfo { state, ..CheckInfo::default() };
        Arc::new(Self { stopped: AtomicBool::new(false), info: Mutex::new(info) })
    }

    /// Returns what has come of it so far.
    pub(super) fn info(&self) -> CheckInfo {
        self.lock().clone()
    }

    /// Ends it soon.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Searches all tables, each in a snapshot of its own; gives one up while it keeps the log from being emptied, which
    /// may have so many bytes.
    pub(super) fn run(self: &Arc<Self>, connector: &Connector, watched: &Watched, limit: u64) {
        let ended = self.search(connector, watched, limit);
        let mut info = self.lock();
        info.state = match &ended {
            Ok(true) => CheckState::Done,
            Ok(false) | Err(_) => CheckState::Stopped,
        };
        match ended {
            Err(e) => tracing::error!(error = %e, "the search for damage could not go on"),
            Ok(true) if info.damaged == 0 => tracing::info!(tables = info.of, "looked for damage and found none"),
            Ok(_) => {}
        }
    }

    fn search(self: &Arc<Self>, connector: &Connector, watched: &Watched, limit: u64) -> Result<bool> {
        let mut connection = self.connect(connector, watched, limit)?;
        let tables = tables(&connection).map_err(fault)?;
        self.lock().of = tables.len();
        for table in tables {
            let mut tries = 0;
            let found = loop {
                match check_table(&connection, &table) {
                    Ok(found) => break found,
                    Err(_) if self.stopped.load(Ordering::Relaxed) => return Ok(false),
                    Err(why) if why.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) && tries < AGAIN => {
                        tries += 1;
                        thread::sleep(PAUSE);
                    }
                    Err(why) => break vec![format!("{table} could not be read to its end: {why}")],
                }
            };
            for finding in &found {
                tracing::error!(table, finding, "the database is damaged; what is whole is served");
            }
            let mut info = self.lock();
            info.tables += 1;
            info.damaged += usize::from(!found.is_empty());
            let room = KEPT.saturating_sub(info.findings.len());
            info.findings.extend(found.iter().take(room).cloned());
            drop(info);
            if !found.is_empty() {
                // After a damaged page, SQLCipher reads no other over this connection.
                connection = self.connect(connector, watched, limit)?;
            }
        }
        Ok(true)
    }

    fn connect(self: &Arc<Self>, connector: &Connector, watched: &Watched, limit: u64) -> Result<Connection> {
        let mut connection = connector.reader()?;
        let (check, watched) = (Arc::clone(self), Arc::clone(watched));
        let ends = move || {
            let bytes = watched.lock().unwrap_or_else(PoisonError::into_inner).bytes;
            check.stopped.load(Ordering::Relaxed) || bytes > limit / 2
        };
        connection.progress_handler(STEPS, Some(ends)).map_err(fault)?;
        Ok(connection)
    }

    fn lock(&self) -> MutexGuard<'_, CheckInfo> {
        self.info.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
