//! Whether the file is the one that this program means, asked before a byte of it is changed.

use rusqlite::Connection;

use super::bookkeeping::{self, FORMAT, Label};
use super::migrate;
use super::refusal::Refusal;
use crate::schema::Schema;

/// The two classes of database: a real one, and the one that tests use. Neither opens as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A database with somebody's records in it.
    Real,
    /// A database under a key that everybody knows.
    Test,
}

impl Class {
    /// The mark in the header of the file, <https://www.sqlite.org/pragma.html#pragma_application_id>: `prst`, or `prsT`.
    pub(super) fn application_id(self) -> i32 {
        match self {
            Self::Real => 0x7072_7374,
            Self::Test => 0x7072_7354,
        }
    }
}

/// Checks everything that tells one database from another, and returns what it says about itself.
pub(super) fn check(connection: &Connection, schema: &Schema, class: Class) -> Result<Label, Refusal> {
    let failed = |why| Refusal::Engine("say what it is", why);
    let mark: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    if mark != class.application_id() {
        let other = [Class::Real, Class::Test].into_iter().find(|other| other.application_id() == mark);
        return Err(other.map_or(Refusal::Application(mark), |other| Refusal::Class { test: other == Class::Test }));
    }
    let label = match bookkeeping::read(connection) {
        Ok(Some(label)) => label,
        Ok(None) => return Err(Refusal::Damaged("the tables in which it says what it is are empty".to_owned())),
        Err(why) => return Err(Refusal::unreadable("the tables in which it says what it is", why)),
    };
    if label.format > FORMAT {
        return Err(Refusal::Format(label.format));
    }
    if label.store != schema.store {
        return Err(Refusal::Store(label.store));
    }
    if label.version > schema.version {
        return Err(Refusal::Newer(label.version, label.semver, schema.version, schema.semver));
    }
    if label.mapping != i64::from(schema.mapping) {
        return Err(Refusal::Mapping(label.mapping, schema.mapping));
    }
    migrate::compare(connection, schema, label.version)?;
    Ok(label)
}
