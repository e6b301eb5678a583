//! The way back to an earlier version: what it loses is said before, and afterwards the older program goes on.

use std::collections::BTreeMap;
use std::fs;

use protostore::upkeep::{Anchor, Database, DowngradeOptions, Downgraded, FileOptions, WayBack, downgrade};
use protostore::{Kind, Migration, Result, Schema};

use super::store::{Home, V1, V2, V3, V4, has, key, options, programs, step};

mod kills;

const DOWN_2: &str = r#"
DROP VIEW "machines__readable";
ALTER TABLE "machines" RENAME COLUMN "mem_mb" TO "mem";
CREATE VIEW "machines__readable" AS SELECT "id", "mem" FROM "machines";
"#;

const DOWN_3: &str = r#"
ALTER TABLE "machines" DROP CONSTRAINT "mem_mb__check";
-- machines.owner is gone
ALTER TABLE "machines" DROP COLUMN "owner";
"#;

const DOWN_4: &str = r#"
DROP VIEW "machines__readable";
DROP INDEX "machines__id";
CREATE TABLE "new" (
  "id" TEXT NOT NULL,
  "mem_mb" INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "mem_mb__check" CHECK ("mem_mb" BETWEEN -2147483648 AND 2147483647),
  "owner" TEXT, PRIMARY KEY ("id")
) STRICT;
INSERT INTO "new" SELECT "name", "mem_mb", "owner" FROM "machines";
DROP TABLE "machines";
ALTER TABLE "new" RENAME TO "machines";
CREATE TABLE "new" (
  "machine" TEXT NOT NULL REFERENCES "machines" ("id") ON DELETE CASCADE, "number" INTEGER NOT NULL,
  PRIMARY KEY ("machine", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "new" SELECT "machine", "number" FROM "nics";
DROP TABLE "nics";
ALTER TABLE "new" RENAME TO "nics";
CREATE VIEW "machines__readable" AS SELECT "id", "mem_mb" FROM "machines";
"#;

/// The versions with their ways back; `third` is that of version 3.
const fn steps(third: Option<&'static str>) -> [Migration; 4] {
    [
        step(1, "initial", V1, (1, 1)),
        Migration { down: Some(DOWN_2), ..step(2, "rename_mem", V2, (2, 2)) },
        Migration { down: third, loses: &["the values of machines.owner"], ..step(3, "narrow_mem", V3, (3, 3)) },
        Migration { down: Some(DOWN_4), loses: &["the numbers of machines"], ..step(4, "rekey_machines", V4, (4, 4)) },
    ]
}

static STEPS: [Migration; 4] = steps(Some(DOWN_3));
/// The programs of the versions.
static VERSIONS: [Schema; 4] = programs(&STEPS);

static COPIED: [Migration; 4] = steps(None);
/// The same, where only the copy has what was there before version 3.
static BY_COPY: [Schema; 4] = programs(&COPIED);

type Contents = BTreeMap<String, Vec<String>>;

fn file_options() -> FileOptions {
    FileOptions::new().plaintext(cfg!(not(feature = "sqlcipher")))
}

fn database(home: &Home) -> Database {
    file_options().open(home.path(), &key()).expect("opens")
}

fn way(home: &Home, to: u32) -> Result<WayBack> {
    database(home).way_back(to, &key())
}

fn back(home: &Home, to: u32) -> Result<Downgraded> {
    let database = database(home);
    let way = database.way_back(to, &key())?;
    database.downgrade(&way, &key(), &DowngradeOptions::new())
}

/// A closed database of version 1 with rows, which the programs open.
fn first(programs: &'static [Schema; 4]) -> Home {
    let home = Home::new();
    home.close(&programs[0]);
    home.by_hand(
        r#"INSERT INTO "machines" VALUES ('a', 1), ('b', 2), ('c', 3);
           INSERT INTO "nics" VALUES ('a', 1), ('a', 2), ('c', 1);"#,
    );
    home
}

/// What a database holds at each version on its way up.
fn on_the_way_up(programs: &'static [Schema; 4]) -> Vec<Contents> {
    let home = first(programs);
    let at = |program| {
        home.close(program);
        home.contents()
    };
    programs.iter().map(at).collect()
}

#[test]
fn back_from_each_version_to_each_it_is_as_it_was_and_goes_up_again() {
    let up = on_the_way_up(&VERSIONS);
    for from in 2..=4_usize {
        for to in 1..from {
            let home = first(&VERSIONS);
            home.close(&VERSIONS[from - 1]);
            let done = back(&home, u32::try_from(to).expect("is small")).unwrap_or_else(|e| panic!("{from} {to}: {e}"));
            assert_eq!((done.from as usize, done.to as usize, done.copy), (from, to, None));
            assert_eq!(home.contents(), up[to - 1], "from {from} to {to}");
            home.close(&VERSIONS[to - 1]);
            home.close(&VERSIONS[3]);
            assert_eq!(home.contents(), up[3], "from {from} to {to} and up again");
        }
    }
}

#[test]
fn a_file_that_was_made_at_the_newest_version_goes_back_as_well() {
    let up = on_the_way_up(&VERSIONS);
    for to in 1..=3_u32 {
        let home = Home::new();
        home.close(&VERSIONS[3]);
        home.by_hand(
            r#"INSERT INTO "machines" VALUES ('a', 1, 1, 'root'), ('b', 2, 2, 'root'), ('c', 3, 3, 'root');
               INSERT INTO "nics" VALUES ('a', 1), ('a', 2), ('c', 1);"#,
        );
        back(&home, to).expect("goes back");
        // The database knows its structure, and no program has opened it.
        let report = database(&home).verify(&Anchor::new()).expect("is read");
        assert!(
            report.is_sound() && report.checks.iter().all(|c| c.check.name() != "structure" || c.left_out.is_none())
        );
        home.close(&VERSIONS[to as usize - 1]);
        assert_eq!(home.contents(), up[to as usize - 1], "{to}");
    }
}

#[test]
fn what_is_lost_is_said_before() {
    let home = first(&VERSIONS);
    home.close(&VERSIONS[3]);
    let bytes = home.bytes();
    let way = way(&home, 2).expect("is there");
    let said = "from version 4 back to version 2, by the steps in the database\n\
                the way back from version 4 `rekey_machines` loses the numbers of machines\n\
                the way back from version 3 `narrow_mem` loses the values of machines.owner\n";
    assert_eq!(way.to_string(), said);
    assert!(!way.keeps_everything());
    assert!(bytes == home.bytes(), "asking has changed the file");
    home.close(&VERSIONS[3]);
    back(&home, 2).expect("goes back");
    let way = super::back::way(&home, 1).expect("is there");
    assert_eq!(way.to_string(), "from version 2 back to version 1, by the steps in the database\nnothing is lost\n");
}

#[test]
fn a_version_without_steps_back_is_left_by_the_copy_from_before() {
    let up = on_the_way_up(&BY_COPY);
    for (from, to) in [(1, 1_u32), (2, 2), (2, 1)] {
        let home = first(&BY_COPY);
        home.close(&BY_COPY[from - 1]);
        home.close(&BY_COPY[3]);
        home.by_hand(r#"INSERT INTO "machines" ("name", "id", "mem_mb", "owner") VALUES ('d', 4, 4, 'root')"#);
        let way = way(&home, to).expect("is there");
        let copy = way.copy.as_ref().expect("steps do not lead there");
        assert_eq!((copy.version as usize, copy.without_steps, copy.slug.as_str()), (from, 3, "narrow_mem"));
        let said = way.to_string();
        assert!(said.contains("machines has 4 rows now, and 3 in the copy"), "{said}");
        assert!(said.contains("everything that was written since that copy is lost"), "{said}");
        let done = back(&home, to).expect("goes back");
        assert_eq!(done.copy.as_ref(), Some(&copy.path));
        assert!(copy.path.exists(), "the copy stays");
        home.close(&BY_COPY[to as usize - 1]);
        assert_eq!(home.contents(), up[to as usize - 1], "{from} {to}");
    }
}

#[test]
fn without_a_copy_of_this_very_database_it_says_so_and_changes_nothing() {
    let home = first(&BY_COPY);
    home.close(&BY_COPY[1]);
    home.close(&BY_COPY[3]);
    let copy = home.copies().pop().expect("the upgrade has left one");
    let words = ["has no steps back", "version 3 `narrow_mem`", "restore a backup of that version"];
    let kept = fs::read(&copy).expect("reads");
    fs::remove_file(&copy).expect("removes");
    let refused = |words: &[&str]| {
        let bytes = home.bytes();
        let refused = back(&home, 1).expect_err("has no way");
        has(&refused, words);
        assert_eq!(refused.kind(), Kind::Precondition);
        assert!(bytes == home.bytes());
    };
    refused(&words);
    // A copy of another database, under the same key.
    let other = first(&BY_COPY);
    other.close(&BY_COPY[1]);
    fs::copy(other.path(), &copy).expect("copies");
    refused(&["is a copy of another database"]);
    fs::write(&copy, &kept[..4096]).expect("writes");
    refused(&["has no steps back"]);
    fs::write(&copy, &kept).expect("writes");
    // From version 4 the steps lead to 3, whatever became of the copy.
    assert_eq!(back(&home, 3).expect("goes back").copy, None);
    assert_eq!(back(&home, 1).expect("goes back").copy, Some(copy));
}

#[test]
fn a_version_that_it_never_had_is_rejected_by_name() {
    let home = first(&VERSIONS);
    home.close(&VERSIONS[2]);
    for (to, words) in [(0, "never had a version 0"), (3, "has version 3 already"), (4, "goes back to one from 1 to 2")]
    {
        has(&way(&home, to).expect_err("is none"), &[words]);
    }
    let store = options().open(&VERSIONS[2], home.path(), &key()).expect("opens");
    let held = file_options().open(home.path(), &key()).expect_err("is held");
    assert_eq!(held.kind(), Kind::InUse);
    has(&held, &[&format!("({})", std::process::id())]);
    drop(store);
    let missing = downgrade(home.path().with_extension("other"), &key(), 1).expect_err("is not there");
    assert_eq!(missing.kind(), Kind::NotFound);
}

#[test]
fn a_way_of_another_moment_is_rejected() {
    let home = first(&VERSIONS);
    home.close(&VERSIONS[3]);
    let old = way(&home, 1).expect("is there");
    back(&home, 3).expect("goes back");
    let refused = database(&home).downgrade(&old, &key(), &DowngradeOptions::new()).expect_err("is not the same");
    has(&refused, &["has changed since its way back was asked for"]);
}

#[test]
fn a_structure_that_is_not_that_of_its_version_is_not_taken_back() {
    let home = first(&VERSIONS);
    home.close(&VERSIONS[3]);
    home.by_hand("CREATE INDEX \"smuggled\" ON \"machines\" (\"mem_mb\")");
    let before = home.contents();
    let refused = back(&home, 1).expect_err("is another structure");
    has(&refused, &["it has index \"smuggled\"", "nothing of it was changed"]);
    assert_eq!(home.contents(), before);
    let report = database(&home).verify(&Anchor::new()).expect("is read");
    assert!(!report.is_sound(), "{report}");
}

#[test]
fn steps_that_do_not_lead_to_the_structure_of_the_version_change_nothing() {
    static WRONG: [Migration; 4] = steps(Some("ALTER TABLE \"machines\" DROP CONSTRAINT \"mem_mb__check\";"));
    static PROGRAMS: [Schema; 4] = programs(&WRONG);
    let home = first(&PROGRAMS);
    home.close(&PROGRAMS[1]);
    home.close(&PROGRAMS[3]);
    let before = home.contents();
    let refused = back(&home, 2).expect_err("leads elsewhere");
    has(&refused, &["the comparison of its structure", "column \"owner\" of \"machines\""]);
    assert_eq!(home.contents(), before);
}

#[test]
fn a_step_that_only_the_program_can_carry_out_is_named() {
    static HOOKED: [Migration; 4] = steps(Some("-- protostore: {\"unheard_of\": {}}\nSELECT 1;\n"));
    static PROGRAMS: [Schema; 4] = programs(&HOOKED);
    let home = first(&PROGRAMS);
    home.close(&PROGRAMS[3]);
    let refused = back(&home, 2).expect_err("needs the program");
    has(&refused, &["cannot go back from version 3 `narrow_mem`"]);
    #[cfg(feature = "prost")]
    has(&refused, &["only the program of the store can carry out a step of it"]);
    assert_eq!(refused.kind(), Kind::Precondition);
}

#[test]
fn a_store_that_was_renamed_since_has_its_former_name_again() {
    static RENAMED: [Schema; 2] = [
        Schema { store: "test.v1.Store", ..super::store::schema(VERSIONS[1].migrations, super::store::WHOLE_2) },
        Schema {
            store: "test.v2.Store",
            formerly: &["test.v1.Store"],
            ..super::store::schema(VERSIONS[3].migrations, super::store::WHOLE_4)
        },
    ];
    let home = first(&VERSIONS);
    home.close(&RENAMED[1]);
    home.refused(&RENAMED[0], &["holds the store test.v2.Store"]);
    back(&home, 2).expect("goes back");
    home.close(&RENAMED[0]);
}

#[test]
fn a_file_of_another_branch_says_how_it_goes_on_and_then_does() {
    const OTHER: Migration = Migration { chain: "another chain", ..step(3, "other", "SELECT 1;", (3, 3)) };
    static BRANCH: [Migration; 3] = {
        let [one, two, _, _] = steps(None);
        [one, two, Migration { down: Some("SELECT 1;"), loses: &["nothing that matters"], ..OTHER }]
    };
    static PROGRAM: [Schema; 1] = [super::store::schema(&BRANCH, super::store::WHOLE_2)];
    let home = first(&VERSIONS);
    home.close(&VERSIONS[1]);
    home.close(&PROGRAM[0]);
    home.refused(
        &VERSIONS[3],
        &["V3__other with the chain another chain", "both have version 2", "`protostore downgrade <FILE> --to 2`"],
    );
    back(&home, 2).expect("goes back");
    home.close(&VERSIONS[3]);
    assert_eq!(home.contents(), on_the_way_up(&VERSIONS)[3]);
}
