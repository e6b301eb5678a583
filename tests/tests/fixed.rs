//! An operation is a function of its data, of what was fixed for it and of the state: the clock changes nothing.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::sync::Arc;

use life::{Folder, Note, Ticket, ticket};
use protostore::{
    Delete, DeleteMany, Fixed, Insert, InsertMany, Key, Mask, Op, Options, Purge, Result, Session, Sqlite, Sweep,
    Timestamp, Tx, Undelete, Update, Upsert,
};
use rusqlite::Connection;
use rusqlite::types::Value;

/// A write with what was fixed for it: run as it was prepared or as it was sent, it says what it returned.
type Action = Arc<dyn Fn(&mut Tx<'_, Sqlite>, As) -> String + Send + Sync>;

/// Which of the two values of an operation is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum As {
    Prepared,
    Sent,
}

/// Operations one after the other, a second apart.
struct Script {
    /// When the first begins.
    base: i64,
    /// What was fixed by another script of the same operations.
    ids: Option<Vec<Fixed>>,
    fixed: Vec<Fixed>,
    actions: Vec<Action>,
}

impl Script {
    fn now(&self) -> Timestamp {
        let passed = self.actions.len() as i64;
        Timestamp::new(self.base + passed, 123_456_789).expect("is a time")
    }

    fn in_seconds(&self, seconds: i64) -> Option<Timestamp> {
        Timestamp::new(self.now().seconds() + seconds, 0)
    }

    fn step<O>(&mut self, op: O)
    where
        O: Op<Out: Debug> + Clone + Sync + 'static,
    {
        let (sent, mut prepared) = (op.clone(), op);
        let fixed = prepared.prepare(Fixed::at(self.now())).map(|fixed| match &self.ids {
            None => fixed,
            Some(ids) => {
                let ids = ids[self.actions.len()].ids();
                ids.fold(Fixed::at(self.now()), |fixed, (record, member, id)| fixed.with_id(record, member, id))
            }
        });
        self.fixed.push(fixed.as_ref().map(Fixed::clone).unwrap_or_default());
        let fixed = fixed.map_err(|e| e.to_string());
        self.actions.push(Arc::new(move |tx, run| match (&fixed, run) {
            (Err(e), _) => format!("refused before it runs: {e}"),
            (Ok(fixed), As::Prepared) => told(tx.replay(&prepared, fixed)),
            (Ok(fixed), As::Sent) => told(tx.replay(&sent, fixed)),
        }));
    }
}

fn told<T: Debug>(done: Result<T>) -> String {
    done.map_or_else(|e| e.to_string(), |out| format!("{out:?}"))
}

/// Numbers that look random, from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn id(of: u64) -> String {
    format!("00000000-0000-4000-8000-00000000000{of}")
}

fn folder(of: u64) -> Folder {
    Folder { id: of.to_string(), name: of.is_multiple_of(2).then(|| of.to_string()), ..Folder::default() }
}

fn note(folder: u64, number: u64) -> Note {
    let author = if number == 0 { String::new() } else { "someone".to_owned() };
    Note { folder_id: folder.to_string(), number: number as u32, author, ..Note::default() }
}

/// Writes a script of operations of all kinds; those with the same seed and another base differ in their times alone.
fn script(seed: u64, base: i64, ids: Option<Vec<Fixed>>) -> Script {
    let mut script = Script { base, ids, fixed: Vec::new(), actions: Vec::new() };
    let mut dice = Dice(seed);
    for of in 0..3 {
        script.step(Insert::new(folder(of)));
        script.step(Insert::new(Ticket { id: id(of), ..Ticket::default() }));
    }
    for _ in 0..60 {
        let ends = dice.roll(30) as i64 - 5;
        let made = Ticket {
            place: [None, Some("a".to_owned()), Some("b".to_owned())][dice.roll(3) as usize].clone(),
            holder: ["x", "y"][dice.roll(2) as usize].to_owned(),
            expire_time: script.in_seconds(ends).filter(|_| ends != 0),
            since: script.in_seconds([-1, 0, 1][dice.roll(3) as usize]),
            seats: vec!["1".to_owned(); dice.roll(3) as usize],
            ..Ticket::default()
        };
        let given = Ticket { id: id(dice.roll(3)), number: [0, 0, 7][dice.roll(3) as usize], ..made.clone() };
        let (of, number) = (dice.roll(3), dice.roll(3));
        match dice.roll(22) {
            0 | 1 => script.step(Insert::new(made)),
            2 | 3 => script.step(Insert::new(given)),
            4 => script.step(InsertMany::new(vec![made.clone(), Ticket { place: None, ..made }])),
            5 | 6 => script.step(Upsert::new(given)),
            7 => script.step(Upsert::new(made)),
            8 => script.step(ticket::upsert_by_place(made)),
            9 => script.step(Update::new(given, (ticket::holder, ticket::expire_time, ticket::since))),
            10 => script.step(Update::new(given, Mask::all())),
            11 => script.step(Delete::<Ticket>::new(id(of))),
            12 => script.step(DeleteMany::<Ticket>::new(vec![id(of), id(number)])),
            13 => script.step(ticket::list_by_holder("x").delete()),
            14 => script.step(ticket::seats.of(&id(of)).append("2")),
            15 => script.step(ticket::prices.of(&id(of)).put("net", 5)),
            16 => script.step(Sweep::<Ticket>::new(2)),
            17 => script.step(Upsert::new(folder(of))),
            18 => script.step(Upsert::new(note(of, number))),
            19 => script.step(Delete::<Folder>::new(of.to_string())),
            20 => script.step(Undelete::<Folder>::new(of.to_string())),
            _ => script.step(Purge::<Folder>::new(of.to_string())),
        }
    }
    script
}

/// Runs a script over an empty store, and returns what each operation said and what all tables hold, with times as
/// they are from the script's beginning.
fn run(script: &Script, which: As) -> Outcome {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().canonicalize().expect("is there").join("life.db");
    let store = Options::<Sqlite>::new().plaintext(true).open(&life::SCHEMA, &path, &Key::from_secret([7; 32]));
    let store = store.expect("opens");
    let mut said = Vec::new();
    for action in &script.actions {
        let action = Arc::clone(action);
        let out = store.write(move |tx| Ok(action(tx, which))).expect("goes on");
        said.push(from(&out, script.base));
    }
    store.close().expect("closes");
    let db = Connection::open(path).expect("opens");
    let list = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let mut tables = db.prepare(list).expect("prepares");
    let tables = tables.query_map((), |row| row.get::<_, String>(0)).expect("reads").map(|name| name.expect("a name"));
    let is_ours = |name: &String| match name.as_str() {
        "protostore__sequences" => true,
        name => !name.starts_with("protostore__") && name != "refinery_schema_history",
    };
    let ours = tables.filter(is_ours);
    let dump = ours.map(|name| (name.clone(), rows(&db, &name, script.base))).collect();
    (said, dump)
}

fn rows(db: &Connection, table: &str, base: i64) -> Vec<String> {
    let mut all = db.prepare(&format!("SELECT * FROM \"{table}\"")).expect("prepares");
    let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
    let unit = |column: &str| match (table, column) {
        ("tickets", "update_time") => Some(1_000),
        ("folders" | "notes", "delete_time") => Some(1),
        ("tickets", "create_time" | "expire_time" | "since") => Some(1_000_000_000),
        _ => None,
    };
    let read = all.query_map((), |row| {
        let mut out = String::new();
        for (at, column) in columns.iter().enumerate() {
            let value = match (row.get::<_, Value>(at)?, unit(column)) {
                (Value::Integer(time), Some(unit)) => Value::Integer(time - base * unit),
                (value, _) => value,
            };
            let _ = write!(out, "{column}: {value:?} ");
        }
        Ok(out)
    });
    let mut rows: Vec<String> = read.expect("reads").map(|row| row.expect("a row")).collect();
    rows.sort();
    rows
}

/// Returns a text with the seconds in it as they are from the base.
fn from(text: &str, base: i64) -> String {
    let mut parts = text.split("seconds: ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let seconds: i64 = part[..digits].parse().expect("is a number of seconds");
        let _ = write!(out, "seconds: {}{}", seconds - base, &part[digits..]);
    }
    out
}

/// What came of a script.
type Outcome = (Vec<String>, BTreeMap<String, Vec<String>>);

/// Returns the first difference.
fn differs((said, dump): &Outcome, (other, elsewhere): &Outcome) -> Option<String> {
    let said = said.iter().zip(other).find(|(a, b)| a != b).map(|(a, b)| format!("{a}\n{b}"));
    let held = dump.iter().find(|(name, rows)| elsewhere.get(*name) != Some(rows));
    said.or_else(|| held.map(|(name, rows)| format!("{name}: {rows:#?}\n{:#?}", elsewhere.get(name))))
}

#[test]
fn an_operation_does_the_same_whenever_it_runs() {
    let now = Timestamp::now().seconds();
    let mut refused = 0;
    for seed in 0..12 {
        let here = script(seed, now, None);
        let first = run(&here, As::Prepared);
        let same = |other: Outcome, what: &str| {
            let differs = differs(&first, &other);
            assert!(differs.is_none(), "{seed}, {what}: {}", differs.unwrap_or_default());
        };
        same(run(&here, As::Prepared), "run again");
        same(run(&here, As::Sent), "run elsewhere, as it was sent");
        // What has not expired for the script has for the clock, and the reverse.
        for base in [now - 1_000_000_000, now + 1_000_000_000] {
            let there = script(seed, base, Some(here.fixed.clone()));
            same(run(&there, As::Sent), "run at another time");
        }
        refused += first.0.iter().filter(|said| said.contains("must") || said.contains("taken")).count();
    }
    assert!(refused > 0, "some are refused");
}

/// An operation that does what none may.
#[derive(Clone, Debug)]
struct ReadsTheClock;

impl Op for ReadsTheClock {
    type Out = Ticket;
    const NAME: &'static str = "reads_the_clock";

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Ticket> {
        let late = Ticket { id: id(0), expire_time: Some(Timestamp::now()), ..Ticket::default() };
        Insert::new(late).run(s, &fixed.clone().with_id(0, 2, [7; 16])).await
    }
}

#[test]
fn an_operation_that_reads_the_clock_is_found() {
    let mut script = Script { base: 0, ids: None, fixed: Vec::new(), actions: Vec::new() };
    script.step(ReadsTheClock);
    assert!(differs(&run(&script, As::Prepared), &run(&script, As::Prepared)).is_some());
}

/// Another, which compares.
#[derive(Clone, Debug)]
struct ComparesWithTheClock;

impl Op for ComparesWithTheClock {
    type Out = u64;
    const NAME: &'static str = "compares_with_the_clock";

    async fn run<S: Session>(&self, s: &mut S, _: &Fixed) -> Result<u64> {
        Sweep::<Ticket>::new(9).run(s, &Fixed::at(Timestamp::now())).await
    }
}

#[test]
fn an_operation_that_compares_with_the_clock_is_found() {
    let now = Timestamp::now().seconds();
    let swept = |base| {
        let mut script = Script { base, ids: None, fixed: Vec::new(), actions: Vec::new() };
        let expire_time = script.in_seconds(1_000);
        script.step(Insert::new(Ticket { id: id(0), token: Some(id(1)), expire_time, ..Ticket::default() }));
        script.step(ComparesWithTheClock);
        run(&script, As::Prepared)
    };
    assert!(differs(&swept(now), &swept(now - 1_000_000_000)).is_some());
}

#[test]
fn what_a_part_took_from_a_sequence_is_given_again_where_it_is_undone() {
    let store = life::open_test().expect("a TEST store");
    let numbers = store.write(|tx| {
        let first = tx.insert(&Ticket::default())?.number;
        let dry = tx.dry_run(|tx| tx.insert(&Ticket::default()))?;
        let kept = tx.part(|tx| tx.insert(&Ticket::default()))?;
        Ok((first, dry.number, kept.number, dry.etag == kept.etag, dry.id == kept.id))
    });
    assert_eq!(numbers.expect("goes on"), (1, 2, 2, true, false));
}
