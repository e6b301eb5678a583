//! A store on a disk that is full, which is a small one in memory: what is refused, what goes on, and what ends it.
//!
//! Making such a disk takes root on Linux; elsewhere these tests say that they were not run.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use protostore::{Error, Key, Kind, Options, Sqlite, Store};

use super::fixture::{Network, SCHEMA};

/// A disk of 3 MiB.
struct Disk(tempfile::TempDir);

impl Disk {
    #[expect(clippy::print_stderr, reason = "a test that was not run says so")]
    fn new() -> Option<Self> {
        let directory = tempfile::tempdir().expect("directory");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(directory.path()).output();
        match mount {
            Ok(output) if output.status.success() => Some(Self(directory)),
            failed => {
                eprintln!("NOT RUN: a full disk needs a tmpfs, which takes root on Linux: {failed:?}");
                assert!(!rustix::process::geteuid().is_root() || std::env::var_os("CI").is_none(), "CI can mount");
                None
            }
        }
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("fixture.db")
    }

    /// Takes all room that is left with a file.
    fn fill(&self) -> PathBuf {
        let path = self.0.path().join("filler");
        let mut file = File::options().append(true).create(true).open(&path).expect("a file");
        for size in [1 << 16, 4096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

fn open(path: &Path) -> Store<Sqlite> {
    options().open(&SCHEMA, path, &Key::from_secret([7; 32])).unwrap_or_else(|e| panic!("opens: {e}"))
}

fn options() -> Options {
    Options::new().plaintext(cfg!(not(feature = "sqlcipher")))
}

fn insert(store: &Store<Sqlite>, number: usize) -> Result<(), Error> {
    let (id, cidr) = (format!("network-{number}"), format!("{number}-{}", "x".repeat(2000)));
    store.write(move |tx| tx.insert(&Network { id: id.clone(), cidr: cidr.clone() }).map(|_| ()))
}

fn delete(store: &Store<Sqlite>, number: usize) {
    let id = format!("network-{number}");
    store
        .write(move |tx| tx.delete::<Network>(&*id))
        .unwrap_or_else(|e| panic!("network-{number} is not deleted: {e}"));
}

fn exists(store: &Store<Sqlite>, number: usize) -> bool {
    store.read(|view| view.exists::<Network>(&*format!("network-{number}"))).expect("reads")
}

/// Inserts from a number on until the disk is full, and returns the number that was refused.
fn fill(store: &Store<Sqlite>, from: usize) -> usize {
    for number in from.. {
        if let Err(e) = insert(store, number) {
            assert_eq!(e.kind(), Kind::Exhausted, "{e}");
            return number;
        }
    }
    unreachable!("the disk has an end")
}

#[test]
fn on_a_full_disk_records_are_read_and_deleted_and_take_the_place_of_deleted_ones() {
    let Some(disk) = Disk::new() else { return };
    let path = disk.database();
    let store = open(&path);
    assert!(!store.info().engine.log.disk_full);
    let refused = fill(&store, 0);
    assert!(refused > 200, "{refused}");
    assert!(store.info().engine.log.disk_full);
    assert!((0..refused).all(|number| exists(&store, number)));
    // Again and again: what is freed is used, and there is always room for the next delete.
    let mut next = refused;
    for round in 0..10 {
        for number in round * 20..(round + 1) * 20 {
            delete(&store, number);
        }
        let refused = fill(&store, next);
        assert!(refused >= next + 10, "only {} took the place of 20", refused - next);
        next = refused;
    }
    disk.fill();
    for number in 200..250 {
        delete(&store, number);
    }
    store.close().expect("closes on a full disk");

    let store = open(&path);
    assert!(!store.info().engine.recovered);
    assert!(!exists(&store, 249) && exists(&store, 250) && exists(&store, next - 1));
    for number in 250..next {
        delete(&store, number);
    }
    store.close().expect("closes");
}

#[test]
fn once_there_is_room_everything_goes_on_without_a_restart() {
    let Some(disk) = Disk::new() else { return };
    let store = open(&disk.database());
    insert(&store, 0).expect("there is room");
    let filler = disk.fill();
    let refused = fill(&store, 1);
    delete(&store, 0);
    fs::remove_file(filler).expect("removes");
    for number in refused..refused + 100 {
        insert(&store, number).expect("there is room again");
    }
    let log = store.info().engine.log;
    assert!(!log.disk_full, "{log:?}");
    let reserve = disk.0.path().join("fixture.db.reserve").metadata().expect("is there");
    assert_eq!(reserve.len(), (3 << 20) / 16, "the reserve is taken again");
    store.close().expect("closes");
}

#[test]
fn a_store_is_opened_for_reading_on_a_full_disk_and_changes_nothing() {
    let Some(disk) = Disk::new() else { return };
    let path = disk.database();
    let store = open(&path);
    (0..5).for_each(|number| insert(&store, number).expect("there is room"));
    // What a crash leaves: the file and the log of one moment, with no room in the log that is free to be used again.
    let crashed = disk.0.path().join("crashed.db");
    for suffix in ["", "-wal"] {
        let copy = disk.0.path().join(format!("crashed.db{suffix}"));
        fs::copy(disk.0.path().join(format!("fixture.db{suffix}")), &copy).expect("copies");
    }
    store.close().expect("closes");
    // Not even the reserve is left.
    fs::remove_file(disk.0.path().join("fixture.db.reserve")).expect("removes");
    let filler = disk.fill();
    for (path, recovered) in [(path, false), (crashed, true)] {
        let before = fs::read(&path).expect("reads");
        let store = open(&path);
        assert!((0..5).all(|number| exists(&store, number)));
        assert_eq!(store.info().engine.recovered, recovered);
        for _ in 0..2 {
            let e = insert(&store, 10).expect_err("there is no room");
            assert_eq!(e.kind(), Kind::Exhausted, "{e}");
        }
        store.close().expect("closes");
        let after = fs::read(&path).expect("reads");
        let changed = (0..before.len())
            .step_by(4096)
            .filter(|at| before.get(*at..at + 4096) != after.get(*at..at + 4096))
            .map(|at| at / 4096);
        assert!(
            before == after,
            "{}: a mark was written, in the pages {:?}",
            path.display(),
            changed.collect::<Vec<_>>()
        );

        let store = open(&path);
        assert_eq!(insert(&store, 10).expect_err("there is no room").kind(), Kind::Exhausted);
        fs::remove_file(&filler).expect("removes");
        insert(&store, 10).expect("writing begins when there is room");
        store.close().expect("closes");
        let store = open(&path);
        assert!(!store.info().engine.recovered && exists(&store, 10));
        store.close().expect("closes");
        fs::remove_file(path.with_extension("db.reserve")).expect("removes");
        disk.fill();
    }
}
