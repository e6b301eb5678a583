//! What an upgrade says of itself: while it goes on, when it is over, and when it fails.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use protostore::{Kind, Migration, Schema};

use super::store::{Home, STEPS, V1, VERSIONS, WHOLE_4, key, options, schema, step};

#[test]
fn it_says_what_was_applied_and_how_many_rows_that_changed() {
    let home = Home::at(1);
    let upgraded = home.open(&VERSIONS[3]).expect("upgrades").info().upgraded.expect("says so");
    assert_eq!((upgraded.from, upgraded.to), (1, 4));
    let applied = upgraded.versions.iter().map(|applied| (applied.version, applied.slug, applied.rows));
    assert_eq!(applied.collect::<Vec<_>>(), [(2, "rename_mem", 0), (3, "narrow_mem", 3), (4, "rekey_machines", 6)]);
    assert!(upgraded.versions.iter().map(|applied| applied.took).sum::<Duration>() <= upgraded.took);
    let line = upgraded.versions[1].to_string();
    assert!(line.starts_with("3 narrow_mem (") && line.ends_with(" ms, 3 rows)"), "{line}");
    assert!(home.open(&VERSIONS[3]).expect("opens").info().upgraded.is_none());
}

#[test]
fn every_step_is_told_before_it_is_taken() {
    let home = Home::at(1);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let options = options().progress(move |at| {
        let mut told = listener.lock().expect("is whole");
        let step = (at.version, at.slug.to_owned(), at.step.to_owned(), at.done, at.of);
        if told.last() != Some(&step) {
            told.push(step);
        }
    });
    options.open(&VERSIONS[1], home.path(), &key()).expect("upgrades").close().expect("closes");
    let told = told.lock().expect("is whole");
    let steps: Vec<_> =
        told.iter().map(|(version, slug, step, done, of)| (*version, &**slug, &**step, *done, *of)).collect();
    let expected = [
        (2, "", "copy the database", 0, 1),
        (2, "rename_mem", "\"A comment of the file.\", `DROP VIEW \"machines__readable\";`", 0, 3),
        (
            2,
            "rename_mem",
            "\"rename machines.mem\", `ALTER TABLE \"machines\" RENAME COLUMN \"mem\" TO \"mem_mb\";`",
            1,
            3,
        ),
        (2, "rename_mem", "`CREATE VIEW \"machines__readable\" AS SELECT \"id\", \"mem_mb\" FR…`", 2, 3),
        (2, "", "look whether each reference names a row", 0, 1),
        (2, "", "compare the structure", 0, 1),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn a_step_that_takes_long_is_told_in_its_middle() {
    const COUNT: &str = r#"WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < 50000)
        UPDATE "machines" SET "mem" = (SELECT max("n") FROM "up");"#;
    static LONG: [Migration; 2] = [step(1, "initial", V1, (1, 1)), step(2, "count", COUNT, (2, 2))];
    static PROGRAM: Schema = schema(&LONG, V1);
    let home = Home::at(1);
    let told = Arc::new(Mutex::new(0));
    let listener = Arc::clone(&told);
    let options = options().progress(move |at| {
        if at.slug == "count" {
            let mut told = listener.lock().expect("is whole");
            *told += 1;
            if *told == 1 {
                // From here on the next report is due.
                sleep(Duration::from_millis(700));
            }
        }
    });
    options.open(&PROGRAM, home.path(), &key()).expect("upgrades");
    assert!(*told.lock().expect("is whole") > 1);
}

#[test]
fn a_guard_names_the_field_how_many_rows_and_the_first_and_nothing_has_changed() {
    let home = Home::at(1);
    home.by_hand(r#"UPDATE "machines" SET "mem" = 5000000000 WHERE "id" > 'a'"#);
    let before = home.contents();
    for _ in 0..2 {
        let error = home.refused(
            &VERSIONS[3],
            &[
                "cannot be upgraded to version 3 narrow_mem",
                "at \"look at machines.mem_mb\", `INSERT INTO \"protostore__guard\"",
                "machines.mem_mb does not fit int32: 2 rows, the first is b",
                "nothing of it was changed",
                "test.db.before-4 is a copy of it",
            ],
        );
        assert_eq!(error.kind(), Kind::Open);
        assert_eq!(home.contents(), before);
        assert_eq!(home.copies().len(), 1, "the copy is left");
    }
    home.close(&VERSIONS[0]);
    home.by_hand(r#"UPDATE "machines" SET "mem" = 5"#);
    home.close(&VERSIONS[3]);
}

#[test]
fn a_line_in_the_wrong_place_is_named() {
    static MISPLACED: [Migration; 2] =
        [step(1, "initial", V1, (1, 1)), step(2, "line", "SELECT 1\n-- protostore: {\"bits\": {}}\n;", (2, 2))];
    static PROGRAM: Schema = schema(&MISPLACED, V1);
    Home::at(1).refused(&PROGRAM, &["version 2 line", "its text", "is within a statement"]);
}

#[test]
fn an_upgrade_does_what_any_tool_would_do_with_the_same_text() {
    let db = rusqlite::Connection::open_in_memory().expect("opens");
    STEPS.iter().for_each(|step| db.execute_batch(step.text).unwrap_or_else(|e| panic!("{}: {e}", step.slug)));
    let whole = rusqlite::Connection::open_in_memory().expect("opens");
    whole.execute_batch(WHOLE_4).expect("runs");
    let tables = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name";
    assert_eq!(super::store::strings(&db, tables), super::store::strings(&whole, tables));
}
