//! The workload: a fixed list of writes of every kind, and what the store holds after each of them.

use std::path::Path;

use fastrand::Rng;
use life::{Fact, Folder, Mention, fact};
use protostore::{Committed, Error, Field, Key, Kind, Result, Sqlite, Timestamp, Tx};

/// One write, or a stop and a start in between.
#[derive(Clone, Debug)]
pub enum Write {
    /// Inserts a record with rows in two child tables.
    Insert(Fact),
    /// Writes a record whether it is there or not.
    Upsert(Fact),
    /// Changes two members of a record.
    Update(Fact),
    /// Adds an element to a list in place.
    Append(String, String),
    /// Deletes a record, and by CASCADE and SET NULL what refers to it.
    Delete(String),
    /// Deletes several.
    DeleteMany(Vec<String>),
    /// Inserts a record that refers to others.
    Mention(Mention),
    /// Inserts several records, or none of them.
    All(Vec<Fact>),
    /// Inserts a record that can be deleted softly.
    Folder(Folder),
    /// Deletes one softly, with those below it.
    SoftDelete(String),
    /// Deletes the facts that have expired, in one batch: a sweep of the whole store is a transaction for each batch.
    Sweep,
    /// Closes the store and opens it again.
    Reopen,
}

/// The writes, and the state before the first and after each of them.
#[derive(Debug)]
pub struct Work {
    /// The writes, in order.
    pub writes: Vec<Write>,
    /// `states[n]` is what the store holds after the first `n` writes.
    pub states: Vec<String>,
    /// Whether a write is rejected where nothing fails.
    pub rejected: Vec<Option<Kind>>,
}

/// The key of every store here.
pub fn key() -> Key {
    Key::from_secret([9; 32])
}

/// Opens the store at a path, with a log so small that it is moved into the file several times in each run, and with a small
/// reserve for a full disk.
///
/// # Errors
/// As [`life::Options::open`].
pub fn open(path: &Path) -> Result<life::Store> {
    life::Options::new().readers(1).log_limit(1 << 20).reserve(256 << 10).open(path, &key())
}

/// Waits for the asynchronous face of a store.
///
/// # Panics
/// If no runtime can be made.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Draws so many writes, and runs them once over a store at this path, where nothing fails.
///
/// # Panics
/// If the store fails where it has no reason to.
pub fn draw(rng: &mut Rng, writes: usize, path: &Path) -> Work {
    let mut store = open(path).expect("opens");
    let mut work = Work { writes: Vec::new(), states: vec![dump(&store).expect("reads")], rejected: Vec::new() };
    for number in 0..writes {
        let facts = store.read(|r| r.page::<Fact>(None, 1000)).expect("reads").records;
        let write = next(rng, number, &facts.into_iter().map(|fact| fact.id).collect::<Vec<_>>());
        let done = run(&mut Some(&mut store), &write, path);
        work.rejected.push(done.err().map(|e| e.kind()));
        work.writes.push(write);
        work.states.push(dump(&store).expect("reads"));
    }
    store.close().expect("closes");
    work
}

/// Runs one write, and returns the sequence of its commit; [`Write::Reopen`] leaves none in the place of the store where it
/// cannot be opened again.
///
/// # Errors
/// What the store answers.
pub fn perform(store: &mut Option<life::Store>, write: &Write, path: &Path) -> Result<u64> {
    if matches!(write, Write::Reopen) {
        if let Some(store) = store.take() {
            store.close()?;
        }
        let opened = store.insert(open(path)?);
        return Ok(opened.info().sequence);
    }
    run(&mut store.as_mut(), write, path)
}

fn run(store: &mut Option<&mut life::Store>, write: &Write, path: &Path) -> Result<u64> {
    let Some(store) = store else { return Err(Error::new(Kind::Stopped, "there is no store")) };
    match write.clone() {
        Write::Insert(fact) => commit(store.facts().insert(fact)),
        Write::Upsert(fact) => commit(store.facts().upsert(fact)),
        Write::Update(record) => {
            commit(store.facts().update::<[Field<Fact>; 2]>(record, [fact::words.into(), fact::subject.into()]))
        }
        Write::Append(id, word) => commit(store.apply(fact::words.of(&id).append(word))),
        Write::Delete(id) => commit(store.facts().delete(&id)),
        Write::DeleteMany(ids) => commit(store.facts().delete_many(ids.iter().map(String::as_str))),
        Write::Mention(mention) => commit(store.mentions().insert(mention)),
        Write::All(facts) => {
            let all = move |tx: &mut Tx<'_, Sqlite>| facts.iter().try_for_each(|fact| tx.insert(fact).map(drop));
            store.write_committed(all).map(|done| done.sequence)
        }
        Write::Folder(folder) => commit(store.folders().insert(folder)),
        Write::SoftDelete(id) => commit(store.folders().delete(&id)),
        Write::Sweep => commit(store.facts().sweep(1_000)),
        Write::Reopen => {
            store.clone().close()?;
            **store = open(path)?;
            Ok(store.info().sequence)
        }
    }
}

/// Waits for a write, and returns the sequence of its commit.
///
/// # Errors
/// What the store answers.
pub fn commit<T>(write: protostore::Write<impl Future<Output = Result<Committed<T>>>>) -> Result<u64> {
    wait(write.committed()).map(|done| done.sequence)
}

/// Reads everything that the store holds, as text; a time that the store made is only said to be there.
///
/// # Errors
/// What the store answers.
pub fn dump(store: &life::Store) -> Result<String> {
    store.read(|r| {
        let mut out = String::new();
        for mut fact in r.page::<Fact>(None, 10_000)?.records {
            fact.create_time = fact.create_time.map(|_| Timestamp::default());
            out += &format!("{fact:?}\n");
        }
        for mention in r.page::<Mention>(None, 10_000)?.records {
            out += &format!("{mention:?}\n");
        }
        for folder in r.page::<Folder>(None, 10_000)?.records {
            out += &format!("{folder:?}\n");
        }
        Ok(out)
    })
}

/// Draws a write that suits the facts that are there.
fn next(rng: &mut Rng, number: usize, facts: &[String]) -> Write {
    let any = |rng: &mut Rng| rng.choice(facts).cloned().unwrap_or_default();
    match rng.u8(..24) {
        0..6 => Write::Insert(draw_fact(rng, number, 0, facts)),
        6..8 => Write::Upsert(Fact { id: any(rng), ..draw_fact(rng, number, 0, facts) }),
        8..10 => Write::Update(Fact { id: any(rng), ..draw_fact(rng, number, 0, facts) }),
        10..12 => Write::Append(any(rng), text(rng)),
        12..14 => Write::Delete(any(rng)),
        14 => Write::DeleteMany(vec![any(rng), any(rng)]),
        15..17 => Write::Mention(Mention {
            id: format!("m{number}"),
            goes_along: any(rng),
            lets_go: any(rng),
            all: vec![any(rng)].into_iter().filter(|id| !id.is_empty()).collect(),
        }),
        17..19 => Write::All((0..4).map(|part| draw_fact(rng, number, part, facts)).collect()),
        19..21 => Write::Folder(Folder {
            id: format!("d{number}"),
            name: Some(format!("folder {number}")),
            parent: if number > 8 {
                rng.choice([String::new(), "d1".into(), "d2".into()]).unwrap_or_default()
            } else {
                String::new()
            },
            ..Folder::default()
        }),
        21 => Write::SoftDelete(format!("d{}", rng.usize(..number + 1))),
        22 => Write::Sweep,
        _ => Write::Reopen,
    }
}

fn draw_fact(rng: &mut Rng, number: usize, part: usize, facts: &[String]) -> Fact {
    Fact {
        id: format!("f{number}-{part}"),
        subject: text(rng),
        // Now and then a value that another record has, so that a write is rejected in the middle.
        name: Some(format!("name {}", if rng.u8(..8) == 0 { 0 } else { number * 10 + part })),
        expire_time: if rng.u8(..6) == 0 { Timestamp::new(1, 0) } else { None },
        words: (0..rng.usize(..4)).map(|_| text(rng)).collect(),
        parent: if rng.bool() { rng.choice(facts).cloned().unwrap_or_default() } else { String::new() },
        others: (0..rng.usize(..3)).filter_map(|_| rng.choice(facts).cloned()).collect(),
        ..Fact::default()
    }
}

/// A short text, or one that fills pages.
fn text(rng: &mut Rng) -> String {
    let length = if rng.u8(..5) == 0 { 6_000 } else { 12 };
    (0..length).map(|_| rng.alphanumeric()).collect()
}
