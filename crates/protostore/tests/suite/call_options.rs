//! What a handle asks of every request through it: a deadline, and a state that has a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use protostore::{CallOptions, Error, Filter, Insert, Kind, Options, Page, Result, Sqlite, Store};

use super::fixture::{self, Network, SCHEMA};
use super::group::hold;

const SHORT: Duration = Duration::from_millis(50);

/// How long a test waits for what must happen, on a machine however slow.
const PATIENCE: Duration = Duration::from_secs(120);

fn network(id: &str) -> Network {
    Network { id: id.into(), cidr: id.into() }
}

/// Asks the store at every entrance there is, and returns what each has said; each write would be the only one of its id.
async fn every_entrance(store: &Store<Sqlite>, ran: &Arc<AtomicBool>) -> Vec<(&'static str, Result<(), Error>)> {
    let networks = store.table::<Network>();
    let all = || networks.filter(Filter::everything());
    let run = || {
        let ran = Arc::clone(ran);
        move || ran.store(true, Ordering::Relaxed)
    };
    let (r1, r2, r3, r4, r5) = (run(), run(), run(), run(), run());
    vec![
        ("get", networks.get("a").await.map(drop)),
        ("exists", networks.exists("a").await.map(drop)),
        ("get_many", networks.get_many(["a"]).await.map(drop)),
        ("page", networks.page(None, 9).await.map(drop)),
        ("count", networks.count().await.map(drop)),
        ("filter.page", all().page().await.map(drop)),
        ("filter.first", all().first().await.map(drop)),
        ("filter.count", all().count().await.map(drop)),
        ("filter.exists", all().exists().await.map(drop)),
        ("run", store.run(Page::<Network> { after: None, size: 9 }).await.map(drop)),
        (
            "read_async",
            store
                .read_async(move |_| {
                    r1();
                    Ok(())
                })
                .await,
        ),
        (
            "read",
            store.read(|_| {
                r2();
                Ok(())
            }),
        ),
        ("insert", networks.insert(network("insert")).await.map(drop)),
        ("insert_many", networks.insert_many(vec![network("insert_many")]).await.map(drop)),
        ("upsert", networks.upsert(network("upsert")).await.map(drop)),
        ("delete", networks.delete("there").await.map(drop)),
        ("delete_many", networks.delete_many(["there too"]).await.map(drop)),
        ("apply", store.apply(Insert::new(network("apply"))).await.map(drop)),
        ("committed", networks.insert(network("committed")).committed().await.map(drop)),
        (
            "write_async",
            store
                .write_async(move |tx| {
                    r3();
                    tx.insert(&network("write_async")).map(drop)
                })
                .await,
        ),
        (
            "write",
            store.write(move |tx| {
                r4();
                tx.insert(&network("write")).map(drop)
            }),
        ),
        (
            "write_committed",
            store
                .write_committed(move |tx| {
                    r5();
                    tx.insert(&network("write_c")).map(drop)
                })
                .map(drop),
        ),
    ]
}

fn ids(store: &Store<Sqlite>) -> Vec<String> {
    let page = store.read(|view| view.page::<Network>(None, 999)).expect("reads");
    page.records.into_iter().map(|network| network.id).collect()
}

#[tokio::test]
async fn after_its_deadline_no_entrance_does_anything() {
    let store = fixture::open_test().expect("opens");
    for id in ["there", "there too"] {
        store.table::<Network>().insert(network(id)).await.expect("inserts");
    }
    let (before, ran) = (store.info().sequence, Arc::new(AtomicBool::new(false)));
    let late = store.with(CallOptions::new().until(Instant::now()));
    for (entrance, said) in every_entrance(&late, &ran).await {
        let e = said.expect_err(entrance);
        assert_eq!(e.kind(), Kind::Deadline, "{entrance}: {e}");
        assert!(e.message().contains("nothing was done"), "{entrance}: {e}");
    }
    assert!(!ran.load(Ordering::Relaxed), "a closure has run");
    assert_eq!((ids(&store), store.info().sequence), (vec!["there".to_owned(), "there too".to_owned()], before));

    // With time, and for a commit that is there, each of them does what it does without being asked.
    let call = CallOptions::new().within(PATIENCE).at_least(before);
    for (entrance, said) in every_entrance(&store.with(call), &ran).await {
        said.expect(entrance);
    }
    assert!(ran.load(Ordering::Relaxed));
    let mut written = ["insert", "insert_many", "upsert", "apply", "committed", "write_async", "write", "write_c"];
    written.sort_unstable();
    assert_eq!(ids(&store), written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_that_waits_is_answered_at_its_deadline_and_never_happens() {
    let store = fixture::open_test().expect("opens");
    let (go, held) = hold(&store).await;
    let soon = || store.with(CallOptions::new().within(SHORT));
    // The writer is held until all of these have their answers.
    let e = soon().table::<Network>().insert(network("operation")).await.expect_err("waits");
    assert_eq!((e.kind(), e.message().contains("nothing was done")), (Kind::Deadline, true), "{e}");
    let e = soon().write_async(|tx| tx.insert(&network("closure"))).await.expect_err("waits");
    assert_eq!(e.kind(), Kind::Deadline, "{e}");
    let here = soon();
    let waits = tokio::task::spawn_blocking(move || here.write(|tx| tx.insert(&network("here"))));
    assert_eq!(waits.await.expect("no panic").expect_err("waits").kind(), Kind::Deadline);
    // One with time enough is written, behind those that have left.
    let patient = store.with(CallOptions::new().within(PATIENCE));
    let patient = tokio::spawn(async move { patient.table::<Network>().insert(network("patient")).await });
    go.send(()).expect("the writer waits");
    held.await.expect("holds");
    patient.await.expect("no panic").expect("inserts");
    store.table::<Network>().insert(network("later")).await.expect("inserts");
    assert_eq!(ids(&store), ["later", "patient"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_read_that_waits_for_a_connection_is_answered_at_its_deadline() {
    let store =
        Options::new().readers(1).plaintext(cfg!(not(feature = "sqlcipher"))).open_test(&SCHEMA).expect("opens");
    let (begun, begins) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let busy = tokio::spawn({
        let store = store.clone();
        async move {
            let held = store.read_async(move |_| {
                begun.send(()).expect("is awaited");
                let _ = wait.recv_timeout(PATIENCE);
                Ok(())
            });
            held.await
        }
    });
    tokio::task::spawn_blocking(move || begins.recv_timeout(PATIENCE)).await.expect("no panic").expect("begins");
    let soon = store.with(CallOptions::new().within(SHORT));
    assert_eq!(soon.table::<Network>().page(None, 999).await.map(drop).expect_err("waits").kind(), Kind::Deadline);
    assert_eq!(soon.read_async(|_| Ok(())).await.expect_err("waits").kind(), Kind::Deadline);
    let here = store.with(CallOptions::new().within(SHORT));
    let waits = tokio::task::spawn_blocking(move || here.read(|_| Ok(())));
    assert_eq!(waits.await.expect("no panic").expect_err("waits").kind(), Kind::Deadline);
    go.send(()).expect("the read waits");
    busy.await.expect("no panic").expect("reads");
    store.read(|_| Ok(())).expect("reads");
}

#[tokio::test]
async fn a_closure_that_writes_without_end_is_ended_and_nothing_of_it_is_kept() {
    let store = fixture::open_test().expect("opens");
    let soon = || store.with(CallOptions::new().within(SHORT));
    let endless = |tx: &mut protostore::Tx<'_, Sqlite>| {
        tx.insert(&network("first"))?;
        loop {
            tx.upsert(&network("again"))?;
        }
    };
    let overlooks = |tx: &mut protostore::Tx<'_, Sqlite>| {
        tx.insert(&network("first"))?;
        while tx.upsert(&network("again")).is_ok() {}
        Ok(())
    };
    let said: [Result<()>; 4] = [
        soon().write_async(endless).await,
        soon().write(endless),
        soon().write_async(overlooks).await,
        soon().write(overlooks),
    ];
    for said in said {
        let e = said.expect_err("is ended");
        assert_eq!((e.kind(), e.message().contains("nothing that it wrote is kept")), (Kind::Deadline, true), "{e}");
    }
    assert_eq!(ids(&store), Vec::<String>::new());
    store.write(|tx| tx.insert(&network("after"))).expect("the writer goes on");
    let e = soon()
        .read(|view| -> Result<()> {
            loop {
                view.exists::<Network>("after")?;
            }
        })
        .expect_err("is ended");
    assert_eq!(e.kind(), Kind::Deadline, "{e}");
    assert!(!e.message().contains("read_deadline"), "it is the deadline of the request: {e}");
}

#[tokio::test]
async fn a_read_after_a_write_asks_for_its_commit_and_sees_it() {
    let store = fixture::open_test().expect("opens");
    for n in 0..50 {
        let id = format!("{n}");
        let written = store.table::<Network>().insert(network(&id)).committed().await.expect("inserts");
        let seen = store.with(CallOptions::new().at_least(written.sequence));
        assert!(seen.table::<Network>().get(&id).await.expect("reads").is_some());
        assert!(seen.read(|view| view.exists::<Network>(&id)).expect("reads"));
        assert_eq!(seen.table::<Network>().count().await.expect("counts"), n + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_is_not_there_is_awaited_until_the_deadline() {
    let store = fixture::open_test().expect("opens");
    let newest = store.info().sequence;
    let soon = store.with(CallOptions::new().at_least(newest + 1000).within(SHORT));
    let ran = Arc::new(AtomicBool::new(false));
    for (entrance, said) in every_entrance(&soon, &ran).await {
        let e = said.expect_err(entrance);
        assert_eq!(e.kind(), Kind::Deadline, "{entrance}: {e}");
    }
    assert!(!ran.load(Ordering::Relaxed) && ids(&store).is_empty());
    let soon = store.with(CallOptions::new().at_least(newest + 1000).within(SHORT));
    let e = soon.table::<Network>().get("a").await.expect_err("is not there");
    assert!(
        e.message().contains(&format!("commit {} was asked for, and the newest one is {newest}", newest + 1000)),
        "{e}"
    );

    // Who waits with time sees it as soon as it is made, by either face.
    let waits = store.with(CallOptions::new().at_least(newest + 8).within(PATIENCE));
    let here = waits.clone();
    let (there, here) = (
        tokio::spawn(async move { waits.table::<Network>().count().await }),
        tokio::task::spawn_blocking(move || here.read(|view| Ok(view.page::<Network>(None, 99)?.records.len()))),
    );
    for n in 0..8 {
        store.table::<Network>().insert(network(&n.to_string())).await.expect("inserts");
    }
    assert_eq!(there.await.expect("no panic").expect("counts"), 8);
    assert_eq!(here.await.expect("no panic").expect("reads"), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_never_comes_is_not_awaited_for_ever() {
    let options = Options::new().plaintext(cfg!(not(feature = "sqlcipher")));
    let store = options.clone().read_deadline(SHORT).open_test(&SCHEMA).expect("opens");
    let asks = store.with(CallOptions::new().at_least(u64::MAX));
    assert_eq!(asks.table::<Network>().get("a").await.expect_err("is not there").kind(), Kind::Deadline);
    assert_eq!(asks.read(|_| Ok(())).expect_err("is not there").kind(), Kind::Deadline);

    // Closing ends the wait, where nothing else does.
    let store = options.read_deadline(None).open_test(&SCHEMA).expect("opens");
    let asks = store.with(CallOptions::new().at_least(u64::MAX));
    let waits = tokio::spawn(async move { asks.table::<Network>().get("a").await });
    tokio::task::yield_now().await;
    store.close().expect("closes");
    assert_eq!(waits.await.expect("no panic").expect_err("is closed").kind(), Kind::Stopped);
}

#[tokio::test]
async fn what_a_handle_asks_holds_for_the_handles_that_are_made_of_it() {
    let store = fixture::open_test().expect("opens");
    let late = store.with(CallOptions::new().until(Instant::now()));
    let again = late.with(CallOptions::new().within(PATIENCE));
    assert_eq!(again.table::<Network>().get("a").await.expect_err("is late").kind(), Kind::Deadline);
    assert!(store.table::<Network>().get("a").await.expect("the first handle asks nothing").is_none());
}
