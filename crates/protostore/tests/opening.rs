//! Opening a store as its users do: who has it, what is refused, and what is there after a crash.

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;
mod process;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use fixture::{Network, SCHEMA};
use process::Process;
use protostore::{Key, Kind, Options, Sqlite, Store};

fn key() -> Key {
    Key::from_secret([7; 32])
}

fn network(number: usize) -> Network {
    Network { id: format!("network-{number}"), cidr: format!("10.0.{number}.0/24") }
}

fn insert(store: &Store<Sqlite>, numbers: std::ops::Range<usize>) {
    for number in numbers {
        store.write(move |tx| tx.insert(&network(number))).unwrap();
    }
}

fn count(store: &Store<Sqlite>) -> usize {
    store.read(|view| view.page::<Network>(None, 1000)).unwrap().records.len()
}

/// What the process does that is killed: commits, and says so after each commit.
#[test]
#[ignore = "a process that other tests start"]
fn committer() {
    let Some(path) = process::database() else { return };
    let store = Options::new().open(&SCHEMA, path, &key()).unwrap();
    process::say("opened");
    for number in 0.. {
        insert(&store, number..number + 1);
        process::say(&format!("committed {number}"));
    }
}

#[test]
fn a_store_is_opened_closed_and_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("aurae.db");
    for round in 0..3 {
        let store = Options::new().open(&SCHEMA, &path, &key()).unwrap();
        assert_eq!(store.info().store, "fixture.store.v1.FixtureStore");
        assert_eq!((store.info().version, store.info().engine.recovered), (1, false));
        assert_eq!(count(&store), round);
        insert(&store, round..round + 1);
        let mode = |name: &str| fs::metadata(home.path().join(name)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(["aurae.db", "aurae.db-wal", "aurae.db.lock"].map(mode), [0o600; 3]);
        // To drop the last handle is to close.
        if round == 1 {
            drop(store)
        } else {
            store.close().unwrap()
        }
        let mut names: Vec<_> = fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["aurae.db", "aurae.db.lock", "aurae.db.reserve"]);
    }
}

#[test]
fn only_one_has_it() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("aurae.db");
    let store = Options::new().open(&SCHEMA, &path, &key()).unwrap();
    let second = Options::new().open(&SCHEMA, &path, &key()).unwrap_err();
    assert_eq!(second.kind(), Kind::InUse);
    assert!(second.to_string().contains("is open in this process"), "{second}");
    store.close().unwrap();

    let mut process = Process::start("committer", &path);
    assert_eq!(process.line(), "opened");
    let second = Options::new().open(&SCHEMA, &path, &key()).unwrap_err();
    assert!(second.to_string().contains(&format!("is open in process {}", process.id())), "{second}");
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    for round in 0..5 {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("aurae.db");
        let mut process = Process::start("committer", &path);
        assert_eq!(process.line(), "opened");
        let last = format!("committed {}", 5 + round * 7);
        while process.line() != last {}
        process.kill();
        let store = Options::new().open(&SCHEMA, &path, &key()).unwrap();
        assert!(store.info().engine.recovered);
        assert!(count(&store) > 5 + round * 7);
    }
}

#[test]
fn the_test_store_is_removed() {
    let store = Options::new().open_test(&SCHEMA).unwrap();
    let directory = store.info().engine.path.parent().unwrap().to_owned();
    insert(&store, 0..1);
    assert!(directory.exists());
    store.close().unwrap();
    assert!(!directory.exists());
}
