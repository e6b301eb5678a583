//! A process is killed again and again while requests with ids come to it, and come again: each is applied once, and each
//! answer is the same whenever it is given.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::time::Duration;

use fastrand::Rng;
use life::{Fact, fact};
use protostore::{RequestId, Sqlite, Tx};
use protostore_faults::child::{Child, say};
use protostore_faults::{plan, work};

/// How many kills CI makes; `PROTOSTORE_CASES` asks for others.
const IN_CI: u64 = 40;

/// How many clients send requests.
const CLIENTS: usize = 8;

/// How many requests of before a client sends again after a kill.
const AGAIN: usize = 5;

/// What the process that is killed is told.
const DATABASE: &str = "PROTOSTORE_FAULTS_DATABASE";
const ROUND: &str = "PROTOSTORE_FAULTS_ROUND";
const KEEPS: &str = "PROTOSTORE_FAULTS_KEEPS_ANSWERS";

#[test]
fn each_request_is_applied_once_and_answered_alike_after_kills() {
    let (cases, seed) = (plan::cases(IN_CI), plan::seed());
    let mut rng = Rng::with_seed(seed);
    let home = tempfile::tempdir().expect("a directory");
    let shown = kill(&mut rng, &home.path().join("life.db"), cases, "1")
        .unwrap_or_else(|wrong| panic!("PROTOSTORE_SEED={seed}: {wrong}"));
    assert!(shown.answers as u64 > cases * 8, "only {} answers were given: the harness shows nothing", shown.answers);
    assert!(shown.again as u64 > cases * 2, "only {} answers were given again", shown.again);
    plan::report(&format!(
        "requests: {cases} kills, {} answers, {} of them given again, each applied once (PROTOSTORE_SEED={seed})",
        shown.answers, shown.again
    ));
    // The control: a program that keeps no answers.
    let lost = kill(&mut rng, &home.path().join("control.db"), 10, "0");
    assert!(lost.is_err(), "a program that keeps no answers was not noticed: the harness shows nothing");
}

/// How much was looked at.
#[derive(Debug, Default)]
struct Shown {
    answers: usize,
    again: usize,
}

/// Kills the process so many times, and returns how many answers there were, or what is wrong.
fn kill(rng: &mut Rng, database: &Path, kills: u64, keeps: &str) -> Result<Shown, String> {
    let (mut shown, mut answers) = (Shown::default(), BTreeMap::new());
    let path = database.to_str().expect("is text");
    for round in 0..kills {
        let round = round.to_string();
        let variables = [(DATABASE, path), (ROUND, round.as_str()), (KEEPS, keeps)];
        let child = Child::start("the_process_that_is_killed", &variables, "began");
        for line in child.kill_after(Duration::from_millis(rng.u64(20..120))) {
            let (request, answer) = line.split_once(' ').expect("a request and its answer");
            shown.answers += 1;
            match answers.insert(request.to_owned(), answer.to_owned()) {
                Some(before) if before != answer => {
                    return Err(format!("{request} was answered with {before} and then with {answer}"));
                }
                Some(_) => shown.again += 1,
                None => {}
            }
        }
        // What is older was looked at before, and all of it is looked at in the end.
        let number: u64 = round.parse().expect("a number");
        let recent = |request: &str| {
            let of = request.split_once('/').and_then(|(id, _)| id.split_once('-')).map(|(_, of)| of);
            of.is_some_and(|of| of.parse().is_ok_and(|of: u64| of + 1 >= number))
        };
        let newest = answers.iter().filter(|(request, _)| recent(request));
        compare(database, newest).map_err(|wrong| format!("after kill {round}: {wrong}"))?;
    }
    compare(database, answers.iter())?;
    Ok(shown)
}

/// Looks whether each answer is of a request that was applied, once and in its place.
fn compare<'a>(database: &Path, answers: impl Iterator<Item = (&'a String, &'a String)>) -> Result<(), String> {
    let store = work::open(database).map_err(|e| format!("the store does not open: {e:?}"))?;
    let mut facts = BTreeMap::new();
    for (request, answer) in answers {
        let (id, number) = request.split_once('/').expect("a fact and a number");
        let number: usize = number.parse().expect("a number");
        if !facts.contains_key(id) {
            let found = store.read(|r| r.get::<Fact>(id)).map_err(|e| format!("cannot be read: {e:?}"))?;
            facts.insert(id.to_owned(), found.ok_or_else(|| format!("{id} was acknowledged and is gone"))?);
        }
        match facts[id].words.get(number) {
            Some(word) if word == answer => {}
            other => return Err(format!("{request} was answered with {answer}, and {other:?} is in its place")),
        }
    }
    store.close().map_err(|e| format!("the store does not close: {e:?}"))
}

/// Sends a request: adds a word to a fact that no other run of it would add, and answers with that.
fn send(store: &life::Store, id: &str, number: usize, keeps: bool) -> protostore::Result<String> {
    // The id of a request is a function of what it is, as the client made it before it was sent the first time.
    let mut of = Rng::with_seed(id.bytes().fold(number as u64, |seed, byte| seed.wrapping_mul(31) + u64::from(byte)));
    let uuid = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        of.u32(..),
        of.u16(..),
        of.u16(..4096),
        of.u16(..4096),
        of.u64(..1 << 48)
    );
    let request = RequestId::new("a client", "AddWord", &uuid, format!("{id}/{number}").as_bytes())?;
    let id = id.to_owned();
    let add = move |tx: &mut Tx<'_, Sqlite>| {
        let word = format!("{:016x}", fastrand::u64(..));
        tx.run(fact::words.of(&id).append(word.clone()))?;
        Ok(word)
    };
    store.write(move |tx| if keeps { tx.once(&request, &add) } else { add(tx) })
}

/// What the process does that is killed.
#[test]
#[ignore = "a process that another test starts"]
fn the_process_that_is_killed() {
    let (Ok(database), Ok(round), Ok(keeps)) = (env::var(DATABASE), env::var(ROUND), env::var(KEEPS)) else { return };
    let (round, keeps): (usize, _) = (round.parse().expect("a number"), keeps == "1");
    let store = work::open(Path::new(&database)).expect("opens");
    let facts = (0..CLIENTS).map(|client| Fact { id: format!("{client}-{round}"), ..Fact::default() });
    let facts: Vec<_> = facts.collect();
    store.write(move |tx| facts.iter().try_for_each(|fact| tx.insert(fact).map(drop))).expect("inserts");
    say("began");
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let store = store.clone();
            scope.spawn(move || {
                let answer = |id: &str, number| {
                    let answer = send(&store, id, number, keeps).expect("answers");
                    say(&format!("{id}/{number} {answer}"));
                };
                // The last requests of before, answered or not, and the one that may have been on its way.
                if let Some(before) = round.checked_sub(1) {
                    let id = format!("{client}-{before}");
                    let there = store.read(|r| r.get::<Fact>(&id)).expect("reads").map_or(0, |fact| fact.words.len());
                    (there.saturating_sub(AGAIN)..=there).for_each(|number| answer(&id, number));
                }
                // Until the process is killed.
                for number in 0.. {
                    answer(&format!("{client}-{round}"), number);
                }
            });
        }
    });
}
