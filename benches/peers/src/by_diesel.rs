//! diesel, with its query builder.

use std::path::Path;

use diesel::prelude::*;

use crate::guest::{self, KEY, PAGE, SETTINGS};

diesel::table! {
    guests (id) {
        id -> Text,
        machine_id -> Text,
        version -> Text,
        key_fingerprint -> Binary,
        uptime -> Nullable<BigInt>,
        load -> Double,
        clock_offset_us -> BigInt,
        report_time -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = guests)]
pub struct Guest {
    id: String,
    machine_id: String,
    version: String,
    key_fingerprint: Vec<u8>,
    uptime: Option<i64>,
    load: f64,
    clock_offset_us: i64,
    report_time: Option<i64>,
}

pub fn open(path: &Path) -> SqliteConnection {
    let mut db = SqliteConnection::establish(path.to_str().expect("a path of text")).expect("opens");
    let key = cfg!(feature = "sqlcipher").then_some(("key", KEY));
    for (name, value) in key.into_iter().chain(SETTINGS) {
        diesel::connection::SimpleConnection::batch_execute(&mut db, &format!("PRAGMA {name} = {value}"))
            .expect("sets");
    }
    db
}

pub fn first(db: &mut SqliteConnection, id: &str) -> Guest {
    guests::table.find(id).select(Guest::as_select()).first(db).expect("reads")
}

pub fn get_result(db: &mut SqliteConnection, id: &str) -> Guest {
    guests::table.find(id).select(Guest::as_select()).get_result(db).expect("reads")
}

pub fn page(db: &mut SqliteConnection, after: &str) -> Vec<Guest> {
    let rows = guests::table.filter(guests::id.gt(after)).order(guests::id).limit(PAGE as i64);
    rows.select(Guest::as_select()).load(db).expect("reads")
}

pub fn insert(db: &mut SqliteConnection, all: &[guest::Guest]) {
    let all: Vec<Guest> = all.iter().cloned().map(Guest::from).collect();
    db.transaction(|db| diesel::insert_into(guests::table).values(&all).execute(db)).expect("inserts");
}

impl From<guest::Guest> for Guest {
    fn from(of: guest::Guest) -> Self {
        let guest::Guest { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time } = of;
        Self { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time }
    }
}

impl From<Guest> for guest::Guest {
    fn from(of: Guest) -> Self {
        let Guest { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time } = of;
        Self { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time }
    }
}
