//! Requests that come again: each is applied once and answered alike.

use protostore::{Insert, Kind, Once, RequestId, Store, Tx};

use super::fixture::Network;
use super::{Db, store};

const IDS: [&str; 2] = ["2f1d9c0a-6a8e-4f0f-9d6c-0b8f6d6a7c11", "9b2c7d3e-11f0-4c55-8a3b-5d1e2f3a4b5c"];

fn request(principal: &str, id: usize, body: &str) -> RequestId {
    RequestId::new(principal, "Count", IDS[id], body.as_bytes()).expect("is an id")
}

/// Adds a network, and answers how many there are then: run again, it answers something else.
fn add(tx: &mut Tx<'_, Db>, id: &str) -> protostore::Result<u64> {
    tx.insert(&Network { id: id.to_owned(), cidr: id.to_owned() })?;
    Ok(tx.page::<Network>(None, 100)?.records.len() as u64)
}

fn count(store: &Store<Db>) -> usize {
    store.read(|view| view.page::<Network>(None, 100)).expect("reads").records.len()
}

#[test]
fn a_request_that_comes_again_is_answered_alike_and_not_applied_again() {
    let store = store();
    let send = |request: RequestId, id: &'static str| store.write(move |tx| tx.once(&request, |tx| add(tx, id)));
    assert_eq!(send(request("me", 0, "a"), "a").expect("is applied"), 2);
    assert_eq!(send(request("me", 1, "b"), "b").expect("is applied"), 3);
    for _ in 0..3 {
        assert_eq!(send(request("me", 0, "a"), "a").expect("is answered"), 2);
    }
    // Another request of the same id is rejected, and one of another caller has nothing to do with it.
    let e = send(request("me", 0, "c"), "c").expect_err("is another request");
    assert_eq!((e.kind(), e.field()), (Kind::Invalid, Some("request_id")), "{e}");
    assert_eq!(send(request("you", 0, "d"), "d").expect("is applied"), 4);
    assert_eq!(count(&store), 4);
}

#[test]
fn a_request_that_failed_was_not_answered() {
    let store = store();
    let send = |id: &'static str| store.write(move |tx| tx.once(&request("me", 0, "same"), |tx| add(tx, id)));
    // It is there already.
    assert_eq!(send("lan").expect_err("is refused").kind(), Kind::AlreadyExists);
    assert_eq!(send("wan").expect("is applied"), 2);
    assert_eq!(send("wan").expect("is answered"), 2);
}

#[test]
fn an_answer_goes_with_the_transaction_that_it_is_in() {
    let store = store();
    let undone = store.write(move |tx| {
        let answer = tx.dry_run(|tx| tx.once(&request("me", 0, "a"), |tx| add(tx, "a")))?;
        assert_eq!(answer, 2);
        let again = tx.part(|tx| {
            tx.once(&request("me", 0, "a"), |tx| add(tx, "a"))?;
            Err::<(), _>(protostore::Error::new(Kind::Precondition, "is undone"))
        });
        assert_eq!(again.expect_err("is undone").kind(), Kind::Precondition);
        // Of two in one transaction, the second finds the answer of the first.
        let first = tx.once(&request("me", 0, "a"), |tx| add(tx, "a"))?;
        let second = tx.once(&request("me", 0, "a"), |tx| add(tx, "b"))?;
        Ok((first, second))
    });
    assert_eq!(undone.expect("writes"), (2, 2));
    assert_eq!(count(&store), 2);
}

/// An operation that answers with a number.
#[derive(Clone, Debug)]
struct Delete(String);

impl protostore::Op for Delete {
    type Out = bool;
    const NAME: &'static str = "delete";

    async fn run<S: protostore::Session>(&self, s: &mut S, fixed: &protostore::Fixed) -> protostore::Result<bool> {
        protostore::Delete::<Network>::new(self.0.clone()).run(s, fixed).await
    }
}

impl protostore::WriteOp for Delete {}

#[tokio::test]
async fn an_operation_is_applied_once_however_often_it_comes() {
    let store = store();
    let insert = |id: &str| Insert::new(Network { id: id.into(), cidr: id.into() });
    store.apply(insert("a")).await.expect("inserts");
    let once = |request| Once::new(request, Delete("a".into()));
    assert!(store.apply(once(request("me", 0, "a"))).await.expect("deletes"));
    // It was there, and is told so again; another request is told that it is not.
    assert!(store.apply(once(request("me", 0, "a"))).await.expect("is answered"));
    assert!(!store.apply(once(request("me", 1, "a"))).await.expect("deletes"));
    // It was inserted again meanwhile: the old request leaves it.
    store.apply(insert("a")).await.expect("inserts");
    assert!(store.apply(once(request("me", 0, "a"))).await.expect("is answered"));
    assert!(store.table::<Network>().exists("a").await.expect("reads"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_applied() {
    let store = store();
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let store = store.clone();
        sent.spawn(async move {
            let request = request("me", 0, "a");
            store.write_async(move |tx| tx.once(&request, |tx| add(tx, "a"))).await
        });
    }
    for answer in sent.join_all().await {
        assert_eq!(answer.expect("is answered"), 2);
    }
    assert_eq!(count(&store), 2);
}
