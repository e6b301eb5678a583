//! Random records for the tables of a store.

use std::collections::BTreeMap;

use fastrand::Rng;
use prost::Message as _;
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};
use protostore_schema::Table;

use super::{Database, Store, bits};
use crate::drawer::{Drawer, Rows as Keys};
use crate::keys::{key_fields, keyed};

/// Records by the number of their table.
pub(crate) type Rows = BTreeMap<u32, Vec<DynamicMessage>>;

/// Draws up to `count` records for each table that a database of the store accepts beside `there`, and inserts them.
pub(crate) fn draw(rng: &mut Rng, store: &Store, database: &Database, count: usize, there: &Rows) -> Rows {
    let mut rows = there.clone();
    let mut keys = Keys::new();
    for table in &store.schema.tables {
        let of = store.record(table.number).expect("a table holds records");
        let asks = store.asks(table.number);
        let single = match key_fields(table).as_slice() {
            [key] => of.get_field_by_name(key),
            _ => None,
        };
        let mut known = rows.remove(&table.number).unwrap_or_default();
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
            let mut message = keyed(rng, &Drawer { asks: &asks, rows: &keys }, table, &of);
            bits::unsigned(&asks, "", &mut message);
            held(rng, &mut message);
            refer(rng, store, table, &rows, &mut message);
            if database.insert(store, table, &message).is_ok() {
                keys.entry(table.name.proto.clone())
                    .or_default()
                    .extend(single.iter().map(|f| message.get_field(f).into_owned()));
                known.push(message);
                accepted += 1;
            }
        }
        rows.insert(table.number, known);
    }
    rows
}

/// Lets each Any hold a message of the file that is called `Held`, where there is one.
fn held(rng: &mut Rng, message: &mut DynamicMessage) {
    let of = message.descriptor();
    let Some(ty) = of.parent_pool().get_message_by_name("lab.Held") else { return };
    if of.full_name() == "google.protobuf.Any" {
        let value = crate::random::message(rng, &ty).encode_to_vec();
        message.set_field_by_name("type_url", Value::String("type.googleapis.com/lab.Held".to_owned()));
        message.set_field_by_name("value", Value::Bytes(value.into()));
        return;
    }
    for field in of.fields().filter(|field| message.has_field(field)).collect::<Vec<_>>() {
        super::convert::each(message.get_field_mut(&field), &mut |inner| held(rng, inner));
    }
}

/// Makes each reference of several fields name a row, or none.
fn refer(rng: &mut Rng, store: &Store, table: &Table, rows: &Rows, message: &mut DynamicMessage) {
    for key in table.foreign_keys.iter().filter(|key| key.enforced) {
        let Some(target) = store.schema.tables.iter().find(|other| other.name.sql == key.table) else { continue };
        let named = rows.get(&target.number).and_then(|rows| rng.choice(rows)).filter(|_| rng.u8(0..4) > 0);
        for (column, of) in key.columns.iter().zip(&key.key) {
            let name = |table: &Table, sql: &str| {
                table
                    .columns()
                    .into_iter()
                    .find(|column| column.name.sql == *sql)
                    .map(|column| column.name.proto.clone())
            };
            let Some(field) = name(table, column).and_then(|name| message.descriptor().get_field_by_name(&name)) else {
                continue;
            };
            match named.zip(name(target, of)).and_then(|(row, name)| row.get_field_by_name(&name)) {
                Some(value) => message.set_field(&field, value.into_owned()),
                None => message.clear_field(&field),
            }
        }
    }
}
