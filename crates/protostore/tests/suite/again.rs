//! How often SQLite runs a closure, and what a refusal inside a group does to the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use protostore::{Kind, Result, Sqlite, Tx};

use super::fixture::Machine;
use super::refused::{Left, OBSTACLES, dump, left, named, with};
use super::{close, machine, store};

#[test]
fn a_closure_runs_again_only_where_something_must_be_undone_inside_of_it() {
    let store = store();
    let runs = |f: fn(&mut Tx<'_, Sqlite>) -> Result<()>| {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        let done = store.write(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            f(tx)
        });
        (count.load(Ordering::Relaxed), done.map_err(|e| e.kind()))
    };
    assert_eq!(runs(|tx| tx.insert(&machine("a")).map(|_| ())), (1, Ok(())));
    assert_eq!(runs(|tx| tx.insert(&machine("a")).map(|_| ())), (1, Err(Kind::AlreadyExists)), "its error is the end");
    let caught = |tx: &mut Tx<'_, Sqlite>| {
        assert_eq!(tx.insert(&machine("a")).map_err(|e| e.kind()), Err(Kind::AlreadyExists));
        Ok(())
    };
    assert_eq!(runs(caught), (2, Ok(())));
    let nothing_begun = |tx: &mut Tx<'_, Sqlite>| {
        assert_eq!(tx.insert(&machine("b\0")).map_err(|e| e.kind()), Err(Kind::Invalid));
        tx.insert(&machine("b")).map(|_| ())
    };
    assert_eq!(runs(nothing_begun), (1, Ok(())), "a value that is refused before its statement begins");
    assert_eq!(store.read(|view| Ok(view.page::<Machine>(None, 9)?.records.len())).expect("reads"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deletes_that_are_refused_harm_no_other_request_of_their_group() {
    for obstacle in OBSTACLES.into_iter().skip(1) {
        let (directory, store) = with(Some(obstacle));
        let before = dump(&store).len();
        let (go, held) = super::group::hold(&store).await;
        let mut tasks = Vec::new();
        for n in 0..8 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                match n % 4 {
                    0 => store.table::<Left>().delete("0").await.map(|_| ()),
                    1 => store.table::<Left>().delete_many(["0", "alone"]).await.map(|_| ()),
                    2 => store.apply(left::list_by_mark(7).delete()).await.map(|_| ()),
                    _ => store.table::<Left>().insert(named(&format!("x{n}"))).await.map(|_| ()),
                }
            }));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        go.send(()).expect("the writer waits");
        held.await.expect("holds");
        for (n, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.expect("task").is_ok(), n % 4 == 3, "{n} where {obstacle:?}");
        }
        assert_eq!(dump(&store).len(), before + 2, "{obstacle:?}");
        close(directory, store);
    }
}

#[test]
fn a_closure_with_a_part_that_fails_runs_once() {
    let store = store();
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let bad = || Machine { image_ids: vec![1, 99], ..machine("b") };
    let found = store.write(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        tx.insert(&machine("a"))?;
        let refused = tx.part(|tx| tx.insert(&bad())).map_err(|e| e.kind()).map(drop);
        Ok((refused, tx.exists::<Machine>("b")?))
    });
    assert_eq!(found.expect("goes on"), (Err(Kind::Reference), false));
    assert_eq!(count.load(Ordering::Relaxed), 1, "what is asked for as a part is one at once");
}
