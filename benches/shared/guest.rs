//! The table that peers are measured over: guests, as the store has them, filled and read by hand.
//!
//! Compiled into each crate of peers, with the rusqlite that shares their SQLite.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, Result, Row, params};

/// How many records a page has.
pub const PAGE: usize = 100;

/// How many records a batch has.
pub const BATCH: usize = 1000;

/// The key of encrypted files.
pub const KEY: &str = "\"x'0707070707070707070707070707070707070707070707070707070707070707'\"";

/// What is set on every connection, as a store sets it.
pub const SETTINGS: [(&str, &str); 7] = [
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
    ("recursive_triggers", "ON"),
    ("temp_store", "MEMORY"),
    ("cell_size_check", "ON"),
    ("cache_size", "-65536"),
];

/// A guest, every column of its table.
#[derive(Clone, Debug, PartialEq)]
pub struct Guest {
    pub id: String,
    pub machine_id: String,
    pub version: String,
    pub key_fingerprint: Vec<u8>,
    pub uptime: Option<i64>,
    pub load: f64,
    pub clock_offset_us: i64,
    pub report_time: Option<i64>,
}

pub fn key(n: usize) -> String {
    format!("02:00:{:02x}:{:02x}:{:02x}:00", n >> 16 & 255, n >> 8 & 255, n & 255)
}

pub fn machine(n: usize) -> String {
    format!("machine-{n:08}")
}

pub fn guests(from: usize, count: usize) -> Vec<Guest> {
    let guest = |n: usize| Guest {
        id: key(n),
        machine_id: machine(n),
        version: format!("1.{n}.0"),
        key_fingerprint: vec![7; 32],
        uptime: None,
        load: n as f64 / 7.0,
        clock_offset_us: n as i64,
        report_time: Some(1_700_000_000_000_000_000),
    };
    (from..from + count).map(guest).collect()
}

/// The same by hand: rusqlite, and statements from its cache.
pub struct ByHand(Connection);

/// Reads guests, with a condition that is text in the program, as in SQL written by hand.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time FROM guests ",
            $rest
        )
    };
}

impl ByHand {
    /// Opens a connection with the settings, to a file that is encrypted or plain.
    pub fn open(path: &Path, is_encrypted: bool) -> Self {
        let db = Connection::open(path).expect("opens");
        if is_encrypted {
            db.execute_batch(&format!("PRAGMA key = {KEY}")).expect("takes the key");
        }
        for (name, value) in SETTINGS {
            db.execute_batch(&format!("PRAGMA {name} = {value}")).expect("sets");
        }
        Self(db)
    }

    /// Makes the tables of the store, and fills them.
    pub fn fill(&self, count: usize) {
        self.0.execute_batch(include_str!("../../generated/aurae/schema.sqlite.sql")).expect("makes the tables");
        let tx = self.0.unchecked_transaction().expect("begins");
        let sql = "INSERT INTO virtual_machines (id, mem_size_mb, vcpu_count) VALUES (?1, 64, 1)";
        for n in 0..count + BATCH {
            tx.prepare_cached(sql).expect("prepares").execute([machine(n)]).expect("inserts");
        }
        guests(0, count).iter().for_each(|guest| self.insert_one(guest));
        tx.commit().expect("commits");
    }

    pub fn guest(&self, id: &str) -> Guest {
        let mut get = self.0.prepare_cached(select!("WHERE id = ?1")).expect("prepares");
        get.query_row([id], guest).expect("reads")
    }

    pub fn page(&self, after: &str) -> Vec<Guest> {
        let mut page = self.0.prepare_cached(select!("WHERE id > ?1 ORDER BY id LIMIT ?2")).expect("prepares");
        let rows = page.query_map(params![after, PAGE as i64], guest).expect("reads");
        rows.collect::<Result<_>>().expect("reads")
    }

    pub fn insert(&self, guests: &[Guest]) {
        let tx = self.0.unchecked_transaction().expect("begins");
        guests.iter().for_each(|guest| self.insert_one(guest));
        tx.commit().expect("commits");
    }

    fn insert_one(&self, guest: &Guest) {
        let sql = "INSERT INTO guests (id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, \
                   report_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut insert = self.0.prepare_cached(sql).expect("prepares");
        let Guest { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time } = guest;
        let all = params![id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time];
        insert.execute(all).expect("inserts");
    }

    /// Deletes what a batch has inserted.
    pub fn clear(&self, count: usize) {
        self.0.execute("DELETE FROM guests WHERE id >= ?1", [key(count)]).expect("deletes");
    }
}

fn guest(row: &Row<'_>) -> Result<Guest> {
    Ok(Guest {
        id: row.get(0)?,
        machine_id: row.get(1)?,
        version: row.get(2)?,
        key_fingerprint: row.get(3)?,
        uptime: row.get(4)?,
        load: row.get(5)?,
        clock_offset_us: row.get(6)?,
        report_time: row.get(7)?,
    })
}

/// What is measured, in turns with the same by hand.
pub struct Compared {
    pub rounds: usize,
}

impl Compared {
    /// Prints a line of tabs: what, who, the best microseconds of each, the ratio of the best, the median ratio, and that of
    /// processor time.
    pub fn row(
        &self,
        what: &str,
        who: &str,
        each: usize,
        prepare: impl Fn(),
        by_hand: impl Fn(),
        mut peer: impl FnMut(),
    ) {
        let (mut best, mut ratios, mut cpus) = ([f64::MAX; 2], Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let (mut times, mut cpu) = ([0.0; 2], [0.0; 2]);
            for turn in 0..2 {
                let side = (round + turn) % 2;
                prepare();
                let (start, before) = (Instant::now(), processor());
                if side == 0 {
                    by_hand()
                } else {
                    peer()
                }
                times[side] = start.elapsed().as_secs_f64() * 1e6 / each as f64;
                cpu[side] = processor() - before;
            }
            best = [best[0].min(times[0]), best[1].min(times[1])];
            ratios.push(times[1] / times[0]);
            cpus.push(cpu[1] / cpu[0]);
        }
        let median = |mut of: Vec<f64>| {
            of.sort_by(f64::total_cmp);
            of[of.len() / 2]
        };
        let (least, median, cpu) = (best[1] / best[0], median(ratios), median(cpus));
        println!("{what}\t{who}\t{:.2}\t{:.2}\t{least:.2}\t{median:.2}\t{cpu:.2}", best[1], best[0]);
    }
}

/// Returns the microseconds that this process has had of the processor.
fn processor() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// Reads the number of rows and of rounds.
pub fn arguments() -> (usize, usize) {
    let mut words = std::env::args().skip(1).map(|word| word.parse().expect("a number"));
    (words.next().unwrap_or(5_000), words.next().unwrap_or(9))
}
