//! Opening a database file, in an order in which nothing is changed before it is known to be the right one; and closing it.
//!
//! 1. take the lock beside the file, and look at the file from outside;
//! 2. if there is none, make one under another name, and only then give it its own;
//! 3. check the engine;
//! 4. connect, so configured that not even closing would write;
//! 5. unlock with the key of the file, and read the first page;
//! 6. compare mark, store, version, rules and migrations with this program's;
//! 7. set and assert every setting;
//! 8. empty the log, look for damage if the last run was not closed, migrate;
//! 9. say that somebody has it open, forbid what only opening may do, and connect the readers.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use tempfile::TempDir;

use crate::error::{Error, Kind, Result};
use crate::info::Info;
use crate::key::{FileKeys, Key};
use crate::options::Options;
use crate::schema::Schema;

mod authorizer;
mod bookkeeping;
mod cipher;
mod close;
mod connect;
mod create;
mod engine;
mod ffi;
mod identity;
mod integrity;
mod lock;
mod migrate;
mod place;
mod refusal;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use close::close;
pub(crate) use ffi::memory_used;

use bookkeeping::Label;
use cipher::Cipher;
use identity::Class;
use lock::Lock;
use place::Place;
use refusal::Refusal;
use settings::Role;

/// The page caches of all connections together grow to this many bytes,
const CACHE: u64 = 64 << 20;

/// but each may have as many as this.
const CACHE_OF_ONE: u64 = 2 << 20;

/// An open database: one connection that writes, those that read, and what keeps the file ours.
pub(crate) struct Opened {
    /// The connection that writes.
    pub(crate) writer: Connection,
    /// The connections that only read.
    pub(crate) readers: Vec<Connection>,
    /// What keeps the file ours: dropped last.
    pub(crate) guard: Guard,
    /// What the database says about itself.
    pub(crate) info: Info,
}

/// What keeps the file ours for as long as the store is open: the lock; in tests also the directory, which goes with it.
#[derive(Debug)]
pub(crate) struct Guard {
    keys: FileKeys,
    path: PathBuf,
    // Dropped in this order: the lock file lies in the directory.
    _lock: Lock,
    directory: Option<TempDir>,
}

impl Guard {
    /// Returns the key that seals page tokens of this file.
    pub(crate) fn page_token_key(&self) -> &[u8; 32] {
        self.keys.expose_page_token()
    }
}

/// How the pages are to be read.
#[derive(Clone, Copy, Debug)]
enum Access<'a> {
    /// Encrypted under the file's own key.
    Keyed(&'a Key),
    /// Plain SQLite; the key only seals page tokens.
    Plain(&'a Key),
}

/// Opens a database, or makes it where there is none.
pub(crate) fn open(options: &Options, schema: &'static Schema, path: &Path, key: &Key) -> Result<Opened> {
    open_as(Class::Real, options, schema, path, key).map_err(|refusal| refusal.about(path))
}

/// Makes the TEST database: in a directory of its own, which is removed with it, under a key that everybody knows.
pub(crate) fn open_test(options: &Options, schema: &'static Schema) -> Result<Opened> {
    let directory = tempfile::Builder::new().prefix("protostore-test-").tempdir();
    let directory =
        directory.map_err(|why| Error::new(Kind::Open, "no temporary directory can be made").because(why))?;
    let path = directory.path().join(schema.name).with_extension("db");
    let mut opened =
        open_as(Class::Test, options, schema, &path, &test_key()).map_err(|refusal| refusal.about(&path))?;
    opened.guard.directory = Some(directory);
    Ok(opened)
}

/// The key of every TEST database.
fn test_key() -> Key {
    Key::from_secret(*b"protostore: TEST, not a secret.\n")
}

fn open_as(
    class: Class,
    options: &Options,
    schema: &'static Schema,
    path: &Path,
    key: &Key,
) -> Result<Opened, Refusal> {
    let place = Place::of(path)?;
    let lock = Lock::take(&place.beside(".lock"))?;
    engine::check()?;
    let access = access(class, options, key)?;
    if !place.inspect()? {
        create::create(&place, schema, class, access)?;
    }
    let had_log = place.has_log_file();
    let mut writer = connect::bare(&place.path, options.allow_tools)?;
    let (cipher, label) = match prove(&writer, schema, class, access) {
        Ok(proven) => proven,
        Err(refusal) => {
            connect::leave(writer, had_log);
            return Err(refusal);
        }
    };
    let count = options.connections();
    let cache = (CACHE / (1 + count as u64)).max(CACHE_OF_ONE);
    settings::apply(&writer, Role::Writer, cache)?;
    prepare(&mut writer, schema, class, &label, options.allow_tools)?;
    settings::limit(&writer)?;
    authorizer::install(&mut writer)?;
    let readers =
        (0..count).map(|_| reader(&place.path, options.allow_tools, &cipher, cache)).collect::<Result<_, _>>()?;
    let info = Info {
        store: schema.store,
        version: schema.version,
        semver: schema.semver,
        mapping: schema.mapping,
        sqlite: rusqlite::version().to_owned(),
        cipher: cipher.id().and_then(|_| cipher::version(&writer)),
        key_id: cipher.id().map(|id| id.to_string()),
        path: place.path.clone(),
        created: label.created,
        recovered: !label.closed,
    };
    tracing::info!(
        path = %info.path.display(), store = info.store, version = info.version, semver = info.semver,
        key_id = info.key_id.as_deref().unwrap_or("none, it is plain text"), "opened the database"
    );
    let guard = Guard { keys: cipher.into_keys(), path: place.path, _lock: lock, directory: None };
    Ok(Opened { writer, readers, guard, info })
}

/// Decides how the pages are read: never plain without somebody having said so.
fn access<'a>(class: Class, options: &Options, key: &'a Key) -> Result<Access<'a>, Refusal> {
    match class {
        _ if options.plaintext => Ok(Access::Plain(key)),
        _ if engine::ENCRYPTS => Ok(Access::Keyed(key)),
        // Everybody knows this key: encryption under it would hide nothing.
        Class::Test => Ok(Access::Plain(key)),
        Class::Real => Err(Refusal::NoCipher),
    }
}

/// Unlocks the file and makes sure that it is the right one; nothing is written.
fn prove(
    connection: &Connection,
    schema: &Schema,
    class: Class,
    access: Access<'_>,
) -> Result<(Cipher, Label), Refusal> {
    let cipher = match access {
        Access::Keyed(key) => Cipher::of_file(connection, key)?,
        Access::Plain(key) => Cipher::plain(key),
    };
    cipher.unlock(connection)?;
    connect::probe(connection, &cipher)?;
    let label = identity::check(connection, schema, class)?;
    Ok((cipher, label))
}

/// Brings the file into the state in which it is served: sound, at the newest version, with a log that is not empty.
///
/// With an empty log, every read would ask the operating system for the log's size.
fn prepare(
    writer: &mut Connection,
    schema: &Schema,
    class: Class,
    label: &Label,
    allow_tools: bool,
) -> Result<(), Refusal> {
    let failed = |why| Refusal::Engine("be prepared", why);
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    match integrity::checkpoint(writer) {
        // Another process reads it; only the search for damage needs the log to be empty.
        Err(Refusal::Locked(_)) if allow_tools && label.closed => {}
        done => done?,
    }
    if !label.closed {
        tracing::warn!(store = schema.store, "the last run was not closed; looking for damage");
        integrity::check(writer)?;
    }
    if label.version < schema.version {
        migrate::migrate(writer, schema, class)?;
    }
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    bookkeeping::write(&transaction, schema).and_then(|()| bookkeeping::begin_run(&transaction)).map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn reader(path: &Path, allow_tools: bool, cipher: &Cipher, cache: u64) -> Result<Connection, Refusal> {
    let mut connection = connect::bare(path, allow_tools)?;
    cipher.unlock(&connection)?;
    connect::probe(&connection, cipher)?;
    settings::apply(&connection, Role::Reader, cache)?;
    settings::limit(&connection)?;
    authorizer::install(&mut connection)?;
    Ok(connection)
}
