//! A database file that no store has open, of whatever store: what upkeep does to it needs no generated code.

use std::path::Path;
use std::time::Duration;

use super::{Anchor, Copied, CopyOptions, FileStatus, TableRows, VerifyReport};
#[cfg(feature = "prost")]
use super::{ExportOptions, Exported};
use crate::error::Result;
use crate::key::Key;
use crate::sqlite::SqliteOptions;
use crate::sqlite::open;

/// A database file that no store has open, of whatever store, for upkeep.
///
/// ```
/// # fn f(key: &protostore::Key) -> protostore::Result<()> {
/// use protostore::upkeep::{Anchor, CopyOptions, Database};
///
/// let mut database = Database::open("aurae.db", key)?;
/// println!("{} of version {}", database.status()?.store, database.status()?.version);
/// assert!(database.verify(&Anchor::new())?.is_sound());
/// database.backup("aurae.backup", key, &CopyOptions::new())?;
/// # Ok(()) }
/// ```
///
/// It has the lock of the file until it is dropped, so that no store opens it meanwhile; a file that a store has open is
/// refused, with the id of its process. Nothing is written to the file, except that [`Database::verify`] moves the log of a
/// run that was not closed into it, as the next opening would.
#[derive(Debug)]
pub struct Database(pub(super) open::Cold);

/// How a file is opened for upkeep, restored or rotated.
///
/// ```
/// let options = protostore::upkeep::FileOptions::new().plaintext(true);
/// ```
#[derive(Clone, Debug, Default)]
pub struct FileOptions(pub(super) SqliteOptions);

impl FileOptions {
    /// Returns the defaults: an encrypted file, with its log, that no process has open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that the file is not encrypted, as [`Options::plaintext`](crate::Options::plaintext) of its store.
    #[must_use]
    pub fn plaintext(mut self, plaintext: bool) -> Self {
        self.0.plaintext = plaintext;
        self
    }

    /// Opens a file whose log is gone, without the commits that were in it, as
    /// [`Options::accept_lost_log`](crate::Options::accept_lost_log).
    #[must_use]
    pub fn accept_lost_log(mut self, accept: bool) -> Self {
        self.0.accept_lost_log = accept;
        self
    }

    /// Sets how long to wait for a process that has the file open: not at all unless told.
    #[must_use]
    pub fn wait(mut self, within: Duration) -> Self {
        self.0.wait = within;
        self
    }

    /// Opens a file with these options.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open(&self, path: impl AsRef<Path>, key: &Key) -> Result<Database> {
        open::cold(path.as_ref(), key, &self.0).map(Database)
    }

    /// Restores a backup with these options, which hold for both files.
    ///
    /// # Errors
    /// As [`restore`].
    pub fn restore(
        &self,
        backup: impl AsRef<Path>,
        path: impl AsRef<Path>,
        key: &Key,
        options: &CopyOptions,
    ) -> Result<Copied> {
        open::restore(backup.as_ref(), path.as_ref(), key, &self.0, options)
    }

    /// Rotates the key of a file with these options.
    ///
    /// # Errors
    /// As [`rotate`].
    pub fn rotate(&self, path: impl AsRef<Path>, old: &Key, new: &Key, options: &CopyOptions) -> Result<Copied> {
        open::rotate(path.as_ref(), old, new, &self.0, options)
    }
}

impl Database {
    /// Opens a file that is there, by the rules of a store: the lock, the key, the log; not its schema.
    ///
    /// # Errors
    /// As [`Options::open`](crate::Options::open): [`Kind::Key`](crate::Kind::Key) for another key,
    /// [`Kind::Damaged`](crate::Kind::Damaged), [`Kind::InUse`](crate::Kind::InUse) where a store has it, and
    /// [`Kind::NotFound`](crate::Kind::NotFound) where there is no file.
    pub fn open(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        FileOptions::new().open(path, key)
    }

    /// Returns what the file says about itself.
    pub fn status(&self) -> Result<FileStatus> {
        self.0.status()
    }

    /// Counts the rows of each table, those of protostore too; it reads all of them.
    pub fn count_rows(&self) -> Result<Vec<TableRows>> {
        self.0.count_rows()
    }

    /// Looks for everything that can be wrong with the file and needs no program of the store; the structure is compared
    /// with what the file itself says it is to be.
    ///
    /// It fails only where nothing can be looked at; what is wrong is in the report. The chains of hashes take the program
    /// of the store, [`Store::verify`](crate::Store::verify).
    pub fn verify(&mut self, anchor: &Anchor) -> Result<VerifyReport> {
        self.0.verify(anchor)
    }

    /// Copies the database into another file, under this key and with a salt of its own; checks the copy, and only then
    /// gives it its name.
    ///
    /// # Errors
    /// As [`Store::backup`](crate::Store::backup).
    pub fn backup(&self, path: impl AsRef<Path>, key: &Key, options: &CopyOptions) -> Result<Copied> {
        self.0.backup(path.as_ref(), key, options)
    }
}

#[cfg(feature = "prost")]
impl Database {
    /// Writes the rows of all tables as JSON lines: first what the database is, then `{"table": …, "row": {…}}` for each row,
    /// by the SQL names of tables and columns, at last their number.
    ///
    /// Integers and texts are as in JSON; `{"real": "0.5"}` is a floating-point number, `{"base64": …}` bytes, and
    /// `{"redacted": true}` the value of a field that is `debug_redact`. Times and enums are the numbers that the database
    /// holds. [`Database::import_lines`] reads them.
    ///
    /// # Errors
    /// Where the database cannot be read, or the lines cannot be written.
    pub fn export_lines(&self, out: &mut dyn std::io::Write, options: &ExportOptions) -> Result<Exported> {
        self.0.export_lines(out, options)
    }

    /// Copies the database into a file of plain SQLite, which anybody can read who can read the file.
    ///
    /// # Errors
    /// [`Kind::Precondition`](crate::Kind::Precondition) where the store has fields that are `debug_redact` and
    /// [`ExportOptions::reveal_redacted`] was not said; otherwise as [`Database::backup`].
    pub fn export_sqlite(&self, path: impl AsRef<Path>, options: &ExportOptions) -> Result<Exported> {
        self.0.export_sqlite(path.as_ref(), options)
    }

    /// Reads the lines of an export into this database, which is of the same version and has no rows: all of them or none.
    ///
    /// Constraints and references hold for them; triggers do not run, so that revisions and times are those of the export.
    ///
    /// # Errors
    /// [`Kind::Invalid`](crate::Kind::Invalid) with the number of the line that is wrong,
    /// [`Kind::Precondition`](crate::Kind::Precondition) where the database has rows; nothing has changed then.
    pub fn import_lines(&mut self, lines: &mut dyn std::io::BufRead) -> Result<Exported> {
        self.0.import_lines(lines)
    }
}

/// Puts a backup in the place of a database, or where there is none yet, under this key and with a salt of its own.
///
/// ```
/// # fn f(key: &protostore::Key) -> protostore::Result<()> {
/// use protostore::upkeep::{CopyOptions, restore};
///
/// restore("aurae.backup", "aurae.db", key, &CopyOptions::new().replace(true))?;
/// # Ok(()) }
/// ```
///
/// The backup is searched for damage, copied, and the copy is searched too; then the log of the database that is replaced
/// is removed, and the copy takes its place. The backup stays as it is. At each moment one of the two is whole under the
/// name of the database; which one, a process that is killed leaves open.
///
/// # Errors
/// [`Kind::InUse`](crate::Kind::InUse) where a store has one of the files, [`Kind::AlreadyExists`](crate::Kind::AlreadyExists)
/// where a database is there and [`CopyOptions::replace`] was not said, [`Kind::Damaged`](crate::Kind::Damaged) for a backup
/// that is not whole; nothing has changed then.
pub fn restore(backup: impl AsRef<Path>, path: impl AsRef<Path>, key: &Key, options: &CopyOptions) -> Result<Copied> {
    FileOptions::new().restore(backup, path, key, options)
}

/// Encrypts a database anew: under another key, and with another salt.
///
/// ```
/// # fn f(old: &protostore::Key, new: &protostore::Key) -> protostore::Result<()> {
/// use protostore::upkeep::{CopyOptions, rotate};
///
/// let rotated = rotate("aurae.db", old, new, &CopyOptions::new())?;
/// println!("the new key has the id {:?}", rotated.key_id);
/// # Ok(()) }
/// ```
///
/// The database is copied, and the copy is checked before it takes the place of the file. At each moment exactly one of the
/// two keys opens it. Copies that were made before, such as `<file>.before-<version>` and backups, keep the old key.
///
/// A store does the same when it is opened with [`Options::previous_keys`](crate::Options::previous_keys).
///
/// # Errors
/// As [`Database::open`]; nothing has changed then.
pub fn rotate(path: impl AsRef<Path>, old: &Key, new: &Key, options: &CopyOptions) -> Result<Copied> {
    FileOptions::new().rotate(path, old, new, options)
}
