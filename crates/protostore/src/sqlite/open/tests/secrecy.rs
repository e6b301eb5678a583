//! What lies on the disk tells nothing without the key, and opens in any tool with it.
#![cfg(feature = "sqlcipher")]

use std::fs;
use std::process::Stdio;

use rusqlite::Connection;

use super::fixture::{Helper, Home, ONE, TWO, by_hand, count, fill, key, shut};

/// What must not be readable: records, names of tables and columns, the schema, and SQLite's own marks.
const MARKERS: [&str; 7] =
    ["marker_", "protostore__", "refinery", "CREATE TABLE", "SQLite format 3", "TestStore", "0.1.0"];

#[track_caller]
fn nothing_readable(home: &Home) {
    let contents = home.contents();
    assert!(contents.contains_key("test.db"));
    for (name, bytes) in contents {
        for marker in MARKERS {
            let wide: Vec<u8> = marker.bytes().flat_map(|byte| [byte, 0]).collect();
            for needle in [marker.as_bytes(), &wide] {
                assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{marker} can be read in {name}");
            }
        }
    }
}

#[test]
fn nothing_can_be_read_without_the_key() {
    let home = Home::new();
    // Another process writes here: this one must not open the file while it has it open itself.
    let mut helper = Helper::start("hold", &home.path());
    assert_eq!(helper.answer(), "opened");
    assert!(home.contents()["test.db-wal"].len() > 4096);
    nothing_readable(&home);
    helper.kill();
    nothing_readable(&home);
    shut(home.open(&TWO).unwrap()).unwrap();
    nothing_readable(&home);
    let opened =
        crate::sqlite::open::open(&super::fixture::options().allow_tools(true), &TWO, &home.path(), &key()).unwrap();
    assert!(home.file("test.db-shm").exists());
    drop(opened);
    nothing_readable(&home);
}

#[test]
fn the_markers_would_be_found() {
    let home = Home::new();
    let plain = super::fixture::options().plaintext(true);
    let opened = crate::sqlite::open::open(&plain, &ONE, &home.path(), &key()).unwrap();
    fill(&opened.writer);
    shut(opened).unwrap();
    let bytes = fs::read(home.path()).unwrap();
    for marker in MARKERS {
        assert!(bytes.windows(marker.len()).any(|window| window == marker.as_bytes()), "{marker}");
    }
}

#[test]
fn another_tool_opens_it_with_the_documented_key() {
    let home = Home::with_database();
    let connection = by_hand(&home.path(), &key());
    assert_eq!(count(&connection, "marker_things"), 2);
    assert!(connection.prepare("PRAGMA cipher_integrity_check").unwrap().query([]).unwrap().next().unwrap().is_none());
    connection.close().unwrap();

    let unkeyed = Connection::open(home.path()).unwrap();
    assert!(unkeyed.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).is_err());
}

#[test]
fn the_engine_does_not_speak_for_itself() {
    let home = Home::with_database();
    let mut stranger = Helper::command("stranger", &home.path());
    let output = stranger.stdin(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("wrong key or damaged file"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_changed_byte_is_found_after_a_crash_before_the_store_serves() {
    let home = Home::with_database();
    let opened = home.open(&ONE).unwrap();
    opened.writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(opened);
    assert!(home.contents().get("test.db-wal").is_none_or(Vec::is_empty));
    let whole = fs::read(home.path()).unwrap();
    for at in (4096..whole.len()).step_by(1777) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x40;
        fs::write(home.path(), flipped).unwrap();
        let Err(error) = home.open_checked(&ONE) else { panic!("byte {at} was missed") };
        assert_eq!(error.kind(), crate::Kind::Damaged, "byte {at}: {error}");
    }
    fs::write(home.path(), whole).unwrap();
    home.open(&ONE).unwrap();
}
