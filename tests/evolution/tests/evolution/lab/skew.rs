//! Two programs on one file: the program of an earlier version reads and writes a file of a newer one.
//!
//! It runs the statements of its own version. What it reads is what the way back makes of the newer rows. What it writes is,
//! for the newer program, what the newer program would have written: in a twin of the file, the newer program writes the same
//! with every field that the earlier one does not know left as it is, and afterwards both databases must be equal.

use fastrand::Rng;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use protostore_emit::Dialect;
use protostore_schema::Table;

use super::convert::{each, get, set};
use super::running::Admitted;
use super::trial::same_rows;
use super::{Database, Rows, Store, draw, same_database};
use crate::asked::Storage;
use crate::drawer::{Drawer, Rows as Keys};
use crate::keys::{key_fields, keyed};

/// How many rows of each table the earlier program inserts, at most.
const INSERTS: usize = 2;

/// How often a row is drawn until the earlier version accepts it.
const DRAWS: usize = 8;

/// Converts records from one version to the other.
type Carry<'a> = &'a dyn Fn(&Rows) -> Result<Rows, String>;

/// An earlier version, whose program opens a file of the newer one.
pub(crate) struct Skew<'a> {
    pub(crate) old: &'a Store,
    pub(crate) new: &'a Store,
    /// What the newer version has for records of the earlier one, and the reverse.
    pub(crate) up: Carry<'a>,
    pub(crate) back: Carry<'a>,
}

/// What the earlier program did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) reads: u64,
    pub(crate) writes: u64,
}

impl Skew<'_> {
    /// Lets the earlier program do on a file of the newer version what it may, and compares.
    pub(crate) fn prove(&self, rng: &mut Rng, file: &Database, may: Admitted) -> Result<Done, String> {
        if may == Admitted::Nothing {
            return Ok(Done::default());
        }
        self.prepares(file, may)?;
        let reads = self.reads(file)?;
        let writes = if may == Admitted::Writes { self.writes(rng, file)? } else { 0 };
        Ok(Done { reads, writes })
    }

    /// Prepares every statement of the earlier program that it may run.
    fn prepares(&self, file: &Database, may: Admitted) -> Result<(), String> {
        let own = Database::fresh(self.old);
        let constant = self.old.statements.values().map(|statement| statement.sql(Dialect::Sqlite));
        for sql in constant.chain(self.upserts()) {
            let is_write = ["INSERT", "UPDATE", "DELETE"].iter().any(|word| sql.starts_with(word));
            // Some take functions that the run time alone has.
            if (is_write && may != Admitted::Writes) || own.db.prepare(&sql).is_err() {
                continue;
            }
            let prepared = file.db.prepare(&sql).map(drop);
            prepared.map_err(|e| format!("a statement of the previous program does not prepare: {e}\n{sql}"))?;
        }
        Ok(())
    }

    /// Returns writes by what no two rows have alike, which the run time makes as they are asked for.
    fn upserts(&self) -> impl Iterator<Item = String> {
        self.old.schema.tables.iter().flat_map(|table| {
            table.indexes.iter().filter(|index| index.unique).map(|index| {
                let columns: Vec<_> = index.columns.iter().map(|of| format!("\"{}\"", of.column)).collect();
                let (columns, table) = (columns.join(", "), &table.name.sql);
                format!(
                    "INSERT INTO \"{table}\" ({columns}) SELECT {columns} FROM \"{table}\" WHERE true \
                     ON CONFLICT ({columns}) DO NOTHING"
                )
            })
        })
    }

    /// Reads all rows as the earlier program does.
    fn reads(&self, file: &Database) -> Result<u64, String> {
        let newer = file.read(self.new);
        let expected = (self.back)(&newer).map_err(|e| format!("the previous program has no such row: {e}"))?;
        let (mut found, mut expected) = (file.read(self.old), expected);
        [&mut found, &mut expected].into_iter().for_each(|rows| {
            self.merge(rows);
            self.sort(rows);
        });
        same_rows(self.old, &found, &expected).map_err(|e| format!("the previous program reads otherwise: {e}"))?;
        Ok(found.values().map(|rows| rows.len() as u64).sum())
    }

    /// Where the newer version does not tell zero from unset, the way back unsets every zero, and the file holds them.
    fn merge(&self, rows: &mut Rows) {
        for (table, records) in rows {
            let Some(newer) = self.new.record(*table) else { continue };
            records.iter_mut().for_each(|record| merge(record, &newer));
        }
    }

    /// The way back does not say in which order rows are.
    fn sort(&self, rows: &mut Rows) {
        for table in &self.old.schema.tables {
            let key = key_fields(table);
            let spelled =
                |row: &DynamicMessage| key.iter().map(|path| format!("{:?}", get(row, path))).collect::<Vec<_>>();
            rows.entry(table.number).or_default().sort_by_cached_key(spelled);
        }
    }

    /// Writes as the earlier program does: rows back as it read them, over rows, new rows, and rows away.
    fn writes(&self, rng: &mut Rng, file: &Database) -> Result<u64, String> {
        let (own, twin) = (Database::fresh(self.old), Database::fresh(self.new));
        own.fill(self.old, &file.read(self.old)).map_err(|e| format!("the previous program has no such row: {e}"))?;
        twin.fill(self.new, &file.read(self.new))?;
        [file, &own, &twin].iter().for_each(|database| database.enforce_references());
        let mut done = 0;
        for table in &self.old.schema.tables {
            for row in &file.read(self.old)[&table.number] {
                // A program that has no way to write a row does not write it back.
                if own.replace(self.old, table, row).is_ok() {
                    file.replace(self.old, table, row)
                        .map_err(|e| format!("the previous program cannot write: {e}"))?;
                    done += 1;
                }
            }
        }
        same_database(self.new, file, &twin).map_err(|e| format!("after rows were read and written back: {e}"))?;
        let hands = Hands { skew: self, file, own: &own, twin: &twin };
        for table in &self.old.schema.tables {
            for row in &own.read(self.old)[&table.number] {
                done += u64::from(hands.replace(rng, table, row)?);
            }
        }
        done += hands.insert(rng)?;
        for table in self.old.schema.tables.iter().rev() {
            for row in own.read(self.old)[&table.number].iter().step_by(2) {
                done += u64::from(hands.delete(table, row)?);
            }
        }
        self.reads(file)?;
        same_rows(self.old, &file.read(self.old), &own.read(self.old))
            .map_err(|e| format!("the previous program does not read what it wrote: {e}"))?;
        same_database(self.new, file, &twin).map_err(|e| format!("after the writes of the previous program: {e}"))?;
        Ok(done)
    }

    /// Returns a record as the newer version has it.
    fn newer(&self, table: &Table, row: &DynamicMessage) -> Result<DynamicMessage, String> {
        let carried = (self.up)(&Rows::from([(table.number, vec![row.clone()])]))?;
        carried.into_values().flatten().next().ok_or_else(|| format!("the newer version has no such row: {row}"))
    }
}

/// One write in three databases: that of the earlier version tells whether it can be written at all, and the twin of the file
/// what comes of it.
struct Hands<'a> {
    skew: &'a Skew<'a>,
    file: &'a Database,
    own: &'a Database,
    twin: &'a Database,
}

impl Hands<'_> {
    /// Draws another record for a key and writes it; returns whether the earlier version accepts one.
    fn replace(&self, rng: &mut Rng, table: &Table, row: &DynamicMessage) -> Result<bool, String> {
        let Self { skew: Skew { old, new, .. }, file, own, twin } = self;
        for _ in 0..DRAWS {
            let drawn = self.redraw(rng, table, row);
            if own.replace(old, table, &drawn).is_err() {
                continue;
            }
            file.replace(old, table, &drawn).map_err(|e| format!("the previous program cannot write: {e}"))?;
            let (table, mut newer) = (self.table(table)?, self.skew.newer(table, &drawn)?);
            let before = twin.read(new).remove(&table.number).unwrap_or_default().into_iter();
            let before = before.into_iter().find(|before| same_key(table, before, &newer));
            let before = before.ok_or_else(|| format!("the newer program has no row with the key of {newer}"))?;
            self.keep(&drawn, &before, &mut newer, table.number);
            twin.replace(new, table, &newer).map_err(|e| format!("the newer program cannot write the same: {e}"))?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Keeps the fields of a record that the earlier version does not know, or does not store.
    fn keep(&self, old: &DynamicMessage, before: &DynamicMessage, newer: &mut DynamicMessage, table: u32) {
        let asks = self.skew.old.asks(table);
        let is_stored = |field: FieldDescriptor| asks.of(field.name(), &field).storage != Storage::NotStored;
        for field in before.descriptor().fields() {
            if old.descriptor().get_field(field.number()).is_some_and(is_stored) {
                continue;
            }
            match before.has_field(&field) {
                true => newer.set_field(&field, before.get_field(&field).into_owned()),
                false => newer.clear_field(&field),
            }
        }
    }

    /// Inserts records that the earlier version accepts; returns how many.
    fn insert(&self, rng: &mut Rng) -> Result<u64, String> {
        let Self { skew: Skew { old, new, .. }, file, own, twin } = self;
        let before = own.read(old);
        let after = draw(rng, old, own, INSERTS, &before);
        let mut done = 0;
        for table in &old.schema.tables {
            for row in after[&table.number].iter().skip(before[&table.number].len()) {
                file.insert(old, table, row).map_err(|e| format!("the previous program cannot insert: {e}"))?;
                let newer = self.skew.newer(table, row)?;
                let inserted = twin.insert(new, self.table(table)?, &newer);
                inserted.map_err(|e| format!("the newer program cannot insert the same: {e}"))?;
                done += 1;
            }
        }
        Ok(done)
    }

    /// Deletes a record; returns whether the earlier version lets it go.
    fn delete(&self, table: &Table, row: &DynamicMessage) -> Result<bool, String> {
        let Self { skew: Skew { old, new, .. }, file, own, twin } = self;
        if let Err(why) = own.delete(old, table, row) {
            // Of a table that only grows, its program has no delete.
            if !why.contains("FOREIGN KEY") {
                return Ok(false);
            }
            return match file.delete(old, table, row) {
                Ok(()) => Err(format!("the previous program deletes what it keeps by itself: {row}")),
                Err(_) => Ok(false),
            };
        }
        file.delete(old, table, row).map_err(|e| format!("the previous program cannot delete: {e}"))?;
        let newer = self.skew.newer(table, row)?;
        let deleted = twin.delete(new, self.table(table)?, &newer);
        deleted.map_err(|e| format!("the newer program cannot delete the same: {e}"))?;
        Ok(true)
    }

    /// Draws a record that has the key of another.
    fn redraw(&self, rng: &mut Rng, table: &Table, row: &DynamicMessage) -> DynamicMessage {
        let old = self.skew.old;
        let mut keys = Keys::new();
        for (number, rows) in self.own.read(old) {
            let target = old.schema.tables.iter().find(|table| table.number == number).expect("a table");
            if let [key] = key_fields(target).as_slice() {
                keys.insert(target.name.proto.clone(), rows.iter().filter_map(|row| get(row, key)).collect());
            }
        }
        let mut drawn = keyed(rng, &Drawer { asks: &old.asks(table.number), rows: &keys }, table, &row.descriptor());
        for path in key_fields(table) {
            if let Some(value) = get(row, &path) {
                set(&mut drawn, &path, value);
            }
        }
        super::bits::unsigned(&old.asks(table.number), "", &mut drawn);
        drawn
    }

    /// Returns the table as the newer version has it.
    fn table(&self, table: &Table) -> Result<&Table, String> {
        let mut all = self.skew.new.schema.tables.iter();
        all.find(|newer| newer.number == table.number).ok_or_else(|| format!("{} is gone", table.name.sql))
    }
}

fn same_key(table: &Table, a: &DynamicMessage, b: &DynamicMessage) -> bool {
    key_fields(table).iter().all(|path| get(a, path) == get(b, path))
}

/// Unsets each zero of a field that has presence, and none in the newer version.
fn merge(record: &mut DynamicMessage, newer: &MessageDescriptor) {
    for field in record.descriptor().fields() {
        let Some(other) = newer.get_field(field.number()) else { continue };
        if !record.has_field(&field) {
            continue;
        }
        let is_wrapper =
            |kind: Kind| matches!(kind, Kind::Message(of) if of.full_name().starts_with("google.protobuf."));
        let is_single = !field.is_list() && !field.is_map() && !other.is_list() && !other.is_map();
        if is_single && !other.supports_presence() {
            let zero = match (field.kind(), record.get_field(&field).as_ref()) {
                (kind, Value::Message(wrapper)) if is_wrapper(kind.clone()) => wrapper.fields().next().is_none(),
                (_, value) => *value == field.default_value(),
            };
            if zero {
                record.clear_field(&field);
            }
        } else if let (Kind::Message(_), Kind::Message(of)) = (field.kind(), other.kind())
            && !is_wrapper(field.kind())
        {
            let of = match (field.is_map(), of.is_map_entry()) {
                (true, true) => of.map_entry_value_field().kind().as_message().cloned(),
                (false, false) => Some(of),
                _ => None,
            };
            if let Some(of) = of {
                each(record.get_field_mut(&field), &mut |inner| merge(inner, &of));
            }
        }
    }
}
