//! Whether an upgrade would succeed is said before it is made, and the file is only read.

use std::collections::BTreeMap;
use std::fs;

use protostore::upkeep::{FileOptions, Rehearsal};
use protostore::{Result, Schema};

use super::store::{Home, STEPS, VERSIONS, has, key, schema, step};

fn rehearse(home: &Home, program: &'static Schema) -> Result<Rehearsal> {
    let options = FileOptions::new().plaintext(cfg!(not(feature = "sqlcipher")));
    options.open(home.path(), &key())?.rehearse(program, &key())
}

/// All files of the directory, and their bytes.
fn files(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let directory = home.path().parent().expect("a directory").to_owned();
    let entries = fs::read_dir(directory).expect("lists").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| (entry.file_name().into_string().expect("text"), fs::read(entry.path()).expect("reads")))
        .collect()
}

#[test]
fn rows_that_would_stop_a_version_are_said_and_no_byte_is_changed() {
    let home = Home::at(1);
    home.by_hand("UPDATE \"machines\" SET \"mem\" = 3000000000 WHERE \"id\" <> 'b'");
    let before = files(&home);
    let found = rehearse(&home, &VERSIONS[3]).expect("is looked at");
    assert!(files(&home) == before, "a file was changed, or is left");
    assert_eq!((found.from, found.to), (1, 4));
    let pending: Vec<_> = found.pending.iter().map(|pending| (pending.version, pending.slug.as_str())).collect();
    assert_eq!(pending, [(2, "rename_mem"), (3, "narrow_mem"), (4, "rekey_machines")]);
    let stops: Vec<_> = found.stops.iter().map(|stop| (stop.version, stop.slug.as_str(), stop.why.as_str())).collect();
    assert_eq!(stops, [(3, "narrow_mem", "machines.mem_mb does not fit int32: 2 rows, the first is a")]);
    assert!(!found.is_clear());
    // The upgrade stops at the same.
    home.refused(&VERSIONS[3], &[found.stops[0].why.as_str()]);
}

#[test]
fn where_nothing_is_in_the_way_the_upgrade_succeeds() {
    for version in 1..=3 {
        let home = Home::at(version);
        let before = files(&home);
        let found = rehearse(&home, &VERSIONS[3]).expect("is looked at");
        assert!(found.is_clear(), "{found:?}");
        assert_eq!(found.pending.len(), 4 - version);
        assert!(files(&home) == before, "a file was changed, or is left");
        home.close(&VERSIONS[3]);
        let found = rehearse(&home, &VERSIONS[3]).expect("is looked at");
        assert!(found.is_clear() && found.pending.is_empty(), "{found:?}");
    }
}

#[test]
fn every_guard_of_the_version_is_asked() {
    const TWO: &str = r#"
CREATE TABLE "protostore__guard" ("says" TEXT NOT NULL, "found" INTEGER NOT NULL, "first" TEXT) STRICT;
CREATE TRIGGER "protostore__guard__refuse" BEFORE INSERT ON "protostore__guard" WHEN NEW."found" > 0
BEGIN SELECT RAISE(ABORT, format('%s: %d rows, the first is %s', NEW."says", NEW."found", NEW."first")); END;
INSERT INTO "protostore__guard" SELECT 'mem is odd', count(*), min("id") FROM "machines" WHERE "mem" % 2;
INSERT INTO "protostore__guard" SELECT 'mem is large', count(*), min("id") FROM "machines" WHERE "mem" > 9;
INSERT INTO "protostore__guard" SELECT 'mem is even', count(*), min("id") FROM "machines" WHERE "mem" % 2 = 0;
DROP TABLE "protostore__guard";
ALTER TABLE "machines" ADD CONSTRAINT "mem__check" CHECK ("mem" > 9);
"#;
    static TWICE: [protostore::Migration; 2] =
        [step(1, "initial", super::store::V1, (1, 1)), step(2, "tighten", TWO, (2, 2))];
    static PROGRAM: Schema = schema(&TWICE, super::store::V1);
    let found = rehearse(&Home::at(1), &PROGRAM).expect("is looked at");
    let stops: Vec<_> = found.stops.iter().map(|stop| stop.why.as_str()).collect();
    assert_eq!(stops, ["mem is odd: 2 rows, the first is a", "mem is even: 1 rows, the first is b"]);
}

#[test]
fn a_step_that_fails_is_named() {
    static WRONG: [protostore::Migration; 2] =
        [step(1, "initial", super::store::V1, (1, 1)), step(2, "wrong", "-- say why\nDROP TABLE \"nowhere\";", (2, 2))];
    static PROGRAM: Schema = schema(&WRONG, super::store::V1);
    let found = rehearse(&Home::at(1), &PROGRAM).expect("is looked at");
    assert_eq!(found.stops.len(), 1);
    assert!(found.stops[0].why.contains("\"say why\", `DROP TABLE \"nowhere\""), "{found:?}");
}

#[test]
fn a_structure_that_is_not_that_of_its_version_is_said() {
    let home = Home::at(2);
    home.by_hand("CREATE INDEX \"smuggled\" ON \"machines\" (\"mem_mb\")");
    let found = rehearse(&home, &VERSIONS[1]).expect("is looked at");
    assert!(found.structure.len() == 1 && found.structure[0].contains("index \"smuggled\""), "{found:?}");
    let found = rehearse(&home, &VERSIONS[3]).expect("is looked at");
    assert!(!found.structure.is_empty(), "{found:?}");
}

#[test]
fn a_file_that_the_program_does_not_upgrade_is_rejected_by_name() {
    static OTHER: [protostore::Migration; 2] = {
        let [one, two, _, _] = super::store::steps([(1, 1), (2, 2), (3, 3), (4, 4)]);
        [one, protostore::Migration { chain: "another chain", ..two }]
    };
    static BRANCH: Schema = schema(&OTHER, super::store::WHOLE_2);
    let home = Home::at(2);
    has(&rehearse(&home, &BRANCH).expect_err("is another history"), &["another chain", "both have version 1"]);
    has(&rehearse(&home, &VERSIONS[0]).expect_err("is newer"), &["has version 2", "no more than version 1"]);
    assert_eq!(STEPS.len(), 4);
}
