//! The lock: what it says of a history, and what it finds wrong with the files.

use std::collections::BTreeMap;

use protostore_evolve::{Fault, History, Lock, Version, VersionTexts, migration_path, snapshot_path};
use protostore_schema::{Schema, Type};

const SNAPSHOT: &str = include_str!("cases/shop.json");
const MIGRATION: &str = "CREATE TABLE \"networks\" (\"id\" TEXT NOT NULL) STRICT;\n";

fn shop() -> Schema {
    Schema::from_snapshot(SNAPSHOT).expect("the case is a snapshot")
}

fn two_versions() -> History {
    let second = Version { number: 2, slug: "more".to_owned(), semver: "0.2.0".to_owned(), schema: shop() };
    let mut history = History::first(shop());
    history.versions.push(second);
    history
}

fn lock() -> Lock {
    Lock::new(&two_versions(), |_| VersionTexts { snapshot: SNAPSHOT, migration: MIGRATION })
}

type Texts = BTreeMap<String, String>;

fn files() -> (Texts, Texts) {
    let migrations =
        [(1, "initial"), (2, "more")].map(|(n, slug)| (migration_path("sqlite", n, slug), MIGRATION.to_owned()));
    let snapshots = [1, 2].map(|n| (snapshot_path(n), SNAPSHOT.to_owned()));
    (migrations.into(), snapshots.into())
}

fn faults(edit: impl FnOnce(&mut Lock, &mut Texts, &mut Texts)) -> Vec<String> {
    let (mut lock, (mut migrations, mut snapshots)) = (lock(), files());
    edit(&mut lock, &mut migrations, &mut snapshots);
    lock.verify(&migrations, &snapshots).iter().map(Fault::to_string).collect()
}

#[test]
fn the_text_reads_back() {
    assert_eq!(Lock::from_text(&lock().render("cargo xtask codegen")).unwrap(), lock());
    assert!(Lock::from_text("head = 1\nhaed = 2").is_err());
    assert!(Lock::from_text("\u{0}").is_err());
}

#[test]
fn what_is_locked_is_in_order() {
    assert_eq!(faults(|_, _, _| {}), [""; 0]);
}

#[test]
fn files_are_named() {
    let v1 = "migrations/sqlite/V1__initial.sql";
    assert_eq!(
        faults(|_, migrations, _| migrations.get_mut(v1).unwrap().push(' ')),
        ["migrations/sqlite/V1__initial.sql was edited: its SHA-256 is not the one in schema.lock"]
    );
    assert_eq!(
        faults(|_, migrations, _| *migrations.get_mut(v1).unwrap() = MIGRATION.replace('\n', "\r\n")),
        ["migrations/sqlite/V1__initial.sql has CRLF line endings: check it out with `eol=lf`"]
    );
    assert_eq!(
        faults(|_, _, snapshots| drop(snapshots.remove("schema/0002.json"))),
        ["schema/0002.json is missing, but schema.lock names it"]
    );
    assert_eq!(
        faults(|_, _, snapshots| drop(snapshots.insert("schema/0003.json".to_owned(), String::new()))),
        ["schema/0003.json is not in schema.lock"]
    );
}

#[test]
fn a_fork_is_two_files_of_one_version() {
    assert_eq!(
        faults(|_, migrations, _| drop(migrations.insert(migration_path("sqlite", 2, "other"), MIGRATION.to_owned()))),
        ["migrations/sqlite/V2__other.sql is a second version 2: schema.lock names migrations/sqlite/V2__more.sql"]
    );
}

#[test]
fn the_lock_itself_is_chained() {
    assert_eq!(
        faults(|lock, _, _| lock.migrations[0].semver = "0.1.1".to_owned()),
        ["schema.lock was edited: the chain breaks at version 1"]
    );
    assert_eq!(faults(|lock, _, _| lock.head = 1), ["schema.lock was edited: its head is not its last version"]);
    let gap = faults(|lock, _, _| drop(lock.migrations.remove(0)));
    assert_eq!(gap[0], "schema.lock has version 2 where version 1 belongs");
}

#[test]
fn the_first_version() {
    let history = History::first(shop());
    let head = history.head();
    assert_eq!((head.number, head.slug.as_str(), head.semver.as_str()), (1, "initial", "0.1.0"));
}

#[test]
fn comments_alone_keep_the_version_and_its_own_comments() {
    let history = History::first(shop());
    let mut documented = shop();
    documented.docs.0.push("Everything in the shop.".to_owned());
    assert_eq!(history.advance(&documented), Ok(history.clone()));
    assert_eq!(history.amend(&documented).head().schema, documented);
}

#[test]
fn a_change_is_refused_with_its_sentence() {
    let mut wider = shop();
    match &mut wider.tables[1].record.nodes[1] {
        protostore_schema::Node::Scalar(scalar) => scalar.column.ty = Type::Bytes,
        other => panic!("{other:?}"),
    }
    let changed = History::first(shop()).advance(&wider).unwrap_err();
    assert_eq!(changed.to_string(), "type of `name` of `networks` changed from string to bytes");
}

#[test]
fn a_history_is_read_from_lock_and_snapshots() {
    let history = History::read(&lock(), |_| Some(SNAPSHOT)).unwrap();
    assert_eq!(history, Some(two_versions()));
    assert_eq!(History::read(&lock(), |_| None).unwrap(), None);
    assert_eq!(History::read(&lock(), |_| Some("{}")).unwrap_err().0, 1);
}
