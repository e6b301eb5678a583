//! What a migration leaves to the run time, since SQL cannot say it: a line for each step, between two statements.
//!
//! A line is one JSON object with one key, the step, `-- protostore: {"text": {…}}`. Its tables and columns have the names
//! that they have at that point of the migration; messages are those of the versions' snapshots, by full name. `table` and
//! `key` are the rows: the columns of the key tell them apart, and they are taken in its order. Each step takes values that
//! are not NULL, and stops the upgrade at the first that does not fit.
//!
//! | step | members | what it does |
//! | --- | --- | --- |
//! | `bits` | `from`, `to`, `into`, `single` | the bits of a number as an integer, of 32 bits where `single`; or back |
//! | `text` | `from`, `to` | bytes that are UTF-8 without NUL as text |
//! | `reform` | `from`, `to`, `was`, `is`, `within` | what one column holds, in another form or as the new version has it |
//! | `encode` | `to`, `was`, `is`, `within`, `member` | columns, or rows of child tables, in one column |
//! | `decode` | `from`, `was`, `is`, `member` | what one column holds, as columns or rows of child tables |
//! | `chain` | `number`, `to`, `message`, `fields` | the hash of each row and of those before, in a table of that number |
//! | `keep` | `into`, `to`, `message`, `fields` | each row as the bytes of its record, in the column `to` of a table of its key |
//! | `hook` | `kept`, `from`, `message`, `calls` | what methods of the program make of rows that were kept; each of the calls has `method` and the `fields` that it may change |
//! | `report` | `column`, `field`, `rules` | nothing, but counts the rows that break rules which SQL cannot state |
//! | `lists` | `of`, `owner`, `within`, `least`, `most`, `unique`, `field` | nothing, but counts the rows whose list in a child table breaks these |
//!
//! `was` and `is` say what there was in the version before, and what is to be there: `form`, `bytes`, `json` or the `paths`
//! of a mask; `message`, its full name, none where the bytes are the field's own; `field`, where it is all of this field of the message, as a list
//! is. So one value becomes the only element of a list, and the only element one value. A list is empty where there was
//! nothing, but NULL where the column `within`, the presence of the message around it, is 0. A member is one of
//! `{"column": {"number", "column", "kind", "ty", "form", "optional"}}`,
//! `{"message": {"number", "presence", "fields"}}` and
//! `{"rows": {"number", "table", "owner", "position", "key", "message", "fields"}}`.

use rusqlite::Connection;
use rusqlite::types::Value;

use self::form::{Known, Stored};
use self::hook::Handed;
use self::line::{Line, Member};
use self::rows::Rows;
use super::split::{Kind, Piece};
use super::{Cause, Reporter};
use crate::info::Broken;
use crate::record::{chain_hash, chain_origin};
use crate::schema::Schema;
use crate::stored::document::Catalog;
use crate::upgrade::Hooks;

mod column;
mod form;
mod gather;
mod hook;
mod line;
mod report;
mod rows;
mod rules;
mod spread;

/// What a step cannot do, as the end of a sentence that names the row.
type Why = String;

/// Carries out the step that a line of the migration to a version says.
pub(super) fn run(
    connection: &Connection,
    json: &str,
    schema: &Schema,
    version: u32,
    (hooks, reporter): (Option<&Hooks>, &Reporter),
) -> Result<Option<Broken>, Cause> {
    let until = |version: u32| {
        let known = schema.migrations.iter().filter(|migration| migration.version <= version);
        Catalog::of(&known.map(|migration| migration.snapshot).collect::<Vec<_>>())
    };
    let hooks = hooks.map(|hooks| (hooks, version));
    between(connection, json, [&|| until(version - 1), &|| until(version)], (hooks, reporter))
}

/// Says why a line is not one that this program carries out by itself.
pub(super) fn read(json: &str) -> Result<(), Why> {
    line::read(json).map(drop)
}

/// What returns the messages and enums of two versions.
type Catalogs<'a> = [&'a dyn Fn() -> Result<Catalog, Why>; 2];

/// Carries out the step that a line says, between two versions, to the second of which it leads.
pub(super) fn between(
    connection: &Connection,
    json: &str,
    [old, new]: Catalogs<'_>,
    (hooks, reporter): (Option<(&Hooks, u32)>, &Reporter),
) -> Result<Option<Broken>, Cause> {
    let line = line::read(json).map_err(|why| format!("the line is not one that this program knows: {why}"))?;
    let done: Result<(), Cause> = match line {
        Line::Bits { rows, from, to, into, single } => {
            let convert = |value: &Value| column::bits(value, into, single);
            each(connection, &rows, &from, &to, reporter, convert)
        }
        Line::Text { rows, from, to } => each(connection, &rows, &from, &to, reporter, column::text),
        Line::Reform { rows, from, to, was, is, within } => {
            let (was, is) = (was.of(&old()?)?, is.of(&new()?)?);
            reform(connection, &rows, [&from, &to], [was, is], within.as_deref(), reporter)
        }
        Line::Encode { rows, to, was, is, within, mut member } => {
            let old = old()?;
            let known = [was.of(&old)?, is.of(&new()?)?];
            member.resolve(&old)?;
            encode(connection, &rows, &to, known, within.as_deref(), &member, reporter)
        }
        Line::Decode { rows, from, was, is, mut member } => {
            let new = new()?;
            let known = [was.of(&old()?)?, is.of(&new)?];
            member.resolve(&new)?;
            decode(connection, &rows, &from, known, &member, reporter)
        }
        Line::Chain { rows, number, to, message, fields } => {
            chain(connection, &rows, number, &to, &new()?, &message, &fields, reporter)
        }
        Line::Keep { rows, into, to, message, mut fields } => {
            let old = old()?;
            fields.iter_mut().try_for_each(|member| member.resolve(&old))?;
            hook::keep(connection, &rows, (&into, &to), record(message, &old)?, &fields, reporter)
        }
        Line::Hook { rows, kept, from, message, mut calls } => {
            let new = new()?;
            let all = calls.iter_mut().flat_map(|call| &mut call.fields);
            all.into_iter().try_for_each(|member| member.resolve(&new))?;
            let names = || calls.iter().map(|call| call.method.as_str()).collect::<Vec<_>>().join(", ");
            let asks = || format!("it asks the program for {}, and only the program can go on", names());
            let hooks = hooks.ok_or_else(asks)?;
            let handed = Handed { rows: &rows, kept: &kept, from: &from };
            hook::run(connection, handed, record(message, &new)?, &calls, hooks, reporter)
        }
        Line::Report { rows, column, field, rules } => {
            return report::values(connection, &rows, &column, field, &rules, reporter);
        }
        Line::Lists { rows, field, lists } => return report::lists(connection, &rows, field, &lists, reporter),
    };
    done.map(|()| None)
}

/// Returns a record as its bytes, in the order in which prost writes it.
fn record(message: String, catalog: &Catalog) -> Result<Known, Why> {
    Stored { form: form::Form::Bytes, message: Some(message), field: None }.of(catalog)
}

/// Returns the methods of the program that a migration calls.
pub(super) fn hooks(pieces: &[Piece<'_>]) -> Result<Vec<String>, Why> {
    let mut all = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Line) {
        if let Line::Hook { calls, .. } = line::read(piece.text)? {
            all.extend(calls.into_iter().map(|call| call.method));
        }
    }
    Ok(all)
}

/// Writes one column from another in each row where that is not NULL.
fn each(
    connection: &Connection,
    rows: &Rows,
    from: &str,
    to: &str,
    reporter: &Reporter,
    convert: impl Fn(&Value) -> Result<Value, Why>,
) -> Result<(), Cause> {
    let mut update = rows.update(connection, &[to])?;
    rows.each(connection, &[from], reporter, |key, values| match values {
        [Value::Null] => Ok(()),
        values => update.set([&convert(&values[0])?], key),
    })
}

/// Writes one column as another version, or in another form.
fn reform(
    connection: &Connection,
    rows: &Rows,
    [from, to]: [&str; 2],
    [was, is]: [Known; 2],
    within: Option<&str>,
    reporter: &Reporter,
) -> Result<(), Cause> {
    let names: Vec<&str> = [from].into_iter().chain(within).collect();
    let mut update = rows.update(connection, &[to])?;
    rows.each(connection, &names, reporter, |key, values| {
        let bytes = match &values[0] {
            // What is not set becomes a list without elements, where there is a message for it.
            Value::Null if is.is_field() && !was.is_field() && is_set(values.get(1)) => Some(Vec::new()),
            Value::Null => None,
            value => is.bytes_of(&was, value)?,
        };
        bytes.map_or(Ok(()), |bytes| update.set([&is.value(&bytes)?], key))
    })
}

/// Returns whether the message around is set, which the column of its presence says, if there is one.
fn is_set(presence: Option<&Value>) -> bool {
    !matches!(presence, Some(Value::Null | Value::Integer(0)))
}

fn encode(
    connection: &Connection,
    rows: &Rows,
    to: &str,
    [was, is]: [Known; 2],
    within: Option<&str>,
    member: &Member,
    reporter: &Reporter,
) -> Result<(), Cause> {
    let columns = gather::columns(std::slice::from_ref(member));
    let names: Vec<&str> = columns.iter().map(String::as_str).chain(within).collect();
    let mut update = rows.update(connection, &[to])?;
    let gather = gather::Gather::new(connection);
    rows.each(connection, &names, reporter, |key, values| {
        let (values, around) = values.split_at(columns.len());
        let row = gather::Row::new(&columns, values);
        let bytes = match was.is_field() {
            true if is.is_field() && !is_set(around.first()) => None,
            true => Some(gather.fields(std::slice::from_ref(member), &row, key)?),
            false => gather.message(member, &row, key)?,
        };
        let bytes = bytes.map(|bytes| is.bytes_of(&was, &Value::Blob(bytes))).transpose()?.flatten();
        bytes.map_or(Ok(()), |bytes| update.set([&is.value(&bytes)?], key))
    })
}

fn decode(
    connection: &Connection,
    rows: &Rows,
    from: &str,
    [was, is]: [Known; 2],
    member: &Member,
    reporter: &Reporter,
) -> Result<(), Cause> {
    let spread = spread::Spread::new(connection, rows);
    rows.each(connection, &[from], reporter, |key, values| match &values[0] {
        Value::Null => Ok(()),
        value => match is.bytes_of(&was, value)? {
            Some(bytes) => spread.member(member, is.is_field(), &bytes, key),
            None => Ok(()),
        },
    })
}

#[allow(clippy::too_many_arguments, reason = "they are what the line says, and what it is said of")]
fn chain(
    connection: &Connection,
    rows: &Rows,
    number: u32,
    to: &str,
    catalog: &Catalog,
    message: &str,
    fields: &[Member],
    reporter: &Reporter,
) -> Result<(), Cause> {
    let mut hashed: Vec<Member> = fields.iter().filter(|member| !member.is_column(to)).cloned().collect();
    hashed.iter_mut().try_for_each(|member| member.resolve(catalog))?;
    let is = record(message.to_owned(), catalog)?;
    let columns = gather::columns(&hashed);
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut update = rows.update(connection, &[to])?;
    let gather = gather::Gather::new(connection);
    let mut before = chain_origin(number);
    rows.each(connection, &names, reporter, |key, values| {
        let bytes = gather.fields(&hashed, &gather::Row::new(&columns, values), key)?;
        // In the order in which prost writes the record.
        let record = is.bytes_of(&is, &Value::Blob(bytes))?.unwrap_or_default();
        before = chain_hash(&before, &record);
        update.set([&Value::Blob(before.clone())], key)
    })
}
