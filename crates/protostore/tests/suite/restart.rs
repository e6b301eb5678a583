//! What was acknowledged is there when the store is opened again.

use protostore::{Key, Options};

use super::fixture::{Machine, Network, SCHEMA};
use super::machine;
use super::sequences::count;

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("fixture.db");
    let key = Key::from_secret([7; 32]);
    let options = Options::new().plaintext(cfg!(not(feature = "sqlcipher")));
    let record = |n: i32| Machine { network_id: String::new(), image_ids: vec![], ..machine(&n.to_string()) };
    for round in 0..3 {
        let store = options.open(&SCHEMA, &path, &key).expect("opens");
        let there = store.read(|view| view.page::<Machine>(None, 99)).expect("reads").records;
        assert_eq!(there.len(), 2 * round as usize);
        assert_eq!(store.info().engine.path, path.canonicalize().expect("is there"));
        assert!(there.iter().all(|r| *r == record(r.id.parse().expect("number"))));
        store.write(move |tx| tx.insert(&record(2 * round))).expect("writes");
        store.write(move |tx| tx.insert(&record(2 * round + 1))).expect("writes");
        // Closed in so many words, or by dropping the last handle: both are orderly.
        if round == 1 { drop(store) } else { store.close().expect("closes") }
    }
}

#[test]
fn what_waits_when_the_store_is_closed_is_finished_first() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("fixture.db");
    let key = Key::from_secret([7; 32]);
    let options = Options::new().plaintext(cfg!(not(feature = "sqlcipher")));
    let store = options.open(&SCHEMA, &path, &key).expect("opens");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("runtime");
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let store = store.clone();
            let network = Network { id: n.to_string(), cidr: n.to_string() };
            runtime.spawn(async move { store.table::<Network>().insert(network).await })
        })
        .collect();
    store.close().expect("closes");
    let done = runtime.block_on(async {
        let mut done = 0;
        for task in tasks {
            done += usize::from(task.await.expect("task").is_ok());
        }
        done
    });
    let store = options.open(&SCHEMA, &path, &key).expect("opens again");
    let there = store.read(|view| view.page::<Network>(None, 999)).expect("reads").records.len();
    assert_eq!(there, done, "each acknowledged write, and no other");
}

#[test]
fn sequences_go_on_when_the_store_is_opened_again() {
    let directory = tempfile::tempdir().expect("directory");
    let (path, key) = (directory.path().join("fixture.db"), Key::from_secret([7; 32]));
    let options = Options::new().plaintext(cfg!(not(feature = "sqlcipher")));
    let mut last = 0;
    for _ in 0..3 {
        let store = options.open(&SCHEMA, &path, &key).expect("opens");
        assert!(store.info().sequence > last, "opening is a commit of its own");
        for _ in 0..3 {
            let sequence = store.write_committed(count).expect("counts").sequence;
            assert!(sequence > last);
            last = sequence;
        }
        store.close().expect("closes");
    }
}
