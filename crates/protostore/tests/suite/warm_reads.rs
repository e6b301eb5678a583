//! Short reads over the connection that writes: they see what is committed, change nothing, and do not hold the writer up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use protostore::{Error, Fixed, Kind, Op, Part, ReadOp, Record, Result, Session, Store};

use super::fixture::Network;
use super::store;

fn network(id: &str) -> Network {
    Network { id: id.into(), cidr: id.into() }
}

/// Runs a short read on this thread.
fn here<T>(read: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(read)
}

fn get(store: &Store, id: &str) -> Option<Network> {
    here(store.table::<Network>().get(id)).expect("reads")
}

/// Says that it reads, and inserts a network.
struct Sly;

impl Op for Sly {
    type Out = u64;
    const NAME: &'static str = "sly";
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S, _: &Fixed) -> Result<u64> {
        s.run(&Network::TABLE.insert, &("sly", "sly")).await
    }
}

impl ReadOp for Sly {
    fn is_short(&self) -> bool {
        true
    }
}

/// Begins a part of a transaction, and ends without ending it.
struct Loose {
    panics: bool,
}

impl Op for Loose {
    type Out = ();
    const NAME: &'static str = "loose";
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S, _: &Fixed) -> Result<()> {
        s.part(Part::Open).await?;
        assert!(!self.panics, "as it was asked to");
        Err(Error::new(Kind::Aborted, "it ends here"))
    }
}

impl ReadOp for Loose {
    fn is_short(&self) -> bool {
        true
    }
}

#[test]
fn an_operation_that_reads_changes_nothing_over_whichever_connection() {
    let store = store();
    let before = store.info().sequence;
    let refused = |tried: Result<u64>| {
        let e = tried.expect_err("is refused");
        assert_eq!((e.kind(), e.message().contains("runs a statement that writes")), (Kind::Engine, true), "{e}");
    };
    refused(here(store.run(Sly)));
    refused(store.read(|view| view.run(Sly)));
    // While the writer has its connection, others are used.
    let held = store.clone();
    held.write(move |_| {
        let other = store.clone();
        thread::spawn(move || refused(here(other.run(Sly)))).join().expect("is refused");
        Ok(())
    })
    .expect("writes nothing");
    assert_eq!((get(&held, "sly"), held.info().sequence), (None, before));
    // It is refused as what it is, not because of its statement.
    let written = held.write(|tx| tx.run(Sly)).expect("writes");
    assert_eq!((written, get(&held, "sly").is_some()), (1, true));
}

#[test]
fn what_a_read_has_left_open_is_nothing_to_later_reads_and_writes() {
    let store = store();
    for panics in [false, true] {
        let other = store.clone();
        let ended = thread::spawn(move || here(other.run(Loose { panics })));
        assert_eq!(ended.join().is_err(), panics);
        assert!(get(&store, "lan").is_some());
        let id = format!("after {panics}");
        here(store.table::<Network>().insert(network(&id))).expect("writes");
        assert!(get(&store, &id).is_some());
        store.write(|tx| tx.delete::<Network>("lan").map(|_| ())).expect("writes");
        assert!(get(&store, "lan").is_none());
        here(store.table::<Network>().insert(network("lan"))).expect("writes");
    }
}

#[test]
fn a_read_sees_nothing_of_the_transaction_that_is_open_and_does_not_wait_for_it() {
    let store = store();
    for round in 0..30 {
        let keeps = round % 3 == 0;
        let id = format!("round {round}");
        let (written, is_written) = mpsc::channel();
        let (go, goes) = mpsc::channel::<()>();
        let (own, other) = (id.clone(), store.clone());
        let writer = thread::spawn(move || {
            let goes = Mutex::new(goes);
            other.write(move |tx| {
                tx.insert(&network(&own))?;
                written.send(()).expect("is awaited");
                goes.lock().expect("no panic").recv().expect("is told to go on");
                if keeps { Ok(()) } else { Err(Error::new(Kind::Aborted, "is given up")) }
            })
        });
        is_written.recv().expect("writes");
        // The writer waits for this read, and the read for nothing.
        assert!(get(&store, "lan").is_some());
        assert_eq!(get(&store, &id), None, "it is not committed");
        go.send(()).expect("the writer waits");
        assert_eq!(writer.join().expect("ends").is_ok(), keeps);
        assert_eq!(get(&store, &id).is_some(), keeps);
    }
}

#[test]
fn the_writer_goes_on_however_many_read() {
    let store = store();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (store, done) = (store.clone(), Arc::clone(&done));
            thread::spawn(move || {
                let mut reads = 0u64;
                while !done.load(Ordering::Relaxed) {
                    assert!(get(&store, "lan").is_some());
                    reads += 1;
                }
                reads
            })
        })
        .collect();
    for n in 0..300 {
        here(store.table::<Network>().insert(network(&n.to_string()))).expect("writes");
        assert!(get(&store, &n.to_string()).is_some(), "a read sees the write before it");
    }
    done.store(true, Ordering::Relaxed);
    assert!(readers.into_iter().all(|reader| reader.join().expect("reads") > 0));
}
