//! Backups that take the place of a database.

use protostore::Kind;
use protostore::upkeep::{CopyOptions, Database, restore};

use super::{count, database, key, names, open, read, write};

fn backup_of(path: &std::path::Path, with: u8) -> std::path::PathBuf {
    let to = path.with_file_name("backup");
    let database = Database::open(path, &key(1)).expect("opens");
    database.backup(&to, &key(with), &CopyOptions::new()).expect("copies");
    to
}

#[test]
fn a_restored_database_is_that_of_the_backup_and_its_log_is_gone() {
    let (_home, path) = database(50);
    let backup = backup_of(&path, 1);
    // A later state, with a log that was never moved into the file.
    let store = open(&path, &key(1)).expect("opens");
    write(&store, 50..90);
    let (file, log) = (std::fs::read(&path).expect("reads"), std::fs::read(path.with_file_name("fixture.db-wal")));
    store.close().expect("closes");
    std::fs::write(&path, file).expect("writes");
    std::fs::write(path.with_file_name("fixture.db-wal"), log.expect("reads")).expect("writes");
    assert_eq!(count(&path, &key(1)), 90, "the pair is that of a crash");
    let refused = restore(&backup, &path, &key(1), &CopyOptions::new()).expect_err("is there");
    assert_eq!(refused.kind(), Kind::AlreadyExists, "{refused}");
    let restored = restore(&backup, &path, &key(1), &CopyOptions::new().replace(true)).expect("restores");
    assert_eq!(restored.path, path);
    assert_eq!(names(&path), ["backup", "fixture.db"]);
    assert_eq!((count(&path, &key(1)), count(&backup, &key(1))), (50, 50));
}

#[test]
fn a_stale_log_is_removed_whatever_it_is() {
    let (_home, path) = database(50);
    let backup = backup_of(&path, 1);
    for suffix in ["-wal", "-shm", "-journal"] {
        std::fs::write(path.with_file_name(format!("fixture.db{suffix}")), [7; 5000]).expect("writes");
    }
    std::fs::write(&path, "damaged beyond repair").expect("writes");
    restore(&backup, &path, &key(1), &CopyOptions::new().replace(true)).expect("restores");
    assert_eq!(names(&path), ["backup", "fixture.db"]);
    assert_eq!(count(&path, &key(1)), 50);
}

#[test]
fn a_backup_of_another_key_is_restored_under_that_of_the_database() {
    let (home, path) = database(20);
    let backup = backup_of(&path, 9);
    let to = home.path().join("new.db");
    let refused = restore(&backup, &to, &key(1), &CopyOptions::new()).expect_err("is another key's");
    assert_eq!(refused.kind(), Kind::Key, "{refused}");
    restore(&backup, &to, &key(1), &CopyOptions::new().backup_key(&key(9))).expect("restores");
    assert_eq!(count(&to, &key(1)), 20);
    assert_eq!(open(&to, &key(9)).expect_err("was encrypted anew").kind(), Kind::Key);
}

#[test]
fn a_file_that_a_store_has_is_neither_replaced_nor_restored_from() {
    let (_home, path) = database(20);
    let backup = backup_of(&path, 1);
    let store = open(&path, &key(1)).expect("opens");
    let refused = restore(&backup, &path, &key(1), &CopyOptions::new().replace(true)).expect_err("is open");
    assert_eq!(refused.kind(), Kind::InUse, "{refused}");
    assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
    let to = path.with_file_name("other.db");
    let refused = restore(&path, &to, &key(1), &CopyOptions::new()).expect_err("is open");
    assert_eq!(refused.kind(), Kind::InUse, "{refused}");
    assert_eq!(read(&store), 20);
    store.close().expect("closes");
    assert_eq!(names(&path), ["backup", "fixture.db"]);
}

#[test]
fn a_damaged_backup_is_not_restored_and_the_database_stays() {
    let (_home, path) = database(3_000);
    let backup = backup_of(&path, 1);
    let whole = std::fs::read(&backup).expect("reads");
    for at in (20..whole.len()).step_by(whole.len() / 7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        std::fs::write(&backup, bytes).expect("writes");
        let refused = restore(&backup, &path, &key(1), &CopyOptions::new().replace(true)).expect_err("is damaged");
        // A flip in the first page cannot be told from another key.
        assert!(matches!(refused.kind(), Kind::Damaged | Kind::Key), "{refused}");
        assert!(refused.to_string().contains("backup"), "{refused}");
    }
    std::fs::write(&backup, &whole[..whole.len() - 4096]).expect("writes");
    let refused = restore(&backup, &path, &key(1), &CopyOptions::new().replace(true)).expect_err("was cut");
    assert_eq!(refused.kind(), Kind::Damaged, "{refused}");
    assert_eq!(count(&path, &key(1)), 3_000);
    assert_eq!(names(&path), ["backup", "fixture.db"]);
}
