//! Why a database file is refused, and what to do about it: one text for each reason.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rustix::io::Errno;

use crate::error::{Error, Kind};
use crate::key::KeyId;
use crate::sqlite::codes;

/// Why a database file is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The operating system would not.
    Io(&'static str, io::Error),
    /// The engine would not.
    Engine(&'static str, rusqlite::Error),
    /// Somebody has the file already; the process, where it is known.
    Locked(Option<u32>),
    /// A file that would be written is not one that a store made: where, and what it is.
    Stranger(PathBuf, &'static str),
    /// A write-ahead log or a journal without its database.
    Stray(PathBuf),
    /// A rollback journal beside the database, which the engine would play back.
    Journal(PathBuf),
    /// The file needs the log that was beside it, and it is not there.
    LostLog(PathBuf),
    /// The log beside the file is not the one that follows it.
    ForeignLog(PathBuf),
    /// A symbolic link.
    Symlink,
    /// A directory, a pipe, a device.
    NotRegular,
    /// The file belongs to another user.
    Foreign(u32),
    /// Others may read or write it; its mode.
    Exposed(u32),
    /// It has another name elsewhere; how many it has.
    Linked(u64),
    /// It has no bytes.
    Empty,
    /// It ends in the middle of a page; its size.
    Truncated(u64),
    /// It lies on a file system of another machine.
    Remote(&'static str),
    /// The engine is older than the one that the rules were tested with.
    OldEngine(&'static str),
    /// There is no encryption in this program, and plain text was not asked for.
    NoCipher,
    /// The file is plain SQLite, and a key was given.
    Plain,
    /// The file is not plain SQLite, and plain text was asked for.
    NotPlain,
    /// The key does not fit, or the first page is damaged.
    WrongKey(KeyId),
    /// The key fits and the contents are wrong; what is.
    Damaged(String),
    /// The file was made by another program.
    Application(i32),
    /// The one test database where a real one is expected, or the reverse.
    Class {
        /// Whether the file is a test database.
        test: bool,
    },
    /// The file holds another store.
    Store(String),
    /// The tables of protostore itself are newer than this program.
    Format(i64),
    /// The database is newer than this program.
    Newer(Beyond),
    /// The database is newer, and this program may read it where that is asked for.
    OnlyReads(Beyond),
    /// The database is of a version whose files this program no longer upgrades: its version, and the version and semantic
    /// version of the program that does.
    Dropped(u32, u32, &'static str),
    /// The same version was made by another migration: both, by name and hash, and the newest version that both have; 0 where
    /// there is none.
    Divergent(String, String, u32),
    /// A new database could not be made: its version, and why.
    Creation(u32, Box<dyn std::error::Error + Send + Sync>),
    /// An upgrade calls methods that the program did not give: the version, and their names.
    #[cfg_attr(
        not(feature = "prost"),
        allow(dead_code, reason = "only steps of the run time call methods, and they need prost")
    )]
    NoHook(u32, Vec<String>),
    /// An upgrade failed: where, and why.
    Upgrade(Failed, Box<dyn std::error::Error + Send + Sync>),
    /// The way back to an earlier version failed: from which, where, and why.
    Downgrade(String, Box<dyn std::error::Error + Send + Sync>),
    /// The disk has no room for an upgrade or a copy: which, how many bytes it takes, and how many are free.
    NoRoom(&'static str, u64, u64),
    /// There is no file.
    Missing,
    /// The name of a copy is taken, and nothing said to replace what has it.
    Exists,
    /// What would be replaced is not a file that a store made; what it is.
    NotReplaced(&'static str),
    /// A database was to be copied onto itself.
    Itself,
    /// A copy was given up: why.
    GivenUp(String),
    /// Something was asked of the database that it cannot do: what, and what to do instead.
    Unfit(String),
    /// The program carries migrations that do not lead to its version.
    Program(String),
    /// A setting did not take: what it is, what was wanted.
    Setting(&'static str, &'static str),
}

/// What a database has beyond the program that opens it.
#[derive(Debug)]
pub(super) struct Beyond {
    /// The version and semantic version of the database.
    pub(super) theirs: (u32, String),
    /// The version and semantic version of the program.
    pub(super) ours: (u32, &'static str),
    /// The versions that keep the program out, and what changed with each, as the database says.
    pub(super) changes: Vec<String>,
}

impl Beyond {
    /// How many changes are named.
    const FEW: usize = 4;

    fn theirs(&self) -> String {
        format!("version {} ({})", self.theirs.0, self.theirs.1)
    }

    fn ours(&self) -> String {
        format!("version {} ({})", self.ours.0, self.ours.1)
    }

    /// `version 3 (narrow_mem) and version 4 (rekey_machines)`.
    fn changes(&self) -> String {
        let more = self.changes.len().saturating_sub(Self::FEW);
        let mut named: Vec<String> = self.changes.iter().take(Self::FEW).cloned().collect();
        if more > 0 {
            named.push(format!("{more} more"));
        }
        match named.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => named.join(""),
        }
    }
}

/// Where an upgrade failed.
#[derive(Debug)]
pub(super) struct Failed {
    /// The version that was to be reached.
    pub(super) version: u32,
    /// What changes with it; empty where all versions had been applied.
    pub(super) slug: &'static str,
    /// The step, by its comment or the beginning of its SQL, or what was looked at after all steps.
    pub(super) step: String,
    /// The copy that was made before.
    pub(super) copy: Option<PathBuf>,
}

impl Failed {
    fn copied(&self) -> String {
        self.copy.as_ref().map(|copy| format!(", and {} is a copy of it", copy.display())).unwrap_or_default()
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, slug, step, copy: _ } = self;
        let slug = if slug.is_empty() { String::new() } else { format!(" {slug}") };
        write!(f, "cannot be upgraded to version {version}{slug} of the schema, at {step}")
    }
}

impl Refusal {
    /// Says that something in the database cannot be read: it is damaged, unless the operating system is at fault.
    pub(super) fn unreadable(what: &str, why: rusqlite::Error) -> Self {
        match kind_of(&why) {
            Some(Kind::Io | Kind::Exhausted | Kind::Aborted) => Self::Engine("be read", why),
            _ => Self::Damaged(format!("{what} cannot be read ({why})")),
        }
    }

    /// Says that a page is damaged where that is why something failed, whatever the engine says.
    pub(super) fn on(self, connection: &Connection) -> Self {
        let told = match &self {
            Self::Engine(_, why) => kind_of(why),
            Self::Creation(_, why) | Self::Upgrade(_, why) | Self::Downgrade(_, why) => {
                why.downcast_ref().and_then(kind_of)
            }
            _ => return self,
        };
        match told {
            Some(Kind::Io | Kind::Exhausted) => self,
            _ if super::cipher::has_failed(connection) => {
                Self::Damaged(format!("a page of it cannot be decrypted ({})", self.to_string().trim_start()))
            }
            _ => self,
        }
    }

    /// Makes the error about a database file.
    #[cold]
    pub(super) fn about(self, path: &Path) -> Error {
        let error = Error::new(self.kind(), format!("database {}: {self}", path.display()));
        match self {
            Self::Io(_, source) => error.because(source),
            Self::Engine(_, source) => error.because(source),
            Self::Creation(_, source) | Self::Upgrade(_, source) | Self::Downgrade(_, source) => error.because(source),
            _ => error,
        }
    }

    /// Returns whether the file would be opened if the disk were not full.
    pub(super) fn is_full_disk(&self) -> bool {
        match self {
            Self::Io(_, why) => why.kind() == io::ErrorKind::StorageFull,
            Self::Engine(_, why) => why.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            Self::Creation(_, why) | Self::Upgrade(_, why) | Self::Downgrade(_, why) => is_disk_full(&**why),
            Self::NoRoom(..) => true,
            _ => false,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            _ if self.is_full_disk() => Kind::Exhausted,
            Self::Io(_, why) if why.raw_os_error() == Some(Errno::IO.raw_os_error()) => Kind::Io,
            Self::Engine(_, why) => match kind_of(why) {
                Some(kind @ (Kind::Damaged | Kind::Io | Kind::Exhausted)) => kind,
                _ => Kind::Open,
            },
            Self::WrongKey(_) => Kind::Key,
            Self::Locked(_) => Kind::InUse,
            Self::Missing => Kind::NotFound,
            Self::Exists => Kind::AlreadyExists,
            Self::Itself => Kind::Invalid,
            Self::GivenUp(_) => Kind::Aborted,
            Self::NotReplaced(_) | Self::Unfit(_) => Kind::Precondition,
            Self::Empty | Self::Truncated(_) | Self::Damaged(_) => Kind::Damaged,
            _ => Kind::Open,
        }
    }
}

/// Returns the kind of what the engine says.
fn kind_of(why: &rusqlite::Error) -> Option<Kind> {
    why.sqlite_error().map(|e| codes::kind(e.extended_code))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(what, why) => write!(f, "cannot {what}: {why}"),
            Self::Engine(what, why) => write!(f, "cannot {what}: {why}"),
            Self::Locked(Some(pid)) if *pid == std::process::id() => {
                write!(f, "is open in this process ({pid}) already; close that store first, or clone it")
            }
            Self::Locked(Some(pid)) => {
                write!(f, "is open in process {pid}; stop it, or use it: no option lets a second store in")
            }
            Self::Locked(None) => {
                f.write_str("is open in another process, and no option lets a second store in; stop it, or use it")
            }
            Self::Stranger(path, what) => write!(
                f,
                "has {} beside it, which {what} and was left as it is; a store writes only into files of its own: \
                 move it away",
                path.display()
            ),
            Self::Stray(log) => write!(
                f,
                "is not there, but {} is, and may hold what it lacks; put the database back beside it, \
                 or move it away to start with an empty one",
                log.display()
            ),
            Self::Journal(journal) => write!(
                f,
                "has a rollback journal beside it, {}, which a store never writes; another program had the file open: \
                 finish what it did there, or move the journal away",
                journal.display()
            ),
            Self::LostLog(log) => write!(
                f,
                "needs its log, {}, which is not there or empty, and which holds its newest commits: the file was copied \
                 alone while a store had it open, or the log was lost after a crash; put the log of the same moment beside \
                 it, restore a backup, or say Options::accept_lost_log(true) to go on without those commits",
                log.display()
            ),
            Self::ForeignLog(log) => write!(
                f,
                "and its log, {}, are not of one moment: an older or another one of the two was put back; put the two of \
                 one moment in place, or move the log away to open the file without it",
                log.display()
            ),
            Self::Symlink => f.write_str("is a symbolic link; give the path of the file itself"),
            Self::NotRegular => f.write_str("is not a regular file"),
            Self::Foreign(uid) => write!(f, "belongs to user {uid}; run as that user, or change its owner with chown"),
            Self::Exposed(mode) => write!(f, "may be used by others (mode {mode:04o}); run chmod 600 on it"),
            Self::Linked(names) => {
                write!(f, "has {names} names (hard links), and the log of one is lost to the other; leave one name")
            }
            Self::Empty => f.write_str(
                "is empty, which no database is; restore it from a backup, or remove it to start with an empty store",
            ),
            Self::Truncated(size) => {
                write!(f, "was cut off: {size} bytes are not a whole number of pages; restore it from a backup")
            }
            Self::Remote(system) => {
                write!(f, "lies on {system}, where locks and syncs cannot be relied on; move it to a local disk")
            }
            Self::OldEngine(version) => {
                write!(f, "needs SQLite {}, and this program has {version}", super::engine::FLOOR_NAME)
            }
            Self::NoCipher => f.write_str(
                "cannot be encrypted, since this program was built without SQLCipher; \
                 build with the feature sqlcipher, or say Options::plaintext(true) if no other user can read the disk",
            ),
            Self::Plain => f.write_str(
                "is a plain SQLite file, not an encrypted one; if that is meant, say Options::plaintext(true)",
            ),
            Self::NotPlain => f.write_str(
                "is not a plain SQLite file: it is encrypted or damaged; open it without Options::plaintext(true)",
            ),
            Self::WrongKey(id) => write!(
                f,
                "wrong key or damaged file; the key given has the id {id} for this file, \
                 to be compared with the one that was logged when it was last open"
            ),
            Self::Damaged(what) => write!(f, "is damaged: {what}; restore it from a backup"),
            Self::Application(id) => {
                write!(f, "was not made by protostore (application_id {id:#010x}); is it the right path?")
            }
            Self::Class { test: true } => f.write_str("is a TEST database, which is never opened as a real one"),
            Self::Class { test: false } => f.write_str("is a real database, which is never opened as TEST"),
            Self::Store(theirs) => write!(f, "holds the store {theirs}, another one; is it the right path?"),
            Self::Format(theirs) => {
                write!(f, "was written by a newer protostore (format {theirs}); run a newer version of this program")
            }
            Self::Newer(beyond) => write!(
                f,
                "has {} of the schema, and this program knows no more than {}; {} changed what it would read or write: run a \
                 newer version of this program",
                beyond.theirs(),
                beyond.ours(),
                beyond.changes()
            ),
            Self::OnlyReads(beyond) => write!(
                f,
                "has {} of the schema, which this program of {} may read and not write, since {} changed what it would write; \
                 run a newer version of this program, or say Options::read_only_if_newer(true) to open it for reading alone",
                beyond.theirs(),
                beyond.ours(),
                beyond.changes()
            ),
            Self::Dropped(theirs, until, semver) => write!(
                f,
                "has version {theirs} of the schema, and this program upgrades databases from a later one on; open it once \
                 with the release of version {until} ({semver}), which upgrades it, and then with this program"
            ),
            // As of a branch whose version got another number, or of development before `--amend`.
            Self::Divergent(theirs, ours, common @ 1..) => write!(
                f,
                "was made by other migrations: it has {theirs}, this program {ours}; both have version {common}: \
                 `protostore downgrade <FILE> --to {common}` says what going back to it loses and does it, and then this \
                 program upgrades the database; a version that is released never changes"
            ),
            Self::Divergent(theirs, ours, 0) => write!(
                f,
                "was made by other migrations: it has {theirs}, this program {ours}; a database of development that was made \
                 before `codegen --amend` wrote the version anew cannot be brought to it: move it away, and the next start \
                 makes a new one; any other is opened by the program whose migrations made it, since a version that is \
                 released never changes"
            ),
            Self::Creation(version, why) => {
                write!(f, "cannot be made at version {version} of the schema ({why}); nothing is left of it")
            }
            Self::NoHook(version, methods) => write!(
                f,
                "cannot be upgraded to version {version} of the schema without {} of this program, and nothing was \
                 changed; give its implementation of `Upgrades` to Options::upgrades",
                methods.join(", ")
            ),
            Self::Upgrade(failed, why) => write!(f, "{failed} ({why}); nothing of it was changed{}", failed.copied()),
            Self::Downgrade(where_, why) => write!(f, "cannot go back {where_} ({why}); nothing of it was changed"),
            Self::NoRoom(what, needs, free) => write!(
                f,
                "cannot {what}: that takes up to {needs} bytes on the disk, and {free} are free; make room, or use a larger \
                 disk"
            ),
            Self::Missing => f.write_str("is not there"),
            Self::Exists => f.write_str(
                "is there already, and was left as it is; give the path of a file that is not there, or say replace(true)",
            ),
            Self::NotReplaced(what) => write!(f, "{what}, so that it is not replaced; move it away"),
            Self::Itself => f.write_str("cannot be copied onto itself; give another path"),
            Self::GivenUp(why) => write!(f, "was not copied: {why}"),
            Self::Unfit(why) => f.write_str(why),
            Self::Program(what) => write!(f, "does not fit this program: {what}; run cargo xtask codegen"),
            Self::Setting(what, wanted) => write!(f, "{what} did not become {wanted}"),
        }
    }
}

/// Returns whether an error is that the disk is full, or comes of it.
pub(crate) fn is_disk_full(why: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(why), |why| why.source()).any(|why| {
        let engine = why.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
        engine == Some(rusqlite::ErrorCode::DiskFull)
    })
}
