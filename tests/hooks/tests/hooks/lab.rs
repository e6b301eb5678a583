//! A file of each version of the store, and the program that upgrades it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use fleet::upgrades::{Upgrades, v1, v2, v3, v4};
use protostore::{Error, Key, RowRejected, Schema};
use rusqlite::Connection;
use tempfile::TempDir;

/// What the daemon has beside its store: who owns which machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub(crate) owners: BTreeMap<String, String>,
    /// Machines that stop the upgrade at this method.
    pub(crate) faulty: Option<(&'static str, &'static str)>,
    /// Fields that a method sets where it must not.
    pub(crate) wrong: Option<&'static str>,
}

impl Directory {
    pub(crate) fn new(owners: &[(&str, &str)]) -> Self {
        let owners = owners.iter().map(|(id, owner)| ((*id).to_owned(), (*owner).to_owned())).collect();
        Self { owners, ..Self::default() }
    }

    fn expect(&self, method: &str, id: &str) -> Result<(), RowRejected> {
        match self.faulty {
            Some((of, machine)) if of == method && machine == id => Err(RowRejected::because("is out of order")),
            _ => Ok(()),
        }
    }
}

// The example that the page about evolution shows.
impl Upgrades for Directory {
    fn machine_owner(&mut self, old: &v1::Machine) -> Result<String, RowRejected> {
        self.expect("machine_owner", &old.id)?;
        let owner = self.owners.get(&old.id).ok_or_else(|| RowRejected::because("has no owner in the directory"))?;
        Ok(owner.clone())
    }

    fn split_disk(&mut self, old: &v2::Machine, new: &mut v3::Machine) -> Result<(), RowRejected> {
        self.expect("split_disk", &old.id)?;
        let Some(disk) = &old.disk else { return Ok(()) };
        let drive = |image: &str, read_only| v3::Drive { image: image.to_owned(), size_mb: disk.size_mb, read_only };
        new.root_drive = Some(drive(&disk.image, false));
        new.data_drives = disk.snapshots.iter().map(|snapshot| drive(snapshot, true)).collect();
        match self.wrong {
            Some("key") => new.id.push('2'),
            Some("panic") => panic!("{} is too much", old.id),
            _ => {}
        }
        Ok(())
    }

    fn machine_name(&mut self, old: &v3::Machine) -> Result<String, RowRejected> {
        self.expect("machine_name", &old.id)?;
        Ok(if self.wrong == Some("empty") { String::new() } else { format!("machine {}", old.id) })
    }

    fn machine_contact(&mut self, old: &v3::Machine) -> Result<v4::Contact, RowRejected> {
        self.expect("machine_contact", &old.id)?;
        let mail = if self.wrong == Some("mail") { String::new() } else { format!("{}@example.com", old.owner) };
        Ok(v4::Contact { mail, phone: None })
    }
}

/// The rows of version 1.
pub(crate) const ROWS: &str = r#"
INSERT INTO "machines" ("id", "name", "disk", "disk__image", "disk__size_mb", "create_time", "state") VALUES
  ('a', '', 1, 'a.img', 10, 1000000000, 1), ('b', 'bee', 0, NULL, NULL, NULL, 0), ('c', '', 1, '', 0, NULL, 7);
INSERT INTO "machines__disk__snapshots" VALUES ('a', 0, 'monday'), ('a', 1, 'tuesday');
INSERT INTO "machines__labels" VALUES ('a', 'rack', '7'), ('b', '', 'none');
"#;

pub(crate) const OWNERS: [(&str, &str); 3] = [("a", "ann"), ("b", "bob"), ("c", "cyd")];

/// Returns the program of an older version, as far as opening goes.
pub(crate) fn program(version: usize) -> &'static Schema {
    let migrations = &fleet::SCHEMA.migrations[..version];
    let newest = &migrations[version - 1];
    Box::leak(Box::new(Schema {
        store: fleet::SCHEMA.store,
        formerly: &[],
        name: fleet::SCHEMA.name,
        version: newest.version,
        semver: newest.semver,
        mapping: newest.mapping,
        slots: 0,
        migrations,
        // Only version 1 is made anew.
        whole: migrations[0].text,
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: fleet::SCHEMA.descriptors,
    }))
}

pub(crate) fn key() -> Key {
    Key::from_secret([7; 32])
}

/// A directory with one database, removed at the end.
pub(crate) struct Home(TempDir);

impl Home {
    /// A closed database of version 1 with rows in it.
    pub(crate) fn new(rows: &str) -> Self {
        let home = Self(tempfile::tempdir().expect("a directory"));
        let opened = protostore::Options::new().open(program(1), home.path(), &key());
        opened.expect("version 1").close().expect("closes");
        connect(&home.path()).execute_batch(rows).expect("rows of version 1");
        home
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("fleet.db")
    }

    pub(crate) fn open(&self, directory: Directory) -> protostore::Result<fleet::Store> {
        fleet::Options::new().upgrades(directory).open(self.path(), &key())
    }

    #[track_caller]
    pub(crate) fn rejected(&self, directory: Directory, words: &[&str]) {
        let Err(error) = self.open(directory) else { panic!("it was opened") };
        has(&error, words);
    }

    pub(crate) fn contents(&self) -> BTreeMap<String, Vec<String>> {
        contents(&self.path())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("reads")
    }

    /// The names of the files in the directory, but for the lock.
    pub(crate) fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).expect("lists").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.ends_with(".lock") && !name.ends_with(".reserve"));
        names.sort();
        names
    }
}

#[track_caller]
pub(crate) fn has(error: &Error, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

/// Opens a database as any tool with SQLCipher does.
pub(crate) fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("opens");
    let mut salt = [0; 16];
    let read = |mut file: fs::File| -> io::Result<()> { file.read_exact(&mut salt) };
    fs::File::open(path).and_then(read).expect("a salt");
    let keys = key().for_file(&salt);
    let hex: String = keys.expose_cipher().iter().chain(&salt).map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).expect("takes the key");
    connection
}

/// All rows of all tables of the store, the names of everything else, and the versions.
pub(crate) fn contents(path: &Path) -> BTreeMap<String, Vec<String>> {
    let db = connect(path);
    let tables =
        strings(&db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'machines%' ORDER BY 1");
    let rows = |table: &String| {
        let columns = strings(&db, &format!("SELECT name FROM pragma_table_xinfo('{table}') ORDER BY name"));
        let row: Vec<String> = columns.iter().map(|name| format!("'{name} = ' || quote(\"{name}\")")).collect();
        strings(&db, &format!("SELECT {} FROM \"{table}\" ORDER BY 1", row.join(" || ', ' || ")))
    };
    let mut contents: BTreeMap<_, _> = tables.iter().map(|table| (table.clone(), rows(table))).collect();
    contents.insert("objects".to_owned(), strings(&db, "SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1"));
    contents.insert("versions".to_owned(), strings(&db, "SELECT chain FROM protostore__versions ORDER BY version"));
    contents
}

pub(crate) fn strings(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let rows = statement.query_map([], |row| row.get(0)).expect("runs");
    rows.collect::<rusqlite::Result<_>>().unwrap_or_else(|e| panic!("{sql}: {e}"))
}
