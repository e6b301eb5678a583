//! A file that a newer program has upgraded, under an older one.

use protostore::{Kind, Schema};
use rusqlite::Connection;

use super::store::{Home, OPEN, VERSIONS, connect, has, key, options, programs, strings};

static PROGRAMS: [Schema; 4] = programs(&OPEN);

/// A closed file of a version that says who may open it.
fn at(version: usize) -> Home {
    let home = Home::at(1);
    if version > 1 {
        home.close(&PROGRAMS[version - 1]);
    }
    home
}

fn books(db: &Connection) -> Vec<String> {
    strings(db, "SELECT version || slug || semver || chain || coalesce(snapshot, '') FROM protostore__versions")
}

#[test]
fn one_that_lets_this_program_write_is_opened_and_says_so() {
    let home = at(2);
    let before = books(&connect(&home.path()));
    let store = home.open(&PROGRAMS[0]).expect("opens");
    let newer = store.info().newer.expect("says so");
    assert_eq!((newer.version, newer.semver.as_str(), newer.writes), (2, "0.2.0", true));
    assert_eq!(newer.changes, ["version 2 (rename_mem)"]);
    assert_eq!((store.info().version, store.info().upgraded), (1, None));
    store.write(|_| Ok(())).expect("may write");
    store.close().expect("closes");
    assert_eq!(books(&connect(&home.path())), before, "it writes nothing about versions");
    assert_eq!(strings(&connect(&home.path()), "SELECT user_version || '' FROM pragma_user_version"), ["2"]);
    assert!(home.open(&PROGRAMS[1]).expect("opens").info().newer.is_none());
}

#[test]
fn one_that_lets_this_program_read_is_refused_unless_that_is_asked_for() {
    let home = at(3);
    let before = home.bytes();
    let error = home.refused(
        &PROGRAMS[1],
        &[
            "has version 3 (0.3.0) of the schema, which this program of version 2 (0.2.0) may read and not write",
            "since version 3 (narrow_mem) changed what it would write",
            "read_only_if_newer(true)",
        ],
    );
    assert_eq!(error.kind(), Kind::Open);
    let store = options().read_only_if_newer(true).open(&PROGRAMS[1], home.path(), &key()).expect("opens");
    let newer = store.info().newer.expect("says so");
    assert_eq!((newer.version, newer.writes), (3, false));
    store.read(|_| Ok(())).expect("reads");
    for _ in 0..2 {
        let refused = store.write(|_| Ok(())).expect_err("does not write");
        assert_eq!(refused.kind(), Kind::ReadOnly);
        has(&refused, &["newer version of the schema", "read and not write"]);
    }
    store.close().expect("closes");
    assert!(home.bytes() == before, "bytes were changed");
    home.close(&PROGRAMS[2]);
}

#[test]
fn what_was_not_closed_is_read_with_its_log_and_left_with_it() {
    let home = at(3);
    // A process that was killed leaves a log.
    let mut holder = super::process::Process::start("newer::holder", &home.path());
    assert_eq!(holder.line(), "holds");
    holder.kill();
    let store = options().read_only_if_newer(true).open(&PROGRAMS[1], home.path(), &key()).expect("opens");
    assert!(store.info().engine.recovered);
    assert_eq!(store.write(|_| Ok(())).expect_err("does not write").kind(), Kind::ReadOnly);
    store.close().expect("closes");
    home.close(&PROGRAMS[2]);
}

/// What the process does that is killed: it has the newer file open.
#[test]
#[ignore = "a process that other tests start"]
fn holder() {
    let Some(path) = super::process::database() else { return };
    let _store = options().open(&PROGRAMS[2], path, &key()).expect("opens");
    super::process::say("holds");
    std::thread::park();
}

#[test]
fn one_that_lets_nobody_in_is_refused_with_both_versions_whatever_is_asked_for() {
    for (home, program) in [(at(4), &PROGRAMS[2]), (at(3), &PROGRAMS[0]), (Home::at(2), &VERSIONS[0])] {
        let before = home.bytes();
        home.refused(program, &["newer version of this program"]);
        let asked = options().read_only_if_newer(true).open(program, home.path(), &key());
        has(&asked.expect_err("is refused"), &["knows no more than version", "newer version of this program"]);
        assert!(home.bytes() == before, "bytes were changed");
    }
}

#[test]
fn a_refusal_names_each_change_that_keeps_the_program_out_and_no_other() {
    let both = "version 4 (0.4.0) of the schema, and this program knows no more than version 1 (0.1.0)";
    // Version 2 lets the first program write, so that it is not the reason.
    let changed = "; version 3 (narrow_mem) and version 4 (rekey_machines) changed what it would read or write";
    at(4).refused(&PROGRAMS[0], &[both, changed, "run a newer version of this program"]);
    at(4).refused(&PROGRAMS[2], &["than version 3 (0.3.0); version 4 (rekey_machines) changed"]);
    // The names are those of the file: this program has never seen them.
    let home = at(4);
    home.by_hand("UPDATE \"protostore__versions\" SET \"slug\" = 'told_by_the_file' WHERE \"version\" = 4");
    home.refused(&PROGRAMS[2], &["version 4 (told_by_the_file) changed"]);
}

#[test]
fn the_doors_of_every_version_between_count() {
    // Version 4 lets no program in, so that what version 3 says does not matter; and the newest alone does not decide.
    static LAX: [protostore::Migration; 4] = super::store::steps([(1, 1), (2, 2), (1, 1), (1, 1)]);
    static LAX_PROGRAMS: [Schema; 4] = programs(&LAX);
    let home = Home::at(1);
    home.close(&LAX_PROGRAMS[3]);
    home.refused(&LAX_PROGRAMS[0], &["has version 4 (0.4.0)"]);
    assert!(home.open(&LAX_PROGRAMS[1]).expect("opens").info().newer.expect("says so").writes);
}
