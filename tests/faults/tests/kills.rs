//! A process that writes on many threads is killed again and again: everything acknowledged is there, and whole.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fastrand::Rng;
use life::Fact;
use protostore_faults::{plan, work};

/// How many kills CI makes; `PROTOSTORE_CASES` asks for others.
const IN_CI: u64 = 40;

/// How many threads write.
const WRITERS: usize = 8;

/// The database of the process that is killed.
const DATABASE: &str = "PROTOSTORE_FAULTS_DATABASE";

/// When that process says that a record is there.
const ORDER: &str = "PROTOSTORE_FAULTS_ORDER";

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let (cases, seed) = (plan::cases(IN_CI), plan::seed());
    let mut rng = Rng::with_seed(seed);
    let home = tempfile::tempdir().expect("a directory");
    let acknowledged = kill(&mut rng, &home.path().join("life.db"), cases, "after the commit")
        .unwrap_or_else(|wrong| panic!("PROTOSTORE_SEED={seed}: {wrong}"));
    assert!(acknowledged as u64 > cases * 5, "only {acknowledged} writes were acknowledged: the harness shows nothing");
    plan::report(&format!(
        "kills: {cases} kills, {acknowledged} acknowledged writes, nothing lost (PROTOSTORE_SEED={seed})"
    ));
    // The control: a program that acknowledges before the commit.
    let lost = kill(&mut rng, &home.path().join("control.db"), 20, "before the commit");
    assert!(lost.is_err(), "a program that acknowledges before the commit was not noticed: the harness shows nothing");
}

/// Kills a process so many times, and returns how many writes it had acknowledged, or what is wrong.
fn kill(rng: &mut Rng, database: &Path, kills: u64, order: &str) -> Result<usize, String> {
    let (mut acknowledged, mut newest) = (BTreeMap::new(), 0);
    for round in 0..kills {
        let mut child = start(database, order, round);
        let said = collect(&mut child, Duration::from_millis(rng.u64(20..150)));
        for said in said {
            let (id, sequence) = said.split_once(' ').expect("an id and the sequence of its commit");
            acknowledged.insert(id.to_owned(), fact(id));
            newest = newest.max(sequence.parse().expect("a number"));
        }
        compare(database, &acknowledged, newest).map_err(|wrong| format!("after kill {round}: {wrong}"))?;
    }
    Ok(acknowledged.len())
}

/// Starts the process.
fn start(database: &Path, order: &str, round: u64) -> Child {
    Command::new(env::current_exe().expect("a path"))
        .args(["--exact", "the_process_that_is_killed", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DATABASE, database)
        .env(ORDER, order)
        .env("PROTOSTORE_FAULTS_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// Lets the process write for a while from its first answer on, kills it, and returns what it acknowledged.
fn collect(child: &mut Child, time: Duration) -> Vec<String> {
    let mut output = BufReader::new(child.stdout.take().expect("is piped"));
    let mut said = Vec::new();
    let mut line = String::new();
    // The first answer comes once the store is open, which may take its time after a kill.
    while said.is_empty() && output.read_line(&mut line).expect("reads") > 0 {
        said.extend(line.trim_end().split_once("there> ").map(|(_, id)| id.to_owned()));
        line.clear();
    }
    let reader = std::thread::spawn(move || {
        let mut rest = String::new();
        output.read_to_string(&mut rest).map(|_| rest)
    });
    std::thread::sleep(time);
    child.kill().expect("kills");
    child.wait().expect("ends");
    let rest = reader.join().expect("reads").expect("is text");
    // The last line may be cut.
    let whole = rest.rsplit_once('\n').map_or("", |(whole, _)| whole);
    said.extend(whole.lines().filter_map(|line| line.split_once("there> ")).map(|(_, id)| id.to_owned()));
    said
}

/// Opens the store: each acknowledged record is there as it was written, no other is there in part, and the newest commit
/// that was told is one of the store's.
fn compare(database: &Path, acknowledged: &BTreeMap<String, Fact>, newest: u64) -> Result<(), String> {
    let store = work::open(database).map_err(|e| format!("the store does not open: {e:?}"))?;
    let sequence = store.info().sequence;
    if sequence < newest {
        return Err(format!("the store is at commit {sequence}, and {newest} was acknowledged"));
    }
    let (mut after, mut found) = (None, BTreeMap::new());
    loop {
        let page = store.read(|r| r.page::<Fact>(after.clone(), 1000)).map_err(|e| format!("cannot be read: {e:?}"))?;
        for mut record in page.records {
            record.create_time = None;
            if record != fact(&record.id) {
                return Err(format!("{} is there in part: {record:?}", record.id));
            }
            found.insert(record.id.clone(), ());
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    match acknowledged.keys().find(|id| !found.contains_key(*id)) {
        Some(id) => Err(format!("{id} was acknowledged and is gone")),
        None => store.close().map_err(|e| format!("the store does not close: {e:?}")),
    }
}

/// The record of an id.
fn fact(id: &str) -> Fact {
    let words = (0..id.len() % 4).map(|number| format!("{id} {number} {}", "word ".repeat(number * 30)));
    Fact { id: id.to_owned(), subject: format!("subject of {id}"), words: words.collect(), ..Fact::default() }
}

/// What the process does that is killed.
#[test]
#[ignore = "a process that another test starts"]
#[expect(clippy::print_stdout, reason = "that is how it speaks to its parent")]
fn the_process_that_is_killed() {
    let Some(database) = env::var_os(DATABASE).map(PathBuf::from) else { return };
    let before = env::var(ORDER).is_ok_and(|order| order == "before the commit");
    let round = env::var("PROTOSTORE_FAULTS_ROUND").unwrap_or_default();
    let store = work::open(&database).expect("opens");
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, round) = (store.clone(), round.clone());
            scope.spawn(move || {
                for number in 0.. {
                    let id = format!("{round}-{writer}-{number}");
                    if before {
                        println!("there> {id} 0");
                    }
                    let written = fact(&id);
                    // Every other write through a closure.
                    let done = match number % 2 {
                        0 => work::commit(store.facts().insert(written)),
                        _ => store.write_committed(move |tx| tx.insert(&written).map(drop)).map(|done| done.sequence),
                    };
                    let sequence = done.expect("writes");
                    if !before {
                        println!("there> {id} {sequence}");
                    }
                }
            });
        }
    });
}
