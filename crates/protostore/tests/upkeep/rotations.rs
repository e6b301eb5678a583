//! Databases that get another key.

use protostore::upkeep::{CopyOptions, rotate};
use protostore::{Kind, Options};

use super::fixture::SCHEMA;
use super::{count, database, key, names, open, read, write};

#[test]
fn a_rotated_database_has_the_new_key_and_no_other() {
    let (_home, path) = database(500);
    let rotated = rotate(&path, &key(1), &key(2), &CopyOptions::new()).expect("rotates");
    assert_eq!(open(&path, &key(1)).expect_err("is rotated").kind(), Kind::Key);
    let store = open(&path, &key(2)).expect("opens");
    assert_eq!((read(&store), &store.info().engine.key_id), (500, &rotated.key_id));
    assert!(store.info().sequence > rotated.sequence);
    store.close().expect("closes");
    assert_eq!(names(&path), ["fixture.db"]);
    let refused = rotate(&path, &key(1), &key(3), &CopyOptions::new()).expect_err("is another key");
    assert_eq!(refused.kind(), Kind::Key, "{refused}");
    assert_eq!(count(&path, &key(2)), 500);
}

#[test]
fn the_commits_of_a_log_are_rotated_too() {
    let (_home, path) = database(10);
    let store = open(&path, &key(1)).expect("opens");
    write(&store, 10..40);
    let (file, log) = (std::fs::read(&path).expect("reads"), std::fs::read(path.with_file_name("fixture.db-wal")));
    store.close().expect("closes");
    std::fs::write(&path, file).expect("writes");
    std::fs::write(path.with_file_name("fixture.db-wal"), log.expect("reads")).expect("writes");
    rotate(&path, &key(1), &key(2), &CopyOptions::new()).expect("rotates");
    assert_eq!(names(&path), ["fixture.db"]);
    assert_eq!(count(&path, &key(2)), 40);
}

#[test]
fn a_store_is_rotated_when_it_is_opened_by_a_previous_key() {
    let (_home, path) = database(30);
    let options = Options::new().readers(1).previous_keys([&key(7), &key(1), &key(8)]);
    let store = options.open(&SCHEMA, &path, &key(2)).expect("opens");
    let from = store.info().engine.rotated_from.clone().expect("was rotated");
    assert_ne!(Some(from), store.info().engine.key_id);
    assert_eq!(read(&store), 30);
    store.close().expect("closes");
    assert_eq!(open(&path, &key(1)).expect_err("is rotated").kind(), Kind::Key);
    // The next opening finds the current key.
    let store = options.open(&SCHEMA, &path, &key(2)).expect("opens");
    assert_eq!(store.info().engine.rotated_from, None);
    store.close().expect("closes");
    // No key fits: nothing is changed.
    let before = std::fs::read(&path).expect("reads");
    let refused = options.open(&SCHEMA, &path, &key(3)).expect_err("has another key");
    assert_eq!(refused.kind(), Kind::Key, "{refused}");
    assert_eq!(std::fs::read(&path).expect("reads"), before);
    assert_eq!(names(&path), ["fixture.db"]);
    // A new database is made under the current key.
    let made = path.with_file_name("new.db");
    options.open(&SCHEMA, &made, &key(4)).expect("opens").close().expect("closes");
    assert_eq!(count(&made, &key(4)), 0);
}

#[test]
fn a_database_that_is_open_is_not_rotated() {
    let (_home, path) = database(30);
    let store = open(&path, &key(1)).expect("opens");
    let refused = rotate(&path, &key(1), &key(2), &CopyOptions::new()).expect_err("is open");
    assert_eq!(refused.kind(), Kind::InUse, "{refused}");
    store.close().expect("closes");
    assert_eq!(count(&path, &key(1)), 30);
}
