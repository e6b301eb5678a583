//! Columns, and rows of child tables, as a message.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::Why;
use super::line::{ChildRows, Member};
use super::rows::{list, parameters, quoted};
use crate::stored::document::{Owned, Payload};

/// Returns the columns that members take from their own row, each once.
pub(super) fn columns(members: &[Member]) -> Vec<String> {
    let mut all = Vec::new();
    collect(members, &mut all);
    all
}

fn collect(members: &[Member], to: &mut Vec<String>) {
    for member in members {
        let name = match member {
            Member::Column(column) => &column.name,
            Member::Message { presence, .. } => presence,
            Member::Rows(_) => continue,
        };
        if !to.contains(name) {
            to.push(name.clone());
        }
        if let Member::Message { fields, .. } = member {
            collect(fields, to);
        }
    }
}

/// The values of some columns of a row.
pub(super) struct Row<'r> {
    names: &'r [String],
    values: &'r [Value],
}

impl<'r> Row<'r> {
    pub(super) fn new(names: &'r [String], values: &'r [Value]) -> Self {
        Self { names, values }
    }

    fn get(&self, name: &str) -> Result<&'r Value, Why> {
        let at = self.names.iter().position(|known| known == name);
        at.and_then(|at| self.values.get(at)).ok_or_else(|| format!("there is no column {name}"))
    }
}

/// What reads the rows of child tables.
pub(super) struct Gather<'c> {
    connection: &'c Connection,
}

impl<'c> Gather<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    /// Returns the bytes of a member that is a message; nothing where it is not set. `key` is that of the row.
    pub(super) fn message(&self, member: &Member, row: &Row<'_>, key: &[Value]) -> Result<Option<Vec<u8>>, Why> {
        match member {
            Member::Message { presence, fields, .. } => {
                if *row.get(presence)? == Value::Integer(0) {
                    return Ok(None);
                }
                self.fields(fields, row, key).map(Some)
            }
            Member::Rows(rows) if rows.is_alone() => {
                let mut found = None;
                self.rows(rows, key, |bytes| found = Some(bytes.to_vec()))?;
                Ok(found)
            }
            Member::Column(_) | Member::Rows(_) => Err("the member is no message".to_owned()),
        }
    }

    /// Returns the bytes of a message that has these fields.
    pub(super) fn fields(&self, members: &[Member], row: &Row<'_>, key: &[Value]) -> Result<Vec<u8>, Why> {
        let mut to = Vec::new();
        for member in members {
            match member {
                Member::Column(column) => column.append(row.get(&column.name)?, &mut to)?,
                Member::Message { number, .. } => {
                    if let Some(bytes) = self.message(member, row, key)? {
                        Payload::Bytes(&bytes).put(*number, &mut to);
                    }
                }
                Member::Rows(rows) if rows.is_alone() => {
                    if let Some(bytes) = self.message(member, row, key)? {
                        Payload::Bytes(&bytes).put(rows.number, &mut to);
                    }
                }
                Member::Rows(rows) => self.rows(rows, key, |bytes| to.extend(bytes))?,
            }
        }
        Ok(to)
    }

    /// Calls `each` with each element as a field of the message around; of a message alone, with its own bytes.
    fn rows(&self, of: &ChildRows, key: &[Value], mut each: impl FnMut(&[u8])) -> Result<(), Why> {
        let place = of.position.iter().chain(of.key.iter().map(|key| &key.name));
        let place: Vec<&str> = place.map(String::as_str).collect();
        let own = columns(&of.fields);
        let selected: Vec<&str> = place.iter().copied().chain(own.iter().map(String::as_str)).collect();
        let all = if selected.is_empty() { "1".to_owned() } else { list(selected.iter().copied()) };
        let owner = list(of.owner.iter().map(String::as_str));
        let order = if place.is_empty() { String::new() } else { format!(" ORDER BY {}", list(place.iter().copied())) };
        let sql = format!(
            "SELECT {all} FROM {} WHERE ({owner}) = ({}){order}",
            quoted(&of.table),
            parameters(1, of.owner.len())
        );
        let failed = |why: rusqlite::Error| format!("{}: {why}", of.table);
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let values = |row: &rusqlite::Row<'_>| {
            (0..selected.len()).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()
        };
        let found = statement.query_map(params_from_iter(key.iter().take(of.owner.len())), values).map_err(failed)?;
        let found = found.collect::<rusqlite::Result<Vec<_>>>().map_err(failed)?;
        for values in &found {
            let (place, values) = values.split_at(place.len());
            let row = Row::new(&own, values);
            let inner: Vec<Value> = key.iter().take(of.owner.len()).chain(place).cloned().collect();
            let mut bytes = Vec::new();
            if let Some(map_key) = &of.key {
                let mut entry = Vec::new();
                let name = map_key.payload(&place[0])?;
                if !name.payload().is_zero() {
                    name.payload().put(1, &mut entry);
                }
                let held = self.element(of, &row, &inner)?;
                if !held.payload().is_zero() {
                    held.payload().put(2, &mut entry);
                }
                Payload::Bytes(&entry).put(of.number, &mut bytes);
            } else if of.position.is_some() {
                self.element(of, &row, &inner)?.payload().put(of.number, &mut bytes);
            } else {
                bytes = self.fields(&of.fields, &row, &inner)?;
            }
            each(&bytes);
        }
        Ok(())
    }

    fn element(&self, of: &ChildRows, row: &Row<'_>, key: &[Value]) -> Result<Owned, Why> {
        match (&of.message, &of.fields[..]) {
            (None, [Member::Column(column)]) => column.payload(row.get(&column.name)?),
            (None, _) => Err(format!("an element of {} is no single column", of.table)),
            (Some(_), fields) => self.fields(fields, row, key).map(Owned::Bytes),
        }
    }
}
