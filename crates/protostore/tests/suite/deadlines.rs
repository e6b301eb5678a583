//! Reads and closing end in time, whatever a closure does.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use protostore::{Error, Key, Kind, Options, Result, Sqlite, Store, View};

use super::fixture::{Network, SCHEMA};

const SHORT: Duration = Duration::from_millis(50);

/// How long a test waits for what must happen, on a machine however slow.
const PATIENCE: Duration = Duration::from_secs(120);

fn options() -> Options {
    Options::new().readers(2).plaintext(cfg!(not(feature = "sqlcipher")))
}

/// Reads until it is refused.
fn endless(view: &mut View<'_, Sqlite>) -> Result<()> {
    loop {
        view.exists::<Network>("none")?;
    }
}

fn writes(store: &Store<Sqlite>) {
    let id = Instant::now().elapsed().as_nanos().to_string();
    store.write(move |tx| tx.upsert(&Network { id: id.clone(), cidr: id.clone() })).expect("writes");
}

#[tokio::test]
async fn a_closure_that_reads_without_end_is_ended_and_says_why() {
    let store = options().read_deadline(SHORT).open_test(&SCHEMA).expect("opens");
    for _ in 0..3 {
        for e in [store.read(endless).expect_err("ends"), store.read_async(endless).await.expect_err("ends")] {
            assert_eq!(e.kind(), Kind::Deadline, "{e}");
            assert!(e.message().contains("Options::read_deadline"), "{e}");
        }
        // The connections serve the next as if nothing had been.
        assert!(!store.read(|view| view.exists::<Network>("none")).expect("reads"));
        writes(&store);
    }
    let swallowed = store.read(|view| {
        let refused = endless(view).expect_err("ends").kind();
        Ok((refused, view.exists::<Network>("none").map_err(|e| e.kind())))
    });
    assert_eq!(swallowed.expect("the closure returns"), (Kind::Deadline, Err(Kind::Deadline)));
    store.close().expect("closes");
}

#[tokio::test]
async fn closing_ends_the_reads_that_go_on() {
    let store = options().read_deadline(None).close_within(SHORT).open_test(&SCHEMA).expect("opens");
    let (begun, begins) = mpsc::channel();
    let reads = |store: &Store<Sqlite>| {
        let (store, begun) = (store.clone(), begun.clone());
        move || {
            store.read(|view| {
                begun.send(()).expect("is awaited");
                endless(view)
            })
        }
    };
    let here = thread::spawn(reads(&store));
    begins.recv_timeout(PATIENCE).expect("begins");
    let there = tokio::spawn({
        let store = store.clone();
        async move { store.read_async(endless).await }
    });
    tokio::task::yield_now().await;
    store.close().expect("closes");
    let ended: Error = here.join().expect("no panic").expect_err("ends");
    assert_eq!(ended.kind(), Kind::Stopped, "{ended}");
    assert_eq!(there.await.expect("no panic").expect_err("ends").kind(), Kind::Stopped);
}

#[test]
fn closing_says_what_still_runs_instead_of_waiting_for_it() {
    let home = tempfile::tempdir().expect("directory");
    let (path, key) = (home.path().join("fixture.db"), Key::from_secret([7; 32]));
    let open = || options().close_within(SHORT).open(&SCHEMA, &path, &key);
    for kind in ["reads", "writes"] {
        let store = open().expect("opens");
        writes(&store);
        let (begun, begins) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let busy = thread::spawn({
            let store = store.clone();
            let wait = move || {
                begun.send(()).expect("is awaited");
                let _ = released.recv_timeout(PATIENCE);
            };
            move || match kind {
                "reads" => store.read(|_| {
                    wait();
                    Ok(())
                }),
                _ => store.write(move |_| {
                    wait();
                    Ok(())
                }),
            }
        });
        begins.recv_timeout(PATIENCE).expect("begins");
        let other = store.clone();
        let e = store.close().expect_err("something runs");
        assert_eq!(e.kind(), Kind::Deadline, "{e}");
        assert!(e.message().contains(&format!("a closure that {kind}, for ")), "{e}");
        assert_eq!(other.read(|view| view.exists::<Network>("x")).expect_err("is closed").kind(), Kind::Stopped);
        drop(other);

        release.send(()).expect("is awaited");
        busy.join().expect("no panic").expect("what was accepted is finished");
        // Then the file is closed, and opens again.
        let start = Instant::now();
        let store = loop {
            match open() {
                Ok(store) => break store,
                Err(e) => assert!(start.elapsed() < PATIENCE, "{e}"),
            }
            thread::sleep(Duration::from_millis(10));
        };
        assert!(!store.info().engine.recovered, "it was closed well");
        store.close().expect("closes");
    }
}
