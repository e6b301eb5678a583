//! A message as columns, and rows of child tables.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::Why;
use super::line::{ChildRows, Member};
use super::rows::{Rows, list, parameters, quoted};
use crate::stored::document::{Payload, unpacked, wire_fields};

/// What bytes that are no message are refused with.
const GARBLED: &str = "holds bytes that are no message";

/// What writes them.
pub(super) struct Spread<'c> {
    connection: &'c Connection,
    rows: &'c Rows,
}

/// Columns and their values.
pub(super) type Columns = Vec<(String, Value)>;

/// The fields of a message by number.
pub(super) type Fields<'b> = Vec<(u32, Payload<'b>)>;

impl<'c> Spread<'c> {
    pub(super) fn new(connection: &'c Connection, rows: &'c Rows) -> Self {
        Self { connection, rows }
    }

    /// Writes a member that is the message with these bytes, or with `is_field` a field of it, into the row with a key.
    pub(super) fn member(&self, member: &Member, is_field: bool, bytes: &[u8], key: &[Value]) -> Result<(), Why> {
        let mut columns = Columns::new();
        let around: Fields<'_> =
            if is_field { wire_fields(bytes).ok_or(GARBLED)? } else { vec![(member.number(), Payload::Bytes(bytes))] };
        self.field(member, &around, &mut columns, key)?;
        if columns.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut update = self.rows.update(self.connection, &names).map_err(|why| why.to_string())?;
        update.set(columns.iter().map(|(_, value)| value), key)
    }

    /// Adds what a field is in columns of the row, and writes what it is in rows of its own. `key` is that of the row.
    pub(super) fn field(
        &self,
        member: &Member,
        fields: &Fields<'_>,
        to: &mut Columns,
        key: &[Value],
    ) -> Result<(), Why> {
        let number = member.number();
        let mut held = fields.iter().filter(|(known, _)| *known == number).map(|(_, payload)| *payload);
        match member {
            Member::Column(column) if column.is_whole_field() => {
                let mut bytes = Vec::new();
                held.for_each(|payload| payload.put(number, &mut bytes));
                to.push((column.name.clone(), column.whole(bytes)?));
            }
            Member::Column(column) => to.push((column.name.clone(), column.value(held.next_back())?)),
            Member::Message { presence, fields: inner, .. } => {
                let message =
                    held.next_back().map(|payload| payload.bytes().and_then(wire_fields).ok_or(GARBLED)).transpose()?;
                to.push((presence.clone(), Value::Integer(message.is_some().into())));
                match message {
                    Some(message) => inner.iter().try_for_each(|member| self.field(member, &message, to, key))?,
                    None => unset(inner, to),
                }
            }
            Member::Rows(rows) if rows.is_alone() => {
                if let Some(payload) = held.next() {
                    let message = payload.bytes().and_then(wire_fields).ok_or(GARBLED)?;
                    self.insert(rows, Some(&message), Columns::new(), key)?;
                }
            }
            Member::Rows(rows) => {
                for (at, payload) in self.elements(rows, held)?.into_iter().enumerate() {
                    self.element(rows, at, payload, key)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the elements of a list, of which numbers may be packed together; of a map its entries.
    fn elements<'b>(&self, rows: &ChildRows, held: impl Iterator<Item = Payload<'b>>) -> Result<Vec<Payload<'b>>, Why> {
        let like = match (&rows.key, &rows.message, &rows.fields[..]) {
            (None, None, [Member::Column(column)]) => column.packed_as(),
            _ => None,
        };
        let mut all = Vec::new();
        for payload in held {
            match (like, payload) {
                (Some(like), Payload::Bytes(bytes)) => {
                    all.extend(unpacked(bytes, like).ok_or(GARBLED)?);
                }
                (_, payload) => all.push(payload),
            }
        }
        Ok(all)
    }

    fn element(&self, rows: &ChildRows, at: usize, payload: Payload<'_>, key: &[Value]) -> Result<(), Why> {
        let mut place = Columns::new();
        if let Some(position) = &rows.position {
            place.push((position.clone(), Value::Integer(i64::try_from(at).unwrap_or(i64::MAX))));
        }
        let entry;
        let held = match &rows.key {
            None => Some(payload),
            Some(column) => {
                entry = payload.bytes().and_then(wire_fields).ok_or(GARBLED)?;
                let part = |number| entry.iter().rev().find(|(n, _)| *n == number).map(|(_, payload)| *payload);
                place.push((column.name.clone(), column.element(part(1))?));
                part(2)
            }
        };
        match (&rows.message, &rows.fields[..]) {
            (None, [Member::Column(column)]) => {
                place.push((column.name.clone(), column.element(held)?));
                self.insert(rows, None, place, key)
            }
            (None, _) => Err(format!("an element of {} is no single column", rows.table)),
            (Some(_), _) => {
                let message =
                    held.map_or(Some(Vec::new()), |held| held.bytes().and_then(wire_fields)).ok_or(GARBLED)?;
                self.insert(rows, Some(&message), place, key)
            }
        }
    }

    /// Inserts a row that belongs to that with a key, in its place; and those that belong to it.
    fn insert(&self, rows: &ChildRows, message: Option<&Fields<'_>>, place: Columns, key: &[Value]) -> Result<(), Why> {
        let owner = rows.owner.iter().cloned().zip(key.iter().cloned());
        let inner: Vec<Value> = key.iter().chain(place.first().map(|(_, value)| value)).cloned().collect();
        let mut columns: Columns = owner.chain(place).collect();
        if let Some(message) = message {
            rows.fields.iter().try_for_each(|member| self.field(member, message, &mut columns, &inner))?;
        }
        let names = list(columns.iter().map(|(name, _)| name.as_str()));
        let sql = format!("INSERT INTO {} ({names}) VALUES ({})", quoted(&rows.table), parameters(1, columns.len()));
        let failed = |why: rusqlite::Error| format!("{}: {why}", rows.table);
        let values = params_from_iter(columns.iter().map(|(_, value)| value));
        self.connection.prepare_cached(&sql).map_err(failed)?.execute(values).map(drop).map_err(failed)
    }
}

/// Adds the columns of a message that is not set.
fn unset(members: &[Member], to: &mut Columns) {
    for member in members {
        match member {
            Member::Column(column) => to.push((column.name.clone(), Value::Null)),
            Member::Message { presence, fields, .. } => {
                to.push((presence.clone(), Value::Integer(0)));
                unset(fields, to);
            }
            Member::Rows(_) => {}
        }
    }
}
