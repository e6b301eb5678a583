//! Programs that upgrade no files of old versions: those are rejected with the release that does, and new files are equal.

use std::fmt::Write as _;

use protostore::{Kind, Migration, Schema};

use super::store::{Home, connect, schema, step, strings};

const NEWEST: u32 = 20;
const OLDEST: u32 = 10;

/// The page that shows what is said.
const PAGE: &str = include_str!("../../../../docs/evolution.md");

/// Returns the program of a version, each of which adds a column, and which has dropped those below `oldest`.
fn program(version: u32, oldest: u32) -> &'static Schema {
    let mut whole = "CREATE TABLE \"notes\" (\"id\" TEXT NOT NULL, PRIMARY KEY (\"id\")) STRICT;\n".to_owned();
    let mut migrations = Vec::new();
    for number in 1..=version {
        let sql = match number {
            1 => whole.clone(),
            _ => format!("ALTER TABLE \"notes\" ADD COLUMN \"c{number}\" INTEGER NOT NULL DEFAULT {number};\n"),
        };
        let is_dropped = number < oldest;
        let own = |text: String| &*text.leak();
        migrations.push(Migration {
            slug: own(format!("add_{number}")),
            semver: own(format!("0.{number}.0")),
            chain: own(format!("chain {number}")),
            down: (!is_dropped && number > 1).then_some("-- the way back\n"),
            until: is_dropped.then_some(oldest),
            ..step(number, "", if is_dropped { "" } else { own(sql) }, (number, number))
        });
    }
    let columns = (2..=version).fold(String::new(), |mut columns, number| {
        write!(columns, ", \"c{number}\" INTEGER NOT NULL DEFAULT {number}").expect("a String takes any text");
        columns
    });
    whole = whole.replace("NOT NULL, PRIMARY", &format!("NOT NULL{columns}, PRIMARY"));
    Box::leak(Box::new(schema(migrations.leak(), whole.leak())))
}

/// Makes a file of a version, with a row.
fn file(version: u32) -> Home {
    let home = Home::new();
    home.close(program(version, 1));
    home.by_hand("INSERT INTO \"notes\" (\"id\") VALUES ('a')");
    home
}

fn rows(home: &Home) -> Vec<String> {
    let columns: Vec<String> = (2..=NEWEST).map(|number| format!("\"c{number}\"")).collect();
    strings(&connect(&home.path()), &format!("SELECT concat_ws(' ', \"id\", {}) FROM \"notes\"", columns.join(", ")))
}

#[test]
fn at_10_of_20_later_files_are_upgraded_and_earlier_ones_rejected_by_name() {
    let (whole, ended) = (program(NEWEST, 1), program(NEWEST, OLDEST));
    let expected = {
        let home = file(1);
        home.close(whole);
        rows(&home)
    };
    assert_eq!(expected.len(), 1);
    for version in 1..=NEWEST {
        let home = file(version);
        if version >= OLDEST {
            home.close(ended);
            assert_eq!(rows(&home), expected, "from {version}");
            // Who still has all migrations goes on with the file.
            home.close(whole);
            continue;
        }
        let before = home.bytes();
        let says = format!(
            "has version {version} of the schema, and this program upgrades databases from a later one on; open it once \
             with the release of version 10 (0.10.0), which upgrades it, and then with this program"
        );
        let error = home.refused(ended, &[&says]);
        assert_eq!(error.kind(), Kind::Open);
        assert!(home.bytes() == before, "bytes were changed");
        // As it is said: by the release of version 10, and then by this one.
        home.close(program(OLDEST, 1));
        home.close(ended);
        assert_eq!(rows(&home), expected, "from {version}");
    }
}

#[test]
fn what_is_said_is_what_the_page_shows() {
    let (before, after) = (program(1, 1), program(3, 2));
    let home = Home::new();
    home.close(before);
    let shown = "has version 1 of the schema, and this program upgrades databases from a later one on; open it once with the \
                 release of version 2 (0.2.0), which upgrades it, and then with this program";
    assert!(PAGE.contains(&format!("database shop.db: {shown}")), "the page shows something else");
    home.refused(after, &[shown]);
}

#[test]
fn new_files_are_equal() {
    let (whole, ended) = (program(NEWEST, 1), program(NEWEST, OLDEST));
    let (one, other) = (Home::new(), Home::new());
    one.close(whole);
    other.close(ended);
    let told = |home: &Home, sql: &str| strings(&connect(&home.path()), sql);
    for sql in [
        "SELECT concat_ws(' ', type, name, tbl_name, sql) FROM sqlite_schema ORDER BY type, name",
        "SELECT concat_ws(' ', version, slug, semver, mapping, chain, reader, writer, snapshot, hex(descriptors)) \
         FROM protostore__versions ORDER BY version",
        // What was dropped has no text, and so no way back and no hash of refinery.
        "SELECT concat_ws(' ', version, down) FROM protostore__versions WHERE version >= 10 ORDER BY version",
        "SELECT concat_ws(' ', version, name, checksum) FROM refinery_schema_history WHERE version >= 10 ORDER BY version",
    ] {
        assert_eq!(told(&one, sql), told(&other, sql), "{sql}");
        assert!(!told(&one, sql).is_empty(), "{sql}");
    }
    let stamped = "SELECT min(version) || ' ' || count(*) FROM refinery_schema_history";
    assert_eq!((told(&one, stamped), told(&other, stamped)), (vec!["1 20".to_owned()], vec!["10 11".to_owned()]));
    // Either program opens the file of the other.
    one.close(ended);
    other.close(whole);
    other.close(program(NEWEST, OLDEST + 5));
}

/// The control: what a program may leave out of refinery's table is its beginning, and nothing else.
#[test]
fn a_row_that_is_gone_in_the_middle_is_damage() {
    let home = Home::new();
    home.close(program(NEWEST, OLDEST));
    home.by_hand("DELETE FROM refinery_schema_history WHERE version = 15");
    home.refused(program(NEWEST, OLDEST), &["refinery_schema_history does not agree"]);
}
