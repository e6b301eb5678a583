//! The suite over a transaction that rejects every statement after an error: the same files, unchanged.

#[path = "../../../tests/suite/bounds.rs"]
mod bounds;
#[cfg(feature = "prost")]
#[path = "../../../tests/suite/deep.rs"]
mod deep;
#[path = "../../../tests/suite/faces.rs"]
mod faces;
#[path = "../../../tests/suite/given.rs"]
mod given;
#[path = "../../../tests/suite/joins.rs"]
mod joins;
#[path = "../../../tests/suite/lists.rs"]
mod lists;
#[path = "../../../tests/suite/masks.rs"]
mod masks;
#[path = "../../../tests/suite/once.rs"]
mod once;
#[path = "../../../tests/suite/parts.rs"]
mod parts;
#[path = "../../../tests/suite/records.rs"]
mod records;
#[path = "../../../tests/suite/refusals.rs"]
mod refusals;
#[path = "../../../tests/suite/refused.rs"]
mod refused;
#[path = "../../../tests/suite/sequences.rs"]
mod sequences;
#[path = "../../../tests/suite/snapshots.rs"]
mod snapshots;

use given::{fill, machine, nic, told};

use super::suite::{fixture, opened, options};
use crate::schema::Schema;
use crate::store::Store;

type Db = super::Strict;
type Place = ();

fn store() -> Store<Db> {
    let store = opened(&fixture::SCHEMA, false);
    fill(&store);
    store
}

fn empty(schema: &'static Schema) -> Store<Db> {
    opened(schema, false)
}

fn paged(bytes: usize) -> Store<Db> {
    options(false).page_bytes(bytes).open_test(&fixture::SCHEMA).expect("opens")
}

fn open(schema: &'static Schema) -> (Place, Store<Db>) {
    ((), opened(schema, false))
}

fn close((): Place, store: Store<Db>) {
    store.close().expect("closes");
}
