//! Methods of the program over rows: each gets a row as it was before the migration and as it is now, and what it changes is
//! written.
//!
//! A method gets bytes and gives bytes, so it sees neither the connection nor the clock of the store, and a test can call
//! it again with the same rows.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::{Cause, Reporter};
use super::Why;
use super::form::Known;
use super::gather::{self, Gather};
use super::line::{ChildRows, Member};
use super::rows::{Rows, list, parameters, quoted};
use super::spread::Spread;
use crate::stored::document::{Payload, wire_fields};
use crate::upgrade::{Hooks, UpgradedRow};

/// What bytes that are no message are refused with.
const GARBLED: &str = "bytes that are no message";

/// A method, and the fields that it may change.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) fields: Vec<Member>,
}

/// Keeps each row as the bytes of its record, in another table with the same key.
pub(super) fn keep(
    connection: &Connection,
    rows: &Rows,
    (into, to): (&str, &str),
    is: Known,
    members: &[Member],
    reporter: &Reporter,
) -> Result<(), Cause> {
    let columns = gather::columns(members);
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let gather = Gather::new(connection);
    let all = list(rows.key.iter().map(String::as_str).chain([to]));
    let sql = format!("INSERT INTO {} ({all}) VALUES ({})", quoted(into), parameters(1, rows.key.len() + 1));
    let mut insert = connection.prepare(&sql)?;
    rows.each(connection, &names, reporter, |key, values| {
        let bytes = gather.fields(members, &gather::Row::new(&columns, values), key)?;
        let record = Value::Blob(is.bytes_of(&is, &Value::Blob(bytes))?.unwrap_or_default());
        let inserted = insert.execute(params_from_iter(key.iter().chain([&record])));
        inserted.map(drop).map_err(|why| why.to_string())
    })
}

/// The rows that are handed over: as they are now, and as they were kept.
pub(super) struct Handed<'h> {
    pub(super) rows: &'h Rows,
    pub(super) kept: &'h Rows,
    /// The column of what was kept.
    pub(super) from: &'h str,
}

/// Hands each row that was kept to methods, writes what they change, and takes what was kept away.
pub(super) fn run(
    connection: &Connection,
    Handed { rows, kept, from }: Handed<'_>,
    is: Known,
    calls: &[Call],
    (hooks, version): (&Hooks, u32),
    reporter: &Reporter,
) -> Result<(), Cause> {
    let calls = calls.iter().map(|call| Prepared::new(connection, rows, call));
    let mut calls = calls.collect::<Result<Vec<_>, Cause>>()?;
    let gather = Gather::new(connection);
    let writer = Writer { connection, rows, spread: Spread::new(connection, rows) };
    kept.each_of(&rows.table, connection, &[from], reporter, |key, values| {
        let [Value::Blob(old)] = values else { return Err("was not kept".to_owned()) };
        for call in &mut calls {
            let values = call.values(key)?;
            let bytes = gather.fields(call.fields, &gather::Row::new(&call.columns, &values), key)?;
            let new = is.bytes_of(&is, &Value::Blob(bytes))?.unwrap_or_default();
            let method = call.method;
            let made = hooks.call(&UpgradedRow { version, method, old, new: &new });
            let made = made.map_err(|why| format!("{method}: {why}"))?;
            writer.write(call.fields, [&new, &made], key).map_err(|why| format!("{method}: {why}"))?;
        }
        Ok(())
    })?;
    connection.execute(&format!("DELETE FROM {}", quoted(&kept.table)), [])?;
    Ok(())
}

/// A method, and how its fields are read.
struct Prepared<'c> {
    method: &'c str,
    fields: &'c [Member],
    columns: Vec<String>,
    select: rusqlite::Statement<'c>,
}

impl<'c> Prepared<'c> {
    fn new(connection: &'c Connection, rows: &Rows, call: &'c Call) -> Result<Self, Cause> {
        let columns = gather::columns(&call.fields);
        let all = if columns.is_empty() { "1".to_owned() } else { list(columns.iter().map(String::as_str)) };
        let sql = format!("SELECT {all} FROM {} WHERE {}", quoted(&rows.table), rows.is(1));
        Ok(Self { method: &call.method, fields: &call.fields, columns, select: connection.prepare(&sql)? })
    }

    /// Returns the values of its columns in the row with a key.
    fn values(&mut self, key: &[Value]) -> Result<Vec<Value>, Why> {
        let count = self.columns.len();
        let row = self.select.query_row(params_from_iter(key), |row| (0..count).map(|at| row.get(at)).collect());
        row.map_err(|why| why.to_string())
    }
}

/// What writes the fields that a method changed.
struct Writer<'c> {
    connection: &'c Connection,
    rows: &'c Rows,
    spread: Spread<'c>,
}

impl Writer<'_> {
    fn write(&self, members: &[Member], [before, after]: [&[u8]; 2], key: &[Value]) -> Result<(), Why> {
        if before == after {
            return Ok(());
        }
        let [before, after] = [before, after].map(wire_fields);
        let (before, after) = (before.ok_or(GARBLED)?, after.ok_or(GARBLED)?);
        expect_stored(members, &after)?;
        let mut columns = Vec::new();
        for member in members {
            let of = |(number, _): &&(u32, Payload<'_>)| *number == member.number();
            if before.iter().filter(of).eq(after.iter().filter(of)) {
                continue;
            }
            self.clear(member, key)?;
            self.spread.field(member, &after, &mut columns, key)?;
        }
        if let Some((name, _)) = columns.iter().find(|(name, _)| self.rows.key.contains(name)) {
            return Err(format!("changes {name}, which is a part of the key"));
        }
        if columns.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut update = self.rows.update(self.connection, &names).map_err(|why| why.to_string())?;
        update.set(columns.iter().map(|(_, value)| value), key)
    }

    /// Deletes the rows of child tables that a member has, those inside of its elements first.
    fn clear(&self, member: &Member, key: &[Value]) -> Result<(), Why> {
        match member {
            Member::Column(_) => Ok(()),
            Member::Message { fields, .. } => fields.iter().try_for_each(|field| self.clear(field, key)),
            Member::Rows(ChildRows { table, owner, fields, .. }) => {
                fields.iter().try_for_each(|field| self.clear(field, key))?;
                // A table of at most one row has no key, and its children no owner.
                let count = key.len().min(owner.len());
                let owners = list(owner[..count].iter().map(String::as_str));
                let rows = if count == 0 { "1".to_owned() } else { format!("({owners}) = ({})", parameters(1, count)) };
                let sql = format!("DELETE FROM {} WHERE {rows}", quoted(table));
                let deleted = self
                    .connection
                    .prepare_cached(&sql)
                    .and_then(|mut delete| delete.execute(params_from_iter(&key[..count])));
                deleted.map(drop).map_err(|why| format!("{table}: {why}"))
            }
        }
    }
}

/// Rejects fields that are not stored: they would be lost without a word.
fn expect_stored(members: &[Member], fields: &[(u32, Payload<'_>)]) -> Result<(), Why> {
    for (number, payload) in fields {
        let Some(member) = members.iter().find(|member| member.number() == *number) else {
            return Err(format!("sets field {number}, which is not stored"));
        };
        if let Member::Message { fields, .. } = member {
            let inner = payload.bytes().and_then(wire_fields).ok_or(GARBLED)?;
            expect_stored(fields, &inner).map_err(|why| format!("in field {number}: {why}"))?;
        }
    }
    Ok(())
}
