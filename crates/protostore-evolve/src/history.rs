//! The versions of a store's schema, oldest first.

use std::sync::Arc;

use protostore_schema::{Schema, SnapshotError};

use crate::Lock;
use crate::plan::{Hook, Plan};

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
    pub schema: Arc<Schema>,
    /// The risks that were accepted, each as `narrow 1:2 int64 int32`.
    pub accepted: Vec<String>,
    /// The methods of the program that upgrades to it call.
    pub hooks: Vec<Hook>,
    /// The oldest version whose program may read a file of this version.
    pub reader: u32,
    /// The oldest version whose program may write a file of this version; at least `reader`.
    pub writer: u32,
    /// Of a version whose files can no longer be upgraded: the version whose program upgrades them.
    pub until: Option<u32>,
}

/// Why a version cannot become the oldest whose files are upgraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOldest {
    /// There is no such version.
    Unknown {
        /// The newest version.
        head: u32,
    },
    /// It is the oldest already, or older than that.
    Already {
        /// The oldest version.
        oldest: u32,
    },
    /// It is the newest version.
    Newest,
    /// It is not released.
    NotReleased {
        /// The greatest version that is; 0 where none is.
        released: u32,
    },
}

impl std::fmt::Display for NotOldest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { head } => write!(f, "the newest version is {head}"),
            Self::Already { oldest } => write!(f, "files of versions below {oldest} are not upgraded as it is"),
            Self::Newest => f.write_str("it is the newest version, whose program upgrades the files of older ones"),
            Self::NotReleased { released: 0 } => f.write_str("no version is released, and its program must be out"),
            Self::NotReleased { released } => {
                write!(f, "the greatest version that is released is {released}, and its program must be out")
            }
        }
    }
}

impl History {
    /// Returns the history of a store that was never generated: version 1, `initial`, 0.1.0.
    #[must_use]
    pub fn first(schema: impl Into<Arc<Schema>>) -> Self {
        let (slug, semver) = ("initial".to_owned(), "0.1.0".to_owned());
        let version = Version {
            number: 1,
            slug,
            semver,
            schema: schema.into(),
            accepted: Vec::new(),
            hooks: Vec::new(),
            reader: 1,
            writer: 1,
            until: None,
        };
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
            let schema = Schema::from_snapshot(text).map_err(|error| (locked.version, error))?.into();
            versions.push(Version {
                number: locked.version,
                slug: locked.slug.clone(),
                semver: locked.semver.clone(),
                schema,
                accepted: locked.accepted.clone(),
                // The lock was sealed with what this tool wrote.
                hooks: locked.hooks.iter().filter_map(|hook| hook.parse().ok()).collect(),
                reader: locked.reader,
                writer: locked.writer,
                until: locked.until,
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

    /// Returns how many versions, from the first, were dropped.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.versions.iter().take_while(|version| version.until.is_some()).count()
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
            schema: Arc::new(schema.clone()),
            accepted: plan.accepted.iter().map(ToString::to_string).collect(),
            hooks: plan.hooks(),
            reader: plan.reader,
            writer: plan.writer,
            until: None,
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

    /// Drops the migrations of the versions below `oldest`: files of those are upgraded by the program of that version, and
    /// then by later ones.
    ///
    /// A version that was dropped before keeps the program that upgrades its files, as that of `oldest` no longer does.
    ///
    /// # Errors
    /// If no program of that version is out that can upgrade older files, or if there is nothing to drop.
    pub fn drop_before(&mut self, oldest: u32) -> Result<(), NotOldest> {
        let head = self.head().number;
        match oldest {
            _ if oldest > head => return Err(NotOldest::Unknown { head }),
            _ if oldest <= self.oldest => return Err(NotOldest::Already { oldest: self.oldest }),
            // Its program with and without the older migrations would be of one version.
            _ if oldest == head => return Err(NotOldest::Newest),
            _ if oldest > self.released => return Err(NotOldest::NotReleased { released: self.released }),
            _ => {}
        }
        self.oldest = oldest;
        for version in self.versions.iter_mut().filter(|version| version.number < oldest) {
            version.until.get_or_insert(oldest);
        }
        Ok(())
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
