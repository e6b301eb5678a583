//! Closing a database: everything in one file, nothing left to recover, and the lock let go last.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::refusal::Refusal;
use super::{Guard, Log, Moved};
use crate::error::Result;

/// Closes the connections that are no longer used; prepared statements that were held must be gone.
///
/// What fails is reported, and all is let go nevertheless: the next opening then finds a file that was not closed.
pub(crate) fn close(writer: Connection, readers: Vec<Connection>, log: Log, guard: Guard) -> Result<()> {
    let closed = finish(writer, readers, log).map_err(|refusal| refusal.about(&guard.path));
    drop(guard);
    closed
}

fn finish(writer: Connection, readers: Vec<Connection>, mut log: Log) -> Result<(), Refusal> {
    readers.into_iter().map(shut).fold(Ok(()), Result::and)?;
    match log.finish(&writer).map_err(|why| Refusal::Engine("move its log into it", why))? {
        // The log is empty: the engine removes it when the last connection goes.
        Moved::Whole => {
            writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map(drop).map_err(failed)?
        }
        Moved::Nothing => {
            tracing::warn!(
                "the log of the database stays beside it until it is opened again: the disk is full, or another process reads it"
            );
        }
    }
    shut(writer)
}

fn shut(connection: Connection) -> Result<(), Refusal> {
    connection.close().map_err(|(_, why)| failed(why))
}

fn failed(why: rusqlite::Error) -> Refusal {
    Refusal::Engine("be closed", why)
}
