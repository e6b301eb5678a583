//! SQLite's errors as ours.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use super::codes;
use crate::error::{Error, Kind, Violation};

/// What SQLite says where deletes follow one another deeper than it goes.
const TOO_DEEP: &str = "too many levels of trigger recursion";

/// Says whether SQLite itself has undone what the statement had written.
///
/// It keeps a journal of a statement only where it believes that the statement may abort, which it knows of the
/// constraints that it compiles into the statement, and of no other error: not of triggers that are nested too deep, of a
/// value that a STRICT table does not take, or of a page that is damaged.
pub(super) fn is_undone(e: &Error) -> bool {
    let source = std::error::Error::source(e).and_then(|e| e.downcast_ref::<rusqlite::Error>());
    matches!(
        source.and_then(rusqlite::Error::sqlite_error).map(|e| e.extended_code),
        Some(
            ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID
                | ffi::SQLITE_CONSTRAINT_NOTNULL
                | ffi::SQLITE_CONSTRAINT_CHECK
                | ffi::SQLITE_CONSTRAINT_FOREIGNKEY
                | ffi::SQLITE_CONSTRAINT_TRIGGER
        )
    )
}

/// Turns an error of SQLite into one of ours, with the violation it reports where it is one.
#[cold]
pub(super) fn fault(e: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(code, message) = &e else {
        return Error::new(Kind::Engine, e.to_string()).because(e);
    };
    let said = message.clone().unwrap_or_else(|| code.to_string());
    let extended = code.extended_code;
    let error = match (codes::kind(extended), code.code) {
        (_, ErrorCode::ConstraintViolation) => violated(extended, said),
        (kind, ErrorCode::TooBig) => Error::new(kind, "is too large for the database").marked_too_large(),
        (kind, ErrorCode::DiskFull) => Error::new(kind, "the disk, or the room set aside for the database, is full"),
        (Kind::Exhausted, _) => Error::new(Kind::Exhausted, "the memory is exhausted"),
        (kind, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::new(kind, "another process holds the database")
        }
        (kind, ErrorCode::OperationInterrupted) => Error::new(kind, "the operation was interrupted"),
        (Kind::Damaged, _) => damaged(&said),
        (Kind::Io, _) => Error::new(
            Kind::Io,
            format!("the database could not be read or written ({said}, code {extended}); look at the disk"),
        ),
        _ if said == TOO_DEEP => Error::new(Kind::Precondition, said).violating(Violation::TooDeep),
        (kind, _) => Error::new(kind, format!("SQLite: {said} (code {extended})")),
    };
    error.because(e)
}

/// Says that a page of the database file does not hold what was written there.
#[cold]
pub(super) fn damaged(said: &str) -> Error {
    let why = format!("a page of the database file is damaged ({said}); other pages can be read");
    Error::new(Kind::Damaged, why)
}

/// Reads what SQLite says about a constraint.
fn violated(code: i32, said: String) -> Error {
    let (kind, violation) = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            (Kind::AlreadyExists, unique(&said))
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => (Kind::Invalid, not_null(&said)),
        ffi::SQLITE_CONSTRAINT_CHECK => (
            Kind::Invalid,
            said.strip_prefix("CHECK constraint failed: ").map(|name| Violation::Check(name.to_owned())),
        ),
        ffi::SQLITE_CONSTRAINT_DATATYPE => (Kind::Invalid, datatype(&said)),
        ffi::SQLITE_CONSTRAINT_TRIGGER => match said.strip_suffix(" is append-only") {
            Some(table) => (Kind::Precondition, Some(Violation::AppendOnly { table: table.to_owned() })),
            None => (Kind::Invalid, immutable(&said)),
        },
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => (Kind::Reference, Some(Violation::ForeignKey)),
        _ => (Kind::Engine, None),
    };
    let error = Error::new(kind, said);
    match violation {
        Some(violation) => error.violating(violation),
        None => error,
    }
}

/// Reads `UNIQUE constraint failed: t.a, t.b` and `UNIQUE constraint failed: index 'n'`.
fn unique(said: &str) -> Option<Violation> {
    let what = said.strip_prefix("UNIQUE constraint failed: ")?;
    if let Some(name) = what.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        return Some(Violation::UniqueIndex(name.to_owned()));
    }
    let mut table = "";
    let mut columns = Vec::new();
    for place in what.split(", ") {
        let (of, column) = place.rsplit_once('.')?;
        table = of;
        columns.push(column.to_owned());
    }
    Some(Violation::Unique { table: table.to_owned(), columns })
}

/// Reads `NOT NULL constraint failed: t.c`.
fn not_null(said: &str) -> Option<Violation> {
    let (table, column) = said.strip_prefix("NOT NULL constraint failed: ")?.rsplit_once('.')?;
    Some(Violation::NotNull { table: table.to_owned(), column: column.to_owned() })
}

/// Reads `cannot store TEXT value in INTEGER column t.c`, which is how a STRICT table refuses.
fn datatype(said: &str) -> Option<Violation> {
    let (table, column) = said.strip_prefix("cannot store ")?.split_once(" column ")?.1.rsplit_once('.')?;
    Some(Violation::Datatype { table: table.to_owned(), column: column.to_owned() })
}

/// Reads `t.c is immutable`, which is what a trigger of generated SQL says.
fn immutable(said: &str) -> Option<Violation> {
    let (table, column) = said.strip_suffix(" is immutable")?.rsplit_once('.')?;
    Some(Violation::Immutable { table: table.to_owned(), column: column.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_read_from_what_sqlite_says() {
        let two = Violation::Unique { table: "nics".into(), columns: vec!["vm_id".into(), "name".into()] };
        assert_eq!(unique("UNIQUE constraint failed: nics.vm_id, nics.name"), Some(two));
        assert_eq!(unique("UNIQUE constraint failed: index 'low'"), Some(Violation::UniqueIndex("low".into())));
        assert_eq!(unique("something else"), None);
        let column = Violation::NotNull { table: "nics".into(), column: "name".into() };
        assert_eq!(not_null("NOT NULL constraint failed: nics.name"), Some(column));
        let strict = Violation::Datatype { table: "nics".into(), column: "mtu".into() };
        assert_eq!(datatype("cannot store TEXT value in INTEGER column nics.mtu"), Some(strict));
    }

    #[test]
    fn sqlite_says_what_is_expected() {
        let c = rusqlite::Connection::open_in_memory().expect("memory");
        c.execute_batch(
            "CREATE TABLE t (a INTEGER NOT NULL, b TEXT, c INTEGER CONSTRAINT c_small CHECK (c IS NULL OR c < 9), UNIQUE (b, c)) STRICT;
             CREATE UNIQUE INDEX low ON t (lower(b));
             CREATE TRIGGER t__immutable BEFORE UPDATE OF a ON t BEGIN
               SELECT RAISE(ABORT, 't.a is immutable') WHERE NEW.a IS NOT OLD.a;
             END;
             CREATE TABLE e (a INTEGER) STRICT;
             CREATE TRIGGER e__no_delete BEFORE DELETE ON e BEGIN SELECT RAISE(ABORT, 'e is append-only'); END;
             INSERT INTO e VALUES (1);
             INSERT INTO t VALUES (1, 'x', 1);",
        )
        .expect("schema");
        let said = |sql: &str| match c.execute_batch(sql) {
            Err(rusqlite::Error::SqliteFailure(code, Some(message))) => violated(code.extended_code, message),
            other => panic!("{sql}: {other:?}"),
        };
        let not_null = Violation::NotNull { table: "t".into(), column: "a".into() };
        assert_eq!(said("INSERT INTO t VALUES (NULL, 'y', 1)").violation(), Some(&not_null));
        assert_eq!(said("INSERT INTO t VALUES (1, 'y', 9)").violation(), Some(&Violation::Check("c_small".into())));
        let strict = Violation::Datatype { table: "t".into(), column: "a".into() };
        assert_eq!(said("INSERT INTO t VALUES ('one', 'y', 1)").violation(), Some(&strict));
        let append_only = Violation::AppendOnly { table: "e".into() };
        assert_eq!(said("DELETE FROM e").violation(), Some(&append_only));
        let low = Violation::UniqueIndex("low".into());
        assert_eq!(said("INSERT INTO t VALUES (1, 'X', 2)").violation(), Some(&low));
        let immutable = Violation::Immutable { table: "t".into(), column: "a".into() };
        assert_eq!(said("UPDATE t SET a = 2").violation(), Some(&immutable));
        let both = Violation::Unique { table: "t".into(), columns: vec!["b".into(), "c".into()] };
        c.execute_batch("DROP INDEX low").expect("drop");
        assert_eq!(said("INSERT INTO t VALUES (1, 'x', 1)").violation(), Some(&both));
    }
}
