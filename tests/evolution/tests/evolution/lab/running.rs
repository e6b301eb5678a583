//! The run time as programs use it, over schemas that no generated crate has.

use std::path::PathBuf;

use protostore::{Key, Kind, Migration, Options, Schema};

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

/// The oldest versions whose programs may read and write the file of a version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doors {
    pub(crate) reader: u32,
    pub(crate) writer: u32,
}

/// SQL and snapshot of a version, its mapping, and whom it lets in.
#[derive(Clone, Copy)]
struct Made {
    text: &'static str,
    snapshot: &'static str,
    mapping: u32,
    doors: Doors,
}

impl Made {
    fn new(sql: &str, store: &Store, doors: Doors) -> Self {
        let (text, snapshot) = (own(sql), own(&store.schema.to_snapshot()));
        Self { text, snapshot, mapping: store.schema.mapping, doors }
    }
}

/// What the run time lets a program do with a file of a newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admitted {
    Writes,
    Reads,
    Nothing,
}

impl Running {
    /// Makes a file of a version.
    pub(crate) fn new(store: &Store) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let first = Made::new(&store.sql, store, Doors { reader: 1, writer: 1 });
        let mut running = Self { folder, migrations: vec![first], broken: 0 };
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
        let version = u32::try_from(self.migrations.len()).expect("few versions") + 1;
        self.migrate_for(sql, to, Doors { reader: version, writer: version })
    }

    /// Takes the file to another version, which lets some earlier programs in.
    pub(crate) fn migrate_for(&mut self, sql: &str, to: &Store, doors: Doors) -> Result<(), String> {
        self.migrations.push(Made::new(sql, to, doors));
        let done = self.open(to);
        if done.is_err() {
            self.migrations.pop();
        }
        done
    }

    /// Opens the file with the program of an earlier version, which is that of a store, and returns what it may do: what it
    /// may not do is refused before a byte is changed.
    pub(crate) fn admits(&self, store: &Store, version: usize) -> Result<Admitted, String> {
        let program = program(store, &self.migrations[..version]);
        let key = Key::from_secret([7; 32]);
        let options = || Options::new().readers(1).plaintext(true).copy_before_upgrade(false);
        let bytes = || std::fs::read(self.path()).expect("a file");
        let before = bytes();
        let newest = self.migrations.len();
        let (theirs, ours) = (format!("version {newest} (0.{newest}.0)"), format!("version {version} (0.{version}.0)"));
        let named = |error: protostore::Error, also: &str| {
            let says = error.to_string();
            let is_whole = [theirs.as_str(), ours.as_str(), also].iter().all(|word| says.contains(word));
            if !is_whole || error.kind() != Kind::Open {
                return Err(format!("the refusal does not name {theirs}, {ours} and {also:?}: {says}"));
            }
            if bytes() == before { Ok(()) } else { Err(format!("a byte is changed, and then: {says}")) }
        };
        let refused = match options().open(program, self.path(), &key) {
            Ok(opened) => {
                let newer = opened.info().newer.ok_or("the file is not known to be newer")?;
                opened.write(|_| Ok(())).map_err(|e| format!("it opens, and does not write: {e}"))?;
                opened.close().map_err(|e| e.to_string())?;
                return if newer.writes {
                    Ok(Admitted::Writes)
                } else {
                    Err("it opens, and must not write".to_owned())
                };
            }
            Err(refused) => refused,
        };
        match options().read_only_if_newer(true).open(program, self.path(), &key) {
            Err(again) => {
                named(refused, "newer version of this program")?;
                named(again, "newer version of this program")?;
                Ok(Admitted::Nothing)
            }
            Ok(opened) => {
                named(refused, "read_only_if_newer(true)")?;
                opened.read(|_| Ok(())).map_err(|e| format!("it opens, and does not read: {e}"))?;
                let write = opened.write::<()>(|_| panic!("a transaction begins"));
                let is_refused = write.is_err_and(|e| e.kind() == Kind::ReadOnly);
                opened.close().map_err(|e| e.to_string())?;
                match is_refused && bytes() == before {
                    true => Ok(Admitted::Reads),
                    false => Err("a program that only reads writes".to_owned()),
                }
            }
        }
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
    let migrations =
        migrations.iter().zip(1_u32..).map(|(&Made { text, snapshot, mapping, doors }, version)| Migration {
            version,
            slug: own(&format!("version_{version}")),
            store: own(&store.schema.store),
            semver: own(&format!("0.{version}.0")),
            mapping,
            text,
            down: None,
            loses: &[],
            chain: own(&format!("chain {version}")),
            reader: doors.reader,
            writer: doors.writer,
            until: None,
            snapshot,
        });
    let migrations: &[Migration] = Box::leak(migrations.collect::<Vec<_>>().into_boxed_slice());
    Box::leak(Box::new(Schema {
        store: "lab.LabStore",
        formerly: &[],
        name: "lab",
        version: u32::try_from(migrations.len()).expect("few versions"),
        semver: own(&format!("0.{}.0", migrations.len())),
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
