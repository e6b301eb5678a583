//! The upgrade of a copy, which is thrown away.

use std::time::Instant;

use super::backup::Draft;
use super::bookkeeping::versions;
use super::cold::Cold;
use super::identity::{self, Class, Standing};
use super::migrate::{self, Reporter};
use super::place::Place;
use super::refusal::{Beyond, Refusal};
use super::settings::{self, Role};
use super::{Access, Cipher, connect, create};
use crate::error::Result;
use crate::info::{Broken, Newer};
use crate::key::Key;
use crate::progress::Listener;
use crate::schema::{Migration, Schema};
use crate::sqlite::upkeep::{CopyOptions, PendingVersion, Rehearsal, Stop};

/// What stops an upgrade, and rows that break newer rules.
type Found = (Vec<Stop>, Vec<Broken>);

impl Cold {
    /// Returns the versions that the file is yet to be upgraded to.
    pub(crate) fn pending(&self, schema: &Schema) -> Result<Vec<PendingVersion>> {
        let version = self.version(schema).map_err(|refusal| refusal.on(self.connection()).about(&self.place.path))?;
        Ok(pending(schema, version))
    }

    /// Upgrades a copy.
    pub(crate) fn rehearse(&self, schema: &'static Schema, key: &Key) -> Result<Rehearsal> {
        let start = Instant::now();
        let access = self.access(key);
        let rehearsed = self.version(schema).and_then(|from| {
            let structure = self.structure(schema, from)?;
            let (stops, broken) = match from < schema.version {
                true => self.upgrade_a_copy(schema, from, access)?,
                false => (Vec::new(), Vec::new()),
            };
            let pending = pending(schema, from);
            Ok(Rehearsal { from, to: schema.version, pending, structure, stops, broken, took: start.elapsed() })
        });
        rehearsed.map_err(|refusal| refusal.on(self.connection()).about(&self.place.path))
    }

    /// Returns the version of the file, which is of the store and the history of the program, and not newer.
    fn version(&self, schema: &Schema) -> std::result::Result<u32, Refusal> {
        let (label, standing) = identity::check(self.connection(), schema, Class::Real, true)?;
        match standing {
            Standing::Same | Standing::Older => Ok(label.version),
            Standing::Newer(Newer { version, semver, changes, writes: _ }) => Err(Refusal::Newer(Beyond {
                theirs: (version, semver),
                ours: (schema.version, schema.semver),
                changes,
            })),
        }
    }

    /// Returns how the structure differs from that of the file's version.
    fn structure(&self, schema: &Schema, version: u32) -> std::result::Result<Vec<String>, Refusal> {
        let read = |why| Refusal::unreadable("its structure", why);
        let told = versions::whole(self.connection(), version).map_err(read)?;
        let whole = if version == schema.version { Some(schema.whole.to_owned()) } else { told };
        let Some(Err(why)) = whole.map(|whole| migrate::differences(self.connection(), &whole)) else {
            return Ok(Vec::new());
        };
        match why.downcast::<rusqlite::Error>() {
            Ok(why) => Err(read(*why)),
            Err(why) => Ok(vec![why.to_string()]),
        }
    }

    fn upgrade_a_copy(&self, schema: &Schema, from: u32, access: Access<'_>) -> std::result::Result<Found, Refusal> {
        super::copy::room(self.connection(), &self.place)?;
        let options = CopyOptions::new();
        // It is removed when the draft is dropped.
        let mut draft = Draft::begin(self.place.clone(), ".checking", access, &options)?;
        draft.fill(self.connection(), &mut || Ok(()))?;
        let mut found = (Vec::new(), Vec::new());
        draft.change(|copy| {
            found = upgrade(copy, schema, from, access)?;
            Ok(())
        })?;
        Ok(found)
    }
}

/// Upgrades a copy, and undoes that.
fn upgrade(copy: &Place, schema: &Schema, from: u32, access: Access<'_>) -> std::result::Result<Found, Refusal> {
    let mut connection = connect::bare(&copy.path, false)?;
    let cipher = match access {
        Access::Keyed(key) => Cipher::of_file(&connection, key)?,
        Access::Plain(key) => Cipher::plain(key),
    };
    cipher.unlock(&connection)?;
    settings::apply(&connection, Role::Writer, create::CACHE)?;
    let found = migrate::rehearse(&mut connection, schema, from, &Reporter::new(&Listener::default()));
    connect::leave(connection, false);
    found
}

fn pending(schema: &Schema, version: u32) -> Vec<PendingVersion> {
    let later = schema.migrations.iter().filter(|migration| migration.version > version);
    let pending = |migration: &Migration| PendingVersion {
        version: migration.version,
        slug: migration.slug.to_owned(),
        semver: migration.semver.to_owned(),
    };
    later.map(pending).collect()
}
