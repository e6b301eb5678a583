//! The store when its file can no longer be written.
//!
//! The descriptors of the write-ahead log are replaced by such as can only be read, below SQLite's feet.
#![allow(unsafe_code)]

use std::fs::{self, File};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;

use protostore::{Key, Kind, Options};

use super::fixture::{Network, SCHEMA};

/// Makes every open descriptor of this file one that can only be read, and returns how many there were.
pub(super) fn make_unwritable(path: &Path) -> usize {
    let readable = File::open(path).expect("is there");
    let mut replaced = 0;
    for entry in fs::read_dir("/proc/self/fd").expect("descriptors").flatten() {
        let Ok(number) = entry.file_name().to_string_lossy().parse() else { continue };
        if number == readable.as_raw_fd() || fs::read_link(entry.path()).ok().as_deref() != Some(path) {
            continue;
        }
        // SAFETY: the number is that of an open descriptor, which stays open under its owner: it is not closed here.
        let mut theirs = std::mem::ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(number) });
        rustix::io::dup2(&readable, &mut theirs).expect("replaces");
        replaced += 1;
    }
    replaced
}

fn network(id: &str) -> Network {
    Network { id: id.into(), cidr: id.into() }
}

#[test]
fn a_commit_of_unknown_outcome_stops_the_store_and_says_so() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().canonicalize().expect("is there").join("fixture.db");
    let key = Key::from_secret([7; 32]);
    let options = Options::new().plaintext(cfg!(not(feature = "sqlcipher")));
    let store = options.open(&SCHEMA, &path, &key).expect("opens");
    store.write(|tx| tx.insert(&network("acknowledged"))).expect("writes");
    assert!(make_unwritable(&path.with_extension("db-wal")) > 0);

    let e = store.write(|tx| tx.insert(&network("unknown"))).expect_err("cannot be written");
    assert_eq!(e.kind(), Kind::Unknown, "{e}");
    assert!(e.message().starts_with("whether the write is durable is not known"), "{e}");
    for kind in [
        store.write(|tx| tx.insert(&network("later"))).expect_err("stopped").kind(),
        store.read(|view| view.exists::<Network>("acknowledged")).expect_err("stopped").kind(),
    ] {
        assert_eq!(kind, Kind::Stopped);
    }
    assert_eq!(store.close().expect_err("says so once more").kind(), Kind::Stopped);

    let store = options.open(&SCHEMA, &path, &key).expect("opens again");
    assert!(store.info().engine.recovered);
    assert!(store.read(|view| view.exists::<Network>("acknowledged")).expect("reads"));
    store.write(|tx| tx.insert(&network("later"))).expect("writes again");
}
