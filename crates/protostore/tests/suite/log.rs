//! The log of a store that serves: moved into the file as it grows, and bounded where that cannot be done.

use std::path::Path;
use std::sync::mpsc::channel;

use protostore::{Error, Key, Kind, Options, Sqlite, Store};

use super::faults::make_unwritable;
use super::fixture::{Network, SCHEMA};

const LIMIT: u64 = 1 << 20;

fn open(path: &Path) -> Store<Sqlite> {
    let options = Options::new().plaintext(cfg!(not(feature = "sqlcipher"))).readers(2).log_limit(LIMIT);
    options.open(&SCHEMA, path, &Key::from_secret([7; 32])).expect("opens")
}

fn insert(store: &Store<Sqlite>, number: usize) -> Result<(), Error> {
    let (id, cidr) = (format!("network-{number}"), "x".repeat(2000));
    store.write(move |tx| tx.insert(&Network { id: id.clone(), cidr: format!("{id}{cidr}") }).map(|_| ()))
}

/// Writes until that is refused, and returns how many were acknowledged, and the refusal.
fn fill(store: &Store<Sqlite>) -> (usize, Error) {
    let refused = (0..10_000).find_map(|number| insert(store, number).err().map(|e| (number, e)));
    refused.expect("the log has a bound")
}

fn all_there(store: &Store<Sqlite>, acknowledged: usize) {
    for number in 0..acknowledged {
        let id = format!("network-{number}");
        assert!(store.read(|view| view.exists::<Network>(&*id)).expect("reads"), "{id} was acknowledged");
    }
}

#[test]
fn the_log_is_moved_into_the_file_as_it_grows() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("fixture.db");
    let store = open(&path);
    for number in 0..300 {
        insert(&store, number).expect("writes");
        assert!(store.info().engine.log.waiting < LIMIT / 4);
    }
    let log = store.info().engine.log;
    assert!(log.checkpoints >= 3, "{log:?}");
    assert_eq!((log.put_off, log.failed, log.failure), (0, 0, None));
    assert!(path.metadata().expect("is there").len() > 300 * 2000, "the records are in the file");
    assert!(path.with_extension("db-wal").metadata().expect("is there").len() < LIMIT / 2);
    all_there(&store, 300);
    store.close().expect("closes");
}

#[test]
fn a_reader_that_does_not_end_bounds_writes_and_they_go_on_when_it_has_ended() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("fixture.db");
    let store = open(&path);
    let (reads, began) = channel();
    let (end, ended) = channel::<()>();
    let reader = std::thread::spawn({
        let store = store.clone();
        move || {
            store.read(|view| {
                let before = view.exists::<Network>("network-0")?;
                reads.send(()).expect("waits");
                ended.recv().expect("says when");
                // What was written meanwhile is not part of its snapshot.
                assert_eq!(view.exists::<Network>("network-0")?, before);
                Ok(())
            })
        }
    });
    began.recv().expect("reads");
    let (acknowledged, e) = fill(&store);
    assert_eq!(e.kind(), Kind::Exhausted, "{e}");
    assert!(e.message().contains("a reader holds an older state"), "{e}");
    let log = store.info().engine.log;
    assert!(log.put_off > 0 && log.failed == 0, "{log:?}");
    let bytes = |path: &Path| path.with_extension("db-wal").metadata().expect("is there").len();
    let full = bytes(&path);
    assert!(full < LIMIT * 5 / 4, "{full}");
    for _ in 0..5 {
        assert_eq!(insert(&store, acknowledged).expect_err("is full").kind(), Kind::Exhausted);
    }
    assert_eq!(bytes(&path), full, "a refusal makes the log no longer");
    all_there(&store, acknowledged);
    end.send(()).expect("waits");
    reader.join().expect("ends").expect("reads");
    insert(&store, acknowledged).expect("writes again");
    all_there(&store, acknowledged + 1);
    store.close().expect("closes");
    assert!(!open(&path).info().engine.recovered);
}

#[test]
fn a_file_that_cannot_be_written_is_noticed_and_bounds_writes() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().canonicalize().expect("is there").join("fixture.db");
    let store = open(&path);
    assert!(make_unwritable(&path) > 0);
    let (acknowledged, e) = fill(&store);
    assert_eq!(e.kind(), Kind::Exhausted, "{e}");
    assert!(acknowledged > 10, "{acknowledged}");
    let log = store.info().engine.log;
    assert!(log.failed > 0 && log.checkpoints == 0, "{log:?}");
    assert!(e.message().contains(log.failure.as_deref().expect("says why")), "{e}");
    all_there(&store, acknowledged);
    let e = store.close().expect_err("cannot be closed");
    assert!(e.to_string().contains("cannot move its log into it"), "{e}");

    let store = open(&path);
    assert!(store.info().engine.recovered, "it was not marked closed");
    all_there(&store, acknowledged);
    store.close().expect("closes");
}
