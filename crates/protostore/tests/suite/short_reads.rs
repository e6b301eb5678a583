//! Reads that are short wait for no reader thread, and those that are not do.

use std::future::Future;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use protostore::{Kind, Options, Store};

use super::fixture::{Image, SCHEMA};

/// A store whose reader threads are busy until the sender is dropped.
async fn busy() -> (Store, mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let store = Options::new().readers(1).open_test(&SCHEMA).expect("opens");
    let filled = store
        .write(|tx| (0..300).try_for_each(|number| tx.insert(&Image { number, digest: vec![7; 1 << 10] }).map(drop)));
    filled.expect("inserts");
    let (go, wait) = mpsc::channel::<()>();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let reader = store.clone();
    let held = tokio::spawn(async move {
        let read = reader.read_async(move |_| {
            begun.send(()).expect("is awaited");
            let _ = wait.recv();
            Ok(())
        });
        read.await.expect("reads");
    });
    begins.await.expect("the reader begins");
    (store, go, held)
}

/// Polls a read once.
fn at_once<T>(read: impl Future<Output = T>) -> Option<T> {
    match std::pin::pin!(read).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => Some(out),
        Poll::Pending => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_read_is_done_at_its_first_poll_and_a_long_one_waits_for_a_reader() {
    let (store, go, held) = busy().await;
    let images = store.table::<Image>();
    assert!(at_once(images.get(7)).expect("is short").expect("reads").is_some());
    assert_eq!(at_once(images.page(None, 20)).expect("is short").expect("reads").records.len(), 20);
    assert_eq!(at_once(images.get_many([3, 999])).expect("is short").expect("reads").iter().flatten().count(), 1);
    // Many rows were asked for, or few that turn out to be many bytes.
    assert!(at_once(images.page(None, 1000)).is_none());
    assert!(at_once(images.page(None, 120)).is_none());
    assert!(at_once(images.count()).is_none());
    go.send(()).expect("the reader waits");
    held.await.expect("holds");
    assert_eq!(images.page(None, 120).await.expect("reads").records.len(), 120);
    assert_eq!(images.page(None, 1000).await.expect("reads").records.len(), 300);
    let other = store.clone();
    store.close().expect("closes");
    assert_eq!(other.table::<Image>().page(None, 20).await.expect_err("is closed").kind(), Kind::Stopped);
}
