//! Exports, as JSON lines and as plain SQLite, and imports of the lines.

use protostore::upkeep::{Database, ExportOptions, FileOptions};
use protostore::{Kind, Options};

use super::fixture::{Machine, Nic, SCHEMA};
use super::{count, database, key, names, open, read};

/// A database with rows in every table, of every type.
fn full() -> (tempfile::TempDir, std::path::PathBuf) {
    let (home, path) = database(30);
    let store = open(&path, &key(1)).expect("opens");
    let machine = Machine {
        id: "vm \"1\"\n".into(),
        mem_size_mb: 65_536,
        vcpu_count: Some(u64::MAX >> 1),
        weight: 0.1 + 0.2,
        network_id: "n000001".into(),
        kernel_args: vec!["quiet".into(), String::new(), "é😀".into()],
        ..Machine::default()
    };
    let endless = Machine { id: "endless".into(), weight: f64::NEG_INFINITY, ..machine.clone() };
    let nic = Nic {
        machine_id: machine.id.clone(),
        name: "eth0".into(),
        mac_address: "1".into(),
        network_id: "n000002".into(),
        addresses: vec!["::1".into()],
        ..Nic::default()
    };
    let image = super::fixture::Image { number: 7, digest: vec![0, 255, 3] };
    store
        .write(move |tx| {
            tx.insert(&image)?;
            tx.insert(&machine)?;
            tx.insert(&endless)?;
            tx.insert(&nic).map(drop)
        })
        .expect("writes");
    store.close().expect("closes");
    (home, path)
}

fn lines(path: &std::path::Path) -> String {
    let mut lines = Vec::new();
    let database = Database::open(path, &key(1)).expect("opens");
    let exported = database.export_lines(&mut lines, &ExportOptions::new()).expect("exports");
    let text = String::from_utf8(lines).expect("is text");
    assert_eq!(exported.rows as usize + 2, text.lines().count());
    text
}

/// Makes an empty database.
fn empty(beside: &std::path::Path) -> std::path::PathBuf {
    let path = beside.with_file_name("empty.db");
    open(&path, &key(1)).expect("opens").close().expect("closes");
    path
}

#[test]
fn what_is_exported_and_imported_is_the_same() {
    let (_home, path) = full();
    let text = lines(&path);
    assert!(text.contains(r#"{"row":{"digest":{"base64":"AP8D"},"number":7},"table":"images"}"#), "{text}");
    assert!(text.contains("0.30000000000000004") && text.contains("-inf"), "{text}");
    let other = empty(&path);
    let mut database = Database::open(&other, &key(1)).expect("opens");
    let imported = database.import_lines(&mut text.as_bytes()).expect("imports");
    assert!(imported.tables >= 5 && imported.rows > 30, "{imported:?}");
    drop(database);
    let rows = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&lines(&other)), rows(&text));
    let store = open(&other, &key(1)).expect("opens");
    assert!(!store.info().engine.recovered, "it was closed");
    assert_eq!(read(&store), 30);
    // Again, it is refused: there are rows.
    store.close().expect("closes");
    let mut database = Database::open(&other, &key(1)).expect("opens");
    let refused = database.import_lines(&mut text.as_bytes()).expect_err("has rows");
    assert_eq!(refused.kind(), Kind::Precondition, "{refused}");
}

#[test]
fn a_wrong_line_is_told_by_its_number_and_nothing_is_imported() {
    let (_home, path) = full();
    let text = lines(&path);
    let other = empty(&path);
    let all: Vec<&str> = text.lines().collect();
    let last = all.len() - 1;
    let with = |at: usize, line: &str| {
        let mut changed = all.clone();
        changed[at] = line;
        changed.join("\n")
    };
    let cases = [
        (1, with(0, "{}"), "is not the beginning"),
        (1, text.replacen("the chain of version 1", "another", 1), "of another chain"),
        (3, with(2, "{"), "is no JSON"),
        (3, with(2, r#"{"table": "none", "row": {}}"#), "is no row of a table"),
        (3, with(2, r#"{"table": "networks", "row": {"id": "x"}}"#), "cidr is missing"),
        (3, with(2, r#"{"table": "networks", "row": {"id": "x", "cidr": 0.5}}"#), "holds what no export writes"),
        (3, with(2, r#"{"table": "networks", "row": {"id": "x", "cidr": "", "more": 1}}"#), "more is no column"),
        (last + 1, with(last, r#"{"rows": 1}"#), "says that there are 1 rows"),
        (last + 1, all[..last].join("\n"), "was cut off"),
    ];
    for (number, text, why) in cases {
        let mut database = Database::open(&other, &key(1)).expect("opens");
        let refused = database.import_lines(&mut text.as_bytes()).expect_err(why);
        assert_eq!(refused.kind(), Kind::Invalid, "{refused}");
        let said = refused.to_string();
        assert!(said.contains(&format!("line {number} of the import")) && said.contains(why), "{why}: {said}");
        drop(database);
        assert_eq!(count(&other, &key(1)), 0);
    }
    // A reference that leads nowhere.
    let cut: Vec<&str> = all.iter().copied().filter(|line| !line.contains(r#""id":"n000002""#)).collect();
    let cut = cut.join("\n").replace(&format!(r#"{{"rows":{}}}"#, last - 1), &format!(r#"{{"rows":{}}}"#, last - 2));
    let mut database = Database::open(&other, &key(1)).expect("opens");
    let refused = database.import_lines(&mut cut.as_bytes()).expect_err("leads nowhere");
    assert!(refused.to_string().contains("refers to a row of networks"), "{refused}");
}

#[test]
fn a_plain_export_opens_as_a_plain_store() {
    let (_home, path) = full();
    let to = path.with_file_name("plain.db");
    let store = open(&path, &key(1)).expect("opens");
    let exported = store.export_sqlite(&to, &ExportOptions::new()).expect("exports");
    assert!(exported.rows > 30);
    let refused = store.export_sqlite(&to, &ExportOptions::new()).expect_err("is there");
    assert_eq!(refused.kind(), Kind::AlreadyExists, "{refused}");
    store.export_sqlite(&to, &ExportOptions::new().replace(true)).expect("replaces");
    store.close().expect("closes");
    assert_eq!(names(&path), ["fixture.db", "plain.db"]);
    let plain = Options::new().plaintext(true).open(&SCHEMA, &to, &key(1)).expect("opens");
    assert_eq!(read(&plain), 30);
    assert!(plain.verify(&protostore::upkeep::Anchor::new()).expect("looks").is_sound());
    plain.close().expect("closes");
    let mut lines_of_plain = Vec::new();
    let database = FileOptions::new().plaintext(true).open(&to, &key(1)).expect("opens");
    database.export_lines(&mut lines_of_plain, &ExportOptions::new()).expect("exports");
    let rows = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&String::from_utf8(lines_of_plain).expect("is text")), rows(&lines(&path)));
}
