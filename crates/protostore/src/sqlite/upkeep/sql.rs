//! SQL over a database file that no store has open: what tools read and print, and what a person types.

use super::Database;
use crate::error::Result;

/// A value of a column, as the database has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// An integer of 64 bits.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text; what is not UTF-8 in it is replaced.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// What happens while [`Database::run`] runs a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<'a> {
    /// A statement that returns rows begins: the names of its columns.
    Columns(&'a [String]),
    /// It returned a row.
    Row(Vec<Value>),
    /// It returned all of them: how many.
    End(u64),
    /// A statement that returns no rows has run: how many rows it changed, those by CASCADE and triggers too.
    Changed(u64),
}

impl Database {
    /// Returns the snapshot of the newest version, as JSON, and its encoded `FileDescriptorSet`: the schema of the file for
    /// whoever has no generated code of it.
    ///
    /// # Errors
    /// [`Kind::Damaged`](crate::Kind::Damaged) if the file has none, or they cannot be read.
    pub fn model(&self) -> Result<(String, Vec<u8>)> {
        self.0.model()
    }

    /// Runs one statement that reads, and calls `row` with the names of the columns and the values of each row, until it
    /// returns `false`.
    ///
    /// ```
    /// # fn f(key: &protostore::Key) -> protostore::Result<()> {
    /// use protostore::upkeep::{Database, Value};
    ///
    /// let database = Database::open("aurae.db", key)?;
    /// let on_lan = r#"SELECT "mac_address" FROM "nics" WHERE "network_id" = ?1"#;
    /// database.each_row(on_lan, &[Value::Text("lan".into())], |_, row| {
    ///     println!("{row:?}");
    ///     Ok(true)
    /// })?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What SQLite says, with its kind, and what `row` returns.
    pub fn each_row(
        &self,
        sql: &str,
        parameters: &[Value],
        mut row: impl FnMut(&[String], Vec<Value>) -> Result<bool>,
    ) -> Result<()> {
        self.0.each_row(sql, parameters, &mut row)
    }

    /// Runs a script of SQL, and calls `step` with what happens; the first error ends it.
    ///
    /// Each statement is a transaction of its own, unless the script says BEGIN and COMMIT. Without
    /// [`Database::begin_writing`] nothing can be changed; with it, rows can. The structure of the database cannot be
    /// changed, no other file can be attached, and the log is not moved by a script.
    ///
    /// # Errors
    /// What SQLite says, with its kind, and what `step` returns; [`Kind::ReadOnly`](crate::Kind::ReadOnly) where a statement
    /// would change the file and may not.
    pub fn run(&mut self, script: &str, mut step: impl FnMut(Step<'_>) -> Result<()>) -> Result<()> {
        self.0.script(script, &mut step)
    }

    /// Says whether a script has left a transaction open.
    #[must_use]
    pub fn is_in_transaction(&self) -> bool {
        !self.0.connection().is_autocommit()
    }

    /// Lets scripts change rows from now on, by commits that are those of a store: durable, and with a sequence.
    ///
    /// ```
    /// # fn f(key: &protostore::Key) -> protostore::Result<()> {
    /// let mut database = protostore::upkeep::Database::open("aurae.db", key)?;
    /// database.begin_writing()?;
    /// database.run("DELETE FROM \"nics\" WHERE \"network_id\" = 'lan'", |_| Ok(()))?;
    /// database.close()?;
    /// # Ok(()) }
    /// ```
    ///
    /// The constraints and triggers of the database hold. The rules that only the store knows, such as patterns, revisions
    /// and chains of hashes, are not checked.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::Kind::Io) and [`Kind::Exhausted`](crate::Kind::Exhausted), as an opening.
    pub fn begin_writing(&mut self) -> Result<()> {
        self.0.begin_writing()
    }

    /// Lets go of the file; where scripts could change rows, moves the log into it first. A transaction that is open is
    /// undone.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::Kind::Io) or [`Kind::Exhausted`](crate::Kind::Exhausted) if the log stays beside the file, which
    /// loses nothing.
    pub fn close(self) -> Result<()> {
        self.0.finish()
    }
}
