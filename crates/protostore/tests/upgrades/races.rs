//! Several processes that start at once on one file.

use std::env;
use std::time::Duration;

use protostore::Kind;

use super::process::{self, Process};
use super::store::{Home, VERSIONS, connect, key, options, strings};

/// How many processes there are.
const CROWD: usize = 4;

/// How many rounds there are, unless `PROTOSTORE_CASES` says how many.
const ROUNDS: usize = 4;

fn rounds() -> usize {
    env::var("PROTOSTORE_CASES").map_or(ROUNDS, |cases| cases.parse().expect("PROTOSTORE_CASES is a number"))
}

/// What each process does: waits its turn, says what opening changed, serves, and closes.
#[test]
#[ignore = "a process that other tests start"]
fn patient() {
    let Some(path) = process::database() else { return };
    let opened = options().wait(Duration::from_secs(120)).open(&VERSIONS[3], path, &key());
    let store = match opened {
        Ok(store) => store,
        Err(e) => return process::say(&format!("refused: {e}")),
    };
    let upgraded = store.info().upgraded.is_some();
    store.write(|_| Ok(())).expect("serves");
    store.close().expect("closes");
    process::say(if upgraded { "upgraded" } else { "opened" });
}

/// The same without patience, and it stays until it is killed.
#[test]
#[ignore = "a process that other tests start"]
fn impatient() {
    let Some(path) = process::database() else { return };
    match options().open(&VERSIONS[3], path, &key()) {
        Err(e) => process::say(&format!("{:?}: {e}", e.kind())),
        Ok(_store) => {
            process::say("opened");
            std::thread::park();
        }
    }
}

fn answers(crowd: &mut [Process]) -> Vec<String> {
    let mut answers: Vec<_> = crowd.iter_mut().map(Process::line).collect();
    answers.sort();
    answers
}

#[test]
fn those_that_wait_serve_in_their_turn_and_one_upgrades() {
    for round in 0..rounds() {
        let home = Home::at(1);
        let mut crowd = [(); CROWD].map(|()| Process::start("races::patient", &home.path()));
        assert_eq!(answers(&mut crowd), ["opened", "opened", "opened", "upgraded"], "round {round}");
        let rows = strings(&connect(&home.path()), "SELECT name FROM machines ORDER BY name");
        assert_eq!(rows, ["a", "b", "c"]);
        assert_eq!(home.copies().len(), 1);
    }
}

#[test]
fn those_that_wait_for_a_file_that_is_being_made_open_it() {
    for round in 0..rounds() {
        let home = Home::new();
        let mut crowd = [(); CROWD].map(|()| Process::start("races::patient", &home.path()));
        assert_eq!(answers(&mut crowd), ["opened"; CROWD], "round {round}");
    }
}

#[test]
fn without_waiting_three_are_refused_by_name_and_change_nothing() {
    for round in 0..rounds() {
        let home = Home::at(1);
        let mut crowd = [(); CROWD].map(|()| Process::start("races::impatient", &home.path()));
        let said: Vec<_> = crowd.iter_mut().map(Process::line).collect();
        let won = said.iter().position(|said| said == "opened").unwrap_or_else(|| panic!("round {round}: {said:?}"));
        let named = format!("is open in process {}", crowd[won].id());
        let refused: Vec<_> = said.iter().enumerate().filter(|(at, _)| *at != won).map(|(_, said)| said).collect();
        assert!(
            refused.iter().all(|said| said.starts_with("InUse") && said.contains(&named)),
            "round {round}: {said:?}"
        );
        crowd[won].kill();
        let store = home.open(&VERSIONS[3]).expect("opens");
        assert!(store.info().upgraded.is_none(), "the one did it");
    }
}

#[test]
fn who_waits_too_short_is_told_who_has_it() {
    let home = Home::at(4);
    let store = home.open(&VERSIONS[3]).expect("opens");
    let short = options().wait(Duration::from_millis(20)).open(&VERSIONS[3], home.path(), &key());
    let refused = short.expect_err("is refused");
    super::store::has(&refused, &["is open in this process", &std::process::id().to_string()]);
    assert_eq!(refused.kind(), Kind::InUse);
    // A store of this process is waited for as well.
    let path = home.path();
    let waiting = std::thread::spawn(move || options().wait(Duration::from_secs(120)).open(&VERSIONS[3], path, &key()));
    store.close().expect("closes");
    waiting.join().expect("ends").expect("opens");
}
