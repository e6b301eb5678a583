//! sqlx, with text and `query_as`, over one connection.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::guest::{self, KEY, PAGE, SETTINGS};

#[derive(sqlx::FromRow)]
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

/// The options with which sea-orm connects as well.
pub fn options(path: &Path) -> SqliteConnectOptions {
    let key = cfg!(feature = "sqlcipher").then_some(("key", KEY));
    let options = SqliteConnectOptions::new().filename(path);
    key.into_iter().chain(SETTINGS).fold(options, |options, (name, value)| options.pragma(name, value))
}

pub async fn open(path: &Path) -> SqliteConnection {
    options(path).connect().await.expect("opens")
}

pub async fn get(db: &mut SqliteConnection, id: &str) -> Guest {
    let sql = "SELECT id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time \
               FROM guests WHERE id = ?";
    sqlx::query_as(sql).bind(id).fetch_one(db).await.expect("reads")
}

pub async fn page(db: &mut SqliteConnection, after: &str) -> Vec<Guest> {
    let sql = "SELECT id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time \
               FROM guests WHERE id > ? ORDER BY id LIMIT ?";
    sqlx::query_as(sql).bind(after).bind(PAGE as i64).fetch_all(db).await.expect("reads")
}

pub async fn insert(db: &mut SqliteConnection, all: &[guest::Guest]) {
    let sql = "INSERT INTO guests (id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let mut tx = db.begin().await.expect("begins");
    for guest in all {
        let insert = sqlx::query(sql).bind(&guest.id).bind(&guest.machine_id).bind(&guest.version);
        let insert = insert.bind(&guest.key_fingerprint).bind(guest.uptime).bind(guest.load);
        let insert = insert.bind(guest.clock_offset_us).bind(guest.report_time);
        insert.execute(&mut *tx).await.expect("inserts");
    }
    tx.commit().await.expect("commits");
}

impl From<Guest> for guest::Guest {
    fn from(of: Guest) -> Self {
        let Guest { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time } = of;
        Self { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time }
    }
}
