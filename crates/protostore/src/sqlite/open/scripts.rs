//! SQL of a person over a file that no store has open, statement by statement.

use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Batch, Connection, Statement, ToSql, params_from_iter};

use super::bookkeeping::{self, versions};
use super::cold::Cold;
use super::refusal::Refusal;
use super::{Log, STAMP, authorizer, settings};
use crate::error::{Error, Kind, Result};
use crate::sqlite::codes;
use crate::sqlite::upkeep::{Step, Value};

/// Who is told what happens while a script runs.
type Told<'a> = dyn FnMut(Step<'_>) -> Result<()> + 'a;

/// Who is given the names of the columns and the values of each row, and says whether to go on.
type EachRow<'a> = dyn FnMut(&[String], Vec<Value>) -> Result<bool> + 'a;

impl Cold {
    /// Lets scripts change rows.
    pub(crate) fn begin_writing(&mut self) -> Result<()> {
        self.begin().map_err(|refusal| refusal.about(&self.place.path))
    }

    /// Lets go of the file; where scripts could change rows, moves the log into it first.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.end().map_err(|refusal| refusal.about(&self.place.path))
    }

    /// Reads the snapshot and the descriptors of the newest version.
    pub(crate) fn model(&self) -> Result<(String, Vec<u8>)> {
        let about = |why| Refusal::unreadable("its schema", why).about(&self.place.path);
        let label = bookkeeping::read(self.connection()).map_err(about)?;
        let version = label.map_or(0, |label| label.version);
        let missing = || {
            let text = format!("it has no snapshot or no descriptors of its newest version, {version}");
            Refusal::Damaged(text).about(&self.place.path)
        };
        versions::model(self.connection(), version).map_err(about)?.ok_or_else(missing)
    }

    /// Runs one statement of ours, and calls `row` with the names of the columns and the values of each row, until it
    /// returns `false`.
    pub(crate) fn each_row(&self, sql: &str, parameters: &[Value], row: &mut EachRow<'_>) -> Result<()> {
        rows(&mut self.connection().prepare(sql).map_err(failed)?, parameters, row)
    }

    /// Runs a script; the first error ends it.
    pub(crate) fn script(&mut self, script: &str, step: &mut Told<'_>) -> Result<()> {
        let set = |cold: &mut Self, set: fn(&mut Connection) -> Result<(), Refusal>| {
            set(cold.connection_mut()).map_err(|refusal| refusal.about(&cold.place.path))
        };
        set(self, |connection| {
            settings::limit(connection)?;
            authorizer::install_for_scripts(connection)
        })?;
        let ran = self.statements(script, step);
        set(self, authorizer::remove)?;
        ran
    }

    fn statements(&self, script: &str, step: &mut Told<'_>) -> Result<()> {
        let connection = self.connection();
        let mut batch = Batch::new(connection, script);
        while let Some(mut statement) = batch.next().map_err(failed)? {
            let word = first_word(statement.expanded_sql().as_deref().unwrap_or_default());
            match self.run() {
                None if !statement.readonly() => return Err(read_only()),
                Some(log) => write(connection, log, &mut statement, &word, step)?,
                None => run(connection, &mut statement, step)?,
            }
        }
        Ok(())
    }
}

fn read_only() -> Error {
    Error::new(Kind::ReadOnly, "the file was opened for reading alone")
}

/// Runs a statement so that the commit that keeps it is one of the store: it says which log it is in, and has a sequence.
fn write(
    connection: &Connection,
    log: &Log,
    statement: &mut Statement<'_>,
    word: &str,
    step: &mut Told<'_>,
) -> Result<()> {
    let stamp = || connection.execute(STAMP, log.stamp()).map(drop).map_err(failed);
    if connection.is_autocommit() {
        if word == "SAVEPOINT" {
            return Err(Error::new(Kind::Engine, "begin the transaction with BEGIN"));
        }
        if statement.readonly() {
            return run(connection, statement, step);
        }
        connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let ran = run(connection, statement, step).and_then(|()| stamp());
        return match ran.and_then(|()| connection.execute_batch("COMMIT").map_err(failed)) {
            Ok(()) => {
                log.committed();
                Ok(())
            }
            Err(why) => {
                if !connection.is_autocommit() {
                    connection.execute_batch("ROLLBACK").map_err(failed)?;
                }
                Err(why)
            }
        };
    }
    let commits = ["COMMIT", "END"].contains(&word);
    if commits {
        stamp()?;
    }
    run(connection, statement, step)?;
    if commits {
        log.committed();
    }
    Ok(())
}

fn run(connection: &Connection, statement: &mut Statement<'_>, step: &mut Told<'_>) -> Result<()> {
    if statement.column_count() == 0 {
        let (before, changes) = (connection.total_changes(), !statement.readonly());
        statement.raw_execute().map_err(failed)?;
        return if changes { step(Step::Changed(connection.total_changes() - before)) } else { Ok(()) };
    }
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    step(Step::Columns(&names))?;
    let mut count = 0;
    rows(statement, &[], &mut |_, row| {
        count += 1;
        step(Step::Row(row)).map(|()| true)
    })?;
    step(Step::End(count))
}

fn rows(statement: &mut Statement<'_>, parameters: &[Value], row: &mut EachRow<'_>) -> Result<()> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(params_from_iter(parameters)).map_err(failed)?;
    while let Some(found) = rows.next().map_err(failed)? {
        let values = (0..names.len()).map(|at| found.get_ref(at).map(Value::from)).collect::<rusqlite::Result<_>>();
        if !row(&names, values.map_err(failed)?)? {
            break;
        }
    }
    Ok(())
}

/// Says why a statement of a person failed, in the words of SQLite.
fn failed(why: rusqlite::Error) -> Error {
    let kind = why.sqlite_error().map_or(Kind::Engine, |error| codes::kind(error.extended_code));
    let message = match &why {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    Error::new(kind, message).because(why)
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(v) => Self::Integer(v),
            ValueRef::Real(v) => Self::Real(v),
            ValueRef::Text(v) => Self::Text(String::from_utf8_lossy(v).into_owned()),
            ValueRef::Blob(v) => Self::Blob(v.to_vec()),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Text(v) => ValueRef::Text(v.as_bytes()),
            Self::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

/// Returns the first word of a statement, in capitals; comments before it are passed over.
fn first_word(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        let end = match rest.as_bytes() {
            [b'-', b'-', ..] => rest.find('\n'),
            [b'/', b'*', ..] => rest.find("*/").map(|at| at + 1),
            _ => break,
        };
        rest = end.map_or("", |end| &rest[end + 1..]).trim_start();
    }
    rest.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::first_word;

    #[test]
    fn the_first_word_comes_after_comments() {
        for (sql, word) in [
            ("commit", "COMMIT"),
            ("  -- a comment\n END;", "END"),
            ("/* BEGIN */ /**/ update x", "UPDATE"),
            ("-- nothing else", ""),
            ("/* not ended", ""),
        ] {
            assert_eq!(first_word(sql), word, "{sql}");
        }
    }
}
