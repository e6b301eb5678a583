//! What a file says about its versions, and which programs it belongs to.

use protostore::{Kind, Schema};

use super::store::{Home, STEPS, V1, V2, VERSIONS, WHOLE_2, WHOLE_3, WHOLE_4, connect, schema, step, strings};

#[test]
fn a_file_of_any_version_becomes_the_newest_step_by_step_or_in_one_leap() {
    let whole = Home::at(1);
    for program in &VERSIONS[1..] {
        whole.close(program);
    }
    let expected = whole.contents();
    assert_eq!(expected["nics"].len(), 3, "a rebuild deletes no children");
    assert_eq!(expected["machines"][0], "id = 1, mem_mb = 1, name = 'a', owner = 'root'");
    for from in 1..4 {
        let home = Home::at(from);
        home.close(&VERSIONS[3]);
        assert_eq!(home.contents(), expected, "from {from}");
    }
}

#[test]
fn a_new_file_is_at_the_newest_version_and_says_the_same_history() {
    let (new, old) = (Home::new(), Home::at(1));
    new.close(&VERSIONS[3]);
    old.close(&VERSIONS[3]);
    for what in ["versions", "migrations", "user_version"] {
        assert_eq!(new.contents()[what], old.contents()[what], "{what}");
    }
    assert_eq!(strings(&connect(&new.path()), "SELECT sql FROM sqlite_schema WHERE name = 'machines'").len(), 1);
    let told = |home: &Home| {
        let sql = "SELECT version || ':' || (took IS NOT NULL) || (rows IS NOT NULL) || (snapshot IS NOT NULL) \
                   || (descriptors IS NOT NULL) || (down IS NOT NULL) FROM protostore__versions ORDER BY version";
        strings(&connect(&home.path()), sql)
    };
    assert_eq!(told(&new), ["1:00000", "2:00001", "3:00001", "4:00111"], "it passed none of them");
    assert_eq!(told(&old), ["1:00110", "2:11101", "3:11101", "4:11111"]);
}

#[test]
fn a_file_that_another_branch_upgraded_is_refused_by_the_version_at_which_they_part() {
    static OTHER: [protostore::Migration; 2] = [
        step(1, "initial", V1, (1, 1)),
        protostore::Migration { chain: "another chain", ..step(2, "rename_mem", V2, (2, 2)) },
    ];
    static BRANCH: Schema = schema(&OTHER, WHOLE_2);
    let home = Home::at(1);
    home.close(&BRANCH);
    let before = home.bytes();
    for program in &VERSIONS[1..] {
        let error = home.refused(
            program,
            &["V2__rename_mem with the chain another chain", "V2__rename_mem with the chain chain 2"],
        );
        assert_eq!(error.kind(), Kind::Open);
    }
    // Its migration would do, and is of another history.
    home.refused(&VERSIONS[0], &["has version 2 (0.2.0)", "no more than version 1"]);
    assert!(home.bytes() == before, "bytes were changed");
}

#[test]
fn a_store_is_known_by_its_former_names_and_takes_the_new_one_when_it_is_upgraded() {
    static RENAMED: Schema =
        Schema { store: "test.v1.Renamed", formerly: &["test.v0.Oldest", "test.v1.Store"], ..schema(&STEPS, WHOLE_4) };
    static STRANGER: Schema = Schema { store: "test.v1.Renamed", ..schema(&STEPS, WHOLE_4) };
    let name = |home: &Home| strings(&connect(&home.path()), "SELECT store FROM protostore__store");
    let home = Home::at(4);
    home.refused(&STRANGER, &["holds the store test.v1.Store"]);
    home.close(&RENAMED);
    assert_eq!(name(&home), ["test.v1.Store"], "the program of before opens what nothing has upgraded");
    home.close(&VERSIONS[3]);
    let home = Home::at(2);
    home.close(&RENAMED);
    assert_eq!(name(&home), ["test.v1.Renamed"]);
    home.refused(&VERSIONS[3], &["holds the store test.v1.Renamed"]);
}

#[test]
fn a_file_of_an_older_mapping_is_upgraded_by_its_steps() {
    static MAPPED: [protostore::Migration; 2] =
        [step(1, "initial", V1, (1, 1)), protostore::Migration { mapping: 2, ..step(2, "mapping_2", V2, (2, 2)) }];
    static SECOND: Schema = schema(&MAPPED, WHOLE_2);
    let home = Home::at(1);
    home.close(&SECOND);
    assert_eq!(strings(&connect(&home.path()), "SELECT mapping || '' FROM protostore__versions"), ["1", "2"]);
    assert_eq!(home.open(&SECOND).expect("opens").info().mapping, 2);
}

#[test]
fn what_changes_without_a_version_is_refreshed_at_the_next_start() {
    static RELEASED: Schema = Schema { semver: "1.0.0", descriptors: b"others", ..schema(&STEPS, WHOLE_4) };
    let home = Home::at(4);
    home.close(&RELEASED);
    let newest = "SELECT semver || ' ' || CAST(descriptors AS TEXT) FROM protostore__versions WHERE version = 4";
    assert_eq!(strings(&connect(&home.path()), newest), ["1.0.0 others"]);
    assert!(home.open(&RELEASED).expect("opens").info().upgraded.is_none());
}

#[test]
fn a_structure_that_is_not_the_programs_is_refused_by_name() {
    for (drift, words) in [
        (r#"CREATE INDEX "extra" ON "nics" ("number")"#, r#"it has index "extra" of "nics""#),
        (r#"ALTER TABLE "machines" ADD COLUMN "extra" TEXT"#, r#"it has column "extra" of "machines""#),
    ] {
        let home = Home::at(2);
        home.by_hand(drift);
        let before = home.contents();
        home.refused(
            &VERSIONS[2],
            &["version 3", "the comparison of its structure", words, "nothing of it was changed"],
        );
        assert_eq!(home.contents(), before);
    }
    static LESS: Schema = schema(&STEPS, WHOLE_3);
    Home::at(3).refused(&LESS, &["the comparison of its structure"]);
}
