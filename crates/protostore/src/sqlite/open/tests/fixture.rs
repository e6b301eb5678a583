//! Schemas, directories that are compared byte by byte, and children that are killed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{env, fs, io};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::key::Key;
use crate::options::Options;
use crate::schema::{Migration, Schema};
use crate::sqlite::open::identity::Class;
use crate::sqlite::open::{Opened, close, open_as};

/// The first version: owners, and things that go with their owner.
pub(super) const INITIAL: &str = r#"
CREATE TABLE "marker_owners" ("id" TEXT NOT NULL, PRIMARY KEY ("id")) STRICT;
CREATE TABLE "marker_things" (
  "id" TEXT NOT NULL,
  "owner" TEXT NOT NULL REFERENCES "marker_owners" ("id") ON DELETE CASCADE,
  PRIMARY KEY ("id")
) STRICT;
"#;

/// Rebuilds the owners: with foreign keys on, that would delete every thing.
pub(super) const REBUILD: &str = r#"
CREATE TABLE "new_owners" ("id" TEXT NOT NULL, "marker_weight" INTEGER NOT NULL DEFAULT 0, PRIMARY KEY ("id")) STRICT;
INSERT INTO "new_owners" ("id") SELECT "id" FROM "marker_owners";
DROP TABLE "marker_owners";
ALTER TABLE "new_owners" RENAME TO "marker_owners";
"#;

/// What both versions lead to.
pub(super) const WHOLE: &str = r#"
CREATE TABLE "marker_owners" ("id" TEXT NOT NULL, "marker_weight" INTEGER NOT NULL DEFAULT 0, PRIMARY KEY ("id")) STRICT;
CREATE TABLE "marker_things" (
  "id" TEXT NOT NULL,
  "owner" TEXT NOT NULL REFERENCES "marker_owners" ("id") ON DELETE CASCADE,
  PRIMARY KEY ("id")
) STRICT;
"#;

/// A schema with these migrations, and what they lead to.
pub(super) const fn schema(
    version: u32,
    semver: &'static str,
    migrations: &'static [Migration],
    whole: &'static str,
) -> Schema {
    Schema {
        store: "test.store.v0.TestStore",
        formerly: &[],
        name: "test",
        version,
        semver,
        mapping: 1,
        slots: 0,
        migrations,
        whole,
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: b"marker_descriptors",
    }
}

pub(super) const fn step(version: u32, slug: &'static str, text: &'static str) -> Migration {
    let semver = match version {
        1 => "0.1.0",
        2 => "0.2.0",
        _ => "0.3.0",
    };
    Migration {
        version,
        slug,
        store: "test.v1.Store",
        semver,
        mapping: 1,
        text,
        down: None,
        loses: &[],
        // Another text is another history.
        chain: text,
        reader: version,
        writer: version,
        until: None,
        snapshot: r#"{"snapshot": "marker_snapshot"}"#,
    }
}

pub(super) static ONE: Schema = schema(1, "0.1.0", &[step(1, "initial", INITIAL)], INITIAL);
pub(super) static TWO: Schema =
    schema(2, "0.2.0", &[step(1, "initial", INITIAL), step(2, "add_marker_weight", REBUILD)], WHOLE);

pub(super) fn key() -> Key {
    Key::from_secret([7; 32])
}

/// A directory for one database, removed at the end.
pub(super) struct Home(TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A home with a database of version 1 that was closed, and two rows in it.
    pub(super) fn with_database() -> Self {
        let home = Self::new();
        let opened = home.open(&ONE).unwrap();
        fill(&opened.writer);
        shut(opened).unwrap();
        home
    }

    /// A home with a database whose process was killed, with its log beside it.
    pub(super) fn crashed() -> Self {
        let home = Self::new();
        let mut child = Helper::start("hold", &home.path());
        assert_eq!(child.answer(), "opened");
        child.kill();
        assert!(home.contents().contains_key("test.db-wal"));
        home
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("test.db")
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn open(&self, schema: &'static Schema) -> Result<Opened> {
        super::super::open(&options(), schema, &self.path(), &key())
    }

    /// The same, searched for damage before it is served.
    pub(super) fn open_checked(&self, schema: &'static Schema) -> Result<Opened> {
        super::super::open(&options().check_first(true), schema, &self.path(), &key())
    }

    pub(super) fn open_as(&self, class: Class, schema: &'static Schema, key: &Key) -> Result<Opened> {
        open_as(class, &options(), schema, &self.path(), key).map_err(|refusal| refusal.about(&self.path()))
    }

    /// All bytes of all files, but for the lock file and the reserve.
    pub(super) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap());
        let files = files.filter(|entry| entry.path().extension().is_none_or(|end| end != "lock" && end != "reserve"));
        files.map(|f| (f.file_name().into_string().unwrap(), fs::read(f.path()).unwrap_or_default())).collect()
    }

    /// Changes the closed database behind the back of protostore, with no more than the documented key.
    pub(super) fn tamper(&self, sql: &str) {
        let connection = by_hand(&self.path(), &key());
        connection.execute_batch(sql).unwrap();
        connection.close().unwrap();
    }
}

/// Opens a database as any tool with SQLCipher does: the salt from the head of the file, the key as documented.
pub(super) fn by_hand(path: &Path, key: &Key) -> Connection {
    let connection = Connection::open(path).unwrap();
    if cfg!(feature = "sqlcipher") {
        let mut salt = [0; 16];
        fs::File::open(path).unwrap().read_exact(&mut salt).unwrap();
        let hex: String = key.for_file(&salt).expose_cipher().iter().chain(&salt).map(|b| format!("{b:02x}")).collect();
        connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).unwrap();
    }
    connection
}

/// Without SQLCipher the tests still hold, on plain files; one reader is enough for most.
pub(super) fn options() -> Options {
    Options::new().readers(1).plaintext(!cfg!(feature = "sqlcipher"))
}

pub(super) fn fill(connection: &Connection) {
    connection
        .execute_batch(
            r#"INSERT INTO "marker_owners" ("id") VALUES ('marker_alice');
               INSERT INTO "marker_things" ("id", "owner") VALUES ('marker_lamp', 'marker_alice'), ('marker_desk', 'marker_alice');"#,
        )
        .unwrap();
}

pub(super) fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

pub(super) fn shut(opened: Opened) -> Result<()> {
    let Opened { writer, readers, caches: _, connector: _, log, reserve: _, guard, info: _, tokens: _ } = opened;
    close(writer, readers, log, guard)
}

#[track_caller]
pub(super) fn refused(result: Result<Opened>, words: &[&str]) -> Error {
    let Err(error) = result else { panic!("it was opened") };
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
    error
}

/// This test program once more, as another process.
pub(super) struct Helper {
    child: Child,
    output: BufReader<ChildStdout>,
}

const ROLE: &str = "PROTOSTORE_TEST_ROLE";
const DATABASE: &str = "PROTOSTORE_TEST_DATABASE";

impl Helper {
    pub(super) fn start(role: &str, path: &Path) -> Self {
        let mut child = Self::command(role, path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// How a helper is started.
    pub(super) fn command(role: &str, path: &Path) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "sqlite::open::tests::fixture::helper", "--ignored", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(DATABASE, path)
            .stderr(Stdio::null());
        command
    }

    /// What came of opening.
    pub(super) fn answer(&mut self) -> String {
        assert_eq!(self.line(), "started");
        self.line()
    }

    /// The next line that the helper says, without what the test harness says.
    pub(super) fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the helper has gone");
            if let Some((_, said)) = line.trim_end().split_once("helper> ") {
                return said.to_owned();
            }
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a helper does: opens the database, says so, and stays until it is killed or its input ends.
#[test]
#[ignore = "a process that other tests start"]
#[expect(clippy::print_stdout, reason = "that is how it speaks to its parent")]
fn helper() {
    let (Ok(role), Ok(path)) = (env::var(ROLE), env::var(DATABASE)) else { return };
    let schema = if role == "migrate" { &super::migrating::SLOW } else { &ONE };
    let key = if role == "stranger" { Key::from_secret([8; 32]) } else { key() };
    println!("helper> started");
    if role == "crowd" {
        println!("helper> {}", crowd(Path::new(&path), &key));
        return;
    }
    let options = options().allow_tools(role == "tools");
    match super::super::open(&options, schema, Path::new(&path), &key) {
        Ok(opened) => {
            if role == "hold" {
                fill(&opened.writer);
            }
            println!("helper> opened");
            let _ = io::stdin().read(&mut [0]);
            shut(opened).unwrap();
        }
        Err(error) => println!("helper> {error}"),
    }
}

/// Opens a store of its own in each of many threads at one moment, and says what came of it.
fn crowd(path: &Path, key: &Key) -> String {
    let start = std::sync::Barrier::new(16);
    let open = |n: usize| {
        let path = path.with_extension(n.to_string());
        start.wait();
        super::super::open(&options(), &ONE, &path, key).and_then(shut)
    };
    let failed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|n| {
                let open = &open;
                scope.spawn(move || open(n))
            })
            .collect();
        threads.into_iter().find_map(|thread| thread.join().unwrap().err())
    });
    failed.map_or_else(|| "opened".to_owned(), |error| error.to_string())
}
