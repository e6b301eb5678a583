//! What each kind of step of an upgrade costs on many rows with children, encrypted: time, log and room, beside the estimate
//! that codegen prints.
//!
//! `cargo run --release --package protostore-scale -- [ROWS] [KIND]`; 1,000,000 rows and all kinds unless told. It fails
//! where an estimate is wrong by more than a factor of three, or where rows are told that are not all.
//! Estimates are compared with the time of the processor, which other programs on the machine change least.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark speaks to a terminal")]

mod kinds;
mod lab;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kinds::{KINDS, Kind, STORE};
use lab::{METHOD, Store, Way};
use protostore::{Key, Options};
use rusqlite::Connection;

/// By how much an estimate may be wrong.
const FACTOR: f64 = 3.0;
/// What takes no longer than this is not compared with its estimate: the work that any upgrade has weighs more.
const SHORT: f64 = 0.5;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let rows: u64 = words.next().map_or(1_000_000, |rows| rows.parse().expect("a number of rows"));
    let named = words.next();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (base, old) = (folder.path().join("base.db"), Store::new(STORE));
    fill(&base, &old, rows);
    let megabytes = std::fs::metadata(&base).expect("a file").len() / 1_000_000;
    println!("{rows} machines, {} tags, {megabytes} MB, encrypted\n", 2 * rows);
    println!("| step | time | processor | estimate | passes | log | room | longest silence | rows told |");
    println!("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |");
    let mut faults = Vec::new();
    for kind in KINDS.iter().filter(|kind| named.as_ref().is_none_or(|named| kind.name.contains(named))) {
        let measured = measure(&folder.path().join("lab.db"), &base, &old, kind);
        println!("{}", measured.line(kind));
        faults.extend(measured.faults(kind));
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn key() -> Key {
    Key::from_secret([7; 32])
}

/// Opens a database as any tool with SQLCipher does.
fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("opens");
    let mut salt = [0; 16];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut salt)).expect("a salt");
    let keys = key().for_file(&salt);
    let hex: String = keys.expose_cipher().iter().chain(&salt).map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"; PRAGMA cache_size = -4096;")).expect("takes the key");
    connection
}

/// Makes a database of version 1.
fn fill(path: &Path, store: &Store, rows: u64) {
    let program = lab::program(store, &[(store.sql(), store)]);
    Options::new().open(program, path, &key()).expect("version 1").close().expect("closes");
    let db = connect(path);
    db.execute_batch("BEGIN").and_then(|()| db.execute_batch(&kinds::rows(rows))).expect("rows");
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").expect("is written");
    let _ = db.close();
}

/// Returns the seconds that the processor has worked for this process, its threads included.
pub(crate) fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux says it");
    // The name of the process, in parentheses, may have spaces in it.
    let fields = stat.rsplit(')').next().expect("fields").split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}

/// What an upgrade cost.
struct Measured {
    seconds: f64,
    /// The same in time of the processor.
    work: f64,
    estimate: f64,
    passes: BTreeMap<String, u32>,
    log: u64,
    room: u64,
    /// The longest time in which it did not tell how far it is: what SQLite does in one go, as dropping a table, tells nothing.
    silent: Duration,
    /// How many rows the step that takes them one by one said that it had done, and of how many.
    rows: Option<(u64, u64)>,
}

/// Upgrades a copy of the database.
fn measure(path: &Path, base: &Path, old: &Store, kind: &Kind) -> Measured {
    let mut text = STORE.to_owned();
    for (from, to) in kind.edits {
        assert!(text.contains(from), "{}: {from} is not in the store", kind.name);
        text = text.replace(from, to);
    }
    let way = Way::between(old, &Store::new(&text));
    std::fs::copy(base, path).expect("copies");
    let mut times = lab::pass_times(path);
    let before = size(path);
    let last = Arc::new(Mutex::new((Instant::now(), Duration::ZERO, None)));
    let listener = Arc::clone(&last);
    // When the steps of the version began, and when they were over.
    let work = Arc::new(Mutex::new([None, None]));
    let steps = Arc::clone(&work);
    let options = Options::new().copy_before_upgrade(false).progress(move |at| {
        let mut last = listener.lock().expect("one thread");
        last.1 = last.1.max(last.0.elapsed());
        last.0 = Instant::now();
        last.2 = at.rows.zip(at.of_rows).or(last.2);
        let mut steps = steps.lock().expect("one thread");
        match (at.slug, *steps) {
            ("", [Some(_), None]) => steps[1] = Some(processor()),
            ("change", [None, _]) => steps[0] = Some(processor()),
            _ => {}
        }
    });
    let options = options.__upgrades(&[METHOD], |row| {
        // Field 20, a text: what is appended to a message is a field of it.
        let mut new = row.new.to_vec();
        new.extend([0xa2, 0x01, 4]);
        new.extend(b"here");
        Ok(new)
    });
    last.lock().expect("is whole").0 = Instant::now();
    let watch = Watch::begin(path);
    let store = options.open(way.program, path, &key()).unwrap_or_else(|why| panic!("{}: {why}", kind.name));
    let (log, room) = watch.end();
    let upgraded = store.info().upgraded.expect("it was upgraded");
    store.close().expect("closes");
    // Tables that are new.
    for (table, time) in lab::pass_times(path) {
        times.entry(table).or_insert(time);
    }
    let time = |(table, passes): (&String, &u32)| f64::from(*passes) * times.get(table).unwrap_or(&0.0);
    let estimate = way.passes.iter().map(time).fold(0.0, |all, time| all + time);
    let (_, silent, rows) = *last.lock().expect("is whole");
    let [Some(begun), Some(ended)] = *work.lock().expect("is whole") else { panic!("{}: no step was told", kind.name) };
    Measured {
        work: ended - begun,
        seconds: upgraded.versions.iter().map(|applied| applied.took.as_secs_f64()).sum(),
        estimate,
        passes: way.passes,
        log,
        room: room.saturating_sub(before),
        silent,
        rows,
    }
}

impl Measured {
    fn line(&self, kind: &Kind) -> String {
        let Self { seconds, work, estimate, passes, log, room, silent, rows } = self;
        let passes: Vec<String> = passes.iter().map(|(table, passes)| format!("{passes} {table}")).collect();
        let megabytes = |bytes: u64| format!("{} MB", bytes / 1_000_000);
        let told = match rows {
            Some((done, of)) => format!("{done} of {of}"),
            None => String::new(),
        };
        let silent = silent.as_secs_f64();
        let (passes, log, room) = (passes.join(", "), megabytes(*log), megabytes(*room));
        format!(
            "| {} | {seconds:.1} s | {work:.1} s | {estimate:.1} s | {passes} | {log} | {room} | {silent:.1} s | {told} |",
            kind.name
        )
    }

    fn faults(&self, kind: &Kind) -> Vec<String> {
        let Self { work, estimate, rows, .. } = self;
        let mut faults = Vec::new();
        let is_short = *work < SHORT && *estimate < SHORT;
        if !is_short && (estimate / work > FACTOR || work / estimate > FACTOR) {
            faults.push(format!("{}: took {work:.2} s, and {estimate:.2} s was the estimate", kind.name));
        }
        if rows.is_some_and(|(done, of)| done != of) {
            faults.push(format!("{}: ended at other than all rows: {rows:?}", kind.name));
        }
        faults
    }
}

/// The sizes of a database's log and of all its files, as they grow.
struct Watch {
    ends: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<(u64, u64)>,
}

impl Watch {
    fn begin(path: &Path) -> Self {
        let (path, ends) = (path.to_owned(), Arc::new(AtomicBool::new(false)));
        let over = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            let (mut log, mut room) = (0, 0);
            while !over.load(Ordering::Relaxed) {
                log = log.max(std::fs::metadata(beside(&path, "-wal")).map_or(0, |file| file.len()));
                room = room.max(size(&path));
                std::thread::sleep(Duration::from_millis(10));
            }
            (log, room)
        });
        Self { ends, thread }
    }

    fn end(self) -> (u64, u64) {
        self.ends.store(true, Ordering::Relaxed);
        self.thread.join().expect("it ends")
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The size of a database's files.
fn size(path: &Path) -> u64 {
    [path.to_owned(), beside(path, "-wal")]
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|file| file.len())
        .sum()
}
