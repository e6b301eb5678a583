//! The hashes of chained tables, written apart from the run time.

use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};
use protostore_schema::Table;
use sha2::{Digest as _, Sha256};

use super::{Rows, Store};
use crate::bytes;

/// Links the records of each chained table in the order of their numbers.
pub(crate) fn link(store: &Store, rows: &mut Rows) {
    for (table, hash) in chained(store) {
        let records = rows.entry(table.number).or_default();
        records.sort_by_key(|record| number(table, record));
        let mut before = origin(table);
        for record in records {
            before = next(before, record, hash);
            record.set_field_by_name(hash, Value::Bytes(before.clone().into()));
        }
    }
}

/// Says which record of a chained table has another hash than its own and those of the records before it make.
pub(crate) fn verify(store: &Store, rows: &Rows) -> Result<(), String> {
    for (table, hash) in chained(store) {
        let mut before = origin(table);
        for record in rows.get(&table.number).into_iter().flatten() {
            before = next(before, record, hash);
            let has = record.get_field_by_name(hash).expect("a chained record has a hash");
            if has.as_bytes().map(AsRef::as_ref) != Some(before.as_slice()) {
                return Err(format!("the chain of {} breaks at {record}", table.name.sql));
            }
        }
    }
    Ok(())
}

/// Returns the chained tables, each with the field of its hashes.
fn chained(store: &Store) -> impl Iterator<Item = (&Table, &str)> {
    store.schema.tables.iter().filter_map(|table| Some((table, table.hash_column()?.name.proto.as_str())))
}

fn number(table: &Table, record: &DynamicMessage) -> i64 {
    let key = &table.key_columns()[0].name.proto;
    record.get_field_by_name(key).and_then(|number| number.as_i64()).expect("a chain goes by numbers")
}

fn origin(table: &Table) -> Vec<u8> {
    Sha256::digest(format!("protostore.v1.hash_chain/{}", table.number)).to_vec()
}

fn next(mut before: Vec<u8>, record: &DynamicMessage, hash: &str) -> Vec<u8> {
    let mut unhashed = record.clone();
    let field = record.descriptor().get_field_by_name(hash).expect("the hash is a field");
    unhashed.clear_field(&field);
    before.extend(bytes::of(&unhashed));
    Sha256::digest(&before).to_vec()
}
