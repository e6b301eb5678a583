//! However an upgrade ends, the file is at the version that it had, or at the newest: whole.

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use protostore::{Kind, Schema};

use super::process::{self, Process};
use super::store::{Home, STEPS, VERSIONS, connect, contents, key, options};

type Contents = BTreeMap<String, Vec<String>>;

/// What a file of version 1 holds before and after its upgrade.
fn both() -> [Contents; 2] {
    let home = Home::at(1);
    let before = home.contents();
    home.close(&VERSIONS[3]);
    [before, home.contents()]
}

/// Which of the two a file holds, once the program of that version has opened and closed it: 1 or 4; 0 for neither.
fn version(home: &Home, [before, after]: &[Contents; 2]) -> u32 {
    let [old, new]: [&'static Schema; 2] = [&VERSIONS[0], &VERSIONS[3]];
    let program = if home.open(old).is_ok() { old } else { new };
    if home.open(program).is_err() {
        return 0;
    }
    match home.contents() {
        found if found == *before => 1,
        found if found == *after => 4,
        _ => 0,
    }
}

/// How often an upgrade tells how far it is, which are the moments at which it is stopped.
fn moments() -> usize {
    let told = std::sync::Arc::new(AtomicUsize::new(0));
    let listener = std::sync::Arc::clone(&told);
    let home = Home::at(1);
    let counting = options().progress(move |_| {
        listener.fetch_add(1, Ordering::Relaxed);
    });
    counting.open(&VERSIONS[3], home.path(), &key()).expect("upgrades");
    told.load(Ordering::Relaxed)
}

#[test]
fn stopped_before_each_statement_it_is_the_old_version() {
    let both = both();
    let moments = moments();
    assert!(moments > 20, "{moments}");
    for stop in 0..moments {
        let home = Home::at(1);
        let told = AtomicUsize::new(0);
        let stopping = options().progress(move |_| assert!(told.fetch_add(1, Ordering::Relaxed) != stop, "stopped"));
        let opened = catch_unwind(AssertUnwindSafe(|| stopping.open(&VERSIONS[3], home.path(), &key()).map(drop)));
        assert!(opened.is_err(), "{stop} of {moments}");
        assert_eq!(version(&home, &both), 1, "{stop} of {moments}");
    }
}

/// What the process does that is killed: it upgrades, and stops dead at the moment that the file beside it names.
#[test]
#[ignore = "a process that other tests start"]
fn upgrader() {
    let Some(path) = process::database() else { return };
    let stop: usize = std::fs::read_to_string(path.with_extension("stop")).expect("reads").parse().expect("a number");
    let told = AtomicUsize::new(0);
    let stopping = options().progress(move |_| {
        if told.fetch_add(1, Ordering::Relaxed) == stop {
            process::say("stopped");
            std::thread::park();
        }
    });
    let store = stopping.open(&VERSIONS[3], path, &key()).expect("upgrades");
    process::say("upgraded");
    drop(store);
}

#[test]
fn killed_at_any_moment_it_is_one_of_the_two_and_the_copies_open() {
    let both = both();
    let moments = moments();
    for stop in (0..=moments).step_by(3).chain([moments]) {
        let home = Home::at(1);
        std::fs::write(home.path().with_extension("stop"), stop.to_string()).expect("writes");
        let mut upgrader = Process::start("ends::upgrader", &home.path());
        let said = upgrader.line();
        upgrader.kill();
        let expected = if said == "upgraded" { 4 } else { 1 };
        assert_eq!(version(&home, &both), expected, "{stop} of {moments}, {said}");
        for copy in home.copies().iter().filter(|copy| !copy.to_string_lossy().contains("creating")) {
            assert_eq!(contents(copy), both[0], "{stop} of {moments}");
        }
        home.close(&VERSIONS[3]);
        assert!(!home.copies().iter().any(|copy| copy.to_string_lossy().contains("creating")), "it is cleared away");
    }
}

/// Runs the first statements of an upgrade without a transaction around them, as a COMMIT that was smuggled in would leave it.
fn half_done(path: &Path, statements: usize) {
    let db = connect(path);
    for text in STEPS[1].text.split_inclusive(";\n").take(statements) {
        db.execute_batch(text).expect("runs");
    }
}

#[test]
fn the_control_is_neither() {
    let both = both();
    for statements in 1..3 {
        let home = Home::at(1);
        half_done(&home.path(), statements);
        assert_eq!(version(&home, &both), 0, "{statements}");
    }
}

/// A disk in memory, for which root is needed.
struct Disk(tempfile::TempDir);

impl Disk {
    #[expect(clippy::print_stderr, reason = "a test that was not run says so")]
    fn new() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let mut mount = std::process::Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(directory.path()).output();
        if mounted.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self(directory));
        }
        eprintln!("NOT RUN: a full disk needs a tmpfs, which takes root on Linux: {mounted:?}");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_becomes_full_in_the_middle_changes_nothing() {
    let Some(disk) = Disk::new() else { return };
    let (path, filler) = (disk.0.path().join("test.db"), disk.0.path().join("filler"));
    options().reserve(0).open(&VERSIONS[0], &path, &key()).expect("opens").close().expect("closes");
    let db = connect(&path);
    db.execute_batch("INSERT INTO machines VALUES ('a', 1), ('b', 2); INSERT INTO nics VALUES ('a', 1)")
        .expect("fills");
    db.close().expect("closes");
    let before = contents(&path);
    let fill = filler.clone();
    let filling = options().reserve(0).progress(move |at| {
        if at.slug == "rekey_machines" && !fill.exists() {
            let mut file = std::fs::File::create(&fill).expect("a file");
            for size in [1 << 16, 4096, 1] {
                while file.write_all(&vec![1; size]).is_ok() {}
            }
        }
    });
    let refused = filling.open(&VERSIONS[3], &path, &key()).expect_err("is refused");
    assert_eq!(refused.kind(), Kind::Exhausted, "{refused}");
    std::fs::remove_file(&filler).expect("removes");
    options().reserve(0).open(&VERSIONS[0], &path, &key()).expect("opens as it was").close().expect("closes");
    assert_eq!(contents(&path), before);
    let store = options().reserve(0).open(&VERSIONS[3], &path, &key()).expect("upgrades");
    assert_eq!(store.info().upgraded.expect("says so").from, 1);
}

#[test]
fn a_disk_with_too_little_room_is_said_before_anything_is_done() {
    let Some(disk) = Disk::new() else { return };
    let path = disk.0.path().join("test.db");
    options().reserve(0).open(&VERSIONS[0], &path, &key()).expect("opens").close().expect("closes");
    let fill = r#"WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < 700)
        INSERT INTO "machines" SELECT printf('%0800d', "n"), "n" FROM "up";"#;
    let db = connect(&path);
    db.execute_batch(fill).expect("fills");
    db.close().expect("closes");
    let before = contents(&path);
    let refused = options().reserve(0).open(&VERSIONS[3], &path, &key()).expect_err("is refused");
    super::store::has(&refused, &["cannot be upgraded: that takes up to", "are free"]);
    assert_eq!(refused.kind(), Kind::Exhausted);
    assert_eq!(contents(&path), before);
    assert_eq!(std::fs::read_dir(disk.0.path()).expect("lists").count(), 2, "the file and its lock");
}
