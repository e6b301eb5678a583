//! error: rows of `R` are inserted and never change: its table is append-only
//! in code for any record, ask for `R: protostore::Mutable`
use protostore::{Record, Store};

pub fn mistake<R: Record>(store: &Store, key: R::KeyRef<'_>) {
    let _ = store.table::<R>().delete(key);
}
