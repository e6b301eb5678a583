//! Random records for the tables of a store.

use std::collections::BTreeMap;

use fastrand::Rng;
use prost_reflect::DynamicMessage;

use super::{Database, Store};
use crate::asked::Asks;
use crate::drawer::{Drawer, Rows as Keys};
use crate::keys::{key_fields, keyed};

/// Records by the number of their table.
pub(crate) type Rows = BTreeMap<u32, Vec<DynamicMessage>>;

/// Draws up to `count` records for each table that a database of the store accepts beside `there`, and inserts them.
pub(crate) fn draw(rng: &mut Rng, store: &Store, database: &Database, count: usize, there: &Rows) -> Rows {
    let mut rows = there.clone();
    let mut keys = Keys::new();
    for table in &store.schema.tables {
        let field = store.tables.get_field(table.number).expect("a table is a field of the store");
        let of = store.record(table.number).expect("a table holds records");
        let asks = Asks::of_table(&field);
        let single = match key_fields(table).as_slice() {
            [key] => of.get_field_by_name(key),
            _ => None,
        };
        let known = rows.entry(table.number).or_default();
        for message in known.iter() {
            keys.entry(table.name.proto.clone())
                .or_default()
                .extend(single.iter().map(|f| message.get_field(f).into_owned()));
        }
        let most = if table.singleton.is_some() { 1_usize.saturating_sub(known.len()) } else { count };
        let mut accepted = 0;
        for _ in 0..count * 20 {
            if accepted == most {
                break;
            }
            let message = keyed(rng, &Drawer { asks: &asks, rows: &keys }, table, &of);
            if database.insert(store, table, &message).is_ok() {
                keys.entry(table.name.proto.clone())
                    .or_default()
                    .extend(single.iter().map(|f| message.get_field(f).into_owned()));
                known.push(message);
                accepted += 1;
            }
        }
    }
    rows
}
