//! The two faces: synchronous and asynchronous, closures and single operations.

use std::future::Future;
use std::task::{Context, Waker};

use protostore::{Cursor, Delete, Engine, Error, Get, Kind, Record, Sqlite, Store};

use super::fixture::{Machine, Network, Nic, State, machine as m};
use super::{machine, nic, store};

fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
fn is_sent<T: Send>(future: T) -> T {
    future
}

/// Compiles only if everything is `Send` in generic code as well.
async fn copy<R: Record<Key = String>, E: Engine>(store: Store<E>, from: R::Key, to: R) -> Result<(), Error> {
    let found = store.table::<R>().get(R::borrow_key(&from)).await?;
    assert!(found.is_some());
    store.table::<R>().insert(to).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn futures_are_spawned_and_the_store_is_shared() {
    let store = store();
    is_shared(&store);
    let here = store.clone();
    let task = tokio::spawn(async move {
        let machines = here.table::<Machine>();
        machines.insert(machine("vm")).await?;
        machines.update(Machine { state: State::Running, ..machine("vm") }, [m::STATE]).await?;
        here.run(m::list_by_state(State::Running)).await?;
        here.apply(m::IMAGE_LIST.of("vm").append(1)).await?;
        here.read_async(|view| view.get::<Machine>("vm")).await?;
        here.write_async(|tx| tx.upsert(&nic("vm", "eth0"))).await?;
        machines.page(None, 1).await?;
        machines.delete("vm").await
    });
    assert!(task.await.expect("runs").expect("deletes"));
    let copied =
        copy::<Network, Sqlite>(store.clone(), "lan".into(), Network { id: "wan".into(), cidr: String::new() });
    tokio::spawn(is_sent(copied)).await.expect("runs").expect("copies");
    assert!(store.table::<Network>().exists("wan").await.expect("reads"));
}

#[test]
fn a_closure_writes_all_or_nothing() {
    let store = store();
    let done = store.write(|tx| {
        tx.insert(&machine("vm"))?;
        tx.insert(&nic("vm", "eth0"))?;
        assert_eq!(tx.get::<Nic>(("vm", "eth0"))?, Some(nic("vm", "eth0")), "it reads what it wrote");
        tx.update(&Machine { state: State::Running, ..machine("vm") }, [m::STATE])?;
        assert!(tx.delete::<Nic>(("vm", "eth0"))?);
        Ok(tx.run(m::list_by_state(State::Running))?.records.len())
    });
    assert_eq!(done.expect("writes"), 1);
    let e = store
        .write(|tx| {
            tx.insert(&nic("vm", "eth1"))?;
            tx.run(Delete::<Machine>::new("vm".into()))?;
            tx.insert(&machine("")).map(|_| 0)
        })
        .expect_err("refused");
    assert_eq!((e.kind(), e.field()), (Kind::Invalid, Some("id")));
    let (vm, nic) =
        store.read(|view| Ok((view.exists::<Machine>("vm")?, view.exists::<Nic>(("vm", "eth1"))?))).expect("reads");
    assert!(vm && !nic);
}

#[test]
fn a_closure_may_go_on_after_a_refusal_that_undid_itself() {
    let store = store();
    store
        .write(|tx| {
            // The row of the machine is there when its child is refused, and must not stay.
            let e = tx.insert(&Machine { image_ids: vec![9], ..machine("bad") }).expect_err("refused");
            assert_eq!(e.kind(), Kind::Reference);
            tx.insert(&machine("good"))
        })
        .expect("writes");
    let there =
        store.read(|view| Ok((view.exists::<Machine>("bad")?, view.exists::<Machine>("good")?))).expect("reads");
    assert_eq!(there, (false, true));
}

#[test]
fn a_closure_that_reads_borrows_what_is_around_it() {
    let store = store();
    let wanted = String::from("lan");
    let mut seen = Vec::new();
    store
        .read(|view| {
            seen.extend(view.get::<Network>(&wanted)?);
            seen.extend(view.run(Get::<Network>(&wanted))?);
            Ok(())
        })
        .expect("reads");
    assert_eq!(seen.len(), 2);
}

#[test]
fn more_threads_read_at_once_than_there_are_connections() {
    let store = store();
    store.write(|tx| tx.insert(&machine("vm"))).expect("writes");
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(store.read(|view| view.get::<Machine>("vm")).expect("reads"), Some(machine("vm")));
                }
            });
        }
    });
}

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
    let cross = |from: &Store<Sqlite>, to: &Store<Sqlite>| {
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

/// What panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("as planned");
    }
}

#[test]
fn a_capture_that_panics_when_it_is_dropped_fails_its_request_alone() {
    let store = store();
    let bomb = Bomb;
    let e = store.write(move |tx| {
        let _ = &bomb;
        tx.insert(&machine("never"))
    });
    assert_eq!(e.expect_err("panicked").message(), "the request panicked: as planned");
    assert!(!store.read(|view| view.exists::<Machine>("never")).expect("reads"), "nothing of it is kept");
    let bomb = Bomb;
    let e = store.write(move |_| -> Result<(), Error> {
        let _ = &bomb;
        Err(Error::new(Kind::Invalid, "is refused"))
    });
    assert_eq!(e.expect_err("refused").message(), "is refused", "its own error comes first");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let bomb = Bomb;
    let e = runtime.block_on(store.read_async(move |_| {
        let _ = &bomb;
        Ok(())
    }));
    assert_eq!(e.expect_err("panicked").message(), "the request panicked: as planned");
    store.write(|tx| tx.insert(&machine("next"))).expect("the store goes on");
    assert!(runtime.block_on(store.read_async(|view| view.exists::<Machine>("next"))).expect("and so do its readers"));
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

#[test]
fn the_synchronous_face_works_inside_a_runtime() {
    let store = store();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(async {
        store.write(|tx| tx.insert(&machine("vm"))).expect("writes");
        assert!(store.read(|view| view.exists::<Machine>("vm")).expect("reads"));
    });
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
fn a_closed_store_refuses() {
    let store = store();
    let other = store.clone();
    store.close().expect("closes");
    let refused = |e: Error| assert_eq!((e.kind(), e.message()), (Kind::Stopped, "the store was closed"));
    refused(other.read(|view| view.exists::<Network>("lan")).expect_err("closed"));
    refused(other.write(|tx| tx.delete::<Network>("lan")).expect_err("closed"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(async {
        refused(other.table::<Network>().get("lan").await.expect_err("closed"));
        refused(other.table::<Network>().page(None, 1).await.expect_err("closed"));
        refused(other.table::<Network>().delete("lan").await.expect_err("closed"));
    });
    other.close().expect("once more is nothing");
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

#[test]
fn the_store_knows_itself() {
    let store = store();
    let info = store.info();
    assert_eq!((info.store, info.version, info.semver), ("fixture.store.v1.FixtureStore", 1, "1.0.0"));
    assert!(info.engine.path.exists());
}

#[tokio::test]
async fn a_list_goes_on_by_token() {
    let (store, other) = (store(), store());
    for number in 0..5 {
        store.table::<Machine>().insert(machine(&format!("vm-{number}"))).await.expect("inserts");
    }
    let (mut seen, mut token, question) = (Vec::new(), String::new(), ["ListMachines"]);
    loop {
        let after: Option<Cursor<_>> = store.page_tokens().open(&question, &token).expect("is its own");
        let page = store.table::<Machine>().page(after, 2).await.expect("reads");
        seen.extend(page.records.into_iter().map(|machine| machine.id));
        token = store.page_tokens().seal(&question, page.next.as_ref()).expect("seals");
        assert!(!token.contains("vm-"), "{token}");
        if token.is_empty() {
            break;
        }
        for refused in [
            store.page_tokens().open::<Machine>(&["ListNics"], &token),
            other.page_tokens().open::<Machine>(&question, &token),
        ] {
            let e = refused.expect_err("is not its own");
            assert_eq!((e.kind(), e.field()), (Kind::Invalid, Some("page_token")));
        }
    }
    assert_eq!(seen, ["vm-0", "vm-1", "vm-2", "vm-3", "vm-4"]);
}
