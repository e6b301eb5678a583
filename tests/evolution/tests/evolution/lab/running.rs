//! The run time as programs use it, over schemas that no generated crate has.

use std::path::PathBuf;

use protostore::{Key, Migration, Options, Schema};

use super::Store;

/// A file that the run time makes, and takes from version to version.
///
/// A way back is one more version of the program here, so that the run time carries it out as it does a way up.
pub(crate) struct Running {
    folder: tempfile::TempDir,
    migrations: Vec<Made>,
    /// How many rows broke rules that the last upgrade brought, and that SQL cannot state.
    broken: u64,
}

/// SQL and snapshot of a version, and its mapping.
#[derive(Clone, Copy)]
struct Made {
    text: &'static str,
    snapshot: &'static str,
    mapping: u32,
}

impl Made {
    fn new(sql: &str, store: &Store) -> Self {
        Self { text: own(sql), snapshot: own(&store.schema.to_snapshot()), mapping: store.schema.mapping }
    }
}

impl Running {
    /// Makes a file of a version.
    pub(crate) fn new(store: &Store) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let mut running = Self { folder, migrations: vec![Made::new(&store.sql, store)], broken: 0 };
        running.open(store)?;
        Ok(running)
    }

    pub(crate) fn broken(&self) -> u64 {
        self.broken
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("lab.db")
    }

    /// Takes the file to another version, whole or not at all.
    pub(crate) fn migrate(&mut self, sql: &str, to: &Store) -> Result<(), String> {
        self.migrations.push(Made::new(sql, to));
        let done = self.open(to);
        if done.is_err() {
            self.migrations.pop();
        }
        done
    }

    /// Opens the file with a program whose newest version is that of the store, and closes it again.
    fn open(&mut self, store: &Store) -> Result<(), String> {
        let options = Options::new().readers(1).plaintext(true).copy_before_upgrade(false);
        let key = Key::from_secret([7; 32]);
        let opened = options.open(program(store, &self.migrations), self.path(), &key).map_err(|e| e.to_string())?;
        let (info, mapping) = (opened.info(), opened.info().mapping);
        let upgraded = info.upgraded.iter().flat_map(|upgraded| &upgraded.versions);
        self.broken = upgraded.flat_map(|applied| &applied.broken).map(|broken| broken.rows).sum();
        opened.close().map_err(|e| e.to_string())?;
        if mapping == store.schema.mapping {
            Ok(())
        } else {
            Err(format!("the file has mapping {mapping}, and the program {}", store.schema.mapping))
        }
    }
}

/// Returns what a generated crate says of a store; it is never freed, as the statics of a crate are not.
fn program(store: &Store, migrations: &[Made]) -> &'static Schema {
    let migrations = migrations.iter().zip(1_u32..).map(|(&Made { text, snapshot, mapping }, version)| Migration {
        version,
        slug: own(&format!("version_{version}")),
        store: own(&store.schema.store),
        semver: own(&format!("0.{version}.0")),
        mapping,
        text,
        down: None,
        loses: &[],
        chain: own(&format!("chain {version}")),
        reader: version,
        writer: version,
        until: None,
        snapshot,
    });
    let migrations: &[Migration] = Box::leak(migrations.collect::<Vec<_>>().into_boxed_slice());
    Box::leak(Box::new(Schema {
        store: "lab.LabStore",
        formerly: &[],
        name: "lab",
        version: u32::try_from(migrations.len()).expect("few versions"),
        semver: "0.1.0",
        mapping: store.schema.mapping,
        slots: 0,
        migrations,
        whole: own(&store.sql),
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: Box::leak(store.descriptors.clone().into_boxed_slice()),
    }))
}

fn own(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
