//! The suite over a transaction that rejects every statement after an error: the same files, unchanged.

#[path = "../../../tests/suite/given.rs"]
mod given;
#[path = "../../../tests/suite/joins.rs"]
mod joins;
#[path = "../../../tests/suite/lists.rs"]
mod lists;
#[path = "../../../tests/suite/masks.rs"]
mod masks;
#[path = "../../../tests/suite/parts.rs"]
mod parts;
#[path = "../../../tests/suite/records.rs"]
mod records;
#[path = "../../../tests/suite/refusals.rs"]
mod refusals;
#[path = "../../../tests/suite/refused.rs"]
mod refused;

use given::{fill, machine, nic, told};

use super::suite::{fixture, opened};
use crate::schema::Schema;
use crate::store::Store;

type Db = super::Strict;
type Place = ();

fn store() -> Store<Db> {
    let store = opened(&fixture::SCHEMA, false);
    fill(&store);
    store
}

fn open(schema: &'static Schema) -> (Place, Store<Db>) {
    ((), opened(schema, false))
}

fn close((): Place, store: Store<Db>) {
    store.close().expect("closes");
}
