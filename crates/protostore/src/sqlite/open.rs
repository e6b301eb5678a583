//! Opening a database file, in an order in which nothing is changed before it is known to be the right one; and closing it.
//!
//! 1. take the lock beside the file, and look at the file from outside;
//! 2. if there is none, make one under another name, and only then give it its own;
//! 3. check the engine;
//! 4. connect, so configured that not even closing would write;
//! 5. unlock with the key of the file, and read the first page;
//! 6. compare the file with the log beside it: the two must be of one moment;
//! 7. compare mark, store, version and history with this program's;
//! 8. set and assert every setting;
//! 9. look for damage if the last run was not closed and that is asked for; copy an older database and upgrade it;
//! 10. say in the file that a log must be beside it, forbid what only opening may do, and connect the readers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use rustix::io::Errno;
use tempfile::TempDir;

use crate::error::{Error, Kind, Result};
use crate::info::{Info, Newer};
use crate::key::Key;
use crate::options::Options;
use crate::page_token::PageTokens;
use crate::schema::Schema;
use crate::sqlite::{CheckInfo, CheckState, LogInfo, SqliteInfo, SqliteOptions};

mod authorizer;
mod backup;
mod bookkeeping;
mod caches;
mod cipher;
mod close;
mod cold;
mod connect;
mod copy;
mod create;
mod downgrade;
mod duplicate;
mod engine;
#[cfg(feature = "prost")]
mod export;
mod ffi;
mod identity;
#[cfg(feature = "prost")]
mod import;
mod integrity;
mod lock;
mod log;
mod migrate;
mod names;
mod place;
mod prepare;
mod refusal;
mod rehearsal;
mod reserve;
mod scripts;
mod settings;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use backup::{restore, rotate};
pub(crate) use caches::{Caches, LEAST as LEAST_CACHE};
pub(crate) use cipher::has_failed as cipher_has_failed;
pub(crate) use close::close;
pub(crate) use cold::{Cold, cold};
#[cfg(feature = "prost")]
pub(crate) use export::{lines as export_lines, plain as export_sqlite};
pub(crate) use ffi::{cache_lookups, cache_used, memory_used};
pub(crate) use integrity::{check_table, tables};
pub(crate) use log::{Log, Moved, STAMP};
#[cfg(feature = "testing")]
pub use names::{NameStep, watch_names};
pub(crate) use refusal::is_disk_full;
pub(crate) use reserve::Reserve;
pub(crate) use status::{count_rows, status};
pub(crate) use verify::{Verified, left_out, made, verify};

use bookkeeping::Label;
use cipher::Cipher;
use identity::{Class, Standing};
use lock::Lock;
use place::Place;
use prepare::Preparation;
use refusal::Refusal;
use settings::Role;
use state::{Alone, Discord, State};

/// An open database: one connection that writes, those that read, and what keeps the file ours.
pub(crate) struct Opened {
    /// The connection that writes.
    pub(crate) writer: Connection,
    /// The connections that only read.
    pub(crate) readers: Vec<Connection>,
    /// How large the page caches of all of them are.
    pub(crate) caches: Caches,
    /// What makes more of them.
    pub(crate) connector: Arc<Connector>,
    /// What has been committed and is not in the file yet.
    pub(crate) log: Log,
    /// Room on the disk for the day on which it is full.
    pub(crate) reserve: Reserve,
    /// What keeps the file ours: dropped last.
    pub(crate) guard: Guard,
    /// What the database says about itself.
    pub(crate) info: Info,
    /// What seals places in lists of this file.
    pub(crate) tokens: PageTokens,
}

/// What makes connections that read, for as long as the store is open.
#[derive(Debug)]
pub(crate) struct Connector {
    path: PathBuf,
    allow_tools: bool,
    cipher: Cipher,
}

impl Connector {
    /// Makes a connection that reads, with the least cache.
    pub(crate) fn reader(&self) -> Result<Connection> {
        self.connect(Role::Reader, LEAST_CACHE).map_err(|refusal| refusal.about(&self.path))
    }

    /// Makes a connection that writes, in place of one that is broken, with the least cache.
    pub(crate) fn writer(&self, log: &Log) -> Result<Connection> {
        let connection = self.connect(Role::Writer, LEAST_CACHE).and_then(|mut connection| {
            log.over(&mut connection).map_err(|why| Refusal::Engine("be watched", why))?;
            Ok(connection)
        });
        connection.map_err(|refusal| refusal.about(&self.path))
    }

    /// Says whether the file is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.cipher.id().is_some()
    }

    fn connect(&self, role: Role, cache: u64) -> Result<Connection, Refusal> {
        let mut connection = connect::bare(&self.path, self.allow_tools)?;
        self.cipher.unlock(&connection)?;
        connect::probe(&connection, &self.cipher)?;
        settings::apply(&connection, role, cache)?;
        settings::limit(&connection)?;
        authorizer::install(&mut connection)?;
        Ok(connection)
    }
}

/// What keeps the file ours for as long as the store is open: the lock; in tests also the directory, which goes with it.
#[derive(Debug)]
pub(crate) struct Guard {
    path: PathBuf,
    // Dropped in this order: the lock file lies in the directory.
    _lock: Lock,
    directory: Option<TempDir>,
}

impl Guard {
    /// Says whether the store is a TEST store.
    pub(crate) fn is_of_test(&self) -> bool {
        self.directory.is_some()
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

/// Makes the TEST database: in a directory of its own, which is removed with it, under a key that is public.
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
    let Options { engine: options, read_only_if_newer, listener, hooks, .. } = options;
    let place = Place::of(path)?;
    let lock = Lock::take(&place.beside(".lock"), options.wait)?;
    engine::check()?;
    let access = access(class, options, key)?;
    if !place.inspect()? {
        create::create(&place, schema, class, access)?;
    }
    let rotated_from = match access {
        Access::Keyed(_) if !options.previous_keys.is_empty() => backup::rotate_previous(&place, options, access)?,
        _ => None,
    };
    let had_log = place.has_log_file();
    let mut writer = connect::bare(&place.path, options.allow_tools)?;
    let Proven { cipher, label, standing, state, crashed, lost_log } =
        match prove(&writer, &place, options, schema, class, access, *read_only_if_newer).and_then(|proven| {
            if proven.standing == Standing::Older {
                migrate::expect_hooks(schema, proven.label.version, hooks.as_ref())?;
            }
            Ok(proven)
        }) {
            Ok(proven) => proven,
            Err(refusal) => {
                let refusal = doubted(refusal.on(&writer), &place, options, access);
                connect::leave(writer, had_log);
                return Err(refusal);
            }
        };
    let count = options.connections();
    let caches = Caches::of(options.cache, count);
    settings::apply(&writer, Role::Writer, caches.writer()).map_err(|refusal| refusal.on(&writer))?;
    // What a newer program says about its version is not overwritten.
    let own = (!matches!(standing, Standing::Newer(_))).then_some(schema);
    let mut log = Log::watch(&mut writer, own, &state).map_err(|why| Refusal::Engine("be watched", why))?;
    let mut reserve = Reserve::take(&place, if class == Class::Test { 0 } else { options.reserve });
    let copies = options.copy_before_upgrade && class == Class::Real;
    let (version, check_first) = (label.version, options.check_first);
    let access = copies.then_some(access);
    let mut preparation = Preparation {
        schema,
        class,
        place: &place,
        standing: &standing,
        version,
        crashed,
        check_first,
        access,
        listener,
        hooks: hooks.as_ref(),
        upgraded: None,
    };
    let prepared = match preparation.run(&mut writer, &mut log) {
        Err(refusal) if refusal.is_full_disk() => {
            reserve.release();
            preparation.run(&mut writer, &mut log)
        }
        prepared => prepared,
    };
    let upgraded = preparation.upgraded;
    match prepared {
        // What is there can be read; writing begins as soon as there is room.
        Err(refusal) if refusal.is_full_disk() && (standing != Standing::Older || upgraded.is_some()) => {
            tracing::warn!(path = %place.path.display(), "the disk is full: the database is opened for reading");
        }
        prepared => prepared.map_err(|refusal| refusal.on(&writer))?,
    }
    let read_only = standing.is_read_only();
    let (upgraded, copy) = upgraded.map_or((None, None), |(upgraded, copy)| (Some(upgraded), copy));
    settings::limit(&writer)?;
    authorizer::install(&mut writer)?;
    let mut cipher = cipher;
    let token_keys = cipher.take_page_token();
    cipher.mask()?;
    let connector = Arc::new(Connector { path: place.path, allow_tools: options.allow_tools, cipher });
    let readers = (0..count).map(|at| connector.connect(Role::Reader, caches.reader(at))).collect::<Result<_, _>>()?;
    let cipher = &connector.cipher;
    let info: Info = Info {
        store: schema.store,
        version: schema.version,
        semver: schema.semver,
        mapping: schema.mapping,
        sequence: log.commits().newest(),
        created: label.created,
        newer: match standing {
            Standing::Newer(newer) => Some(newer),
            Standing::Same | Standing::Older => None,
        },
        upgraded,
        engine: SqliteInfo {
            sqlite: rusqlite::version().to_owned(),
            cipher: cipher.id().and_then(|_| cipher::version(&writer)),
            key_id: cipher.id().map(|id| id.to_string()),
            rotated_from,
            path: connector.path.clone(),
            recovered: crashed,
            lost_log,
            copy,
            log: LogInfo::default(),
            check: CheckInfo {
                state: match crashed {
                    // Before, all would have to be moved into the file.
                    true if options.check_first && !read_only => CheckState::Before,
                    true => CheckState::Running,
                    false => CheckState::NotNeeded,
                },
                ..CheckInfo::default()
            },
        },
    };
    tracing::info!(
        path = %info.engine.path.display(), store = info.store, version = info.version, semver = info.semver,
        key_id = info.engine.key_id.as_deref().unwrap_or("none, it is plain text"), "opened the database"
    );
    if lost_log {
        tracing::warn!(path = %info.engine.path.display(), "opened the database without its log: its newest commits are gone");
    }
    if let Some(Newer { version, semver, changes, writes }) = &info.newer {
        let path = info.engine.path.display();
        tracing::warn!(
            %path, version, semver, changes = changes.join(", "), writes, own = schema.version,
            "the database has a newer version of the schema than this program, and was opened as that version allows"
        );
    }
    let tokens = PageTokens::new(token_keys, schema.store, label.created, schema.version);
    let guard = Guard { path: connector.path.clone(), _lock: lock, directory: None };
    Ok(Opened { writer, readers, caches, connector, log, reserve, guard, info, tokens })
}

/// Decides how the pages are read: never plain unless the caller asks for it.
fn access<'a>(class: Class, options: &SqliteOptions, key: &'a Key) -> Result<Access<'a>, Refusal> {
    match class {
        _ if options.plaintext => Ok(Access::Plain(key)),
        _ if engine::ENCRYPTS => Ok(Access::Keyed(key)),
        // Everybody knows this key: encryption under it would hide nothing.
        Class::Test => Ok(Access::Plain(key)),
        Class::Real => Err(Refusal::NoCipher),
    }
}

/// What is known about a file before a byte of it is changed.
struct Proven {
    cipher: Cipher,
    label: Label,
    standing: Standing,
    state: State,
    /// Whether the last run was not closed.
    crashed: bool,
    /// Whether the file is opened although its log is gone.
    lost_log: bool,
}

/// A file that was unlocked, and whether the log beside it is its own.
struct Pair {
    cipher: Cipher,
    /// What the newest commit says; none in a file that another program made.
    state: Option<State>,
    has_log: bool,
    /// Whether the file is opened although its log is gone.
    lost_log: bool,
}

/// Unlocks a file, and compares it with the log beside it; nothing is written.
fn matched(
    connection: &Connection,
    place: &Place,
    options: &SqliteOptions,
    access: Access<'_>,
) -> Result<Pair, Refusal> {
    let cipher = match access {
        Access::Keyed(key) => Cipher::of_file(connection, key)?,
        Access::Plain(key) => Cipher::plain(key),
    };
    cipher.unlock(connection)?;
    let log = place.beside("-wal");
    let alone = if place.has_log() { Alone::read(&place.path, options.allow_tools, &cipher)? } else { Alone::NoLog };
    // Where there is no such row, what the file is instead is said below.
    let read = connect::probe(connection, &cipher).and_then(|()| match State::read(connection) {
        Ok(state) => Ok(state),
        Err(why) => match Refusal::unreadable("its state", why) {
            Refusal::Damaged(_) => Ok(None),
            refusal => Err(refusal),
        },
    });
    let state = match (read, alone) {
        // The file can be read, and not with this log.
        (Ok(None) | Err(Refusal::Damaged(_) | Refusal::WrongKey(_) | Refusal::NotPlain), Alone::Says(_)) => {
            return Err(Refusal::ForeignLog(log));
        }
        (Ok(state), _) => state,
        (Err(refusal), _) => return Err(refusal),
    };
    let lost_log = match state.map(|state| state.agrees_with(&alone)) {
        Some(Err(Discord::LogIsLost)) if options.accept_lost_log => true,
        Some(Err(Discord::LogIsLost)) => return Err(Refusal::LostLog(log)),
        Some(Err(Discord::LogIsForeign)) => return Err(Refusal::ForeignLog(log)),
        Some(Ok(())) | None => false,
    };
    Ok(Pair { cipher, state, has_log: alone != Alone::NoLog, lost_log })
}

/// Unlocks the file and makes sure that it is the right one, beside the right log; nothing is written.
fn prove(
    connection: &Connection,
    place: &Place,
    options: &SqliteOptions,
    schema: &Schema,
    class: Class,
    access: Access<'_>,
    read_only_if_newer: bool,
) -> Result<Proven, Refusal> {
    let Pair { cipher, state, has_log, lost_log } = matched(connection, place, options, access)?;
    let (label, standing) = identity::check(connection, schema, class, read_only_if_newer)?;
    let state = state.ok_or_else(|| Refusal::Damaged("it does not say which log belongs to it".to_owned()))?;
    // That it was closed counts only where it is in the file: what said so may have been on its way.
    let crashed = has_log || !state.closed;
    Ok(Proven { cipher, label, standing, state, crashed, lost_log })
}

/// Reads the salt once more before a key is called wrong: where reading it fails, SQLCipher takes another without a word.
fn doubted(refusal: Refusal, place: &Place, options: &SqliteOptions, access: Access<'_>) -> Refusal {
    let (Refusal::WrongKey(id), Access::Keyed(key)) = (&refusal, access) else { return refusal };
    let again = connect::bare(&place.path, options.allow_tools).and_then(|again| Cipher::of_file(&again, key));
    match again {
        Ok(again) if again.id().as_ref() == Some(id) => refusal,
        Ok(_) => Refusal::Io("read its first bytes twice alike", Errno::IO.into()),
        Err(refusal) => refusal,
    }
}
