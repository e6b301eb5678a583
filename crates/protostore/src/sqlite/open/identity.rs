//! Whether the file is the one that this program means, asked before a byte of it is changed.

use rusqlite::Connection;

use super::bookkeeping::versions::{self, Kept};
use super::bookkeeping::{self, FORMAT, Label};
use super::migrate;
use super::refusal::{Beyond, Refusal};
use crate::info::Newer;
use crate::schema::Schema;

/// The two classes of database: a real one, and the one that tests use. Neither opens as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A database with records of a user.
    Real,
    /// A database under a key that is public.
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

/// How the version of a database compares with that of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the same.
    Same,
    /// The database is to be upgraded.
    Older,
    /// The database was upgraded by a newer program, which lets this one in.
    Newer(Newer),
}

impl Standing {
    /// Says whether nothing may be written, not even what every run writes.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self, Self::Newer(newer) if !newer.writes)
    }
}

/// Checks everything that tells one database from another, and returns what it says about itself, and how its version
/// compares with that of the program.
pub(super) fn check(
    connection: &Connection,
    schema: &Schema,
    class: Class,
    read_only_if_newer: bool,
) -> Result<(Label, Standing), Refusal> {
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
    if label.store != schema.store && !schema.formerly.contains(&label.store.as_str()) {
        return Err(Refusal::Store(label.store));
    }
    let kept = versions::read(connection).map_err(|why| Refusal::unreadable("the list of its versions", why))?;
    if !kept.iter().map(|kept| kept.version).eq(1..=label.version) {
        let text = format!("it has version {}, and protostore__versions does not list all up to it", label.version);
        return Err(Refusal::Damaged(text));
    }
    // A database of another branch is no newer one, whatever its number.
    migrate::compare(connection, schema, &kept)?;
    let newest = schema.version;
    let standing = match label.version {
        version if version < newest => match schema.migrations[version as usize - 1].until {
            None => Standing::Older,
            Some(until) => return Err(Refusal::Dropped(version, until, schema.migrations[until as usize - 1].semver)),
        },
        version if version == newest => Standing::Same,
        version => {
            let beyond: Vec<&Kept> = kept.iter().filter(|kept| kept.version > newest).collect();
            let named = |all: &[&Kept]| all.iter().map(|kept| named(kept)).collect::<Vec<_>>();
            let shut = |door: fn(&Kept) -> u32| {
                let shut: Vec<&Kept> = beyond.iter().copied().filter(|kept| door(kept) > newest).collect();
                named(&shut)
            };
            let (no_writes, no_reads) = (shut(|kept| kept.writer), shut(|kept| kept.reader));
            let (writes, reads) = (no_writes.is_empty(), no_reads.is_empty());
            let about =
                |changes| Beyond { theirs: (version, label.semver.clone()), ours: (newest, schema.semver), changes };
            match () {
                () if writes || (reads && read_only_if_newer) => {
                    let semver = label.semver.clone();
                    Standing::Newer(Newer { version, semver, changes: named(&beyond), writes })
                }
                () if reads => return Err(Refusal::OnlyReads(about(no_writes))),
                () => return Err(Refusal::Newer(about(no_reads))),
            }
        }
    };
    Ok((label, standing))
}

/// Returns a version and what changed with it, as the database says.
fn named(kept: &Kept) -> String {
    format!("version {} ({})", kept.version, kept.slug)
}
