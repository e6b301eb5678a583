//! What is refused, each by a text of its own, and without a byte of anything being changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use super::fixture::{Home, INITIAL, ONE, TWO, key, options, refused, schema, step};
use crate::error::Kind;
use crate::key::Key;
use crate::schema::Schema;
use crate::sqlite::open::identity::Class;
use crate::sqlite::open::{open, test_key};

static OTHER_STORE: Schema =
    Schema { store: "other.v1.OtherStore", ..schema(1, "0.1.0", &[step(1, "initial", INITIAL)], INITIAL) };
const OTHER: &str = r#"CREATE TABLE "a" ("b" TEXT) STRICT;"#;
static OTHER_SQL: Schema = schema(1, "0.1.0", &[step(1, "initial", OTHER)], OTHER);
static OTHER_SLUG: Schema = schema(1, "0.1.0", &[step(1, "first", INITIAL)], INITIAL);

/// Opens the database of a closed and of a crashed home, and expects both to be refused and unchanged.
#[track_caller]
fn both_refused(schema: &'static Schema, class: Class, key: &Key, kind: Kind, words: &[&str]) {
    for home in [Home::with_database(), Home::crashed()] {
        let before = home.contents();
        for _ in 0..2 {
            let error = refused(home.open_as(class, schema, key), words);
            assert_eq!(error.kind(), kind, "{error}");
            assert!(before == home.contents(), "bytes were changed");
        }
        // What was refused was not harmed either.
        let opened = home.open(&ONE).unwrap();
        assert_eq!(super::fixture::count(&opened.writer, "marker_things"), 2);
    }
}

#[test]
#[cfg(feature = "sqlcipher")]
fn another_key() {
    let path_and_id = ["test.db", "wrong key or damaged file", "has the id "];
    both_refused(&ONE, Class::Real, &Key::from_secret([8; 32]), Kind::Key, &path_and_id);
    let mut almost = *key().expose_secret();
    almost[31] ^= 1;
    both_refused(&ONE, Class::Real, &Key::from_secret(almost), Kind::Key, &path_and_id);
}

#[test]
#[cfg(feature = "sqlcipher")]
fn a_thousand_wrong_keys() {
    let home = Home::crashed();
    let before = home.contents();
    for round in 0..1000_u32 {
        let mut secret = *key().expose_secret();
        for (byte, change) in secret.iter_mut().zip((round + 1).to_le_bytes()) {
            *byte ^= change;
        }
        refused(home.open_as(Class::Real, &ONE, &Key::from_secret(secret)), &["wrong key or damaged file"]);
    }
    assert!(before == home.contents(), "bytes were changed");
    home.open(&ONE).unwrap();
}

#[test]
fn another_store() {
    both_refused(&OTHER_STORE, Class::Real, &key(), Kind::Open, &["test.store.v0.TestStore"]);
}

#[test]
fn another_migration_of_the_same_version() {
    both_refused(
        &OTHER_SQL,
        Class::Real,
        &key(),
        Kind::Open,
        &["V1__initial with the chain", "this program V1__initial with the chain", "--amend", "move it away"],
    );
    both_refused(&OTHER_SLUG, Class::Real, &key(), Kind::Open, &["V1__initial", "V1__first"]);
}

#[test]
fn a_real_database_as_test() {
    both_refused(&ONE, Class::Test, &key(), Kind::Open, &["is a real database"]);
}

#[test]
fn a_test_database_as_real() {
    let home = Home::new();
    super::fixture::shut(home.open_as(Class::Test, &ONE, &test_key()).unwrap()).unwrap();
    let before = home.contents();
    refused(home.open_as(Class::Real, &ONE, &test_key()), &["is a TEST database"]);
    assert!(before == home.contents());
}

#[test]
fn a_newer_database() {
    let home = Home::new();
    super::fixture::shut(home.open(&TWO).unwrap()).unwrap();
    let before = home.contents();
    refused(home.open(&ONE), &["version 2 (0.2.0)", "no more than version 1 (0.1.0)", "newer version of this program"]);
    assert!(before == home.contents());
}

#[test]
fn another_application_or_one_that_was_tampered_with() {
    for (sql, words) in [
        ("PRAGMA application_id = 0x1234", "application_id 0x00001234"),
        ("PRAGMA application_id = 0", "not made by protostore"),
        (r#"UPDATE "protostore__store" SET "format" = 2"#, "newer protostore (format 2)"),
        (r#"DELETE FROM "protostore__store""#, "is damaged"),
        (r#"DROP TABLE "protostore__versions""#, "is damaged"),
        (r#"DROP TABLE "refinery_schema_history""#, "history of its migrations cannot be read"),
        (r#"DELETE FROM "refinery_schema_history""#, "refinery_schema_history does not agree"),
        (r#"UPDATE "refinery_schema_history" SET "checksum" = 'x'"#, "cannot be read"),
        (r#"UPDATE "refinery_schema_history" SET "applied_on" = 'x'"#, "cannot be read"),
        ("PRAGMA user_version = 0", "is damaged"),
        ("PRAGMA user_version = -1", "is damaged"),
    ] {
        let home = Home::with_database();
        home.tamper(sql);
        let before = home.contents();
        refused(home.open(&ONE), &["test.db", words]);
        assert!(before == home.contents(), "{sql}");
    }
}

#[test]
#[cfg(feature = "sqlcipher")]
fn a_plain_file_and_plain_text_where_none_is() {
    let home = Home::new();
    let plain = options().plaintext(true);
    let plainly = |home: &Home| open(&plain, &ONE, &home.path(), &key());
    super::fixture::shut(plainly(&home).unwrap()).unwrap();
    let before = home.contents();
    assert!(before["test.db"].starts_with(b"SQLite format 3\0"));
    refused(home.open(&ONE), &["is a plain SQLite file", "Options::plaintext(true)"]);
    assert!(before == home.contents());
    super::fixture::shut(plainly(&home).unwrap()).unwrap();

    for home in [Home::with_database(), Home::crashed()] {
        let before = home.contents();
        refused(plainly(&home), &["is not a plain SQLite file", "without Options::plaintext(true)"]);
        assert!(before == home.contents());
    }
}

#[test]
fn a_file_that_is_not_a_database_file() {
    let home = Home::with_database();
    let path = home.path();
    let whole = fs::read(&path).unwrap();
    let refuse = |words: &[&str]| {
        let before = home.contents();
        let error = refused(home.open(&ONE), words);
        assert!(before == home.contents(), "{error}");
    };
    for mode in [0o644, 0o640, 0o602] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        refuse(&[&format!("mode {mode:04o}"), "chmod 600"]);
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();

    fs::hard_link(&path, home.file("second.db")).unwrap();
    refuse(&["2 names"]);
    fs::remove_file(home.file("second.db")).unwrap();

    fs::write(home.file("test.db-journal"), "").unwrap();
    refuse(&["rollback journal", "test.db-journal"]);
    fs::remove_file(home.file("test.db-journal")).unwrap();

    for (size, words) in [(0, "is empty"), (100, "was cut off"), (whole.len() - 100, "was cut off")] {
        fs::write(&path, &whole[..size]).unwrap();
        refuse(&[words]);
    }
    for pages in [1, whole.len() / 4096 - 1] {
        fs::write(&path, &whole[..pages * 4096]).unwrap();
        refuse(&["is damaged"]);
    }
    if cfg!(feature = "sqlcipher") {
        let mut flipped = whole.clone();
        flipped[1000] ^= 1;
        fs::write(&path, flipped).unwrap();
        refuse(&["wrong key or damaged file"]);
    }

    fs::rename(&path, home.file("moved.db")).unwrap();
    symlink(home.file("moved.db"), &path).unwrap();
    refuse(&["symbolic link"]);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refuse(&["not a regular file"]);
    fs::remove_dir(&path).unwrap();

    fs::write(&path, &whole).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    home.open(&ONE).unwrap();
}

#[test]
fn a_log_without_its_database() {
    for suffix in ["-wal", "-journal"] {
        let home = Home::new();
        fs::write(home.file(&format!("test.db{suffix}")), "left behind").unwrap();
        let before = home.contents();
        refused(home.open(&ONE), &["is not there, but ", suffix, "put the database back"]);
        assert!(before == home.contents());
    }
}

#[test]
fn a_path_that_leads_nowhere() {
    let home = Home::new();
    let open = |name: &str| open(&options(), &ONE, &home.file(name), &key());
    refused(open("none/test.db"), &["cannot find its directory", "none/test.db"]);
    refused(open(".."), &["names no file"]);
}

#[test]
fn where_tools_may_read_nothing_is_changed_either() {
    let home = Home::with_database();
    let before = home.contents();
    let with_tools = options().allow_tools(true);
    refused(open(&with_tools, &OTHER_STORE, &home.path(), &key()), &["another one"]);
    assert!(before == home.contents());
}

#[test]
#[cfg(not(feature = "sqlcipher"))]
fn no_silent_plain_text() {
    let home = Home::new();
    refused(
        open(&options().plaintext(false), &ONE, &home.path(), &key()),
        &["built without SQLCipher", "plaintext(true)"],
    );
    assert!(home.contents().is_empty());
}
