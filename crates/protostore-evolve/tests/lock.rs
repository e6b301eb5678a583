//! The lock: what it says of a history, and what it finds wrong with the files.

use std::collections::BTreeMap;

use protostore_evolve::plan::Answers;
use protostore_evolve::{
    Fault, History, Lock, LockError, MigrationTexts, NotOldest, Version, VersionTexts, down_path, evolve,
    migration_path, plan_path, snapshot_path,
};
use protostore_schema::{Schema, Type};

const SNAPSHOT: &str = include_str!("cases/shop.json");
const MIGRATION: &str = "CREATE TABLE \"networks\" (\"id\" TEXT NOT NULL) STRICT;\n";

fn shop() -> Schema {
    Schema::from_snapshot(SNAPSHOT).expect("the case is a snapshot")
}

fn two_versions() -> History {
    let mut history = History::first(shop());
    history.versions.push(Version {
        number: 2,
        slug: "more".to_owned(),
        semver: "0.2.0".to_owned(),
        schema: shop().into(),
        accepted: vec!["narrow 1:2 int64 int32".to_owned()],
        hooks: Vec::new(),
        reader: 2,
        writer: 2,
        until: None,
    });
    history
}

/// The texts of a version in these dialects; all but the first have a plan and a way back.
fn texts(version: u32, dialects: &[&str]) -> VersionTexts {
    let later = |text: String| (version > 1).then_some(text);
    let migration = |dialect: &&str| {
        let up = format!("-- {dialect} {version}\n{MIGRATION}");
        ((*dialect).to_owned(), MigrationTexts { up, down: later(format!("-- {dialect} back from {version}\n")) })
    };
    VersionTexts {
        snapshot: SNAPSHOT.to_owned(),
        plan: later("{}\n".to_owned()),
        migrations: dialects.iter().map(migration).collect(),
    }
}

fn lock() -> Lock {
    Lock::new(&two_versions(), &[texts(1, &["sqlite"]), texts(2, &["sqlite"])])
}

type Texts = BTreeMap<String, String>;

fn files() -> Texts {
    let (one, two) = (texts(1, &["sqlite"]), texts(2, &["sqlite"]));
    let (first, second) = (one.migrations["sqlite"].clone(), two.migrations["sqlite"].clone());
    [
        (snapshot_path(1), one.snapshot),
        (migration_path("sqlite", 1, "initial"), first.up),
        (snapshot_path(2), two.snapshot),
        (plan_path(2), two.plan.expect("a second version has a plan")),
        (migration_path("sqlite", 2, "more"), second.up),
        (down_path("sqlite", 2, "more"), second.down.expect("a second version has a way back")),
    ]
    .into()
}

fn faults(edit: impl FnOnce(&mut Lock, &mut Texts)) -> Vec<String> {
    let (mut lock, mut files) = (lock(), files());
    edit(&mut lock, &mut files);
    lock.verify(&files).iter().map(Fault::to_string).collect()
}

#[test]
fn the_text_reads_back() {
    assert_eq!(Lock::from_text(&lock().render("cargo xtask codegen")).unwrap(), lock());
    assert!(Lock::from_text("head = 1\nhaed = 2").is_err());
    assert!(Lock::from_text("\u{0}").is_err());
}

#[test]
fn what_is_locked_is_in_order() {
    assert_eq!(faults(|_, _| {}), [""; 0]);
}

#[test]
fn files_are_named() {
    let v1 = "migrations/sqlite/V1__initial.sql";
    assert_eq!(
        faults(|_, files| files.get_mut(v1).unwrap().push(' ')),
        ["migrations/sqlite/V1__initial.sql was edited: its SHA-256 is not the one in schema.lock"]
    );
    assert_eq!(
        faults(|_, files| *files.get_mut(v1).unwrap() = files[v1].replace('\n', "\r\n")),
        ["migrations/sqlite/V1__initial.sql has CRLF line endings: check it out with `eol=lf`"]
    );
    for file in files().keys() {
        let missing = format!("{file} is missing, but schema.lock names it");
        assert_eq!(faults(|_, files| drop(files.remove(file))), [missing]);
        let edited = format!("{file} was edited: its SHA-256 is not the one in schema.lock");
        assert_eq!(faults(|_, files| files.get_mut(file).unwrap().push('x')), [edited]);
    }
    for file in ["schema/0003.json", "schema/0001.plan.json", "migrations/sqlite/down/D1__initial.sql", "schema/a.txt"]
    {
        let unlocked = format!("{file} is not in schema.lock");
        assert_eq!(faults(|_, files| drop(files.insert(file.to_owned(), String::new()))), [unlocked]);
    }
}

#[test]
fn a_fork_is_two_files_of_one_version() {
    for (file, other) in [
        (migration_path("sqlite", 2, "more"), migration_path("sqlite", 2, "other")),
        (down_path("sqlite", 2, "more"), down_path("sqlite", 2, "other")),
    ] {
        assert_eq!(
            faults(|_, files| drop(files.insert(other.clone(), String::new()))),
            [format!("{other} is a second version 2: schema.lock names {file}")]
        );
    }
}

#[test]
fn what_a_chain_covers_is_found_by_the_chain_and_the_rest_by_the_seal() {
    type Edit = fn(&mut Lock);
    let chained: [Edit; 7] = [
        |lock| lock.versions[1].slug = "less".to_owned(),
        |lock| lock.versions[1].snapshot.replace_range(..1, "x"),
        |lock| lock.versions[1].plan = None,
        |lock| lock.versions[1].accepted.clear(),
        |lock| lock.versions[1].reader = 1,
        |lock| lock.versions[1].writer = 1,
        |lock| lock.versions[1].dialect.get_mut("sqlite").unwrap().down = None,
    ];
    for edit in chained {
        let found = faults(|lock, _| edit(lock));
        assert_eq!(found[0], "schema.lock was edited: the chain for sqlite breaks at version 2");
    }
    let sealed: [Edit; 7] = [
        |lock| lock.format = 0,
        |lock| lock.store = "other.Store".to_owned(),
        |lock| lock.formerly = vec!["other.Store".to_owned()],
        |lock| lock.released = 1,
        |lock| lock.oldest = 2,
        |lock| lock.mapping = 2,
        |lock| lock.versions[0].semver = "0.1.1".to_owned(),
    ];
    for edit in sealed {
        assert_eq!(faults(|lock, _| edit(lock)), ["schema.lock was edited: its seal is not that of its lines"]);
    }
    // A version that was dropped has no files besides, which are found too.
    let dropped = faults(|lock, _| lock.versions[1].until = Some(3));
    assert_eq!(dropped[0], "schema.lock was edited: its seal is not that of its lines");
    assert_eq!(faults(|lock, _| lock.head = 1), ["schema.lock was edited: its head is not its last version"]);
    let gap = faults(|lock, _| drop(lock.versions.remove(0)));
    assert_eq!(gap[0], "schema.lock has version 2 where version 1 belongs");
}

#[test]
fn a_name_a_release_and_the_version_of_the_data_change_no_chain() {
    let mut history = two_versions();
    history.formerly = vec!["former.Store".to_owned()];
    history.released = 2;
    history.versions[1].semver = "1.0.0".to_owned();
    std::sync::Arc::make_mut(&mut history.versions[1].schema).store = "other.Store".to_owned();
    let changed = Lock::new(&history, &[texts(1, &["sqlite"]), texts(2, &["sqlite"])]);
    for (before, after) in lock().versions.iter().zip(&changed.versions) {
        assert_eq!(before.dialect, after.dialect);
    }
    assert_ne!(lock().seal, changed.seal);
    assert_eq!(changed.verify(&files()), []);
}

#[test]
fn a_version_that_was_dropped_keeps_its_chain_and_its_snapshot_alone() {
    let mut history = two_versions();
    let third = Version { number: 3, ..history.versions[1].clone() };
    history.versions.push(third);
    let whole = [1, 2, 3].map(|version| texts(version, &["sqlite"]));
    let before = Lock::new(&history, &whole);
    assert_eq!(history.drop_before(2), Err(NotOldest::NotReleased { released: 0 }));
    history.released = 3;
    assert_eq!(history.drop_before(2), Ok(()));
    let dropped = VersionTexts { snapshot: whole[0].snapshot.clone(), ..VersionTexts::default() };
    let after = Lock::after(&before.versions, &history, &[dropped, whole[1].clone(), whole[2].clone()]);
    assert_eq!((after.oldest, after.versions[0].until, after.versions[1].until), (2, Some(2), None));
    for (before, after) in before.versions.iter().zip(&after.versions) {
        assert_eq!(before.dialect, after.dialect);
    }
    assert_eq!(after.versions[0].files().len(), 1, "its snapshot");
    let read = Lock::from_text(&after.render("codegen")).expect("a lock");
    assert_eq!(read, after);
    for (oldest, why) in [
        (0, NotOldest::Already { oldest: 2 }),
        (2, NotOldest::Already { oldest: 2 }),
        (3, NotOldest::Newest),
        (4, NotOldest::Unknown { head: 3 }),
    ] {
        assert_eq!(history.drop_before(oldest), Err(why));
    }
}

#[test]
fn versions_that_are_locked_are_as_if_they_were_locked_anew() {
    let (history, texts) = (two_versions(), [texts(1, &["sqlite"]), texts(2, &["sqlite"])]);
    let whole = Lock::new(&history, &texts);
    for kept in 0..=2 {
        assert_eq!(Lock::after(&whole.versions[..kept], &history, &texts), whole, "{kept} are kept");
    }
}

#[test]
fn a_second_dialect_changes_no_chain_that_files_hold() {
    let both = ["postgres", "sqlite"];
    let at_once = Lock::new(&two_versions(), &[texts(1, &both), texts(2, &both)]);
    let later = Lock::new(&two_versions(), &[texts(1, &["sqlite"]), texts(2, &both)]);
    for (at, version) in lock().versions.iter().enumerate() {
        assert_eq!(at_once.versions[at].dialect["sqlite"], version.dialect["sqlite"]);
        assert_eq!(later.versions[at].dialect["sqlite"], version.dialect["sqlite"]);
        assert_ne!(at_once.versions[at].dialect["postgres"].chain, version.dialect["sqlite"].chain);
    }
    assert_ne!(at_once.versions[1].dialect["postgres"].chain, later.versions[1].dialect["postgres"].chain);
}

/// A lock as the first version of the tool wrote it. This file never changes: every later tool reads it.
const GOLDEN: &str = include_str!("cases/format-1.lock");

#[test]
fn a_lock_of_format_1_is_read_and_its_chains_are_as_they_were() {
    let lock = Lock::from_text(GOLDEN).expect("a lock of format 1");
    assert_eq!(lock.render("cargo protostore codegen"), GOLDEN);
    assert_eq!((lock.format, lock.released, lock.versions.len()), (1, 1, 2));
    let faults = lock.verify(&Texts::new());
    assert!(faults.iter().all(|fault| matches!(fault, Fault::Missing { .. })), "{faults:?}");
    assert_eq!(faults.len(), 6);
}

#[test]
fn a_lock_of_a_newer_tool_is_rejected_by_its_format_or_its_mapping() {
    let newer = GOLDEN.replace("format = 1", "format = 2\nweather = \"fine\"");
    let error = Lock::from_text(&newer).expect_err("a lock of format 2");
    assert!(matches!(error, LockError::Newer { format: 2 }), "{error}");
    assert_eq!(error.to_string(), "it has format 2, and this version of the tool reads formats up to 1");
    let newer = GOLDEN.replace("mapping = 1\n", "mapping = 2\n");
    let error = Lock::from_text(&newer).expect_err("a lock of mapping 2");
    assert!(matches!(error, LockError::NewerMapping { mapping: 2 }), "{error}");
    assert_eq!(error.to_string(), "it has mapping 2, and this version of the tool knows mappings up to 1");
    assert!(Lock::from_text(&GOLDEN.replace("format = 1\n", "")).is_err(), "every lock has a format");
    assert!(Lock::from_text(&GOLDEN.replace("format = 1", "format = 1\nweather = \"fine\"")).is_err());
}

#[test]
fn the_first_version() {
    let history = History::first(shop());
    let head = history.head();
    assert_eq!((head.number, head.slug.as_str(), head.semver.as_str()), (1, "initial", "0.1.0"));
}

#[test]
fn comments_alone_make_no_version() {
    let mut documented = shop();
    documented.docs.0.push("Everything in the shop.".to_owned());
    let plan = evolve(&History::first(shop()), &documented, &|_| Vec::new(), &Answers::default());
    assert_eq!(plan, None);
}

#[test]
fn what_stored_data_can_tell_makes_the_next_version() {
    let mut wider = shop();
    match &mut wider.tables[1].record.nodes[1] {
        protostore_schema::Node::Scalar(scalar) => scalar.column.ty = Type::Bytes,
        other => panic!("{other:?}"),
    }
    let plan = evolve(&History::first(shop()), &wider, &|_| Vec::new(), &Answers::default()).expect("a change");
    assert_eq!((plan.from, plan.to), (1, 2));
    assert!(!plan.asks.is_empty() || !plan.verdicts.is_empty(), "{plan}");
}

#[test]
fn a_history_is_read_from_lock_and_snapshots() {
    let history = History::read(&lock(), |_| Some(SNAPSHOT)).unwrap();
    assert_eq!(history, Some(two_versions()));
    assert_eq!(History::read(&lock(), |_| None).unwrap(), None);
    assert_eq!(History::read(&lock(), |_| Some("{}")).unwrap_err().0, 1);
}
