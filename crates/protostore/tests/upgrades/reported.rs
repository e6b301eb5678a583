//! Rows that break a rule which is newer than they are, and which SQL cannot state.

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
