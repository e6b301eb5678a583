//! Rows that an upgrade deletes, or that stop it, by a time that each of them says; with what references to them say.

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage as _, Value};
use serde::Deserialize;

use super::Rows;
use super::convert::get;
use crate::table::clock::NOW;

/// What becomes of rows by a field of theirs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fate {
    /// The path of the field, in the records that have it.
    field: String,
    /// Which rows are meant.
    is: State,
    then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// The time is at or before the present.
    Past,
    /// The field is set.
    Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Then {
    /// The row is deleted.
    Goes,
    /// The row does not fit.
    Stops,
}

/// The end of the time in which no row of these tests expires, in seconds since 1970: so the clock of a migration, which is
/// that of SQL, agrees with the one that stands still.
const LATER: i64 = 7_258_118_400;

impl Fate {
    /// Returns the same of the message at a path, which is `{path}` in the text.
    pub(crate) fn at(&self, path: &str) -> Self {
        Self { field: self.field.replace("{path}", path), ..self.clone() }
    }

    fn is_met(&self, record: &DynamicMessage) -> bool {
        let Some(value) = get(record, &self.field) else { return false };
        self.is == State::Set || value.as_message().is_some_and(|time| seconds(time) < NOW)
    }
}

/// Moves each time by which rows are told away from the present.
pub(crate) fn settle(fates: &[Fate], rows: &mut Rows) {
    for record in rows.values_mut().flatten() {
        for fate in fates.iter().filter(|fate| fate.is == State::Past) {
            let Some(Value::Message(mut time)) = get(record, &fate.field) else { continue };
            let is = seconds(&time);
            if (NOW..LATER).contains(&is) {
                time.set_field_by_name("seconds", Value::I64(LATER + is % 1_000_000_000));
                super::convert::set(record, &fate.field, Value::Message(time));
            }
        }
    }
}

/// Says whether some records meet each of the fates and others meet none, where there are fates.
pub(crate) fn are_mixed(fates: &[Fate], rows: &Rows) -> bool {
    let all = || rows.values().flatten();
    let is_met = |fate: &Fate| all().any(|record| fate.is_met(record));
    let has_field = |record: &&DynamicMessage| fates.iter().any(|fate| knows(record, &fate.field));
    fates.is_empty()
        || fates.iter().all(is_met)
            && all().filter(has_field).any(|record| !fates.iter().any(|fate| fate.is_met(record)))
}

/// Returns the rows that are left, or says which stops the upgrade. Of several fates the first that a row meets is its own.
pub(crate) fn meet(fates: &[Fate], rows: &Rows) -> Result<Rows, String> {
    let mut left = rows.clone();
    let mut gone: Vec<(String, Value)> = Vec::new();
    for (table, records) in &mut left {
        let mut stays = Vec::new();
        for record in records.drain(..) {
            match fates.iter().find(|fate| fate.is_met(&record)) {
                None => stays.push(record),
                Some(Fate { then: Then::Goes, .. }) => gone.extend(named(*table, &record)),
                Some(Fate { field, .. }) => return Err(format!("{field} is set in {record}")),
            }
        }
        *records = stays;
    }
    while let Some(row) = gone.pop() {
        for (table, records) in &mut left {
            let mut stays = Vec::new();
            for mut record in records.drain(..) {
                if follows(&mut record, &row)? {
                    gone.extend(named(*table, &record));
                } else {
                    stays.push(record);
                }
            }
            *records = stays;
        }
    }
    Ok(left)
}

/// Lets a record follow a row that it refers to and that is gone; returns whether it goes too.
fn follows(record: &mut DynamicMessage, (table, key): &(String, Value)) -> Result<bool, String> {
    for field in record.descriptor().fields().collect::<Vec<_>>() {
        let Some((target, on_delete)) = reference(&field) else { continue };
        if target != *table || record.get_field(&field).as_ref() != key {
            continue;
        }
        match on_delete {
            2 => return Ok(true),
            3 => record.clear_field(&field),
            _ => return Err(format!("{} keeps a row of {table}", field.full_name())),
        }
    }
    Ok(false)
}

/// Returns the table that a field refers to, and the number of what happens on delete.
fn reference(field: &FieldDescriptor) -> Option<(String, i32)> {
    let options = field.options();
    let column = options.extensions().find(|(extension, _)| extension.full_name() == "protostore.v1.column")?.1;
    let column = column.as_message()?;
    if !column.has_field_by_name("references") {
        return None;
    }
    let references = column.get_field_by_name("references")?.as_message()?.clone();
    let table = references.get_field_by_name("table")?.as_str()?.to_owned();
    let on_delete = references.get_field_by_name("on_delete")?.as_enum_number()?;
    Some((table, on_delete))
}

/// Returns a record as others refer to it.
fn named(table: u32, record: &DynamicMessage) -> Option<(String, Value)> {
    let store = record.descriptor().parent_pool().get_message_by_name("lab.LabStore")?;
    Some((store.get_field(table)?.name().to_owned(), record.get_field_by_name("id")?.into_owned()))
}

fn knows(record: &DynamicMessage, path: &str) -> bool {
    let first = path.split('.').next().unwrap_or(path);
    record.descriptor().get_field_by_name(first).is_some()
}

fn seconds(time: &DynamicMessage) -> i64 {
    time.get_field_by_name("seconds").and_then(|seconds| seconds.as_i64()).unwrap_or_default()
}
