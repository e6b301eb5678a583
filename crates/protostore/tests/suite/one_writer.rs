//! What comes of one writer and its queue: closures inside closures, and requests that are taken back or dropped by it.

use std::future::Future;
use std::task::{Context, Waker};

use protostore::{Kind, Store};

use super::faces::Bomb;
use super::fixture::{Machine, Network};
use super::{machine, store};

#[test]
fn a_closure_that_comes_back_through_the_store_is_refused_not_hung() {
    let store = store();
    let inner = store.clone();
    let kinds = store
        .write(move |_| {
            let read = inner.read(|view| view.get::<Network>("lan")).expect_err("refused");
            let write = inner.write(|tx| tx.delete::<Network>("lan")).expect_err("refused");
            Ok((read.kind(), write.kind()))
        })
        .expect("the outer one goes on");
    assert_eq!(kinds, (Kind::Precondition, Kind::Precondition));
    let kind = store.read(|_| Ok(store.read(|view| view.get::<Network>("lan")).expect_err("refused").kind()));
    assert_eq!(kind.expect("the outer one goes on"), Kind::Precondition);
    assert!(store.read(|view| view.exists::<Network>("lan")).expect("and is over afterwards"));
}

#[test]
fn stores_whose_closures_would_wait_for_each_other_are_refused_not_hung() {
    let (a, b, c) = (store(), store(), store());
    let again = a.clone();
    let two = {
        let (a, b) = (a.clone(), b.clone());
        again.write(move |_| {
            let a = a.clone();
            b.write(move |_| Ok(a.write(|tx| tx.delete::<Network>("lan")).expect_err("refused").kind()))
        })
    };
    assert_eq!(two.expect("the others go on"), Kind::Precondition);
    let three = {
        let (a, b, c) = (a.clone(), b.clone(), c.clone());
        again.write(move |_| {
            let (a, c) = (a.clone(), c.clone());
            b.write(move |_| {
                let a = a.clone();
                c.write(move |_| Ok(a.write(|tx| tx.delete::<Network>("lan")).expect_err("refused").kind()))
            })
        })
    };
    assert_eq!(three.expect("the others go on"), Kind::Precondition);
    // Through a read, and back into it.
    let read = a.read(|_| {
        let a = a.clone();
        b.write(move |_| Ok(a.read(|view| view.exists::<Network>("lan")).expect_err("refused").kind()))
    });
    assert_eq!(read.expect("the others go on"), Kind::Precondition);
    // One inside another is no harm.
    let (inner, closes) = (b.clone(), c.clone());
    assert!(a.write(move |_| inner.write(|tx| tx.exists::<Network>("lan"))).expect("one way only"));
    assert_eq!(a.write(move |_| Ok(closes.clone().close())).expect("closes another").map_err(|e| e.kind()), Ok(()));
}

#[test]
fn two_closures_that_wait_for_each_others_store_do_not_hang() {
    let (a, b) = (store(), store());
    let both = std::sync::Arc::new(std::sync::Barrier::new(2));
    let cross = |from: &Store, to: &Store| {
        let (from, to, both) = (from.clone(), to.clone(), std::sync::Arc::clone(&both));
        std::thread::spawn(move || {
            from.write(move |_| {
                both.wait();
                Ok(to.write(|tx| tx.exists::<Network>("lan")).map_err(|e| e.kind()))
            })
        })
    };
    let (one, other) = (cross(&a, &b), cross(&b, &a));
    let mut answers = [one, other].map(|thread| thread.join().expect("ends").expect("goes on"));
    answers.sort_by_key(Result::is_err);
    assert_eq!(answers, [Ok(true), Err(Kind::Precondition)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capture_that_panics_when_it_is_dropped_harms_no_other_request_of_its_group() {
    let store = store();
    let (go, held) = super::group::hold(&store).await;
    let mut writes = Vec::new();
    for n in 0..6 {
        let store = store.clone();
        writes.push(tokio::spawn(async move {
            let bomb = (n % 2 == 0).then(|| Bomb);
            let write = store.write_async(move |tx| {
                let _ = &bomb;
                tx.insert(&machine(&n.to_string())).map(|_| ())
            });
            write.await
        }));
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    go.send(()).expect("the writer waits");
    held.await.expect("holds");
    for (n, write) in writes.into_iter().enumerate() {
        let written = write.await.expect("is no panic of its task").is_ok();
        assert!(written || n % 2 == 0, "{n}");
        let there = store.table::<Machine>().exists(&n.to_string()).await.expect("reads");
        assert_eq!(there, written, "{n}: what is answered with an error is not kept");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_future_is_dropped_happens_only_where_it_had_begun() {
    let store = store();
    let (go, held) = super::group::hold(&store).await;
    for n in 0..50 {
        let mut future = Box::pin(store.table::<Machine>().insert(machine(&format!("vm-{n}"))));
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(future);
    }
    // A future that was never polled has not happened, like every future in Rust.
    drop(store.table::<Machine>().insert(machine("never")));
    let mut last = Box::pin(store.table::<Machine>().insert(machine("last")));
    assert!(last.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "the writer is held");
    go.send(()).expect("the writer waits");
    held.await.expect("holds");
    last.await.expect("the queue is in order, so it comes after them");
    let ids = store.read(|view| Ok(view.page::<Machine>(None, 100)?.records)).expect("reads");
    assert_eq!(ids, [machine("last")]);

    let (begun, begins) = tokio::sync::oneshot::channel();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let mut begun = Some(begun);
    let write = {
        let store = store.clone();
        tokio::spawn(async move {
            let write = store.write_async(move |tx| {
                begun.take().map(|begun| begun.send(()));
                let _ = wait.recv();
                tx.insert(&machine("begun"))
            });
            write.await
        })
    };
    begins.await.expect("the writer begins");
    write.abort();
    assert!(write.await.expect_err("is cancelled").is_cancelled());
    go.send(()).expect("the writer waits");
    store.write(|tx| tx.exists::<Machine>("begun")).expect("reads").then_some(()).expect("it was not taken back");
}

#[test]
fn a_store_may_be_dropped_by_its_own_writer() {
    let store = store();
    let mut inner = Some(store.clone());
    let (sender, receiver) = std::sync::mpsc::channel();
    let (begun, begins) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let asked = store.clone();
    runtime.block_on(async move {
        let mut future = Box::pin(asked.write_async(move |_| {
            begun.send(()).expect("is waited for");
            receiver.recv().expect("the others are gone");
            drop(inner.take());
            Ok(())
        }));
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        begins.recv().expect("the writer begins");
    });
    drop(store);
    sender.send(()).expect("the writer waits");
}

#[tokio::test]
async fn a_record_that_the_store_makes_nothing_of_comes_back_uncopied() {
    let store = store();
    let machines = store.table::<Machine>();
    let record = machine("alone");
    let texts = [record.id.as_ptr(), record.kernel_args[0].as_ptr()];
    let stored = machines.insert(record).await.expect("inserts");
    assert_eq!([stored.id.as_ptr(), stored.kernel_args[0].as_ptr()], texts);
    assert_eq!(stored, machine("alone"));
    let records = vec![machine("a"), machine("b")];
    let at = records.as_ptr();
    let stored = machines.insert_many(records).await.expect("inserts");
    assert_eq!((stored.as_ptr(), stored), (at, vec![machine("a"), machine("b")]));
}
