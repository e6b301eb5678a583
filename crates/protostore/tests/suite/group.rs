//! Many requests in one commit: each succeeds or fails alone.

use std::sync::mpsc;
use std::time::Duration;

use protostore::{CallOptions, Kind, Options, Store};

use super::fixture::{self, Machine, Network, Nic};
use super::{machine, nic, store};

/// Keeps the writer busy until the sender is dropped or sends, so that what comes next waits and becomes one group.
pub(super) async fn hold(store: &Store) -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (go, wait) = mpsc::channel::<()>();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let store = store.clone();
    let held = tokio::spawn(async move {
        let hold = store.write_async(move |_| {
            begun.take().map(|begun| begun.send(()));
            let _ = wait.recv_timeout(Duration::from_secs(20));
            Ok(())
        });
        hold.await.expect("holds");
    });
    begins.await.expect("the writer begins");
    (go, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_that_fail_harm_no_other_in_their_group() {
    let store = store();
    let (go, held) = hold(&store).await;
    let mut tasks = Vec::new();
    for n in 0..300 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let id = format!("vm-{n:03}");
            match n % 6 {
                0 => store.table::<Machine>().insert(Machine { mem_size_mb: 99_999, ..machine(&id) }).await.map(|_| ()),
                1 => store
                    .table::<Machine>()
                    .insert(Machine { image_ids: vec![1, 99], ..machine(&id) })
                    .await
                    .map(|_| ()),
                2 => {
                    store
                        .write_async(move |tx| {
                            tx.insert(&machine(&id))?;
                            tx.insert(&nic(&id, "eth0"))?;
                            panic!("request {n}")
                        })
                        .await
                }
                3 => {
                    store
                        .write_async(move |tx| {
                            tx.insert(&machine(&id))?;
                            tx.insert(&nic(&id, "eth0")).map(|_| ())
                        })
                        .await
                }
                4 => store.table::<Machine>().delete("lan").await.map(|_| ()),
                _ => store.table::<Machine>().insert(machine(&id)).await.map(|stored| assert_eq!(stored, machine(&id))),
            }
        }));
    }
    // Long enough for them to be waiting; those that come later are merely another group.
    tokio::time::sleep(Duration::from_millis(100)).await;
    go.send(()).expect("the writer waits");
    held.await.expect("holds");
    for (n, task) in tasks.into_iter().enumerate() {
        let result = task.await.expect("task").map_err(|e| (e.kind(), e.message().to_owned()));
        match n % 6 {
            0 => assert_eq!(result, Err((Kind::Invalid, "must be between 0 and 65536".into()))),
            1 => assert_eq!(result.map_err(|e| e.0), Err(Kind::Reference)),
            2 => assert_eq!(result, Err((Kind::Engine, format!("the request panicked: request {n}")))),
            _ => assert_eq!(result, Ok(())),
        }
    }
    let (machines, nics) =
        store.read(|view| Ok((view.page::<Machine>(None, 999)?, view.page::<Nic>(None, 999)?))).expect("reads");
    assert_eq!((machines.records.len(), nics.records.len()), (100, 50));
    assert!(machines.records.iter().all(|record| *record == machine(&record.id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_refuses_and_recovers() {
    let store = Options::new().queue(4).open_test(&fixture::SCHEMA).expect("opens");
    let (go, held) = hold(&store).await;
    let mut waiting = Vec::new();
    for n in 0..4 {
        let store = store.clone();
        let network = Network { id: n.to_string(), cidr: n.to_string() };
        waiting.push(tokio::spawn(async move { store.table::<Network>().insert(network).await }));
    }
    // The four arrive in their own time; from then on each further one is refused.
    let mut refusals = 0;
    for n in 0..1000 {
        let insert = store.table::<Network>().insert(Network { id: format!("x{n}"), cidr: format!("x{n}") });
        match tokio::time::timeout(Duration::from_millis(20), insert).await {
            Ok(Err(e)) => {
                assert_eq!((e.kind(), e.message()), (Kind::Exhausted, "too many requests wait for the store"));
                refusals += 1;
            }
            Ok(Ok(_)) => panic!("the writer is held"),
            // Taken before the four were: it waits, and one of them is refused instead.
            Err(_) => {}
        }
        if refusals == 3 {
            break;
        }
    }
    assert_eq!(refusals, 3);
    go.send(()).expect("the writer waits");
    held.await.expect("holds");
    for task in waiting {
        let result = task.await.expect("task").map_err(|e| e.kind());
        assert!(matches!(result, Ok(_) | Err(Kind::Exhausted)));
    }
    store.write(|tx| tx.insert(&Network { id: "after".into(), cidr: "after".into() })).expect("there is room again");
}

#[test]
fn a_panicking_closure_is_an_error_of_its_caller() {
    let store = store();
    let e = store.write(|tx| {
        tx.insert(&machine("vm"))?;
        if tx.exists::<Machine>("vm")? {
            panic!("as planned")
        }
        Ok(())
    });
    assert_eq!(e.expect_err("panicked").message(), "the request panicked: as planned");
    assert!(!store.read(|view| view.exists::<Machine>("vm")).expect("reads"));
    store.write(|tx| tx.insert(&machine("vm"))).expect("the writer lives");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let e = runtime.block_on(store.read_async(|_| -> Result<(), _> { panic!("while reading") }));
    assert_eq!(e.expect_err("panicked").message(), "the request panicked: while reading");
    assert!(runtime.block_on(store.read_async(|view| view.exists::<Machine>("vm"))).expect("the reader lives"));
}

#[test]
fn many_threads_write_at_once() {
    let store = store();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for n in 0..50 {
                    store.write(move |tx| tx.insert(&machine(&format!("{thread}-{n:02}")))).expect("writes");
                }
            });
        }
    });
    assert_eq!(store.read(|view| Ok(view.page::<Machine>(None, 999)?.records.len())).expect("reads"), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_that_are_committed_together_have_one_sequence() {
    let all = super::sequences::counted(&store()).await;
    assert!(all.windows(2).any(|pair| pair[0].1 == pair[1].1), "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_deadline_has_passed_leaves_its_place_in_the_queue() {
    let store = Options::new().queue(2).open_test(&fixture::SCHEMA).expect("opens");
    let (go, held) = hold(&store).await;
    let late = store.with(CallOptions::new().within(Duration::from_millis(20)));
    for n in 0..6 {
        let insert = late.table::<Network>().insert(Network { id: n.to_string(), cidr: n.to_string() });
        assert_eq!(insert.await.expect_err("is late").kind(), Kind::Deadline, "{n}");
    }
    go.send(()).expect("the writer waits");
    held.await.expect("holds");
    assert_eq!(store.table::<Network>().count().await.expect("counts"), 0);
}
