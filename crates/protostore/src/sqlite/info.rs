//! What an open store of SQLite knows about itself: its file, its log and the search for damage.

use std::path::PathBuf;

/// What SQLite says about an open store, in [`Info::engine`](crate::Info::engine), at the moment that it was asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SqliteInfo {
    /// The version of SQLite.
    pub sqlite: String,
    /// The version of SQLCipher, where the file is encrypted.
    pub cipher: Option<String>,
    /// The id of the key that opened the file, safe to log; none where it is not encrypted.
    pub key_id: Option<String>,
    /// The id of the key that the file had until this opening rotated it, see
    /// [`Options::previous_keys`](crate::Options::previous_keys); none where the current key opened it.
    pub rotated_from: Option<String>,
    /// The database file.
    pub path: PathBuf,
    /// Whether the last run was not closed: the file is then searched for damage, see [`SqliteInfo::check`].
    pub recovered: bool,
    /// Whether the file was opened without its log, and so without its newest commits: see
    /// [`Options::accept_lost_log`](crate::Options::accept_lost_log).
    pub lost_log: bool,
    /// The copy that was made before the upgrade that [`Info::upgraded`](crate::Info::upgraded) tells of; none where there
    /// was none, or where [`Options::copy_before_upgrade`](crate::Options::copy_before_upgrade) forbade it.
    pub copy: Option<PathBuf>,
    /// The write-ahead log at this moment.
    pub log: LogInfo,
    /// The search for damage, at this moment.
    pub check: CheckInfo,
}

/// The search for damage after a run that was not closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckInfo {
    /// Whether it goes on.
    pub state: CheckState,
    /// How many tables have been searched,
    pub tables: usize,
    /// of how many.
    pub of: usize,
    /// How many of them are damaged, or could not be read to their end.
    pub damaged: usize,
    /// What is wrong with them: the first findings, in sentences; all are logged.
    pub findings: Vec<String>,
}

/// Whether a search for damage goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckState {
    /// The last run was closed, so that there is nothing to look for.
    #[default]
    NotNeeded,
    /// It was made before the store served, and found nothing.
    Before,
    /// It goes on in the background.
    Running,
    /// All tables were searched.
    Done,
    /// It ended early, since the store was closed or no connection could be made.
    Stopped,
}

/// The write-ahead log of an open store: commits that are durable and not in the database file yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogInfo {
    /// Whether the disk is full: the reserve beside the file is given up, and the file does not grow.
    pub disk_full: bool,
    /// How many bytes wait to be moved into the file.
    pub waiting: u64,
    /// How many bytes the log has in all.
    pub bytes: u64,
    /// How often the log was moved into the file since the store was opened.
    pub checkpoints: u64,
    /// How often that was put off, since a reader held an older state.
    pub put_off: u64,
    /// How often it failed.
    pub failed: u64,
    /// Why it failed the last time; none once it has worked again.
    pub failure: Option<String>,
}
