//! A database is there whole, or not at all.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::fixture::{Helper, Home, INITIAL, ONE, options, refused, schema, shut, step};
use crate::schema::Schema;

static BROKEN: Schema = schema(1, "0.1.0", &[step(1, "initial", "CREATE TABLE nonsense")], "CREATE TABLE nonsense");
static MISNUMBERED: Schema = schema(2, "0.1.0", &[step(1, "initial", INITIAL)], INITIAL);

/// How long an undisturbed creation takes, on this machine and under its load of now.
fn undisturbed() -> Duration {
    let home = Home::new();
    let mut helper = Helper::start("race", &home.path());
    assert_eq!(helper.line(), "started");
    let begun = Instant::now();
    assert_eq!(helper.line(), "opened");
    begun.elapsed()
}

#[test]
fn killed_at_any_time_it_can_be_opened_afterwards() {
    const ROUNDS: u32 = 40;
    let (mut nothing, mut whole) = (0, 0);
    let whole_time = undisturbed();
    for round in 0..=ROUNDS {
        let home = Home::new();
        let mut helper = Helper::start("race", &home.path());
        assert_eq!(helper.line(), "started");
        if round < ROUNDS {
            sleep(whole_time * round / (ROUNDS * 3 / 4));
        } else {
            assert_eq!(helper.line(), "opened");
        }
        helper.kill();
        match home.path().metadata() {
            Ok(file) => {
                assert!(file.len() >= 4096, "round {round}");
                whole += 1;
            }
            Err(_) => nothing += 1,
        }
        let opened = home.open(&ONE).unwrap_or_else(|why| panic!("round {round}: {why}"));
        assert!(!home.file("test.db.creating").exists());
        shut(opened).unwrap();
        let names: Vec<_> = home.contents().into_keys().collect();
        assert_eq!(names, ["test.db"]);
    }
    assert!(nothing > 0 && whole > 0, "the moments were not spread: {nothing} before, {whole} after");
}

#[test]
fn what_fails_leaves_nothing_behind() {
    let home = Home::new();
    for _ in 0..2 {
        refused(home.open(&BROKEN), &["cannot be made at version 1", "nothing is left of it"]);
        refused(home.open(&MISNUMBERED), &["not numbered from 1 to its version, 2"]);
        assert!(home.contents().is_empty());
    }
    shut(home.open(&ONE).unwrap()).unwrap();
}

#[test]
fn what_an_interrupted_creation_left_is_cleared_away() {
    let home = Home::new();
    for suffix in ["", "-wal", "-shm", "-journal"] {
        fs::write(home.file(&format!("test.db.creating{suffix}")), "half").unwrap();
    }
    shut(home.open(&ONE).unwrap()).unwrap();
    assert_eq!(home.contents().into_keys().collect::<Vec<_>>(), ["test.db"]);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let home = Home::new();
    let closed = home.file("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o500)).unwrap();
    let result = crate::sqlite::open::open(&options(), &ONE, &closed.join("test.db"), &super::fixture::key());
    refused(result, &["cannot open its lock file"]);
}
