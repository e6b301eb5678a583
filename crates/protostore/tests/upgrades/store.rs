//! A store of several versions, made by hand, and its file.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use protostore::{Error, Key, Migration, Options, Result, Schema, Sqlite, Store};
use rusqlite::Connection;
use tempfile::TempDir;

/// The oldest version whose program may read or write each version, in its order.
type Doors = [(u32, u32); 4];

pub(crate) const V1: &str = r#"
CREATE TABLE "machines" ("id" TEXT NOT NULL, "mem" INTEGER NOT NULL DEFAULT 0, PRIMARY KEY ("id")) STRICT;
CREATE TABLE "nics" (
  "machine" TEXT NOT NULL REFERENCES "machines" ("id") ON DELETE CASCADE,
  "number" INTEGER NOT NULL,
  PRIMARY KEY ("machine", "number")
) STRICT, WITHOUT ROWID;
CREATE VIEW "machines__readable" AS SELECT "id", "mem" FROM "machines";
"#;

pub(crate) const V2: &str = r#"-- A comment of the file.
DROP VIEW "machines__readable";
-- rename machines.mem
ALTER TABLE "machines" RENAME COLUMN "mem" TO "mem_mb";
CREATE VIEW "machines__readable" AS SELECT "id", "mem_mb" FROM "machines";
"#;

pub(crate) const V3: &str = r#"
CREATE TABLE "protostore__guard" ("says" TEXT NOT NULL, "found" INTEGER NOT NULL, "first" TEXT) STRICT;
CREATE TRIGGER "protostore__guard__refuse" BEFORE INSERT ON "protostore__guard" WHEN NEW."found" > 0
BEGIN SELECT RAISE(ABORT, format('%s: %d rows, the first is %s', NEW."says", NEW."found", NEW."first")); END;
-- look at machines.mem_mb
INSERT INTO "protostore__guard" SELECT 'machines.mem_mb does not fit int32', count(*), min("id")
FROM "machines" WHERE "mem_mb" > 2147483647;
DROP TABLE "protostore__guard";
ALTER TABLE "machines" ADD CONSTRAINT "mem_mb__check" CHECK ("mem_mb" BETWEEN -2147483648 AND 2147483647);
ALTER TABLE "machines" ADD COLUMN "owner" TEXT;
UPDATE "machines" SET "owner" = 'root';
"#;

/// Rebuilds the machines: with foreign keys on, that would delete every nic.
pub(crate) const V4: &str = r#"
DROP VIEW "machines__readable";
CREATE TABLE "new" (
  "id" INTEGER NOT NULL, "mem_mb" INTEGER NOT NULL DEFAULT 0, "owner" TEXT NOT NULL, "name" TEXT NOT NULL,
  PRIMARY KEY ("name"),
  CONSTRAINT "mem_mb__check" CHECK ("mem_mb" BETWEEN -2147483648 AND 2147483647)
) STRICT;
INSERT INTO "new" SELECT row_number() OVER (ORDER BY "id"), "mem_mb", "owner", "id" FROM "machines";
DROP TABLE "machines";
ALTER TABLE "new" RENAME TO "machines";
CREATE TABLE "new" (
  "machine" TEXT NOT NULL REFERENCES "machines" ("name") ON DELETE CASCADE, "number" INTEGER NOT NULL,
  PRIMARY KEY ("machine", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "new" SELECT "machine", "number" FROM "nics";
DROP TABLE "nics";
ALTER TABLE "new" RENAME TO "nics";
CREATE UNIQUE INDEX "machines__id" ON "machines" ("id");
CREATE VIEW "machines__readable" AS SELECT "name", "mem_mb", "owner" FROM "machines";
"#;

pub(crate) const WHOLE_2: &str = r#"
CREATE TABLE "machines" ("id" TEXT NOT NULL, "mem_mb" INTEGER NOT NULL DEFAULT 0, PRIMARY KEY ("id")) STRICT;
CREATE TABLE "nics" (
  "machine" TEXT NOT NULL REFERENCES "machines" ("id") ON DELETE CASCADE, -- of the machine
  "number" INTEGER NOT NULL,
  PRIMARY KEY ("machine", "number")
) STRICT, WITHOUT ROWID;
CREATE VIEW "machines__readable" AS SELECT "mem_mb", "id" FROM "machines";
"#;

pub(crate) const WHOLE_3: &str = r#"
CREATE TABLE "machines" (
  "id" TEXT NOT NULL,
  "mem_mb" INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "mem_mb__check" CHECK ("mem_mb" BETWEEN -2147483648 AND 2147483647),
  "owner" TEXT,
  PRIMARY KEY ("id")
) STRICT;
CREATE TABLE "nics" (
  "machine" TEXT NOT NULL REFERENCES "machines" ("id") ON DELETE CASCADE,
  "number" INTEGER NOT NULL,
  PRIMARY KEY ("machine", "number")
) STRICT, WITHOUT ROWID;
CREATE VIEW "machines__readable" AS SELECT "id", "mem_mb" FROM "machines";
"#;

pub(crate) const WHOLE_4: &str = r#"
CREATE TABLE "machines" (
  "name" TEXT NOT NULL,
  "id" INTEGER NOT NULL,
  "mem_mb" INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "mem_mb__check" CHECK ("mem_mb" BETWEEN -2147483648 AND 2147483647),
  "owner" TEXT NOT NULL,
  PRIMARY KEY ("name")
) STRICT;
CREATE UNIQUE INDEX "machines__id" ON "machines" ("id");
CREATE TABLE "nics" (
  "machine" TEXT NOT NULL REFERENCES "machines" ("name") ON DELETE CASCADE,
  "number" INTEGER NOT NULL,
  PRIMARY KEY ("machine", "number")
) STRICT, WITHOUT ROWID;
CREATE VIEW "machines__readable" AS SELECT "name", "mem_mb", "owner" FROM "machines";
"#;

/// No program of an older version may open what a newer one made.
const CLOSED: Doors = [(1, 1), (2, 2), (3, 3), (4, 4)];

pub(crate) const fn step(version: u32, slug: &'static str, text: &'static str, doors: (u32, u32)) -> Migration {
    let (semver, chain) = match version {
        1 => ("0.1.0", "chain 1"),
        2 => ("0.2.0", "chain 2"),
        3 => ("0.3.0", "chain 3"),
        _ => ("0.4.0", "chain 4"),
    };
    let (reader, writer) = doors;
    let down = if version > 1 { Some("-- the way back\n") } else { None };
    Migration {
        version,
        slug,
        store: "test.v1.Store",
        semver,
        mapping: 1,
        text,
        down,
        loses: &[],
        chain,
        reader,
        writer,
        until: None,
        snapshot: "{}",
    }
}

pub(crate) const fn schema(migrations: &'static [Migration], whole: &'static str) -> Schema {
    let Some(newest) = migrations.last() else { panic!("a schema has a version") };
    Schema {
        store: "test.v1.Store",
        formerly: &[],
        name: "test",
        version: newest.version,
        semver: newest.semver,
        mapping: newest.mapping,
        slots: 0,
        migrations,
        whole,
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: b"descriptors",
    }
}

pub(crate) const fn steps(doors: Doors) -> [Migration; 4] {
    [
        step(1, "initial", V1, doors[0]),
        step(2, "rename_mem", V2, doors[1]),
        step(3, "narrow_mem", V3, doors[2]),
        step(4, "rekey_machines", V4, doors[3]),
    ]
}

pub(crate) static STEPS: [Migration; 4] = steps(CLOSED);

/// Version 2 lets the program of version 1 write, version 3 lets that of 2 read, version 4 none.
pub(crate) static OPEN: [Migration; 4] = steps([(1, 1), (1, 1), (2, 3), (4, 4)]);

/// The schemas of the four versions.
pub(crate) static VERSIONS: [Schema; 4] = programs(&STEPS);

pub(crate) const fn programs(steps: &'static [Migration; 4]) -> [Schema; 4] {
    let (one, _) = steps.split_at(1);
    let (two, _) = steps.split_at(2);
    let (three, _) = steps.split_at(3);
    [schema(one, V1), schema(two, WHOLE_2), schema(three, WHOLE_3), schema(steps, WHOLE_4)]
}

/// The key of every file here.
pub(crate) fn key() -> Key {
    Key::from_secret([7; 32])
}

pub(crate) fn options() -> Options {
    Options::new().readers(1).plaintext(cfg!(not(feature = "sqlcipher")))
}

/// A directory with one database, removed at the end.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    /// A home with a closed database of a version from 1 to 3, with machines and their nics in it.
    pub(crate) fn at(version: usize) -> Self {
        let home = Self::new();
        home.close(&VERSIONS[0]);
        home.by_hand(
            r#"INSERT INTO "machines" VALUES ('a', 1), ('b', 2), ('c', 3);
               INSERT INTO "nics" VALUES ('a', 1), ('a', 2), ('c', 1);"#,
        );
        if version > 1 {
            home.close(&VERSIONS[version - 1]);
            for copy in home.copies() {
                fs::remove_file(copy).expect("removes");
            }
        }
        home
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("test.db")
    }

    pub(crate) fn open(&self, schema: &'static Schema) -> Result<Store<Sqlite>> {
        options().open(schema, self.path(), &key())
    }

    /// Opens and closes.
    pub(crate) fn close(&self, schema: &'static Schema) {
        self.open(schema).unwrap_or_else(|e| panic!("opens: {e}")).close().expect("closes");
    }

    #[track_caller]
    pub(crate) fn refused(&self, schema: &'static Schema, words: &[&str]) -> Error {
        let Err(error) = self.open(schema) else { panic!("it was opened") };
        has(&error, words);
        error
    }

    /// Changes the closed database behind the back of the store.
    pub(crate) fn by_hand(&self, sql: &str) {
        let connection = connect(&self.path());
        connection.execute_batch(sql).unwrap_or_else(|e| panic!("{e}"));
        connection.close().expect("closes");
    }

    /// All rows of all tables, the names of everything else, and the history, of the closed database.
    pub(crate) fn contents(&self) -> BTreeMap<String, Vec<String>> {
        contents(&self.path())
    }

    /// The copies that upgrades have left.
    pub(crate) fn copies(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.0.path()).expect("lists").map(|entry| entry.expect("an entry").path());
        let mut copies: Vec<_> = files.filter(|path| path.to_string_lossy().contains(".before-")).collect();
        copies.sort();
        copies
    }

    /// The bytes of the database file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("reads")
    }
}

#[track_caller]
pub(crate) fn has(error: &Error, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

/// Opens a database as any tool with SQLCipher does: the salt from the head of the file, the key as documented.
pub(crate) fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("opens");
    if cfg!(feature = "sqlcipher") {
        let mut salt = [0; 16];
        let read = |mut file: fs::File| -> io::Result<()> { file.read_exact(&mut salt) };
        fs::File::open(path).and_then(read).expect("a salt");
        let keys = key().for_file(&salt);
        let hex: String = keys.expose_cipher().iter().chain(&salt).map(|byte| format!("{byte:02x}")).collect();
        connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).expect("takes the key");
    }
    connection
}

/// What a closed database holds, but for what each run writes.
pub(crate) fn contents(path: &Path) -> BTreeMap<String, Vec<String>> {
    let db = connect(path);
    let tables: Vec<String> = strings(&db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let own = |table: &&String| !table.starts_with("protostore__") && *table != "refinery_schema_history";
    let rows = |table: &String| {
        let columns =
            strings(&db, &format!("SELECT '\"' || name || '\"' FROM pragma_table_xinfo('{table}') ORDER BY name"));
        let row = columns.iter().map(|name| format!("'{} = ' || quote({name})", name.trim_matches('"')));
        let row = row.collect::<Vec<_>>().join(" || ', ' || ");
        strings(&db, &format!("SELECT {row} FROM \"{table}\" ORDER BY 1"))
    };
    let mut contents: BTreeMap<_, _> = tables.iter().filter(own).map(|table| (table.clone(), rows(table))).collect();
    let version =
        strings(&db, "SELECT version || ' ' || slug || ' ' || chain FROM protostore__versions ORDER BY version");
    contents.insert("versions".to_owned(), version);
    let migrations = "SELECT version || ' ' || name || ' ' || checksum FROM refinery_schema_history ORDER BY version";
    contents.insert("migrations".to_owned(), strings(&db, migrations));
    let others = "SELECT type || ' ' || name FROM sqlite_schema WHERE type <> 'table' ORDER BY type, name";
    contents.insert("objects".to_owned(), strings(&db, others));
    contents.insert("user_version".to_owned(), strings(&db, "SELECT user_version || '' FROM pragma_user_version"));
    contents
}

pub(crate) fn strings(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let rows = statement.query_map([], |row| row.get(0)).expect("runs");
    rows.collect::<rusqlite::Result<_>>().unwrap_or_else(|e| panic!("{sql}: {e}"))
}
