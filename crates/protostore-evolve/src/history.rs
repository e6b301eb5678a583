//! The versions of a store's schema, oldest first.

use protostore_schema::{Schema, SnapshotError};

use crate::{Change, Lock, compare};

/// The versions of a store's schema, oldest first; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Full names that the store message had before, oldest first.
    pub formerly: Vec<String>,
    /// The greatest version that must not be rewritten; 0 where none is released.
    pub released: u32,
    /// The least version whose files can be upgraded.
    pub oldest: u32,
    /// The versions; the last is the head.
    pub versions: Vec<Version>,
}

/// A schema, as it was when its migration was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// From 1, without gaps.
    pub number: u32,
    /// What changed, in a few words that can stand in a file name.
    pub slug: String,
    /// The version of the data.
    pub semver: String,
    /// The schema, with the comments it had then.
    pub schema: Schema,
    /// The risks that were accepted, each as `narrow 1:2 int64 int32`.
    pub accepted: Vec<String>,
    /// The oldest version whose program may read a file of this version.
    pub reader: u32,
    /// The oldest version whose program may write a file of this version; at least `reader`.
    pub writer: u32,
}

/// A schema that is not the newest version's any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What changed; never empty.
    pub changes: Vec<Change>,
}

impl std::fmt::Display for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sentences: Vec<_> = self.changes.iter().map(ToString::to_string).collect();
        f.write_str(&sentences.join("\n"))
    }
}

impl std::error::Error for Changed {}

impl History {
    /// Returns the history of a store that was never generated: version 1, `initial`, 0.1.0.
    #[must_use]
    pub fn first(schema: Schema) -> Self {
        let (slug, semver) = ("initial".to_owned(), "0.1.0".to_owned());
        let version = Version { number: 1, slug, semver, schema, accepted: Vec::new(), reader: 1, writer: 1 };
        Self { formerly: Vec::new(), released: 0, oldest: 1, versions: vec![version] }
    }

    /// Reads the history that a lock names; `snapshot` returns the text of a version's snapshot, if there is one.
    /// A lock without versions, or a missing snapshot, has no history.
    ///
    /// # Errors
    /// If a snapshot is not one.
    pub fn read<'a>(
        lock: &Lock,
        snapshot: impl Fn(u32) -> Option<&'a str>,
    ) -> Result<Option<Self>, (u32, SnapshotError)> {
        let mut versions = Vec::new();
        for locked in &lock.versions {
            let Some(text) = snapshot(locked.version) else { return Ok(None) };
            let schema = Schema::from_snapshot(text).map_err(|error| (locked.version, error))?;
            versions.push(Version {
                number: locked.version,
                slug: locked.slug.clone(),
                semver: locked.semver.clone(),
                schema,
                accepted: locked.accepted.clone(),
                reader: locked.reader,
                writer: locked.writer,
            });
        }
        let (formerly, released, oldest) = (lock.formerly.clone(), lock.released, lock.oldest);
        Ok((!versions.is_empty()).then_some(Self { formerly, released, oldest, versions }))
    }

    /// Returns the newest version.
    ///
    /// # Panics
    /// If there is none, which no function here returns.
    #[must_use]
    pub fn head(&self) -> &Version {
        self.versions.last().expect("a history has a first version")
    }

    /// Returns this history if `schema` is the head's, whatever its comments say; the head keeps those that it has.
    ///
    /// # Errors
    /// If anything changed that stored data or SQL can tell.
    pub fn advance(&self, schema: &Schema) -> Result<Self, Changed> {
        let changes = compare(&self.head().schema, schema);
        if changes.is_empty() { Ok(self.clone()) } else { Err(Changed { changes }) }
    }

    /// Returns this history with `schema` in place of the head's.
    #[must_use]
    pub fn amend(&self, schema: &Schema) -> Self {
        let mut amended = self.clone();
        if let Some(head) = amended.versions.last_mut() {
            head.schema = schema.clone();
        }
        amended
    }
}
