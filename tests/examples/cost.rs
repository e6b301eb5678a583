//! What the store costs over SQLite itself: reads by key and inserts of the same rows in the same encrypted file, against
//! rusqlite with statements that are held, and with statements that are prepared for each call.
//!
//! `cargo run --release --package protostore-tests --example cost -- [ROWS] [ROUNDS]`; each figure is the best round.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use protostore::Key;
use rusqlite::{Connection, Row, params};
use shapes::{Colour, Implicit};

const COLUMNS: &str = "\"id\", \"a_bool\", \"an_int32\", \"a_sint32\", \"a_sfixed32\", \"an_int64\", \"a_sint64\", \
                       \"a_sfixed64\", \"a_uint32\", \"a_fixed32\", \"a_uint64\", \"a_fixed64\", \"a_float\", \"a_double\", \
                       \"a_string\", \"a_bytes\", \"a_colour\"";
const VALUES: &str = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17";

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (rows, rounds) = (sizes.next().unwrap_or(20_000), sizes.next().unwrap_or(7));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (path, key) = (folder.path().join("cost.db"), Key::from_secret([7; 32]));
    let store = shapes::Options::new().allow_tools(true).open(&path, &key).expect("a store");
    let peer = by_hand(&path, &key);
    let select = format!("SELECT {COLUMNS} FROM \"implicits\" WHERE \"id\" = ?1");
    let insert = format!("INSERT INTO \"implicits\" ({COLUMNS}) VALUES ({VALUES})");

    let records: Vec<Implicit> = (0..rows).map(record).collect();
    let mut best = [Duration::MAX; 5];
    for round in 0..rounds {
        // Inserts of the same records, in one transaction each.
        let batch = records.clone();
        best[0] = best[0].min(timed(|| {
            store.write(move |tx| batch.iter().try_for_each(|record| tx.insert(record).map(drop))).expect("inserts");
        }));
        peer.execute("DELETE FROM \"implicits\"", []).expect("empties");
        best[1] = best[1].min(timed(|| {
            peer.execute_batch("BEGIN IMMEDIATE").expect("begins");
            let mut held = peer.prepare(&insert).expect("prepares");
            records.iter().for_each(|record| write(&mut held, record));
            peer.execute_batch("COMMIT").expect("commits");
        }));
        // Reads by key, a snapshot each.
        best[2] = best[2].min(timed(|| {
            for record in &records {
                black_box(store.read(|r| r.get::<Implicit>(&record.id)).expect("reads"));
            }
        }));
        let mut held = peer.prepare(&select).expect("prepares");
        best[3] = best[3].min(timed(|| {
            for record in &records {
                black_box(held.query_row([&record.id], read).expect("reads"));
            }
        }));
        best[4] = best[4].min(timed(|| {
            for record in &records {
                black_box(peer.query_row(&select, [&record.id], read).expect("reads"));
            }
        }));
        drop(held);
        if round + 1 < rounds {
            peer.execute("DELETE FROM \"implicits\"", []).expect("empties");
        }
    }
    let each = |time: Duration| time.as_nanos() as f64 / rows as f64 / 1_000.0;
    let ratio = |a: usize, b: usize| best[a].as_secs_f64() / best[b].as_secs_f64();
    println!("{rows} rows of 17 columns, best of {rounds}, microseconds a row");
    println!(
        "insert, one transaction   store {:7.2}   held {:7.2}   ratio {:.2}",
        each(best[0]),
        each(best[1]),
        ratio(0, 1)
    );
    println!(
        "get by key, a snapshot    store {:7.2}   held {:7.2}   ratio {:.2}",
        each(best[2]),
        each(best[3]),
        ratio(2, 3)
    );
    println!("                                          prepared {:7.2}   ratio {:.2}", each(best[4]), ratio(2, 4));
}

fn timed(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

fn record(n: usize) -> Implicit {
    let n32 = i32::try_from(n).expect("fewer rows");
    Implicit {
        id: format!("record-{n:08}"),
        a_bool: n.is_multiple_of(2),
        an_int32: n32,
        an_int64: i64::from(n32) * 1_000_003,
        a_uint64: n as u64,
        a_double: f64::from(n32) / 7.0,
        a_string: format!("some text of an ordinary length, number {n}"),
        a_bytes: vec![7; 32],
        a_colour: Colour::Red,
        ..Implicit::default()
    }
}

fn write(statement: &mut rusqlite::Statement<'_>, r: &Implicit) {
    let (a_uint64, a_fixed64) = (r.a_uint64.cast_signed(), r.a_fixed64.cast_signed());
    statement
        .execute(params![
            r.id,
            r.a_bool,
            r.an_int32,
            r.a_sint32,
            r.a_sfixed32,
            r.an_int64,
            r.a_sint64,
            r.a_sfixed64,
            r.a_uint32,
            r.a_fixed32,
            a_uint64,
            a_fixed64,
            f64::from(r.a_float),
            r.a_double,
            r.a_string,
            r.a_bytes,
            r.a_colour.number()
        ])
        .expect("inserts");
}

fn read(row: &Row<'_>) -> rusqlite::Result<Implicit> {
    Ok(Implicit {
        id: row.get(0)?,
        a_bool: row.get(1)?,
        an_int32: row.get(2)?,
        a_sint32: row.get(3)?,
        a_sfixed32: row.get(4)?,
        an_int64: row.get(5)?,
        a_sint64: row.get(6)?,
        a_sfixed64: row.get(7)?,
        a_uint32: row.get(8)?,
        a_fixed32: row.get(9)?,
        a_uint64: row.get::<_, i64>(10)?.cast_unsigned(),
        a_fixed64: row.get::<_, i64>(11)?.cast_unsigned(),
        a_float: row.get(12)?,
        a_double: row.get(13)?,
        a_string: row.get(14)?,
        a_bytes: row.get(15)?,
        a_colour: Colour::from(row.get::<_, i32>(16)?),
    })
}

/// Opens the file as somebody who has its key, without the store, with the same settings.
fn by_hand(path: &Path, key: &Key) -> Connection {
    let salt: [u8; 16] = std::fs::read(path).expect("the file")[..16].try_into().expect("a salt");
    let keys = key.for_file(&salt);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let db = Connection::open(path).expect("opens");
    db.pragma_update(None, "key", format!("x'{}{}'", hex(keys.expose_cipher()), hex(&salt))).expect("takes the key");
    db.execute_batch("PRAGMA cipher_compatibility = 4; PRAGMA foreign_keys = on; PRAGMA synchronous = FULL")
        .expect("is SQLCipher");
    db
}
