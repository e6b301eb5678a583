//! What SQL states of the rules is what the store keeps: whoever writes to the file is held to the same.

use std::path::Path;

use protostore::columns::{List, Map};
use protostore::generated::{Binder, ChildTable};
use protostore::{Bind, Col, Error, Key, Kind, Record, Result, Timestamp};
use rules::{Colour, Tree, TreeLeaf, TreeLeafKind, tree};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::values::{self, Varied};

/// Collects what a record puts into its columns.
#[derive(Default)]
struct Columns(Vec<Value>);

impl Binder for Columns {
    fn null(&mut self) -> Result<()> {
        self.0.push(Value::Null);
        Ok(())
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.0.push(Value::Integer(v));
        Ok(())
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.0.push(Value::Real(v));
        Ok(())
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.0.push(Value::Text(v.to_owned()));
        Ok(())
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.0.push(Value::Blob(v.to_vec()));
        Ok(())
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

/// Makes the file of a store with a tree, and opens it with its key, without the store.
fn by_hand(home: &Path) -> Connection {
    let (path, key) = (home.join("rules.db"), Key::from_secret([7; 32]));
    let store = rules::open(&path, &key).expect("is made");
    let tree = values::trees().swap_remove(0).1;
    store.write(move |tx| tx.insert(&tree)).expect("a tree");
    store.close().expect("closes");
    let salt: [u8; 16] = std::fs::read(&path).expect("the file")[..16].try_into().expect("a salt");
    let keys = key.for_file(&salt);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let file = Connection::open(path).expect("opens");
    file.pragma_update(None, "key", format!("x'{}{}'", hex(keys.expose_cipher()), hex(&salt))).expect("takes the key");
    file.execute_batch("PRAGMA cipher_compatibility = 4; PRAGMA foreign_keys = on").expect("is SQLCipher");
    file
}

/// Writes each record past the store; `unstated` are the fields of which the store alone keeps a rule.
fn agree<R: Record>(records: Varied<R>, unstated: &[&str]) {
    let home = tempfile::tempdir().expect("a directory");
    let file = by_hand(home.path());
    let table = R::TABLE.layout.name;
    let names: Vec<String> = R::TABLE.columns().iter().map(|column| format!("\"{}\"", column.name)).collect();
    let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let insert = format!("INSERT OR REPLACE INTO \"{table}\" ({}) VALUES ({})", names.join(", "), places.join(", "));
    let mut refused = 0;
    for (field, record) in records {
        let checked = (0..R::TABLE.fields.len()).try_for_each(|member| record.check_field(member, Timestamp::now()));
        let mut columns = Columns::default();
        for member in 0..R::TABLE.fields.len() {
            record.bind_field(member, &mut columns).expect("a value that its column can hold");
        }
        let written = file.execute(&insert, rusqlite::params_from_iter(columns.0));
        let context = format!("{field}: {record:?}: {checked:?}, {written:?}");
        assert!(checked.is_err() || written.is_ok(), "SQL refuses more: {context}");
        if !unstated.contains(&field) {
            assert!(checked.is_ok() || written.is_err(), "SQL refuses less: {context}");
            refused += usize::from(written.is_err());
        }
    }
    assert!(refused > 2, "{refused} refused");
}

#[test]
fn rules_of_numbers_times_and_enums() {
    agree(values::numbers(), &["some_bits", "past", "near"]);
}

#[test]
fn rules_of_texts_and_bytes() {
    agree(values::texts(), &["pattern", "address", "raw", "detail"]);
}

#[test]
fn rules_in_messages_and_oneofs() {
    // Elements and entries have tables of their own, and SQL counts none.
    agree(values::trees(), &["leaves", "apart", "words", "sizes", "by_number", "needed", "colours", "leaf", "must"]);
}

/// A list or map of a tree.
trait Elements {
    type Child: ChildTable<Owner = Tree>;
}

impl<C: ChildTable<Owner = Tree>> Elements for List<C> {
    type Child = C;
}

impl<C: ChildTable<Owner = Tree>> Elements for Map<C> {
    type Child = C;
}

/// Writes each element past the store, as the only one of its list or map.
fn elements_agree<T, P: Elements>(file: &Connection, _: Col<Tree, T, P>, owners: impl IntoIterator<Item = Tree>) {
    let layout = &P::Child::CHILD.layout;
    let names: Vec<String> = layout.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let insert = format!("INSERT INTO \"{}\" ({}) VALUES ({})", layout.name, names.join(", "), places.join(", "));
    let mut refused = 0;
    for owner in owners {
        for (place, item) in P::Child::items(&owner) {
            let checked = P::Child::check(&place, item, Timestamp::now());
            let mut columns = Columns(vec![Value::Text(owner.id.clone())]);
            place.bind(&mut columns).expect("a place");
            P::Child::bind_item(item, &mut columns).expect("a value that its column can hold");
            file.execute(&format!("DELETE FROM \"{}\"", layout.name), []).expect("is empty");
            let written = file.execute(&insert, rusqlite::params_from_iter(columns.0));
            let context = format!("{}: {item:?}: {checked:?}, {written:?}", layout.name);
            assert_eq!(checked.is_ok(), written.is_ok(), "{context}");
            refused += usize::from(written.is_err());
        }
    }
    assert!(refused > 0, "{} refuses nothing", layout.name);
}

#[test]
fn rules_of_elements_and_entries() {
    let home = tempfile::tempdir().expect("a directory");
    let file = by_hand(home.path());
    let base = || Tree { id: "a".to_owned(), ..Tree::default() };
    let leaf = |value, kind| TreeLeaf { value, kind, rings: Vec::new() };
    let one = |n| Some(TreeLeafKind::One(n));
    let leaves = || vec![leaf(1, one(2)), leaf(0, one(2)), leaf(1, one(3)), leaf(i32::MIN, one(0)), leaf(1, None)];

    let words = ["", "a", "ä", "\u{10ffff}"].map(str::to_owned).to_vec();
    elements_agree(&file, tree::words, [Tree { words, ..base() }]);
    elements_agree(&file, tree::leaves, [Tree { leaves: leaves(), ..base() }]);
    let colours = [0, 1, 77, 2, -1].map(Colour::from).to_vec();
    elements_agree(&file, tree::colours, [Tree { colours, ..base() }]);
    let sizes = [("", 1), ("ab", 1), ("abc", 1), ("ää", 1), ("äää", 1), ("a", 0), ("b", i32::MIN), ("c", i32::MAX)];
    let sizes = sizes.map(|(key, value)| (key.to_owned(), value)).into();
    elements_agree(&file, tree::sizes, [Tree { sizes, ..base() }]);
    let by_number = (0..).zip(leaves()).collect();
    elements_agree(&file, tree::by_number, [Tree { by_number, ..base() }]);
}
