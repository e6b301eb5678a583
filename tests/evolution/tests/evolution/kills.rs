//! Upgrades that stop in the middle: the file is at the older version or at the newer, whole.
//!
//! A chain of 20 versions is upgraded in a file. After each statement of each migration the connection is dropped, and
//! for a sample a process that holds it is killed. The control commits in the middle, which must be noticed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::fallible_iterator::FallibleIterator as _;

use crate::chains::{Chain, Tally, rng};
use crate::lab::Database;
use crate::structure::Structure;

/// How many upgrades the chain has.
const UPGRADES: usize = 20;

/// Everything that can be seen of a database.
type Whole = (Structure, BTreeMap<String, Vec<String>>);

/// A file of each version, and what it holds.
struct Files {
    folder: tempfile::TempDir,
    migrations: Vec<String>,
    whole: Vec<Whole>,
}

impl Files {
    /// Upgrades a file through a chain, and keeps a copy of it at each version.
    fn new() -> Self {
        let mut rng = rng(0x5eed, 1);
        let chain = Chain::draw(&mut rng, UPGRADES, &mut Tally::default()).unwrap_or_else(|why| panic!("{why}"));
        let migrations: Vec<String> = chain.links.iter().map(|link| link.up.clone()).collect();
        assert_eq!(migrations.len(), UPGRADES, "a chain of {UPGRADES} upgrades");
        let folder = tempfile::tempdir().expect("a temporary directory");
        let first = Database::in_file(&file(folder.path(), 0), &chain.stores[0]);
        first.fill(&chain.stores[0], &chain.first).expect("rows of the first version");
        let mut whole = vec![whole(&first)];
        drop(first);
        for (at, up) in migrations.iter().enumerate() {
            std::fs::copy(file(folder.path(), at), file(folder.path(), at + 1)).expect("a copy");
            let mut database = Database::open(&file(folder.path(), at + 1));
            database.migrate(up, &chain.stores[at + 1]).unwrap_or_else(|why| panic!("{up}\n{why}"));
            whole.push(self::whole(&database));
        }
        Self { folder, migrations, whole }
    }

    /// Returns a copy of the file of a version.
    fn copy(&self, version: usize) -> PathBuf {
        let path = self.folder.path().join("copy.db");
        for suffix in ["-journal", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(format!("copy.db{suffix}")));
        }
        std::fs::copy(file(self.folder.path(), version), &path).expect("a copy");
        path
    }

    /// Says what is wrong with a file whose upgrade from a version was stopped.
    fn judge(&self, path: &Path, version: usize) -> Result<(), String> {
        let database = Database::open(path);
        let found = whole(&database);
        let check: String = database.db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
        if check != "ok" {
            return Err(check);
        }
        let is_whole = found == self.whole[version] || found == self.whole[version + 1];
        if is_whole { Ok(()) } else { Err(format!("it is neither at version {} nor at {}", version + 1, version + 2)) }
    }
}

fn file(folder: &Path, version: usize) -> PathBuf {
    folder.join(format!("{version}.db"))
}

fn whole(database: &Database) -> Whole {
    (database.structure(), database.dump())
}

/// Begins an upgrade and runs at most so many statements of it; returns how many it ran.
fn begin(database: &Database, migration: &str, most: usize) -> usize {
    database.db.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    let mut batch = rusqlite::Batch::new(&database.db, migration);
    let mut ran = 0;
    while ran < most {
        let Some(mut statement) = batch.next().expect("a statement") else { break };
        let mut rows = statement.raw_query();
        while rows.next().expect("a statement that runs").is_some() {}
        ran += 1;
    }
    ran
}

#[test]
fn an_upgrade_whose_connection_drops_after_any_statement_changes_nothing() {
    let files = Files::new();
    let mut stops = 0;
    for (version, migration) in files.migrations.iter().enumerate() {
        for most in 0.. {
            let path = files.copy(version);
            let database = Database::open(&path);
            let ran = begin(&database, migration, most);
            drop(database);
            files.judge(&path, version).unwrap_or_else(|why| panic!("after {ran} statements: {why}\n{migration}"));
            stops += 1;
            if ran < most {
                break;
            }
        }
    }
    assert!(stops >= UPGRADES * 5, "only {stops} stops");
}

/// The control: a COMMIT in the middle leaves a file between two versions, and the same look finds it.
#[test]
fn an_upgrade_that_commits_in_the_middle_is_found_half_done() {
    let files = Files::new();
    let mut found = 0;
    for (version, migration) in files.migrations.iter().enumerate() {
        let path = files.copy(version);
        let database = Database::open(&path);
        let all = begin(&database, migration, usize::MAX);
        drop(database);
        let path = if all < 2 { continue } else { files.copy(version) };
        let database = Database::open(&path);
        begin(&database, migration, all / 2);
        database.db.execute_batch("COMMIT").expect("the end of half an upgrade");
        drop(database);
        found += usize::from(files.judge(&path, version).is_err());
    }
    assert!(found >= UPGRADES / 2, "only {found} of {UPGRADES} were found");
}

/// Which file a child process upgrades, by which migration, and after how many statements it waits to be killed.
const CHILD: &str = "PROTOSTORE_KILLED_UPGRADE";

/// The child process of the test below; in any other run it does nothing.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let [path, migration, most] = task.split('|').collect::<Vec<_>>()[..] else { panic!("{task}") };
    let migration = std::fs::read_to_string(migration).expect("a migration");
    let database = Database::open(Path::new(path));
    begin(&database, &migration, most.parse().expect("a number"));
    // The parent kills this process once it has read the line.
    let mut out = std::io::stdout();
    writeln!(out, "ready").and_then(|()| out.flush()).expect("a line for the parent");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

#[test]
fn an_upgrade_whose_process_is_killed_changes_nothing() {
    let files = Files::new();
    for (version, migration) in files.migrations.iter().enumerate() {
        let text = files.folder.path().join("migration.sql");
        std::fs::write(&text, migration).expect("a migration");
        for most in [1, 1 + version * 2, usize::MAX] {
            let path = files.copy(version);
            let mut child = Command::new(std::env::current_exe().expect("this program"))
                .args(["--exact", "kills::child", "--nocapture"])
                .env(CHILD, format!("{}|{}|{most}", path.display(), text.display()))
                .stdout(Stdio::piped())
                .spawn()
                .expect("a child");
            let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
            let ready = lines.map_while(Result::ok).any(|line| line.ends_with("ready"));
            child.kill().expect("a child that runs");
            child.wait().expect("its end");
            assert!(ready, "the child ended before it was killed, at version {}", version + 1);
            files.judge(&path, version).unwrap_or_else(|why| panic!("killed: {why}\n{migration}"));
        }
    }
}
