//! Closing a database: everything in one file, nothing left to recover, and the lock let go last.

use rusqlite::Connection;

use super::refusal::Refusal;
use super::{Guard, bookkeeping, integrity};
use crate::error::Result;

/// Closes the connections that nobody uses any more; prepared statements that were held must be gone.
///
/// What fails is reported, and all is let go nevertheless: the next opening then looks for damage first.
pub(crate) fn close(writer: Connection, readers: Vec<Connection>, guard: Guard) -> Result<()> {
    let closed = finish(writer, readers).map_err(|refusal| refusal.about(&guard.path));
    drop(guard);
    closed
}

fn finish(writer: Connection, readers: Vec<Connection>) -> Result<(), Refusal> {
    // The writer goes last: it alone may move the log into the file and remove it.
    readers.into_iter().map(shut).fold(Ok(()), Result::and)?;
    bookkeeping::end_run(&writer).map_err(failed)?;
    match integrity::checkpoint(&writer) {
        // Another process reads, where tools may read: the log stays, and nothing is lost.
        Ok(()) | Err(Refusal::Locked(_)) => shut(writer),
        Err(refusal) => Err(refusal),
    }
}

fn shut(connection: Connection) -> Result<(), Refusal> {
    connection.close().map_err(|(_, why)| failed(why))
}

fn failed(why: rusqlite::Error) -> Refusal {
    Refusal::Engine("be closed", why)
}
