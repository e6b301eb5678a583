//! What the suite over this engine begins with, and what the engine finds.

#[allow(unused_imports, reason = "not every file needs every record")]
#[path = "../../../tests/fixture/mod.rs"]
pub(super) mod fixture;

use super::Strict;
use crate::error::{Kind, Result};
use crate::fixed::Fixed;
use crate::ops::{Insert, Op, WriteOp, exists};
use crate::options::Options;
use crate::schema::Schema;
use crate::session::{Session, block};
use crate::store::Store;
use fixture::Network;

/// Makes an empty store, of which writes fail once they have begun or do not.
pub(super) fn opened(schema: &'static Schema, fails: bool) -> Store<Strict> {
    options(fails).open_test(schema).expect("opens")
}

/// Returns the options of such a store.
pub(super) fn options(fails: bool) -> Options<Strict> {
    Options::default().failing_writes(fails)
}

/// An insert that asks, after it was refused, whether its key is taken.
#[derive(Clone, Debug)]
struct AsksAfterwards(Network);

impl Op for AsksAfterwards {
    type Out = bool;
    const NAME: &'static str = "asks_afterwards";

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        match Insert::new(self.0.clone()).run(s, fixed).await {
            Ok(_) => Ok(true),
            Err(_) => exists::<Network, S>(s, &self.0.id, None).await,
        }
    }
}

impl WriteOp for AsksAfterwards {}

#[test]
fn an_operation_that_asks_after_a_refusal_is_found() {
    let store = opened(&fixture::SCHEMA, false);
    let lan = || Network { id: "lan".into(), cidr: "10.0.0.0/8".into() };
    store.write(move |tx| tx.insert(&lan())).expect("inserts");
    let found = block(async { store.apply(AsksAfterwards(lan())).await }).expect_err("is found");
    assert_eq!(found.kind(), Kind::Engine);
    assert!(found.message().contains("after an error has ended its transaction"), "{found}");
    let sqlite = fixture::open_test().expect("opens");
    sqlite.write(move |tx| tx.insert(&lan())).expect("inserts");
    assert!(block(async { sqlite.apply(AsksAfterwards(lan())).await }).expect("SQLite answers"));
}
