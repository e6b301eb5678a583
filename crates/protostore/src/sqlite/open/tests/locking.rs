//! One store has the file, and the others are told who it is.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;
use std::thread;

use super::fixture::{Helper, Home, ONE, by_hand, count, fill, key, options, refused, shut};
use crate::sqlite::open::open;

#[test]
fn a_second_store_of_this_process_is_refused() {
    let home = Home::new();
    let opened = home.open(&ONE).unwrap();
    let error = refused(home.open(&ONE), &["is open in this process", &std::process::id().to_string()]);
    assert_eq!(error.kind(), crate::Kind::InUse);
    refused(open(&options().allow_tools(true), &ONE, &home.path(), &key()), &["is open in this process"]);
    shut(opened).unwrap();
    assert_eq!(fs::read_to_string(home.file("test.db.lock")).unwrap(), "");
    shut(home.open(&ONE).unwrap()).unwrap();
}

#[test]
fn a_second_process_is_refused_by_name_until_the_first_is_gone() {
    let home = Home::new();
    let mut first = Helper::start("hold", &home.path());
    assert_eq!(first.answer(), "opened");
    let named = format!("is open in process {}", first.id());
    refused(home.open(&ONE), &[&named, "test.db", "stop it"]);
    let mut second = Helper::start("hold", &home.path());
    assert!(second.answer().contains(&format!("process {}", first.id())));
    first.kill();
    assert!(home.open(&ONE).unwrap().info.engine.recovered);
}

#[test]
fn where_tools_may_read_a_second_store_is_still_refused() {
    let home = Home::new();
    let opened = open(&options().allow_tools(true), &ONE, &home.path(), &key()).unwrap();
    fill(&opened.writer);
    let mut second = Helper::start("tools", &home.path());
    let answer = second.answer();
    assert!(answer.contains(&format!("process {}", std::process::id())), "{answer}");
    assert!(answer.contains("no option lets a second store in"), "{answer}");
    drop(opened);
    let mut first = Helper::start("tools", &home.path());
    assert_eq!(first.answer(), "opened");
    let tool = by_hand(&home.path(), &key());
    assert_eq!(count(&tool, "marker_things"), 2);
}

#[test]
fn the_engines_own_lock_holds_where_the_lock_file_was_removed() {
    let home = Home::new();
    let mut first = Helper::start("hold", &home.path());
    assert_eq!(first.answer(), "opened");
    fs::remove_file(home.file("test.db.lock")).unwrap();
    let mut second = Helper::start("hold", &home.path());
    assert!(second.answer().contains("is open in another process"));
}

#[test]
fn two_processes_at_first_boot() {
    for round in 0..20 {
        let home = Home::new();
        let mut helpers = [(); 2].map(|()| Helper::start("race", &home.path()));
        let ids = helpers.each_ref().map(Helper::id);
        let answers = helpers.each_mut().map(Helper::answer);
        let won = answers.iter().position(|answer| answer == "opened");
        let won = won.unwrap_or_else(|| panic!("round {round}: no process opened it: {answers:?}"));
        let named = format!("is open in process {}", ids[won]);
        assert!(answers[1 - won].contains(&named), "round {round}: {answers:?}");
    }
}

/// The engine starts once in a process, so each round is a process of its own.
#[test]
fn the_first_stores_of_a_process_are_opened_at_once() {
    for round in 0..10 {
        let home = Home::new();
        let mut helper = Helper::start("crowd", &home.path());
        assert_eq!(helper.answer(), "opened", "round {round}");
    }
}

#[test]
fn threads_at_first_boot() {
    for _ in 0..20 {
        let home = Home::new();
        let results = thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| home.open(&ONE)));
            threads.map(|thread| thread.join().unwrap())
        });
        let (opened, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(opened.len(), 1);
        assert!(
            refused.into_iter().all(|result| result.err().unwrap().to_string().contains("is open in this process"))
        );
    }
}

#[test]
fn what_is_no_lock_file_is_left_as_it_is() {
    let home = Home::with_database();
    let (lock, victim) = (home.file("test.db.lock"), home.file("victim"));
    fs::write(&victim, "what somebody else needs\n").unwrap();
    type Put = fn(&Path, &Path);
    let place: [(&str, Put); 5] = [
        ("hard link", |victim, lock| fs::hard_link(victim, lock).unwrap()),
        ("symbolic link", |victim, lock| symlink(victim, lock).unwrap()),
        ("symbolic link", |victim, lock| symlink(victim.with_extension("gone"), lock).unwrap()),
        ("directory", |_, lock| fs::create_dir(lock).unwrap()),
        ("regular file", |_, lock| {
            rustix::fs::mknodat(rustix::fs::CWD, lock, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        }),
    ];
    for (named, put) in place {
        fs::remove_file(&lock).unwrap();
        put(&victim, &lock);
        let database = home.contents();
        for _ in 0..2 {
            refused(home.open(&ONE), &["test.db.lock", named, "move it away"]);
        }
        assert_eq!(fs::read_to_string(&victim).unwrap(), "what somebody else needs\n", "{named}");
        assert_eq!(home.contents(), database, "{named}");
        assert!(!victim.with_extension("gone").exists(), "nothing is made through a link");
        if lock.is_dir() {
            fs::remove_dir(&lock).unwrap();
            fs::write(&lock, "").unwrap();
        }
    }
    // The victim may itself have been given away: another user's file is none of ours either.
    if rustix::process::geteuid().is_root() {
        fs::remove_file(&lock).unwrap();
        fs::write(&lock, "4711\n").unwrap();
        chown(&lock, Some(65_534), None).unwrap();
        refused(home.open(&ONE), &["test.db.lock", "belongs to another user"]);
        assert_eq!(fs::read_to_string(&lock).unwrap(), "4711\n");
    }
    fs::remove_file(&lock).unwrap();
    shut(home.open(&ONE).unwrap()).unwrap();
}

#[test]
fn a_log_that_is_a_link_is_left_as_it_is() {
    for home in [Home::new(), Home::with_database()] {
        for suffix in ["-wal", "-shm"] {
            let (link, victim) = (home.file(&format!("test.db{suffix}")), home.file("victim"));
            fs::write(&victim, "what somebody else needs\n").unwrap();
            type Put = fn(&Path, &Path);
            let put: [(&str, Put); 2] = [
                ("hard link", |victim, link| fs::hard_link(victim, link).unwrap()),
                ("symbolic link", |victim, link| symlink(victim, link).unwrap()),
            ];
            for (named, put) in put {
                let _ = fs::remove_file(&link);
                put(&victim, &link);
                let before = home.contents();
                refused(home.open(&ONE), &[suffix, named, "move it away"]);
                assert_eq!(home.contents(), before, "{suffix} is a {named}");
            }
            fs::remove_file(&link).unwrap();
        }
        fs::remove_file(home.file("victim")).unwrap();
        shut(home.open(&ONE).unwrap()).unwrap();
    }
}
