//! Chains of hashes: computed anew from the wire format, and verified after the encrypted file was edited by hand.

#[path = "chain/encoding.rs"]
mod encoding;
#[path = "shapes/random.rs"]
mod random;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fastrand::Rng;
use prost_reflect::DescriptorPool;
use protostore::{Key, Kind, Link, Verified, Verify};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shapes::proto::shapes::v1 as proto;
use shapes::{Audit, Entry, Store};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn entry(text: &str) -> Entry {
    Entry { text: text.to_owned(), ..Entry::default() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(before: &[u8], encoding: &[u8]) -> Vec<u8> {
    Sha256::digest([before, encoding].concat()).to_vec()
}

#[test]
fn the_definition_never_changes() {
    let store = shapes::open_test().expect("a TEST store");
    let first = wait(store.entries().insert(entry("a"))).unwrap();
    let second = wait(store.entries().insert(entry("b"))).unwrap();
    // Made by sha256sum: of `protostore.v1.hash_chain/85`, and then of the hash before and the bytes 08 01 12 01 61.
    let origin = "d3275ba0934387cb41a3f01c9bf9cb476b02299811667e4f32ab740b801d2c35";
    assert_eq!(hex(&protostore::chain_origin(85)), origin);
    let hash = |entry: &Entry| hex(entry.hash.as_deref().expect("has a hash"));
    assert_eq!(hash(&first), "2e528169b9a2f6a631e000ef43b93e676a3a069147ed7c180535c79611151ccd");
    assert_eq!(hash(&second), "befbc3bf165e853e1891ae69a22246b90fce77310bb6c2a8137b85a5a552d00f");
    assert_eq!(wait(store.entries().get(2)).unwrap(), Some(second));
}

#[test]
fn random_rows_are_chained_as_the_wire_format_has_them() {
    let store = shapes::open_test().expect("a TEST store");
    let pool = DescriptorPool::decode(shapes::SCHEMA.descriptors).expect("the crate holds its descriptors");
    let descriptor = pool.get_message_by_name("shapes.v1.Audit").expect("the record's message is there");
    let mut rng = Rng::with_seed(0xc4a1);
    for case in 0..600 {
        let mut message: proto::Audit = random::message(&mut rng, &descriptor).transcode_to().expect("an audit");
        (message.number, message.hash) = (0, Vec::new());
        // Every bit of a float is a part of the encoding.
        message.real = message.real.map(|_| f64::from_bits(rng.u64(..)));
        message.reals.push(-0.0);
        let record = Audit::try_from(message.clone()).unwrap_or_else(|e| panic!("case {case}: {message:?}: {e}"));
        store.write(move |tx| tx.insert(&record)).unwrap_or_else(|e| panic!("case {case}: {message:?}: {e}"));
    }
    let rows = store.read(|r| r.page::<Audit>(None, 1_000)).unwrap().records;
    let mut before = Sha256::digest("protostore.v1.hash_chain/84").to_vec();
    for row in &rows {
        let mut message = proto::Audit::from(row.clone());
        message.hash = Vec::new();
        let encoding = encoding::audit(&message);
        assert_eq!(hex(&encoding), hex(&prost::Message::encode_to_vec(&message)), "{row:?}");
        before = sha256(&before, &encoding);
        assert_eq!(hex(&row.hash), hex(&before), "{row:?}");
    }
    let head = Link { number: 600, hash: before };
    assert_eq!(rows.len(), 600);
    assert_eq!(wait(store.audits().verify()).unwrap(), Verified { rows: 600, head: Some(head), broken: None });
}

#[test]
fn the_store_alone_makes_the_hash_and_keeps_the_order() {
    let store = shapes::open_test().expect("a TEST store");
    let empty = Verified { rows: 0, head: None, broken: None };
    assert_eq!(wait(store.entries().verify()).unwrap(), empty);
    let given = wait(store.entries().insert(Entry { hash: Some(vec![1; 32]), ..Entry::default() })).unwrap_err();
    assert_eq!((given.kind(), given.table(), given.field()), (Kind::Invalid, Some("entries"), Some("hash")));
    let many = wait(store.entries().insert_many(vec![entry("a"), entry("b")])).unwrap();
    assert_eq!(many.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2]);
    let later = wait(store.entries().insert(Entry { number: 9, ..entry("c") })).unwrap();
    assert_eq!(later.number, 9, "a number may be given, after the last");
    for number in [5, 9] {
        let early = wait(store.entries().insert(Entry { number, ..entry("d") })).unwrap_err();
        assert_eq!(early.to_string(), "entries.number: is not after 9, the last row of the chain");
    }
    let undone = store.write(|tx| {
        tx.insert(&entry("undone"))?;
        Err::<(), _>(protostore::Error::new(Kind::Precondition, "no"))
    });
    assert_eq!(undone.unwrap_err().kind(), Kind::Precondition);
    assert_eq!(wait(store.entries().insert(entry("e"))).unwrap().number, 10);
    let found = store.read(|r| r.run(Verify::<Entry>::new())).unwrap();
    assert_eq!((found.rows, found.broken, found.head.map(|head| head.number)), (4, None, Some(10)));
}

#[test]
fn writers_at_once_make_one_chain() {
    let store = Arc::new(shapes::open_test().expect("a TEST store"));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let store = Arc::clone(&store);
            std::thread::spawn(move || {
                for n in 0..100 {
                    wait(store.entries().insert(entry(&format!("{writer} {n}")))).unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().expect("a writer ends"));
    let found = wait(store.entries().verify()).unwrap();
    assert_eq!((found.rows, found.broken), (400, None));
    // What was verified once need not be read again.
    let head = found.head.expect("has rows");
    wait(store.entries().insert(entry("next"))).unwrap();
    let next = wait(store.entries().verify_after(head.clone())).unwrap();
    assert_eq!((next.rows, next.broken, next.head.map(|head| head.number)), (1, None, Some(401)));
    let none = wait(store.entries().verify_after(Link { number: -1, ..head })).unwrap();
    assert_eq!((none.rows, none.head, none.broken), (0, None, Some(-1)));
}

fn key() -> Key {
    Key::from_secret([7; 32])
}

/// Opens the file with its key, without the store.
fn by_hand(path: &Path) -> Connection {
    let salt: [u8; 16] = std::fs::read(path).expect("the file")[..16].try_into().expect("a salt");
    let keys = key().for_file(&salt);
    let db = Connection::open(path).expect("opens");
    let specification = format!("x'{}{}'", hex(keys.expose_cipher()), hex(&salt));
    db.pragma_update(None, "key", specification).expect("takes the key");
    db.execute_batch("PRAGMA cipher_compatibility = 4; PRAGMA foreign_keys = off").expect("is SQLCipher");
    db
}

/// Makes a store of six rows, and returns its file and the last row.
fn six(home: &Path) -> (PathBuf, Link) {
    let path = home.join("six.db");
    let store = shapes::open(&path, &key()).expect("is made");
    for n in 1..=6 {
        let record = Audit { text: format!("row {n}"), words: vec![format!("word {n}")], ..Audit::default() };
        wait(store.audits().insert(record)).expect("is inserted");
    }
    let head = wait(store.audits().verify()).unwrap().head.expect("has rows");
    store.close().expect("is closed");
    (path, head)
}

/// Writes a copy of the file by hand, and returns it opened as a store.
fn tampered(home: &Path, name: &str, sql: &str) -> Store {
    let path = home.join(format!("{name}.db"));
    std::fs::copy(home.join("six.db"), &path).expect("is copied");
    let db = by_hand(&path);
    let refused = db.execute_batch(sql);
    assert!(sql.is_empty() || refused.is_err(), "the triggers refuse: {sql}");
    let triggers: Vec<(String, String)> = {
        let mut triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").expect("is asked");
        let rows = triggers.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    };
    let all = |part: fn(&(String, String)) -> String| triggers.iter().map(part).collect::<String>();
    db.execute_batch(&all(|(name, _)| format!("DROP TRIGGER \"{name}\";"))).expect("are dropped");
    db.execute_batch(sql).expect("is written");
    db.execute_batch(&all(|(_, sql)| format!("{sql};"))).expect("are made again");
    drop(db);
    shapes::open(&path, &key()).expect("is opened: nothing shows")
}

#[test]
fn the_first_row_that_does_not_fit_is_found() {
    let home = tempfile::tempdir().expect("a directory");
    let (_, head) = six(home.path());
    let swap = "UPDATE audits SET number = -3 WHERE number = 3; UPDATE audits SET number = 3 WHERE number = 4; \
                UPDATE audits SET number = 4 WHERE number = -3;";
    for (name, sql, rows, broken) in [
        ("nothing", "", 6, None),
        ("a_value", "UPDATE audits SET text = 'row 0' WHERE number = 3", 2, Some(3)),
        ("a_list", "UPDATE audits__words SET value = 'x' WHERE _number = 5", 4, Some(5)),
        ("a_list_that_is_longer", "INSERT INTO audits__words VALUES (2, 7, 'x')", 1, Some(2)),
        ("a_hash", "UPDATE audits SET hash = x'00' WHERE number = 6", 5, Some(6)),
        (
            "the_first_row",
            "DELETE FROM audits__words WHERE _number = 1; DELETE FROM audits WHERE number = 1",
            0,
            Some(2),
        ),
        ("a_row", "DELETE FROM audits__words WHERE _number = 4; DELETE FROM audits WHERE number = 4", 3, Some(5)),
        ("the_order", swap, 2, Some(3)),
    ] {
        let sql = if name == "the_order" || name == "a_list_that_is_longer" {
            // Neither is refused at its first step: rows that are not there are no rows to change.
            format!("UPDATE audits SET text = text; {sql}")
        } else {
            sql.to_owned()
        };
        let store = tampered(home.path(), name, &sql);
        let found = wait(store.audits().verify()).unwrap();
        assert_eq!((found.rows, found.broken), (rows, broken), "{name}");
        assert_eq!(found.head.map(|head| head.number), (rows > 0).then_some(i64::try_from(rows).unwrap()), "{name}");
    }
    // A row that is put in, with whatever hash.
    let forged =
        "UPDATE audits SET text = text; INSERT INTO audits (number, hash, step, other) VALUES (7, zeroblob(32), 0, 0)";
    let found = wait(tampered(home.path(), "a_row_more", forged).audits().verify()).unwrap();
    assert_eq!((found.rows, found.broken), (6, Some(7)));

    // A row that is missing at the end shows only where the head was kept.
    let last = "DELETE FROM audits__words WHERE _number = 6; DELETE FROM audits WHERE number = 6";
    let store = tampered(home.path(), "the_last_row", last);
    let found = wait(store.audits().verify()).unwrap();
    assert_eq!((found.rows, found.broken, found.head.map(|head| head.number)), (5, None, Some(5)));
    let found = wait(store.audits().verify_after(head.clone())).unwrap();
    assert_eq!((found.head, found.broken), (None, Some(6)));

    // So does a chain that was recomputed from the row that was changed.
    let store = tampered(home.path(), "nothing_at_all", "");
    let mut rows = store.read(|r| r.page::<Audit>(None, 10)).unwrap().records;
    rows[1].text = "another".to_owned();
    let mut before = protostore::chain_origin(84);
    let mut sql = "UPDATE audits SET text = 'another' WHERE number = 2;".to_owned();
    for row in &rows {
        before = sha256(&before, &encoding::audit(&proto::Audit::from(row.clone())));
        sql += &format!("UPDATE audits SET hash = x'{}' WHERE number = {};", hex(&before), row.number);
    }
    let store = tampered(home.path(), "everything", &sql);
    assert_eq!(wait(store.audits().verify()).unwrap().broken, None);
    assert_eq!(wait(store.audits().verify_after(head)).unwrap().broken, Some(6));
}

#[test]
fn a_chain_longer_than_a_page_is_verified_whole() {
    let store = shapes::open_test().expect("a TEST store");
    wait(store.entries().insert_many((0..700).map(|n| entry(&n.to_string())).collect())).unwrap();
    let found = wait(store.entries().verify()).unwrap();
    assert_eq!((found.rows, found.broken), (700, None));
    let rows = store.read(|r| r.page::<Entry>(None, 1_000)).unwrap().records;
    let mut before = protostore::chain_origin(85);
    for row in rows {
        before = protostore::chain_hash(&before, &encoding::entry(&proto::Entry::from(row.clone())));
        assert_eq!(row.hash.as_deref(), Some(&before[..]));
    }
    assert_eq!(found.head, Some(Link { number: 700, hash: before }));
}
