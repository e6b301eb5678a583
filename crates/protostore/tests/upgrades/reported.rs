//! Rows that break a rule which is newer than they are, and which SQL cannot state.

use protostore::upkeep::FileOptions;
use protostore::{Migration, Schema};

use super::store::{Home, connect, key, options, schema, step, strings};

const TABLE: &str = r#"CREATE TABLE "notes" ("id" TEXT NOT NULL PRIMARY KEY, "mail" TEXT) STRICT;"#;
const REPORT: &str = r#"
-- the rules of notes.mail
-- protostore: {"report":{"table":"notes","key":["id"],"column":"mail","field":"notes.mail","rules":{"but_zero":true,"all":[{"name":"string.email","asks":{"format":"email"}}]}}}
"#;
static STEPS: [Migration; 2] = [step(1, "initial", TABLE, (1, 1)), step(2, "mail", REPORT, (1, 2))];
static ONE: Schema = schema(STEPS.split_at(1).0, TABLE);
static TWO: Schema = schema(&STEPS, TABLE);

fn told(rows: &str) -> (Home, Vec<String>) {
    let home = Home::new();
    home.close(&ONE);
    home.by_hand(&format!("INSERT INTO notes VALUES {rows}"));
    let opened = options().copy_before_upgrade(false).open(&TWO, home.path(), &key());
    let store = opened.unwrap_or_else(|e| panic!("upgrades: {e}"));
    let upgraded = store.info().upgraded.expect("it is upgraded");
    store.close().expect("closes");
    let told = upgraded.versions.iter().flat_map(|applied| &applied.broken).map(ToString::to_string).collect();
    (home, told)
}

#[test]
fn they_are_counted_and_named_and_stay() {
    let (home, told) = told("('a', 'a@b.de'), ('b', 'nowhere'), ('c', '@'), ('d', ''), ('e', NULL)");
    assert_eq!(told, ["2 rows break the rules of notes.mail, the first is b"]);
    let rows = "SELECT id || coalesce(mail, '-') FROM notes ORDER BY id";
    assert_eq!(strings(&connect(&home.path()), rows), ["aa@b.de", "bnowhere", "c@", "d", "e-"]);
}

#[test]
fn of_one_alone_it_is_said_and_of_none_nothing() {
    let (_, one) = told("('b', 'nowhere')");
    assert_eq!(one, ["1 row breaks the rules of notes.mail, the first is b"]);
    let (_, none) = told("('a', 'a@b.de')");
    assert_eq!(none, [""; 0]);
}

const LISTS: &str = r#"
CREATE TABLE "notes" ("id" TEXT NOT NULL PRIMARY KEY, "around" INTEGER NOT NULL) STRICT;
CREATE TABLE "notes__tags" ("_id" TEXT NOT NULL, "_position" INTEGER NOT NULL, "value" TEXT NOT NULL,
  PRIMARY KEY ("_id", "_position")) STRICT, WITHOUT ROWID;
"#;
const COUNTED: &str = r#"
-- at least two elements, at most three, each once
-- protostore: {"lists":{"table":"notes","key":["id"],"within":"around","of":"notes__tags","owner":["_id"],"field":"notes.tags","least":2,"most":3,"unique":"value"}}
"#;
static LISTED: [Migration; 2] = [step(1, "initial", LISTS, (1, 1)), step(2, "tags", COUNTED, (1, 2))];
static BEFORE: Schema = schema(LISTED.split_at(1).0, LISTS);
static AFTER: Schema = schema(&LISTED, LISTS);

/// Lists of so many elements, by the key of their row; a row whose name is in capitals has no message around its list.
fn with_lists(all: &[(&str, &[&str])]) -> Home {
    let home = Home::new();
    home.close(&BEFORE);
    for (id, tags) in all {
        let around = i32::from(id.to_lowercase() == **id);
        home.by_hand(&format!("INSERT INTO notes VALUES ('{id}', {around})"));
        for (position, tag) in tags.iter().enumerate() {
            home.by_hand(&format!("INSERT INTO notes__tags VALUES ('{id}', {position}, '{tag}')"));
        }
    }
    home
}

#[test]
fn lists_of_too_few_too_many_or_repeated_elements_are_counted_and_stay() {
    let all: [(&str, &[&str]); 7] = [
        ("a", &["x", "y"]),
        ("b", &["x"]),
        ("c", &["x", "y", "z", "w"]),
        ("d", &["x", "y", "x"]),
        ("e", &[]),
        ("F", &[]),
        ("g", &["x", "y", "z"]),
    ];
    let home = with_lists(&all);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = std::sync::Arc::clone(&seen);
    let options = options().copy_before_upgrade(false).progress(move |at| {
        listener.lock().expect("is whole").extend(at.rows.zip(at.of_rows));
    });
    let store = options.open(&AFTER, home.path(), &key()).unwrap_or_else(|e| panic!("upgrades: {e}"));
    let upgraded = store.info().upgraded.expect("it is upgraded");
    store.close().expect("closes");
    let told: Vec<_> = upgraded.versions[0].broken.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["4 rows break the rules of notes.tags, the first is b"]);
    let elements = "SELECT count(*) || '' FROM notes__tags";
    assert_eq!(strings(&connect(&home.path()), elements), ["13"]);
    // Rows are told as they go by: none at first, all at the end.
    let seen = seen.lock().expect("is whole");
    assert_eq!((seen.first(), seen.last()), (Some(&(0, 7)), Some(&(7, 7))), "{seen:?}");
}

#[test]
fn lists_that_break_nothing_are_not_told_of() {
    let home = with_lists(&[("a", &["x", "y"]), ("B", &[])]);
    let store = options().copy_before_upgrade(false).open(&AFTER, home.path(), &key()).expect("upgrades");
    assert_eq!(store.info().upgraded.expect("it is upgraded").versions[0].broken, []);
    store.close().expect("closes");
}

#[test]
fn what_the_upgrade_would_tell_of_is_said_before() {
    let (home, rows) = (with_lists(&[("a", &["x"]), ("b", &["y", "y"])]), "SELECT count(*) || '' FROM notes");
    let before = home.bytes();
    let file = FileOptions::new().plaintext(cfg!(not(feature = "sqlcipher"))).open(home.path(), &key()).expect("opens");
    let found = file.rehearse(&AFTER, &key()).expect("is looked at");
    assert!(found.is_clear(), "they stop nothing: {found:?}");
    let told: Vec<_> = found.broken.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["2 rows break the rules of notes.tags, the first is a"]);
    drop(file);
    assert!(home.bytes() == before, "the file was changed");
    assert_eq!(strings(&connect(&home.path()), rows), ["2"]);
}
