//! One upgrade over rows, down again and up again; each time structure and values are what they must be.

use prost_reflect::{DynamicMessage, Kind, ReflectMessage as _, Value};

use super::convert::each;
use super::{Carry, Database, Rows, Store, hashes, needs_run_time};
use crate::same;

/// A migration between two versions, and what it must do to rows.
pub(crate) struct Trial<'a> {
    pub(crate) old: &'a Store,
    pub(crate) new: &'a Store,
    pub(crate) up: &'a str,
    /// None where only the copy from before the upgrade has what there was.
    pub(crate) down: Option<&'a str>,
    /// How rows are carried up, and back.
    pub(crate) carry: &'a Carry,
    pub(crate) back: &'a Carry,
    /// Whether the way back keeps everything.
    pub(crate) exact: bool,
    /// A field of texts that are to be small letters from now on, or of lists whose elements are to differ: SQL cannot state it.
    pub(crate) letters: Option<&'a str>,
    /// Whether counters are raised to the greatest number of their column.
    pub(crate) counts: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All rows were carried.
    Carried,
    /// The rows do not fit, and the upgrade was refused with these words and changed nothing.
    Stopped(String),
}

impl Trial<'_> {
    /// Runs the upgrade over the rows of the older version.
    pub(crate) fn run(&self, rows: &Rows) -> Result<Outcome, String> {
        let is_mapped_anew = self.old.schema.mapping != self.new.schema.mapping;
        let by_run_time = is_mapped_anew || needs_run_time(self.up) || self.down.is_some_and(needs_run_time);
        let mut database = if by_run_time { Database::running(self.old)? } else { Database::fresh(self.old) };
        database.fill(self.old, rows).map_err(|e| format!("rows of the older version: {e}"))?;
        let before = (database.structure(), database.dump());
        let expected = self.carry.rows(self.old, rows, self.new).and_then(|rows| {
            let fresh = Database::fresh(self.new);
            fresh.fill(self.new, &rows).map(|()| (rows, fresh))
        });
        let done = database.migrate(self.up, self.new);
        let (expected, fresh) = match (expected, done) {
            (Ok(expected), Ok(())) => expected,
            (Ok(_), Err(why)) => return Err(format!("the upgrade fails: {why}")),
            (Err(misfit), Ok(())) => return Err(format!("the upgrade went over rows that do not fit: {misfit}")),
            (Err(_), Err(why)) => {
                if before != (database.structure(), database.dump()) {
                    return Err(format!("the upgrade failed, and changed something: {why}"));
                }
                return Ok(Outcome::Stopped(why));
            }
        };
        same_database(self.new, &database, &fresh).map_err(|e| format!("after the upgrade: {e}"))?;
        hashes::verify(self.new, &database.read(self.new))?;
        let broken = self.letters.map_or(0, |field| rows.values().flatten().map(|row| odd(field, row)).sum());
        if database.broken() != broken {
            return Err(format!("{broken} rows break rules, and the upgrade tells of {}", database.broken()));
        }
        if self.counts {
            database.counters(self.new)?;
        }
        let Some(down) = self.down else { return Ok(Outcome::Carried) };
        database.migrate(down, self.old).map_err(|e| format!("the way back fails: {e}"))?;
        let there = if self.exact { rows.clone() } else { self.back.rows(self.new, &expected, self.old)? };
        let earlier = Database::fresh(self.old);
        earlier.fill(self.old, &there).map_err(|e| format!("rows that came back: {e}"))?;
        same_database(self.old, &database, &earlier).map_err(|e| format!("after the way back: {e}"))?;
        database.migrate(self.up, self.new).map_err(|e| format!("the second upgrade fails: {e}"))?;
        let again = self.carry.rows(self.old, &there, self.new)?;
        let fresh = Database::fresh(self.new);
        fresh.fill(self.new, &again).map_err(|e| format!("rows of the second upgrade: {e}"))?;
        same_database(self.new, &database, &fresh).map_err(|e| format!("after the second upgrade: {e}"))?;
        Ok(Outcome::Carried)
    }
}

/// Returns how many texts in a field of that name have anything but small letters, and how many lists an element twice.
fn odd(name: &str, message: &DynamicMessage) -> u64 {
    let mut found = 0;
    for (field, value) in message.fields() {
        if field.name() == name {
            found += u64::from(value.as_str().is_some_and(|text| !text.bytes().all(|b| b.is_ascii_lowercase())));
            // A list is one row, however many of its elements are there twice.
            let repeats = |list: &[Value]| list.iter().enumerate().any(|(at, element)| list[..at].contains(element));
            found += u64::from(value.as_list().is_some_and(repeats));
        }
        each(&mut value.clone(), &mut |inner| found += odd(name, inner));
    }
    found
}

/// Makes every other text in a field of that name small letters.
pub(crate) fn spell(name: &str, rows: &mut Rows) {
    let mut seen = 0;
    rows.values_mut().flatten().for_each(|row| spell_in(name, row, &mut seen));
}

fn spell_in(name: &str, message: &mut DynamicMessage, seen: &mut usize) {
    for field in message.descriptor().fields().collect::<Vec<_>>() {
        if field.name() == name && field.kind() == Kind::String {
            *seen += 1;
            if *seen % 2 == 1 {
                message.set_field(&field, Value::String("letters".to_owned()));
            }
        } else if message.has_field(&field) {
            each(message.get_field_mut(&field), &mut |inner| spell_in(name, inner, seen));
        }
    }
}

/// Compares two databases of one version: structure, records, and every value in its column.
pub(crate) fn same_database(store: &Store, found: &Database, expected: &Database) -> Result<(), String> {
    let (structure, wanted) = (found.structure(), store.structure.get_or_init(|| expected.structure()));
    for (what, wanted) in wanted {
        match structure.get(what) {
            Some(is) if is == wanted => {}
            is => return Err(format!("{what} is {is:?}, and must be {wanted:?}")),
        }
    }
    if let Some((what, is)) = structure.iter().find(|(what, _)| !wanted.contains_key(*what)) {
        return Err(format!("{what} is there: {is}"));
    }
    found.references()?;
    same_rows(store, &found.read(store), &expected.read(store))?;
    let (rows, wanted) = (found.dump(), expected.dump());
    for (table, wanted) in wanted.iter().filter(|(table, _)| !opaque(store, table)) {
        let rows = &rows[table];
        if let Some(at) = (0..rows.len().max(wanted.len())).find(|at| rows.get(*at) != wanted.get(*at)) {
            return Err(format!("{table}: a row is\n{:?}, and must be\n{:?}", rows.get(at), wanted.get(at)));
        }
    }
    Ok(())
}

/// Says whether a table has a column of a message or document, which can be written in several ways.
fn opaque(store: &Store, name: &str) -> bool {
    use protostore_schema::Type;
    let columns = |table: &protostore_schema::Table| -> Vec<Type> {
        let own = table.columns().into_iter().filter(|_| table.name.sql == name);
        let below =
            table.descendants().into_iter().filter(|child| child.name.sql == name).flat_map(|child| child.columns());
        own.chain(below).map(|column| column.ty.clone()).collect()
    };
    store.schema.tables.iter().flat_map(columns).any(|ty| {
        matches!(
            ty,
            Type::Message(_)
                | Type::Repeated(_)
                | Type::Any
                | Type::Struct
                | Type::Value
                | Type::ListValue
                | Type::FieldMask
        ) || format!("{ty:?}").contains("Json")
    })
}

/// Compares records of one version, which are in the same order.
pub(crate) fn same_rows(store: &Store, found: &Rows, expected: &Rows) -> Result<(), String> {
    for (table, expected) in expected {
        let found = &found[table];
        let field = store.tables.get_field(*table).expect("a table is a field of the store");
        let asks = store.asks(*table);
        if found.len() != expected.len() {
            return Err(format!("{} has {} rows, and must have {}", field.name(), found.len(), expected.len()));
        }
        for (found, expected) in found.iter().zip(expected) {
            same::same(&asks, found, expected)
                .map_err(|e| format!("{}: {e} differs\nfound {found}\nmust be {expected}", field.name()))?;
        }
    }
    Ok(())
}
