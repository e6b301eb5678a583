//! One connection to a database file, so configured that looking at the file cannot change it.

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::cipher::Cipher;
use super::refusal::Refusal;

/// How long a connection waits for another process, where tools may read.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Opens a connection to a file that is there; nothing of it has been read when this returns.
///
/// Alone, the VFS takes one lock for the whole process and keeps the index of the log on the heap: no `-shm` file, and no
/// lock calls for each read.
pub(super) fn bare(path: &Path, allow_tools: bool) -> Result<Connection, Refusal> {
    let failed = |why| Refusal::Engine("be opened", why);
    // The bundled SQLite reads `file:` names as URIs unasked; an absolute path is not one.
    debug_assert!(path.is_absolute());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags_and_vfs(path, flags, vfs(allow_tools)).map_err(failed)?;
    for (option, name, on) in [
        // Closing must not write, as long as the key is not proven to fit.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, "no checkpoint on close", true),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, "defensive mode", true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, "trust in the schema", false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, "double-quoted strings", false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, "double-quoted strings in definitions", false),
        // Without it, statements are planned anew for each value after ANALYZE.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, "stable query plans", true),
    ] {
        if connection.set_db_config(option, on).map_err(failed)? != on {
            return Err(Refusal::Setting(name, if on { "on" } else { "off" }));
        }
    }
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    Ok(connection)
}

fn vfs(allow_tools: bool) -> &'static CStr {
    if allow_tools { c"unix" } else { c"unix-excl" }
}

/// Opens a connection to the file alone, as if there were no log beside it; it takes no lock and can change nothing.
///
/// The file may be in the middle of a checkpoint: shorter than it says, for example.
pub(super) fn immutable(path: &Path, allow_tools: bool) -> Result<Connection, Refusal> {
    let failed = |why| Refusal::Engine("be opened without its log", why);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE
        | OpenFlags::SQLITE_OPEN_URI;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02x}")),
        }
    }
    uri.push_str("?immutable=1");
    let connection = Connection::open_with_flags_and_vfs(uri, flags, vfs(allow_tools)).map_err(failed)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(failed)?;
    // Without it, the engine refuses a file that is shorter than it says.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true).map_err(failed)?;
    Ok(connection)
}

/// Reads the schema once: the first page shows whether the key fits, and whether the file is as long as it says.
pub(super) fn probe(connection: &Connection, cipher: &Cipher) -> Result<(), Refusal> {
    let count = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    let why = match count {
        Ok(_) => return Ok(()),
        Err(why) => why,
    };
    Err(match why.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => cipher.id().map_or(Refusal::NotPlain, Refusal::WrongKey),
        Some(ErrorCode::DatabaseCorrupt) => Refusal::Damaged(format!("its first page or its size is wrong ({why})")),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Refusal::Locked(None),
        _ => Refusal::Engine("be read", why),
    })
}

/// Lets go of a file that was refused: a log that was not there before is taken away, one that was stays as it is.
pub(super) fn leave(connection: Connection, had_log: bool) {
    if !had_log {
        // The empty log that reading made; the engine removes it when the last connection goes.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    }
    drop(connection);
}
