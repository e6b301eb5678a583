//! A version 2 of the store, which changes each fact: the old program and the new one, and what either reads.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use life::Fact;
use protostore::{Kind, Migration, Options, Schema, Store};

use crate::facts::fact;
use crate::work;

/// What version 2 adds to the subject of each fact.
const ADDED: &str = "!";

/// The schema of the old program, whose only version is the first.
static OLD: LazyLock<&'static Schema> = LazyLock::new(|| &life::SCHEMA);

/// The schema of the new program.
static NEW: LazyLock<Schema> = LazyLock::new(|| {
    let first = &life::SCHEMA.migrations[0];
    let second = Migration {
        version: 2,
        slug: "change_facts",
        semver: "1.0.0",
        text: "UPDATE \"facts\" SET \"subject\" = \"subject\" || '!';\n",
        down: Some("UPDATE \"facts\" SET \"subject\" = substr(\"subject\", 1, length(\"subject\") - 1);\n"),
        chain: "5ec0d0000000000000000000000000000000000000000000000000000000c4a1",
        reader: 2,
        writer: 2,
        ..*first
    };
    let migrations = Vec::leak(vec![Migration { ..*first }, second]);
    Schema { version: 2, semver: "1.0.0", migrations, ..life::SCHEMA }
});

/// Which program opens a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// That of version 1.
    Old,
    /// That of version 2, which upgrades.
    New,
}

impl Program {
    /// Opens a store; one of the first version is upgraded by the new program, which copies it before.
    ///
    /// # Errors
    /// As [`Options::open`].
    pub fn open(self, path: &Path) -> protostore::Result<Store> {
        let schema: &'static Schema = match self {
            Self::Old => *OLD,
            Self::New => &NEW,
        };
        Options::new().readers(1).log_limit(1 << 20).reserve(0).open(schema, path, &work::key())
    }

    /// Opens a file, and returns the ids of its facts, each of which is whole and of this version; none where the file is of
    /// a newer version than the program.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(self, path: &Path) -> Result<Option<BTreeSet<String>>, String> {
        let store = match self.open(path) {
            Ok(store) => store,
            Err(e) if self == Self::Old && e.kind() == Kind::Open && e.to_string().contains("version 2") => {
                return Ok(None);
            }
            Err(e) => return Err(format!("{self:?} does not open {}: {e:?}", path.display())),
        };
        let page = store.read(|view| view.page::<Fact>(None, 1_000_000)).map_err(|e| format!("{e:?}"))?;
        let damage = store.verify(&protostore::upkeep::Anchor::new()).map_err(|e| format!("{e:?}"))?;
        store.close().map_err(|e| format!("does not close: {e:?}"))?;
        if !damage.is_sound() {
            return Err(format!("{} is damaged:\n{damage}", path.display()));
        }
        let whole = |mut found: Fact| {
            found.create_time = None;
            let mut expected = fact(&found.id);
            if self == Self::New {
                expected.subject.push_str(ADDED);
            }
            if found == expected { Ok(found.id) } else { Err(format!("{} is there in part for {self:?}", found.id)) }
        };
        page.records.into_iter().map(whole).collect::<Result<_, _>>().map(Some)
    }
}
