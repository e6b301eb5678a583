//! Backups of a store that is open, and of a file that is not.

use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use protostore::upkeep::{Anchor, CopyOptions, Database, Stage};
use protostore::{Kind, Options};

use super::fixture::{Network, SCHEMA};
use super::{count, database, key, names, network, open, read, write};

#[test]
fn a_backup_is_of_one_moment_while_writing_goes_on() {
    let (_home, path) = database(2_000);
    let store = open(&path, &key(1)).expect("opens");
    let stop = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        move || {
            let mut next = 2_000;
            while !stop.load(Ordering::Relaxed) {
                // Two at a time, so that half of a commit would be seen.
                write(&store, next..next + 2);
                next += 2;
            }
            next
        }
    });
    let mut found = Vec::new();
    for round in 0..4 {
        let to = path.with_file_name(format!("{round}.backup"));
        let copied = store.backup(&to, &key(2), &CopyOptions::new()).expect("copies");
        assert!(copied.sequence <= store.info().sequence);
        assert_eq!(to.metadata().expect("is there").permissions().mode() & 0o7777, 0o600);
        let backup = open(&to, &key(2)).expect("opens by itself");
        assert!(backup.info().sequence >= copied.sequence);
        assert!(!backup.info().engine.recovered, "it says that it was closed");
        assert_eq!(backup.info().engine.key_id, copied.key_id);
        found.push(read(&backup));
        backup.close().expect("closes");
    }
    stop.store(true, Ordering::Relaxed);
    let written = writer.join().expect("writes");
    assert!(found.iter().all(|found| found % 2 == 0 && *found <= written), "{found:?} of {written}");
    assert!(found.is_sorted() && found[3] > 2_000, "writing went on: {found:?}");
    assert_eq!(read(&store), written);
    store.close().expect("closes");
}

#[test]
fn a_backup_shares_no_byte_with_its_database() {
    let (_home, path) = database(300);
    let to = path.with_file_name("backup");
    let database = Database::open(&path, &key(1)).expect("opens");
    let copied = database.backup(&to, &key(1), &CopyOptions::new()).expect("copies");
    assert_eq!(copied.sequence, database.status().expect("says").sequence);
    assert_ne!(copied.key_id, database.status().expect("says").key_id, "a salt of its own");
    drop(database);
    let (one, two) = (std::fs::read(&path).expect("reads"), std::fs::read(&to).expect("reads"));
    let same = one.chunks(4096).zip(two.chunks(4096)).filter(|(one, two)| one == two).count();
    assert_eq!(same, 0, "pages are the same");
}

#[test]
fn a_file_is_replaced_only_where_that_is_asked_for() {
    let (_home, path) = database(10);
    let to = path.with_file_name("backup");
    std::fs::write(&to, "something else").expect("writes");
    let store = open(&path, &key(1)).expect("opens");
    let refused = store.backup(&to, &key(1), &CopyOptions::new()).expect_err("is there");
    assert_eq!(refused.kind(), Kind::AlreadyExists, "{refused}");
    assert_eq!(std::fs::read(&to).expect("reads"), b"something else");
    store.backup(&to, &key(1), &CopyOptions::new().replace(true)).expect("replaces");
    assert_eq!(count(&to, &key(1)), 10);
    let itself = store.backup(&path, &key(1), &CopyOptions::new().replace(true)).expect_err("is itself");
    assert_eq!(itself.kind(), Kind::Invalid, "{itself}");
    std::fs::create_dir(path.with_file_name("directory")).expect("makes");
    let refused = store.backup(path.with_file_name("directory"), &key(1), &CopyOptions::new().replace(true));
    assert_eq!(refused.expect_err("is a directory").kind(), Kind::Precondition);
    assert_eq!(read(&store), 10);
    store.close().expect("closes");
    assert_eq!(names(&path), ["backup", "directory", "fixture.db"]);
}

#[test]
fn a_backup_that_is_given_up_leaves_nothing() {
    let (_home, path) = database(20_000);
    let store = open(&path, &key(1)).expect("opens");
    let to = path.with_file_name("backup");
    for stage in [Stage::Copies, Stage::Checks] {
        let told = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&told);
        let options = CopyOptions::new().progress(move |at| {
            counts.fetch_add(1, Ordering::Relaxed);
            assert!(at.done <= at.of);
            if at.stage == stage { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let refused = store.backup(&to, &key(1), &options).expect_err("is given up");
        assert_eq!(refused.kind(), Kind::Aborted, "{refused}");
        assert!(told.load(Ordering::Relaxed) > 0);
    }
    // What a killed backup has left is in the way of no other.
    std::fs::write(path.with_file_name("backup.creating"), "half of it").expect("writes");
    store.backup(&to, &key(1), &CopyOptions::new()).expect("copies");
    store.close().expect("closes");
    assert_eq!(names(&path), ["backup", "fixture.db"]);
}

#[test]
fn writes_are_not_refused_for_the_sake_of_a_backup() {
    let (_home, path) = database(2_000);
    let options = Options::new().readers(1).log_limit(1 << 20).reserve(0);
    let store = options.open(&SCHEMA, &path, &key(1)).expect("opens");
    let to = path.with_file_name("backup");
    // While the copy waits here, more is written than the log may have otherwise.
    let (writes, next) = (store.clone(), AtomicUsize::new(2_000));
    let copies = CopyOptions::new().progress(move |at| {
        if at.stage == Stage::Copies && next.load(Ordering::Relaxed) == 2_000 {
            for _ in 0..4_000 {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let network = Network { cidr: "x".repeat(500), ..network(at) };
                if writes.write(move |tx| tx.insert(&network).map(drop)).is_err() {
                    panic!("a write was refused");
                }
            }
        }
        ControlFlow::Continue(())
    });
    let copied = store.backup(&to, &key(1), &copies);
    if let Err(e) = copied {
        assert_eq!(e.kind(), Kind::Aborted, "{e}");
        assert!(e.to_string().contains("so much was written meanwhile"), "{e}");
    }
    // The log is moved into the file again.
    write(&store, 100_000..100_001);
    write(&store, 100_001..100_002);
    let log = store.info().engine.log;
    assert!(log.waiting < 2 << 20, "{log:?}");
    store.close().expect("closes");
}

#[test]
fn a_damaged_database_is_not_backed_up() {
    let (_home, path) = database(3_000);
    let mut bytes = std::fs::read(&path).expect("reads");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("writes");
    let to = path.with_file_name("backup");
    let store = open(&path, &key(1)).expect("opens");
    let refused = store.backup(&to, &key(1), &CopyOptions::new()).expect_err("is damaged");
    assert_eq!(refused.kind(), Kind::Damaged, "{refused}");
    store.close().expect("closes");
    let database = Database::open(&path, &key(1)).expect("opens");
    let refused = database.backup(&to, &key(1), &CopyOptions::new()).expect_err("is damaged");
    assert_eq!(refused.kind(), Kind::Damaged, "{refused}");
    assert!(!names(&path).iter().any(|name| name.starts_with("backup")), "something is left of it");
}

#[test]
fn a_plain_database_has_a_plain_backup() {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().join("plain.db");
    let options = Options::new().plaintext(true);
    let store = options.open(&SCHEMA, &path, &key(1)).expect("opens");
    write(&store, 0..5);
    let to = home.path().join("backup");
    let copied = store.backup(&to, &key(1), &CopyOptions::new()).expect("copies");
    assert_eq!(copied.key_id, None);
    store.close().expect("closes");
    assert!(std::fs::read(&to).expect("reads").starts_with(b"SQLite format 3\0"));
    let store = options.open(&SCHEMA, &to, &key(1)).expect("opens");
    assert_eq!(read(&store), 5);
    assert!(store.verify(&Anchor::new()).expect("looks").is_sound());
}

#[test]
fn a_backup_waits_for_no_other_and_a_file_has_one_writer() {
    let (_home, path) = database(100);
    let store = open(&path, &key(1)).expect("opens");
    let to = path.with_file_name("backup");
    let (inner, again) = (store.clone(), to.clone());
    let options = CopyOptions::new().progress(move |at| {
        if at.stage == Stage::Checks {
            let refused = inner.backup(&again, &key(1), &CopyOptions::new()).expect_err("is being written");
            assert_eq!(refused.kind(), Kind::InUse, "{refused}");
            inner.backup(again.with_file_name("other"), &key(1), &CopyOptions::new()).expect("copies");
        }
        ControlFlow::Continue(())
    });
    store.backup(&to, &key(1), &options).expect("copies");
    store.close().expect("closes");
    assert_eq!((count(&to, &key(1)), count(&to.with_file_name("other"), &key(1))), (100, 100));
}
