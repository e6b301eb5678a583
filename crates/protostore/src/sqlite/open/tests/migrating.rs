//! From one version to the next: either it happened, with every row, or it did not.

use std::thread::sleep;
use std::time::Duration;

use super::fixture::{Helper, Home, INITIAL, ONE, REBUILD, TWO, WHOLE, count, fill, refused, schema, shut, step};
use crate::schema::Schema;

/// Many rows, so that there is time to kill it.
const MANY: &str = r#"
CREATE TABLE "many" ("n" INTEGER PRIMARY KEY) STRICT;
WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < 300000)
INSERT INTO "many" SELECT "n" FROM "up";
"#;

const WHOLE_OF_THREE: &str = concat!(
    r#"CREATE TABLE "many" ("n" INTEGER PRIMARY KEY) STRICT;"#,
    r#"CREATE TABLE "marker_owners" ("id" TEXT NOT NULL, "marker_weight" INTEGER NOT NULL DEFAULT 0, PRIMARY KEY ("id")) STRICT;"#,
    r#"CREATE TABLE "marker_things" ("id" TEXT NOT NULL, "owner" TEXT NOT NULL REFERENCES "marker_owners" ("id") ON DELETE CASCADE, PRIMARY KEY ("id")) STRICT;"#,
);

pub(super) static SLOW: Schema = schema(
    3,
    "0.3.0",
    &[step(1, "initial", INITIAL), step(2, "add_marker_weight", REBUILD), step(3, "add_many", MANY)],
    WHOLE_OF_THREE,
);

static FAILS_LATE: Schema = schema(
    3,
    "0.3.0",
    &[
        step(1, "initial", INITIAL),
        step(2, "add_marker_weight", REBUILD),
        step(3, "add_nothing", r#"DROP TABLE "marker_things"; SELECT "no_such" FROM "nowhere";"#),
    ],
    WHOLE,
);

static COMMITS: Schema = schema(
    2,
    "0.2.0",
    &[step(1, "initial", INITIAL), step(2, "commit", r#"DROP TABLE "marker_things"; COMMIT;"#)],
    WHOLE,
);

static ORPHANS: Schema =
    schema(2, "0.2.0", &[step(1, "initial", INITIAL), step(2, "orphan", r#"DELETE FROM "marker_owners";"#)], INITIAL);

fn versions(home: &Home, schema: &'static Schema) -> (u32, i64, i64) {
    let opened = home.open(schema).unwrap();
    let numbers = (opened.info.version, count(&opened.writer, "marker_owners"), count(&opened.writer, "marker_things"));
    shut(opened).unwrap();
    numbers
}

#[test]
fn an_older_database_is_brought_up_with_all_its_rows() {
    let home = Home::with_database();
    assert_eq!(versions(&home, &TWO), (2, 1, 2));
    let opened = home.open(&TWO).unwrap();
    assert_eq!(count(&opened.writer, "refinery_schema_history"), 2);
    assert_eq!(count(&opened.writer, "protostore__versions"), 2);
    assert_eq!(count(&opened.writer, r#""marker_owners" WHERE "marker_weight" = 0"#), 1);
    let on: bool = opened.writer.pragma_query_value(None, "foreign_keys", |row| row.get(0)).unwrap();
    assert!(on);
    opened.writer.execute(r#"DELETE FROM "marker_owners""#, []).unwrap();
    assert_eq!(count(&opened.writer, "marker_things"), 0, "foreign keys work again");
}

#[test]
fn a_new_database_is_at_the_newest_version_at_once() {
    let home = Home::new();
    let opened = home.open(&TWO).unwrap();
    fill(&opened.writer);
    shut(opened).unwrap();
    assert_eq!(versions(&home, &TWO), (2, 1, 2));
}

#[test]
fn what_fails_half_way_did_not_happen() {
    for (schema, words) in [
        (&FAILS_LATE, ["cannot be upgraded to version 3 add_nothing", "nothing of it was changed"]),
        (&ORPHANS, ["cannot be upgraded to version 2", "a row of marker_things refers to a row of marker_owners"]),
    ] {
        let home = Home::with_database();
        for _ in 0..2 {
            refused(home.open(schema), &words);
        }
        assert_eq!(versions(&home, &ONE), (1, 1, 2));
        assert_eq!(versions(&home, &TWO), (2, 1, 2));
    }
}

#[test]
fn a_migration_that_ends_the_transaction_is_refused() {
    let home = Home::with_database();
    refused(home.open(&COMMITS), &["cannot be upgraded to version 2 commit", "`COMMIT;`", "not authorized"]);
    assert_eq!(versions(&home, &ONE), (1, 1, 2));
}

#[test]
fn killed_in_the_middle_it_did_not_happen() {
    let (mut before, mut after) = (0, 0);
    for round in 0..12_u64 {
        let home = Home::with_database();
        let mut helper = Helper::start("migrate", &home.path());
        assert_eq!(helper.line(), "started");
        sleep(Duration::from_millis(round * 25));
        helper.kill();
        match home.open(&ONE) {
            Ok(opened) => {
                assert_eq!(count(&opened.writer, "marker_things"), 2);
                assert!(opened.writer.prepare("SELECT * FROM many").is_err());
                before += 1;
            }
            Err(newer) => {
                assert!(newer.to_string().contains("version 3 (0.3.0)"), "{newer}");
                after += 1;
            }
        }
        assert_eq!(versions(&home, &SLOW), (3, 1, 2));
    }
    assert!(before > 0, "{before} before, {after} after");
}
