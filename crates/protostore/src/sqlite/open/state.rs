//! The one row that every commit writes, and what it tells: whether a database file and the log beside it belong together.
//!
//! The newest commits are in the log, so a file without its log, or beside the log of another moment, is sound to the
//! engine and wrong. A commit in log `n` writes `(log, next) = (n, n)`. Before everything in log `n` is moved into the file,
//! and before the first acknowledged write, a commit writes `(n, n+1)`: the file then says by itself that log `n+1` must be
//! beside it. Numbers are drawn at random, so that two histories of one file never share one.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::cipher::Cipher;
use super::connect;
use super::refusal::Refusal;
use crate::random::random;

/// What the row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The log that the commit is in.
    pub(super) log: i64,
    /// The log that must be beside the file once the commit is in it; the same number where none has to be.
    pub(super) next: i64,
    /// The sequence of the commit: how many the file has seen.
    pub(super) sequence: u64,
    /// Whether the last process that had the file open closed it.
    pub(super) closed: bool,
}

/// What the file says without its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    /// There is no log, or an empty one: the file says what it says.
    NoLog,
    /// The row, which the log hides.
    Says(State),
    /// The row is on a page that a checkpoint was writing when the power failed; the log has that page whole.
    Torn,
    /// The file is sound and has no such row: another program made it.
    Foreign,
}

/// Why a file is not to be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Discord {
    /// The file needs a log that is not there.
    LogIsLost,
    /// The file and the log are of two moments, or of two files.
    LogIsForeign,
}

impl State {
    /// Reads the row; none in a database that another program made.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let row = r#"SELECT "log", "next", "sequence", "closed" FROM "protostore__state""#;
        let state = |row: &rusqlite::Row<'_>| {
            let sequence: i64 = row.get(2)?;
            let sequence =
                u64::try_from(sequence).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(2, sequence))?;
            Ok(Self { log: row.get(0)?, next: row.get(1)?, sequence, closed: row.get(3)? })
        };
        connection.query_row(row, [], state).optional()
    }

    /// Returns whether a file that says this alone may be served with a log that says `self`.
    pub(super) fn agrees_with(&self, alone: &Alone) -> Result<(), Discord> {
        match alone {
            Alone::NoLog if self.log == self.next => Ok(()),
            Alone::NoLog => Err(Discord::LogIsLost),
            // A log is never behind what was moved out of it.
            Alone::Says(file) => {
                let belongs = [file.log, file.next].contains(&self.log) && file.sequence <= self.sequence;
                if belongs { Ok(()) } else { Err(Discord::LogIsForeign) }
            }
            Alone::Torn => Ok(()),
            Alone::Foreign => Err(Discord::LogIsForeign),
        }
    }
}

impl Alone {
    /// Reads the row of the file as if there were no log, without a lock and without changing anything.
    ///
    /// An immutable file has no log, as the engine sees it, <https://www.sqlite.org/uri.html#uriimmutable>.
    pub(super) fn read(path: &Path, allow_tools: bool, cipher: &Cipher) -> Result<Self, Refusal> {
        let connection = connect::immutable(path, allow_tools)?;
        cipher.unlock(&connection)?;
        Ok(match State::read(&connection) {
            Ok(Some(state)) => Self::Says(state),
            Ok(None) => Self::Foreign,
            Err(why) => match why.sqlite_error_code() {
                // A checkpoint can also leave the file shorter than its first page says.
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Torn,
                Some(ErrorCode::Unknown) => Self::Foreign,
                _ => return Err(Refusal::Engine("be read without its log", why)),
            },
        })
    }
}

/// Writes the row of a new file: no log belongs to it.
pub(super) fn lay(connection: &Connection) -> rusqlite::Result<()> {
    let none = number().map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
    connection.execute(
        r#"INSERT INTO "protostore__state" ("_singleton", "run", "log", "next", "sequence", "closed")
           VALUES (1, 0, ?1, ?1, 0, 1) ON CONFLICT ("_singleton") DO NOTHING"#,
        [none],
    )?;
    Ok(())
}

/// What a commit writes into the row, by the parameters of [`STAMP`]: `log`, `next` and `sequence`.
pub(super) type Stamp = [i64; 3];

/// Writes the row as a commit of the store does.
pub(super) const STAMP: &str =
    r#"UPDATE "protostore__state" SET "log" = ?1, "next" = ?2, "sequence" = ?3, "closed" = 0"#;

/// Writes the row as part of a transaction, or as one of its own.
pub(super) fn stamp(connection: &Connection, stamp: Stamp) -> rusqlite::Result<()> {
    changed(connection.execute(STAMP, stamp)?)
}

/// The same, with what a run says when it begins, or when it is over.
pub(super) fn mark(connection: &Connection, [log, next, sequence]: Stamp, closed: bool) -> rusqlite::Result<()> {
    changed(connection.execute(
        r#"UPDATE "protostore__state" SET "log" = ?1, "next" = ?2, "sequence" = ?3, "closed" = ?4, "run" = "run" + NOT ?4"#,
        params![log, next, sequence, closed],
    )?)
}

/// Draws the number of a log.
pub(super) fn number() -> std::io::Result<i64> {
    // Without a sign it is easier to compare by eye.
    random().map(|bytes| i64::from_le_bytes(bytes) & i64::MAX)
}

fn changed(rows: usize) -> rusqlite::Result<()> {
    if rows == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(rows)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(log: i64, next: i64, sequence: u64) -> State {
        State { log, next, sequence, closed: false }
    }

    /// Every state of a file against every state of a log, over three logs that follow one another.
    #[test]
    fn a_file_opens_beside_the_log_that_follows_it_and_no_other() {
        let moments: Vec<State> = (1..=3)
            .flat_map(|log| [state(log, log, 10 * log as u64), state(log, log + 1, 10 * log as u64 + 1)])
            .collect();
        for file in &moments {
            let clean = file.log == file.next;
            let alone = file.agrees_with(&Alone::NoLog);
            assert_eq!(alone, if clean { Ok(()) } else { Err(Discord::LogIsLost) }, "{file:?}");
            assert_eq!(file.agrees_with(&Alone::Torn), Ok(()));
            assert_eq!(file.agrees_with(&Alone::Foreign), Err(Discord::LogIsForeign));
            for log in &moments {
                let later = log.sequence >= file.sequence;
                let same = log.log == file.log || log.log == file.next;
                let expected = if later && same { Ok(()) } else { Err(Discord::LogIsForeign) };
                assert_eq!(log.agrees_with(&Alone::Says(*file)), expected, "{file:?} beside {log:?}");
            }
        }
    }
}
