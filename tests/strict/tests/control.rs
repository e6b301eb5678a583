//! What the other tests of this package rely on: mistakes that this engine finds, and SQLite does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use life::Topic;
use protostore::{Engine, Exists, Fixed, Insert, Kind, Op, Result, Session, WriteOp};

fn topic(id: &str) -> Topic {
    Topic { id: id.to_owned() }
}

/// An insert that asks, after it was refused, whether its key is taken.
struct AsksAfterwards(Topic);

impl Op for AsksAfterwards {
    type Out = bool;
    const NAME: &'static str = "asks_afterwards";

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        match Insert::new(self.0.clone()).run(s, fixed).await {
            Ok(_) => Ok(true),
            Err(_) => Exists::<Topic>(&self.0.id).run(s, fixed).await,
        }
    }
}

impl WriteOp for AsksAfterwards {}

fn asked<E: Engine>(store: &life::Store<E>) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    store.write(|tx| tx.insert(&topic("t"))).expect("inserts");
    runtime.block_on(async { store.apply(AsksAfterwards(topic("t"))).await })
}

#[test]
fn a_statement_after_an_error_is_found() {
    let found = asked(&protostore_strict::life(false).expect("opens")).expect_err("is found");
    assert_eq!(found.kind(), Kind::Engine);
    assert!(found.message().contains("after an error has ended its transaction"), "{found}");
    assert!(asked(&life::open_test().expect("opens")).expect("SQLite answers"));
}

/// Writes two records in a transaction, and returns how often it ran.
fn runs<E: Engine>(store: &life::Store<E>) -> usize {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let written = store.write(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        ["a", "b"].into_iter().try_for_each(|id| tx.insert(&topic(id)).map(drop))
    });
    written.expect("writes");
    runs.load(Ordering::Relaxed)
}

#[test]
fn each_write_and_the_commit_fail_once() {
    assert_eq!(runs(&protostore_strict::life(true).expect("opens")), 4);
    assert_eq!(runs(&protostore_strict::life(false).expect("opens")), 1);
    assert_eq!(runs(&life::open_test().expect("opens")), 1);
}
