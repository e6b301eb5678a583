//! The versions of a store's schema, oldest first.

use protostore_schema::{Schema, SnapshotError};

use crate::Lock;
use crate::plan::Plan;

/// The versions of a store's schema, oldest first; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Full name of the store message.
    pub store: String,
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
    /// What changed, in a few words that can be part of a file name.
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

impl History {
    /// Returns the history of a store that was never generated: version 1, `initial`, 0.1.0.
    #[must_use]
    pub fn first(schema: Schema) -> Self {
        let (slug, semver) = ("initial".to_owned(), "0.1.0".to_owned());
        let version = Version { number: 1, slug, semver, schema, accepted: Vec::new(), reader: 1, writer: 1 };
        Self {
            store: version.schema.store.clone(),
            formerly: Vec::new(),
            released: 0,
            oldest: 1,
            versions: vec![version],
        }
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
        let (store, formerly) = (lock.store.clone(), lock.formerly.clone());
        let (released, oldest) = (lock.released, lock.oldest);
        Ok((!versions.is_empty()).then_some(Self { store, formerly, released, oldest, versions }))
    }

    /// Returns the newest version.
    ///
    /// # Panics
    /// If there is none, which no function here returns.
    #[must_use]
    pub fn head(&self) -> &Version {
        self.versions.last().expect("a history has a first version")
    }

    /// Returns this history without its newest version; nothing where that is the only one.
    #[must_use]
    pub fn before_head(&self) -> Option<Self> {
        let mut before = self.clone();
        before.versions.pop();
        (!before.versions.is_empty()).then_some(before)
    }

    /// Returns this history with a version more: `schema`, to which `plan` leads.
    #[must_use]
    pub fn append(&self, plan: &Plan, schema: &Schema) -> Self {
        let head = self.head();
        let mut longer = self.clone();
        longer.versions.push(Version {
            number: plan.to,
            slug: plan.slug.clone(),
            semver: plan.semver(&head.semver).unwrap_or_else(|| head.semver.clone()),
            schema: schema.clone(),
            accepted: plan.accepted.iter().map(ToString::to_string).collect(),
            reader: plan.reader,
            writer: plan.writer,
        });
        longer
    }

    /// Says what the store message is called now. A name that it had before is kept among the former ones.
    pub fn belong_to(&mut self, store: &str) {
        if self.store != store {
            let former = std::mem::replace(&mut self.store, store.to_owned());
            self.formerly.retain(|name| name != store && *name != former);
            self.formerly.push(former);
        }
    }

    /// Releases the newest version, so that it is never rewritten; `stable` makes it 1.0.0 where it is of 0.x.
    pub fn release(&mut self, stable: bool) {
        if let Some(head) = self.versions.last_mut() {
            self.released = head.number;
            if stable && head.semver.starts_with("0.") {
                "1.0.0".clone_into(&mut head.semver);
            }
        }
    }
}
