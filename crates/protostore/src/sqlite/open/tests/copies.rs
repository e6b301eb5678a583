//! A file and the log beside it: which pairs open, and that the others are refused and unchanged.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::fixture::{Home, ONE, TWO, by_hand, count, key, options, refused, shut};
use crate::error::Kind;
use crate::sqlite::open::state::{self, State};
use crate::sqlite::open::{Moved, Opened, open};

/// Copies one file of a home to the place that it has in another.
fn copy(from: &Home, to: &Home, name: &str) {
    fs::copy(from.file(name), to.file(name)).unwrap();
}

/// A home with the file of another home, and without its log.
fn alone(home: &Home) -> Home {
    let other = Home::new();
    copy(home, &other, "test.db");
    other
}

/// A home with the file and the log of another home, as a crash leaves them.
fn crash(home: &Home) -> Home {
    let other = alone(home);
    copy(home, &other, "test.db-wal");
    other
}

fn add(opened: &mut Opened, owner: &str) {
    let transaction = opened.writer.unchecked_transaction().unwrap();
    transaction.execute(r#"INSERT INTO "marker_owners" ("id") VALUES (?1)"#, [owner]).unwrap();
    state::stamp(&transaction, opened.log.stamp()).unwrap();
    transaction.commit().unwrap();
    opened.log.committed();
}

fn checkpoint(opened: &mut Opened) {
    assert_eq!(opened.log.checkpoint(&opened.writer, std::time::Duration::ZERO).unwrap(), Moved::Whole);
}

#[track_caller]
fn refused_unchanged(home: &Home, words: &[&str]) {
    let before = home.contents();
    for _ in 0..2 {
        let error = refused(home.open(&ONE), words);
        assert_eq!(error.kind(), Kind::Open, "{error}");
        assert!(before == home.contents(), "bytes were changed");
    }
}

#[track_caller]
fn opens(home: &Home, owners: i64, crashed: bool) {
    let opened = home.open(&ONE).unwrap();
    assert_eq!((count(&opened.writer, "marker_owners"), opened.info.engine.recovered), (owners, crashed));
    assert!(!opened.info.engine.lost_log);
    shut(opened).unwrap();
    assert!(!home.open(&ONE).unwrap().info.engine.recovered);
}

#[test]
fn a_file_copied_while_it_was_open_is_refused_without_its_log() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    // Even before the first write: from then on, a write may be acknowledged at any time.
    for round in 0..3 {
        for (suffix, words) in [("", "not there or empty"), ("-wal", "Options::accept_lost_log(true)")] {
            let copied = alone(&home);
            if !suffix.is_empty() {
                fs::write(copied.file("test.db-wal"), "").unwrap();
            }
            refused_unchanged(&copied, &["needs its log", "test.db-wal", "restore a backup", words]);
        }
        add(&mut opened, &format!("owner-{round}"));
        if round == 1 {
            checkpoint(&mut opened);
        }
    }
    let [with_log, closed] = [crash(&home), {
        shut(opened).unwrap();
        alone(&home)
    }];
    opens(&with_log, 4, true);
    opens(&closed, 4, false);
}

#[test]
fn a_file_copied_after_a_checkpoint_that_a_reader_put_off_is_refused() {
    for tools in [false, true] {
        let home = Home::with_database();
        let mut opened = open(&options().allow_tools(tools), &ONE, &home.path(), &key()).unwrap();
        let reader = if tools { by_hand(&home.path(), &key()) } else { opened.readers.pop().unwrap() };
        add(&mut opened, "first");
        reader.execute_batch("BEGIN").unwrap();
        assert_eq!(count(&reader, "marker_owners"), 2);
        add(&mut opened, "second");
        let before = home.contents()["test.db"].clone();
        let made = opened.log.checkpoint(&opened.writer, std::time::Duration::ZERO).unwrap();
        assert_eq!(made, Moved::Nothing);
        opens(&crash(&home), 3, true);
        opened.log.withdraw(&opened.writer).unwrap();
        assert!(before == home.contents()["test.db"], "part of the log was moved");
        refused_unchanged(&alone(&home), &["needs its log"]);
        add(&mut opened, "third");
        refused_unchanged(&alone(&home), &["needs its log"]);
        opens(&crash(&home), 4, true);
        assert_eq!(count(&reader, "marker_owners"), 2, "the reader was not disturbed");
        reader.execute_batch("COMMIT").unwrap();
        assert_eq!(opened.log.checkpoint(&opened.writer, std::time::Duration::ZERO).unwrap(), Moved::Whole);
        refused_unchanged(&alone(&home), &["needs its log"]);
        opens(&crash(&home), 4, true);
    }
}

#[test]
fn a_crash_between_a_checkpoint_and_the_first_commit_and_after_the_tenth_log_opens() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    opens(&crash(&home), 1, true);
    for round in 0..10 {
        add(&mut opened, &format!("owner-{round}"));
        opens(&crash(&home), round + 2, true);
        checkpoint(&mut opened);
        opens(&crash(&home), round + 2, true);
    }
    add(&mut opened, "last");
    opens(&crash(&home), 12, true);
}

/// What a process leaves that is killed in the middle of a checkpoint: the log whole, and some pages of it in the file.
#[test]
fn a_crash_in_the_middle_of_a_checkpoint_opens() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    let before = home.contents();
    for round in 0..300 {
        add(&mut opened, &format!("owner-{round}-{}", "x".repeat(200)));
    }
    checkpoint(&mut opened);
    // The log is as it was: nothing was committed since.
    let with_log = home.contents();
    let after = with_log["test.db"].clone();
    let old = &before["test.db"];
    assert!(after.len() > old.len() + 4096);
    // The engine writes the pages in their order.
    for bytes in (0..=after.len()).step_by(4096).chain([4096 * 3 + 512, old.len() + 100, after.len() - 1]) {
        let torn = Home::new();
        let mut file = after[..bytes].to_vec();
        file.extend_from_slice(old.get(bytes..).unwrap_or_default());
        write(&torn.path(), &file);
        write(&torn.file("test.db-wal"), &with_log["test.db-wal"]);
        opens(&torn, 301, true);
    }
}

/// The power fails while the page of the row itself is written.
#[test]
fn a_row_that_was_torn_is_taken_from_the_log() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    add(&mut opened, "new");
    let page: i64 = opened
        .writer
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'protostore__state'", [], |row| row.get(0))
        .unwrap();
    let at = usize::try_from(page - 1).unwrap() * 4096;
    let torn = crash(&home);
    let mut file = fs::read(torn.path()).unwrap();
    file[at + 512..at + 4096].fill(0);
    // What plain SQLite reads of a half page is no row of a table.
    file[at..at + 8].fill(0);
    write(&torn.path(), &file);
    opens(&torn, 2, true);
}

#[test]
fn a_crashed_file_that_another_tool_opened_and_closed_opens() {
    let home = Home::crashed();
    let tool = by_hand(&home.path(), &key());
    assert_eq!(count(&tool, "marker_things"), 2);
    tool.close().unwrap();
    assert!(!home.file("test.db-wal").exists(), "the tool moved the log into the file");
    opens(&home, 1, true);
}

#[test]
fn an_older_file_is_refused_beside_a_newer_log() {
    let home = Home::with_database();
    let closed = alone(&home);
    let mut opened = home.open(&ONE).unwrap();
    add(&mut opened, "first");
    let same_run = alone(&home);
    checkpoint(&mut opened);
    add(&mut opened, "second");
    for older in [&closed, &same_run] {
        copy(&home, older, "test.db-wal");
        refused_unchanged(older, &["test.db-wal", "are not of one moment"]);
    }
    fs::remove_file(closed.file("test.db-wal")).unwrap();
    opens(&closed, 1, false);

    // The same over two runs, the second of which was killed.
    let backup = Home::with_database();
    let home = alone(&backup);
    for owner in ["first", "second"] {
        let mut opened = home.open(&ONE).unwrap();
        add(&mut opened, owner);
        if owner == "first" { shut(opened).unwrap() } else { drop(opened) }
    }
    copy(&home, &backup, "test.db-wal");
    refused_unchanged(&backup, &["are not of one moment", "move the log away"]);
    opens(&home, 3, true);
}

#[test]
fn an_older_log_is_refused_beside_a_newer_file() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    add(&mut opened, "first");
    let older = crash(&home);
    add(&mut opened, "second");
    drop(opened);
    let tool = by_hand(&home.path(), &key());
    assert_eq!(count(&tool, "marker_owners"), 3);
    tool.close().unwrap();
    // The numbers are the same: the log is of the same run, and was copied before its last commit.
    copy(&older, &home, "test.db-wal");
    refused_unchanged(&home, &["are not of one moment"]);
    fs::remove_file(home.file("test.db-wal")).unwrap();
    opens(&home, 3, true);
}

#[test]
fn a_log_of_another_history_or_of_another_file_is_refused() {
    let first = Home::with_database();
    let second = alone(&first);
    // Both go on from the same file, by as many commits.
    for home in [&first, &second] {
        let mut opened = home.open(&ONE).unwrap();
        add(&mut opened, "one more");
        drop(opened);
    }
    let mixed = alone(&first);
    copy(&second, &mixed, "test.db-wal");
    refused_unchanged(&mixed, &["are not of one moment"]);

    let stranger = Home::crashed();
    for home in [&first, &Home::with_database()] {
        copy(&stranger, home, "test.db-wal");
        refused_unchanged(home, &["test.db-wal", "are not of one moment"]);
    }
}

#[test]
fn a_lost_log_is_accepted_where_that_is_said_and_the_log_is_refused_afterwards() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    add(&mut opened, "lost");
    let copied = alone(&home);
    let accept = || open(&options().accept_lost_log(true), &ONE, &copied.path(), &key());
    let without = accept().unwrap();
    assert_eq!(count(&without.writer, "marker_owners"), 1);
    assert!(without.info.engine.lost_log && without.info.engine.recovered);
    drop(without);
    opens(&crash(&copied), 1, true);
    shut(accept().unwrap()).unwrap();
    let closed = accept().unwrap();
    assert!(!closed.info.engine.lost_log && !closed.info.engine.recovered);
    shut(closed).unwrap();

    // A log that turns up again is not played into what became of the file.
    copy(&home, &copied, "test.db-wal");
    refused_unchanged(&copied, &["are not of one moment"]);
    let before = copied.contents();
    refused(accept(), &["are not of one moment"]);
    assert!(before == copied.contents());
}

#[test]
fn a_file_is_marked_closed_only_when_all_of_it_is_in_the_file() {
    let home = Home::with_database();
    let with_tools = options().allow_tools(true);
    let mut opened = open(&with_tools, &ONE, &home.path(), &key()).unwrap();
    let tool = by_hand(&home.path(), &key());
    tool.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&tool, "marker_owners"), 1);
    add(&mut opened, "new");
    // The tool holds an older state: the log stays, and the file does not say that it was closed.
    shut(opened).unwrap();
    assert!(home.file("test.db-wal").metadata().unwrap().len() > 0);
    refused_unchanged(&alone(&home), &["needs its log"]);
    drop(tool);
    let opened = home.open(&ONE).unwrap();
    assert!(opened.info.engine.recovered);
    shut(opened).unwrap();
    assert!(!home.file("test.db-wal").exists());
}

/// A backup is a file of its own: no log belongs to it.
#[test]
fn a_copy_that_is_marked_closed_opens_by_itself() {
    let home = Home::with_database();
    let mut opened = home.open(&ONE).unwrap();
    add(&mut opened, "new");
    let copied = crash(&home);
    let copy = by_hand(&copied.path(), &key());
    let log = state::number().unwrap();
    state::mark(&copy, [log, log, 9], true).unwrap();
    copy.close().unwrap();
    opens(&copied, 2, false);
}

#[test]
fn every_commit_counts() {
    let home = Home::new();
    let sequence = |opened: &Opened| State::read(&opened.writer).unwrap().unwrap().sequence;
    let mut last = None;
    for _ in 0..3 {
        let mut opened = home.open(&ONE).unwrap();
        for round in 0..4 {
            assert!(Some(sequence(&opened)) > last);
            assert_eq!(sequence(&opened), opened.log.commits().newest());
            last = Some(sequence(&opened));
            let owner = format!("owner-{}", sequence(&opened));
            add(&mut opened, &owner);
            if round % 2 == 1 {
                checkpoint(&mut opened);
            }
        }
        shut(opened).unwrap();
    }
}

#[test]
fn a_copy_beside_a_migration_is_told_apart_too() {
    let home = Home::with_database();
    let closed = alone(&home);
    let mut opened = home.open(&TWO).unwrap();
    add(&mut opened, "new");
    copy(&home, &closed, "test.db-wal");
    let before = closed.contents();
    refused(closed.open(&TWO), &["are not of one moment"]);
    assert!(before == closed.contents());
    let crashed = crash(&home);
    assert_eq!(count(&crashed.open(&TWO).unwrap().writer, "marker_owners"), 2);
}

fn write(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn the_engine_still_reads_a_file_without_its_log_as_these_tests_expect() {
    let home = Home::crashed();
    let before = home.contents();
    let alone = super::super::connect::immutable(&home.path(), false).unwrap();
    let key = by_key(&alone, &home);
    assert_eq!(count(&alone, "marker_things"), 0, "what is in the log alone is not seen");
    drop((alone, key));
    assert!(before == home.contents());
}

fn by_key(connection: &Connection, home: &Home) -> Option<String> {
    cfg!(feature = "sqlcipher").then(|| {
        let file = fs::read(home.path()).unwrap();
        let salt: [u8; 16] = file[..16].try_into().unwrap();
        let hex: String =
            key().for_file(&salt).expose_cipher().iter().chain(&salt).map(|byte| format!("{byte:02x}")).collect();
        connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).unwrap();
        hex
    })
}
