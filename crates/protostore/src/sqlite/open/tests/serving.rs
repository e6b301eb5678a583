//! What an open database is like: its settings, what is forbidden, what it says about itself.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;

use super::fixture::{Home, ONE, count, fill, key, options, shut};
use crate::filter::Cursor;
use crate::sqlite::open::{open, open_test};
use crate::value::Kept;

fn value(connection: &Connection, pragma: &str) -> String {
    let value = connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, rusqlite::types::Value>(0));
    match value {
        Ok(rusqlite::types::Value::Integer(number)) => number.to_string(),
        Ok(rusqlite::types::Value::Text(text)) => text,
        other => format!("{other:?}"),
    }
}

#[test]
fn a_store_opens_and_serves_while_the_clock_is_before_1970() {
    let home = Home::new();
    let before = UNIX_EPOCH - Duration::from_secs(86_400);
    let created = crate::clock::at(before, || {
        let opened = home.open(&ONE).unwrap();
        fill(&opened.writer);
        let created = opened.info.created;
        shut(opened).unwrap();
        created
    });
    let opened = home.open(&ONE).unwrap();
    assert!(created < UNIX_EPOCH, "{created:?}");
    assert_eq!((created, opened.info.created), (before, before), "no other time than it was");
    assert_eq!(count(&opened.writer, "marker_things"), 2);
}

#[test]
fn every_connection_has_the_settings() {
    let home = Home::new();
    let opened = home.open(&ONE).unwrap();
    assert_eq!(opened.readers.len(), options().engine.connections());
    for connection in opened.readers.iter().chain([&opened.writer]) {
        for (pragma, expected) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("fullfsync", "1"),
            ("checkpoint_fullfsync", "1"),
            ("foreign_keys", "1"),
            ("temp_store", "2"),
            ("cell_size_check", "1"),
            ("recursive_triggers", "1"),
            ("page_size", "4096"),
            ("auto_vacuum", "2"),
            ("user_version", "1"),
            ("trusted_schema", "0"),
            ("application_id", "1886548852"),
        ] {
            assert_eq!(value(connection, pragma), expected, "{pragma}");
        }
        assert_ne!(value(connection, "mmap_size"), "1");
        for (option, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        ] {
            assert_eq!(connection.db_config(option).unwrap(), on, "{option:?}");
        }
        assert_eq!(connection.limit(Limit::SQLITE_LIMIT_ATTACHED).unwrap(), 0);
    }
    assert!(opened.readers.iter().all(|reader| value(reader, "busy_timeout") == "5000"));
    let queries_only = |connection| value(connection, "query_only");
    assert!(opened.readers.iter().all(|reader| queries_only(reader) == "1"));
    assert_eq!(queries_only(&opened.writer), "0");
}

#[test]
fn the_caches_of_all_connections_share_what_the_options_say() {
    for (options, mebibytes) in [(options(), 64), (options().cache(256 << 20), 256)] {
        let opened = open_test(&options, &ONE).unwrap();
        let each = opened.readers.iter().chain([&opened.writer]).map(|connection| value(connection, "cache_size"));
        let kibibytes: i64 = each.map(|cache| -cache.parse::<i64>().unwrap()).sum();
        assert!((kibibytes - (mebibytes << 10)).abs() < 64, "{kibibytes}");
    }
}

#[test]
fn the_log_is_not_empty_when_serving_begins() {
    let home = Home::with_database();
    let opened = home.open(&ONE).unwrap();
    let log = home.file("test.db-wal").metadata().unwrap();
    assert!(log.len() > 0);
    assert!(!home.file("test.db-shm").exists(), "the index of the log is on the heap");
    for file in ["test.db", "test.db-wal", "test.db.lock"] {
        assert_eq!(home.file(file).metadata().unwrap().permissions().mode() & 0o7777, 0o600, "{file}");
    }
    shut(opened).unwrap();
    assert!(!home.file("test.db-wal").exists());
}

#[test]
fn readers_see_what_was_committed_and_cannot_write() {
    for tools in [false, true] {
        let home = Home::new();
        let opened = open(&options().allow_tools(tools), &ONE, &home.path(), &key()).unwrap();
        assert_eq!(home.file("test.db-shm").exists(), tools);
        fill(&opened.writer);
        for reader in &opened.readers {
            assert_eq!(count(reader, "marker_things"), 2);
            let why = reader.execute(r#"DELETE FROM "marker_things""#, []).unwrap_err();
            assert!(why.to_string().contains("readonly"), "{why}");
        }
        shut(opened).unwrap();
    }
}

#[test]
fn nothing_reaches_around_the_store() {
    let home = Home::new();
    let opened = home.open(&ONE).unwrap();
    let elsewhere = home.file("elsewhere.db");
    let attach = format!("ATTACH '{}' AS elsewhere", elsewhere.display());
    let vacuum = format!("VACUUM INTO '{}'", elsewhere.display());
    for connection in opened.readers.iter().chain([&opened.writer]) {
        for statement in [
            attach.as_str(),
            &vacuum,
            "VACUUM",
            "DETACH main",
            "PRAGMA key = 'x'",
            "PRAGMA rekey = 'x'",
            "PRAGMA hexrekey = '00'",
            "PRAGMA textkey = 'x'",
            "PRAGMA cipher_migrate",
            "PRAGMA cipher_default_page_size = 512",
            "PRAGMA cipher_log = stderr",
            "PRAGMA Journal_Mode = DELETE",
            "PRAGMA journal_mode(OFF)",
            "PRAGMA main.journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA defer_foreign_keys = ON",
            "PRAGMA ignore_check_constraints = ON",
            "PRAGMA writable_schema = ON",
            "PRAGMA query_only = OFF",
            "PRAGMA temp_store = FILE",
            "PRAGMA temp_store_directory = '/'",
            "PRAGMA user_version = 7",
            "PRAGMA application_id = 7",
            "PRAGMA locking_mode = EXCLUSIVE",
            "PRAGMA secure_delete = OFF",
            "SELECT load_extension('x')",
            r#"CREATE TABLE "t" ("a" TEXT) STRICT"#,
            r#"CREATE INDEX "i" ON "marker_things" ("owner")"#,
            r#"CREATE VIEW "v" AS SELECT 1"#,
            r#"CREATE TRIGGER "t" AFTER INSERT ON "marker_things" BEGIN SELECT 1; END"#,
            r#"CREATE TEMP TRIGGER "t" AFTER INSERT ON "marker_things" BEGIN SELECT 1; END"#,
            r#"CREATE VIRTUAL TABLE "f" USING fts5("a")"#,
            r#"ALTER TABLE "marker_things" ADD COLUMN "a" TEXT"#,
            r#"DROP TABLE "marker_things""#,
            r#"SELECT "no_such_column""#,
        ] {
            assert!(connection.execute_batch(statement).is_err(), "{statement} was allowed");
        }
    }
    assert!(!elsewhere.exists());
    for statement in [
        "PRAGMA wal_checkpoint(PASSIVE)",
        "PRAGMA incremental_vacuum(10)",
        "PRAGMA optimize = 0x10002",
        "PRAGMA quick_check(1)",
        "PRAGMA integrity_check",
        "PRAGMA foreign_key_check",
        "PRAGMA cipher_integrity_check",
        "PRAGMA table_xinfo(\"marker_things\")",
        "PRAGMA freelist_count",
        "PRAGMA data_version",
        "ANALYZE",
        "SELECT * FROM pragma_index_list('marker_things')",
        "SELECT value FROM json_each('[1]')",
        "BEGIN IMMEDIATE; SAVEPOINT s; RELEASE s; COMMIT",
    ] {
        opened.writer.execute_batch(statement).unwrap_or_else(|why| panic!("{statement}: {why}"));
    }
    shut(opened).unwrap();
}

#[test]
fn it_says_what_it_is() {
    let home = Home::with_database();
    let opened = home.open(&ONE).unwrap();
    let info = &opened.info;
    assert_eq!((info.store, info.version, info.semver, info.mapping), (ONE.store, 1, "0.1.0", 1));
    assert_eq!(info.engine.path, home.path().canonicalize().unwrap());
    assert!(info.created.elapsed().unwrap() < Duration::from_secs(60) && info.created < SystemTime::now());
    assert!(!info.engine.recovered);
    assert_eq!(info.engine.cipher.is_some(), cfg!(feature = "sqlcipher"));
    assert_eq!(info.engine.key_id.as_ref().map(String::len), cfg!(feature = "sqlcipher").then_some(16));
    let kept: (String, Vec<u8>) = opened
        .writer
        .query_row(r#"SELECT "snapshot", "descriptors" FROM "protostore__versions" WHERE "version" = 1"#, [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((kept.0.as_str(), kept.1.as_slice()), (ONE.snapshot(), ONE.descriptors));
}

#[test]
fn the_key_id_and_the_salt_differ_from_file_to_file() {
    let homes = [Home::new(), Home::new()];
    let [first, second] = homes.each_ref().map(|home| home.open(&ONE).unwrap());
    if cfg!(feature = "sqlcipher") {
        assert_ne!(first.info.engine.key_id, second.info.engine.key_id);
    }
    let place = Cursor::<()>::new("id".to_owned(), vec![Kept::Int(1)]);
    let token = first.tokens.seal(&["ListThings"], Some(&place)).unwrap();
    assert_eq!(first.tokens.open(&["ListThings"], &token).unwrap(), Some(place));
    assert!(second.tokens.open::<i64>(&["ListThings"], &token).is_err(), "also where both files are plain");
}

#[test]
fn the_test_database_goes_with_its_store() {
    let (first, second) = (open_test(&options(), &ONE).unwrap(), open_test(&options(), &ONE).unwrap());
    assert_ne!(first.info.engine.path, second.info.engine.path);
    assert_eq!(value(&first.writer, "application_id"), 0x7072_7354.to_string());
    fill(&first.writer);
    assert_eq!(count(&second.writer, "marker_things"), 0);
    for opened in [first, second] {
        let directory = opened.info.engine.path.parent().unwrap().to_owned();
        assert!(directory.exists());
        drop(opened);
        assert!(!directory.exists());
    }
}

#[test]
fn a_store_that_was_dropped_or_killed_is_searched_for_damage() {
    let home = Home::with_database();
    drop(home.open(&ONE).unwrap());
    let opened = home.open(&ONE).unwrap();
    assert!(opened.info.engine.recovered);
    shut(opened).unwrap();
    assert!(!home.open(&ONE).unwrap().info.engine.recovered);

    let home = Home::crashed();
    let opened = home.open(&ONE).unwrap();
    assert!(opened.info.engine.recovered);
    assert_eq!(count(&opened.writer, "marker_things"), 2, "what was committed is there");
}
