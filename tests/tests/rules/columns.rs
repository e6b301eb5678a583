//! What SQL states of the rules is what the store keeps: whoever writes to the file is held to the same.

use protostore::{Binder, Error, Kind, Record, Result};
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

/// Writes each record past the store; `unstated` are the fields of which the store alone keeps a rule.
fn agree<R: Record>(records: Varied<R>, unstated: &[&str]) {
    let sql = include_str!("../../shapes/generated/rules/schema.sqlite.sql");
    let file = rusqlite::Connection::open_in_memory().expect("a database");
    file.execute_batch(sql).expect("the schema is created");
    let table = R::TABLE.layout.name;
    let names: Vec<String> =
        R::TABLE.fields.iter().flat_map(|field| field.columns).map(|name| format!("\"{name}\"")).collect();
    let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let insert = format!("INSERT OR REPLACE INTO \"{table}\" ({}) VALUES ({})", names.join(", "), places.join(", "));
    let mut refused = 0;
    for (field, record) in records {
        let checked = (0..R::TABLE.fields.len()).try_for_each(|member| record.check_field(member));
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
