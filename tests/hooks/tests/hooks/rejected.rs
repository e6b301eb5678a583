//! What stops an upgrade that asks the program: the error names table, key and reason, and nothing has changed.

use super::lab::{Directory, Home, OWNERS, ROWS, has, key};

#[test]
fn a_program_without_the_methods_is_rejected_by_name_before_a_byte_is_written() {
    let home = Home::new(ROWS);
    let before = (home.bytes(), home.files());
    let Err(error) = fleet::open(home.path(), &key()) else { panic!("it was opened") };
    has(&error, &["version 2", "machine_owner", "Options::upgrades", "nothing was changed"]);
    assert!((home.bytes(), home.files()) == before, "a byte or a file is another");
    home.open(Directory::new(&OWNERS)).expect("upgrades").close().expect("closes");
}

#[test]
fn an_error_names_table_key_and_reason_and_undoes_everything() {
    let home = Home::new(ROWS);
    let before = home.contents();
    for (method, version, machine) in [
        ("machine_owner", "version 2", "b"),
        ("split_disk", "version 3", "c"),
        ("machine_name", "version 4", "a"),
        ("machine_contact", "version 4", "b"),
    ] {
        let directory = Directory { faulty: Some((method, machine)), ..Directory::new(&OWNERS) };
        let row = format!("the row {machine} of machines: {method}: is out of order");
        home.rejected(directory, &[version, &row, "nothing of it was changed"]);
        assert_eq!(home.contents(), before, "{method}");
    }
    let few = Directory::new(&OWNERS[..2]);
    home.rejected(few, &["the row c of machines: machine_owner: has no owner in the directory"]);
    assert_eq!(home.contents(), before);
}

#[test]
fn a_method_that_breaks_what_the_schema_asks_for_stops_the_upgrade() {
    let home = Home::new(ROWS);
    let before = home.contents();
    for (wrong, words) in [
        ("key", "the row a of machines: split_disk: changes id, which is a part of the key"),
        ("empty", "machines.name must be set: 2 rows, the first is a"),
        ("mail", "machines.contact.mail must be set: 3 rows, the first is a"),
        ("panic", "the row a of machines: split_disk: panicked: a is too much"),
    ] {
        let directory = Directory { wrong: Some(wrong), ..Directory::new(&OWNERS) };
        home.rejected(directory, &[words, "nothing of it was changed"]);
        assert_eq!(home.contents(), before, "{wrong}");
    }
}

/// A stock shell runs the SQL of a migration and none of its lines: the guards behind them find that.
#[test]
fn plain_sql_stops_where_the_program_was_not_asked() {
    let db = rusqlite::Connection::open_in_memory().expect("a database");
    let texts: Vec<&str> = fleet::SCHEMA.migrations.iter().map(|migration| migration.text).collect();
    db.execute_batch(texts[0]).and_then(|()| db.execute_batch(ROWS)).expect("version 1");
    let error = db.execute_batch(&format!("BEGIN; {}", texts[1])).expect_err("it stops");
    assert!(error.to_string().contains("the rows of machines were not kept"), "{error}");
    // Without rows there is nothing to ask about, and so `check` replays it.
    let empty = rusqlite::Connection::open_in_memory().expect("a database");
    for text in texts {
        empty.execute_batch(text).unwrap_or_else(|why| panic!("{why}"));
    }
}
