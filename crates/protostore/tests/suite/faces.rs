//! The two faces: synchronous and asynchronous, closures and single operations.

use protostore::{Cursor, Delete, Engine, Error, Get, Kind, Record, Store};

use super::fixture::{Machine, Network, Nic, State, machine as m};
use super::{Db, machine, nic, store};

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
    let copied = copy::<Network, Db>(store.clone(), "lan".into(), Network { id: "wan".into(), cidr: String::new() });
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

/// What panics when it is dropped.
pub(super) struct Bomb;

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

#[test]
fn the_synchronous_face_works_inside_a_runtime() {
    let store = store();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(async {
        store.write(|tx| tx.insert(&machine("vm"))).expect("writes");
        assert!(store.read(|view| view.exists::<Machine>("vm")).expect("reads"));
    });
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
fn the_store_knows_itself() {
    let store = store();
    let info = store.info();
    assert_eq!((info.store, info.version, info.semver), ("fixture.store.v1.FixtureStore", 1, "1.0.0"));
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
