//! error: rows of `R` are inserted and never change: its table is append-only
//! in code for any record, ask for `R: protostore::Mutable`
use protostore::{Record, Result, Sqlite, Tx};

pub fn mistake<R: Record>(tx: &mut Tx<'_, Sqlite>, record: &R) -> Result<R> {
    tx.upsert(record)
}
