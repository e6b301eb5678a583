//! What each result code of SQLite means: <https://www.sqlite.org/rescode.html>.

use rusqlite::ffi::{self as code};

use crate::error::Kind;

/// Returns the kind of an extended result code; one that is not listed is of the kind of its primary code.
pub(crate) fn kind(extended: i32) -> Kind {
    match extended {
        // Two of the codes for failed input and output say that the contents are wrong.
        code::SQLITE_IOERR_DATA | code::SQLITE_IOERR_CORRUPTFS | code::SQLITE_IOERR_SHORT_READ => Kind::Damaged,
        code::SQLITE_IOERR_NOMEM => Kind::Exhausted,
        code::SQLITE_ERROR_SNAPSHOT => Kind::Aborted,
        code::SQLITE_CONSTRAINT_UNIQUE | code::SQLITE_CONSTRAINT_PRIMARYKEY | code::SQLITE_CONSTRAINT_ROWID => {
            Kind::AlreadyExists
        }
        code::SQLITE_CONSTRAINT_FOREIGNKEY => Kind::Reference,
        code::SQLITE_CONSTRAINT_NOTNULL
        | code::SQLITE_CONSTRAINT_CHECK
        | code::SQLITE_CONSTRAINT_DATATYPE
        | code::SQLITE_CONSTRAINT_TRIGGER => Kind::Invalid,
        _ => primary(extended & 0xff),
    }
}

/// Returns the kind of a primary result code.
fn primary(primary: i32) -> Kind {
    match primary {
        code::SQLITE_CORRUPT | code::SQLITE_NOTADB => Kind::Damaged,
        code::SQLITE_IOERR => Kind::Io,
        code::SQLITE_FULL | code::SQLITE_NOMEM | code::SQLITE_NOLFS => Kind::Exhausted,
        code::SQLITE_BUSY
        | code::SQLITE_LOCKED
        | code::SQLITE_ABORT
        | code::SQLITE_INTERRUPT
        | code::SQLITE_PROTOCOL
        | code::SQLITE_SCHEMA => Kind::Aborted,
        code::SQLITE_PERM | code::SQLITE_READONLY | code::SQLITE_CANTOPEN => Kind::Open,
        code::SQLITE_TOOBIG => Kind::OutOfRange,
        code::SQLITE_MISMATCH => Kind::Invalid,
        // Each of the others says that the program asked for something wrong.
        _ => Kind::Engine,
    }
}

#[cfg(test)]
mod tests {
    use super::code::*;
    use super::*;

    /// Every code that SQLite documents, by the kind that it is.
    const ALL: &[(Kind, &[i32])] = &[
        (
            Kind::Damaged,
            &[
                SQLITE_CORRUPT,
                SQLITE_CORRUPT_VTAB,
                SQLITE_CORRUPT_SEQUENCE,
                SQLITE_CORRUPT_INDEX,
                SQLITE_NOTADB,
                SQLITE_IOERR_DATA,
                SQLITE_IOERR_CORRUPTFS,
                SQLITE_IOERR_SHORT_READ,
            ],
        ),
        (
            Kind::Io,
            &[
                SQLITE_IOERR,
                SQLITE_IOERR_READ,
                SQLITE_IOERR_WRITE,
                SQLITE_IOERR_FSYNC,
                SQLITE_IOERR_DIR_FSYNC,
                SQLITE_IOERR_TRUNCATE,
                SQLITE_IOERR_FSTAT,
                SQLITE_IOERR_UNLOCK,
                SQLITE_IOERR_RDLOCK,
                SQLITE_IOERR_DELETE,
                SQLITE_IOERR_BLOCKED,
                SQLITE_IOERR_ACCESS,
                SQLITE_IOERR_CHECKRESERVEDLOCK,
                SQLITE_IOERR_LOCK,
                SQLITE_IOERR_CLOSE,
                SQLITE_IOERR_DIR_CLOSE,
                SQLITE_IOERR_SHMOPEN,
                SQLITE_IOERR_SHMSIZE,
                SQLITE_IOERR_SHMLOCK,
                SQLITE_IOERR_SHMMAP,
                SQLITE_IOERR_SEEK,
                SQLITE_IOERR_DELETE_NOENT,
                SQLITE_IOERR_MMAP,
                SQLITE_IOERR_GETTEMPPATH,
                SQLITE_IOERR_CONVPATH,
                SQLITE_IOERR_VNODE,
                SQLITE_IOERR_AUTH,
                SQLITE_IOERR_BEGIN_ATOMIC,
                SQLITE_IOERR_COMMIT_ATOMIC,
                SQLITE_IOERR_ROLLBACK_ATOMIC,
                SQLITE_IOERR_IN_PAGE,
            ],
        ),
        (Kind::Exhausted, &[SQLITE_FULL, SQLITE_NOMEM, SQLITE_IOERR_NOMEM, SQLITE_NOLFS]),
        (
            Kind::Aborted,
            &[
                SQLITE_BUSY,
                SQLITE_BUSY_RECOVERY,
                SQLITE_BUSY_SNAPSHOT,
                SQLITE_BUSY_TIMEOUT,
                SQLITE_LOCKED,
                SQLITE_LOCKED_SHAREDCACHE,
                SQLITE_LOCKED_VTAB,
                SQLITE_ABORT,
                SQLITE_ABORT_ROLLBACK,
                SQLITE_INTERRUPT,
                SQLITE_PROTOCOL,
                SQLITE_SCHEMA,
                SQLITE_ERROR_SNAPSHOT,
            ],
        ),
        (
            Kind::Open,
            &[
                SQLITE_PERM,
                SQLITE_READONLY,
                SQLITE_READONLY_RECOVERY,
                SQLITE_READONLY_CANTLOCK,
                SQLITE_READONLY_ROLLBACK,
                SQLITE_READONLY_DBMOVED,
                SQLITE_READONLY_CANTINIT,
                SQLITE_READONLY_DIRECTORY,
                SQLITE_CANTOPEN,
                SQLITE_CANTOPEN_NOTEMPDIR,
                SQLITE_CANTOPEN_ISDIR,
                SQLITE_CANTOPEN_FULLPATH,
                SQLITE_CANTOPEN_CONVPATH,
                SQLITE_CANTOPEN_DIRTYWAL,
                SQLITE_CANTOPEN_SYMLINK,
            ],
        ),
        (Kind::OutOfRange, &[SQLITE_TOOBIG]),
        (Kind::AlreadyExists, &[SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID]),
        (Kind::Reference, &[SQLITE_CONSTRAINT_FOREIGNKEY]),
        (
            Kind::Invalid,
            &[
                SQLITE_MISMATCH,
                SQLITE_CONSTRAINT_NOTNULL,
                SQLITE_CONSTRAINT_CHECK,
                SQLITE_CONSTRAINT_DATATYPE,
                SQLITE_CONSTRAINT_TRIGGER,
            ],
        ),
        (
            Kind::Engine,
            &[
                SQLITE_ERROR,
                SQLITE_ERROR_MISSING_COLLSEQ,
                SQLITE_ERROR_RETRY,
                SQLITE_INTERNAL,
                SQLITE_NOTFOUND,
                SQLITE_EMPTY,
                SQLITE_CONSTRAINT,
                SQLITE_CONSTRAINT_COMMITHOOK,
                SQLITE_CONSTRAINT_FUNCTION,
                SQLITE_CONSTRAINT_VTAB,
                SQLITE_CONSTRAINT_PINNED,
                SQLITE_MISUSE,
                SQLITE_AUTH,
                SQLITE_AUTH_USER,
                SQLITE_FORMAT,
                SQLITE_RANGE,
                SQLITE_NOTICE,
                SQLITE_NOTICE_RECOVER_WAL,
                SQLITE_NOTICE_RECOVER_ROLLBACK,
                SQLITE_WARNING,
                SQLITE_WARNING_AUTOINDEX,
                SQLITE_ROW,
                SQLITE_DONE,
            ],
        ),
    ];

    #[test]
    fn every_code_is_of_one_kind() {
        let mut seen = std::collections::BTreeSet::new();
        for (wanted, codes) in ALL {
            for code in *codes {
                assert_eq!(kind(*code), *wanted, "{code}: {}", rusqlite::ffi::code_to_str(*code));
                assert!(seen.insert(*code), "{code} is listed twice");
            }
        }
        // No primary code is left out.
        assert!((1..=28).all(|primary| seen.contains(&primary)), "{seen:?}");
    }

    #[test]
    fn a_code_of_a_newer_engine_is_of_the_kind_of_its_primary_code() {
        for (wanted, code) in
            [(Kind::Damaged, SQLITE_CORRUPT), (Kind::Io, SQLITE_IOERR), (Kind::Exhausted, SQLITE_FULL)]
        {
            assert_eq!(kind(code | 99 << 8), wanted);
        }
    }
}
