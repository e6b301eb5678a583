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
//! | `reform` | `from`, `to`, `was`, `is` | a message, or all of a list, in another form or as that of the new version |
//! | `encode` | `to`, `is`, `member` | columns, or rows of child tables, as a message in one column |
//! | `decode` | `from`, `was`, `member` | a message in one column as columns, or rows of child tables |
//! | `chain` | `number`, `to`, `message`, `fields` | the hash of each row and of those before, in a table of that number |
//!
//! `was` and `is` say what a column holds: `form`, `bytes` or `json`; `message`, its full name, none where the bytes are the
//! field's own; `field`, where it is all of this field of the message. A member is one of
//! `{"column": {"number", "column", "kind", "ty", "form", "optional"}}`,
//! `{"message": {"number", "presence", "message", "fields"}}` and
//! `{"rows": {"number", "table", "owner", "position", "key", "message", "fields"}}`.

use rusqlite::Connection;
use rusqlite::types::Value;

use self::form::Stored;
use self::line::{Line, Member};
use self::rows::Rows;
use super::{Cause, Reporter};
use crate::record::{chain_hash, chain_origin};
use crate::schema::Schema;
use crate::stored::document::Catalog;

mod column;
mod form;
mod gather;
mod line;
mod rows;
mod spread;

/// What a step cannot do, as the end of a sentence that names the row.
type Why = String;

/// Carries out the step that a line of the migration to a version says.
pub(super) fn run(
    connection: &Connection,
    json: &str,
    schema: &Schema,
    version: u32,
    reporter: &Reporter,
) -> Result<(), Cause> {
    let line = line::read(json).map_err(|why| format!("the line is not one that this program knows: {why}"))?;
    let until = |version: u32| {
        let known = schema.migrations.iter().filter(|migration| migration.version <= version);
        Catalog::of(&known.map(|migration| migration.snapshot).collect::<Vec<_>>())
    };
    let (old, new) = (|| until(version - 1), || until(version));
    match line {
        Line::Bits { rows, from, to, into, single } => {
            let convert = |value: &Value| column::bits(value, into, single);
            each(connection, &rows, &from, &to, reporter, convert)
        }
        Line::Text { rows, from, to } => each(connection, &rows, &from, &to, reporter, column::text),
        Line::Reform { rows, from, to, was, is } => {
            let (was, is) = (was.of(&old()?)?, is.of(&new()?)?);
            each(connection, &rows, &from, &to, reporter, |value| is.value(&is.bytes_of(&was, value)?))
        }
        Line::Encode { rows, to, is, member } => {
            encode(connection, &rows, &to, [&old()?, &new()?], &is, &member, reporter)
        }
        Line::Decode { rows, from, was, member } => {
            decode(connection, &rows, &from, [&old()?, &new()?], &was, &member, reporter)
        }
        Line::Chain { rows, number, to, message, fields } => {
            chain(connection, &rows, number, &to, &new()?, &message, &fields, reporter)
        }
    }
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

fn encode(
    connection: &Connection,
    rows: &Rows,
    to: &str,
    [old, new]: [&Catalog; 2],
    is: &Stored,
    member: &Member,
    reporter: &Reporter,
) -> Result<(), Cause> {
    let is_new = is.of(new)?;
    // What the columns held is of the older version: it becomes what the newer has under the same numbers.
    let was = Stored { form: form::Form::Bytes, message: member.message(is), field: is.field }.of(old)?;
    let columns = gather::columns(std::slice::from_ref(member));
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut update = rows.update(connection, &[to])?;
    let gather = gather::Gather::new(connection);
    rows.each(connection, &names, reporter, |key, values| {
        let row = gather::Row::new(&columns, values);
        let bytes = match is.field {
            Some(_) => Some(gather.fields(std::slice::from_ref(member), &row, key)?),
            None => gather.message(member, &row, key)?,
        };
        match bytes {
            None => Ok(()),
            Some(bytes) => update.set([&is_new.value(&is_new.bytes_of(&was, &Value::Blob(bytes))?)?], key),
        }
    })
}

fn decode(
    connection: &Connection,
    rows: &Rows,
    from: &str,
    [old, new]: [&Catalog; 2],
    was: &Stored,
    member: &Member,
    reporter: &Reporter,
) -> Result<(), Cause> {
    let is = Stored { form: form::Form::Bytes, message: member.message(was), field: was.field }.of(new)?;
    let was_old = was.of(old)?;
    let spread = spread::Spread::new(connection, rows);
    rows.each(connection, &[from], reporter, |key, values| match values {
        [Value::Null] => Ok(()),
        values => {
            let bytes = is.bytes_of(&was_old, &values[0])?;
            spread.member(member, was.field.is_some(), &bytes, key)
        }
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
    let hashed: Vec<Member> = fields.iter().filter(|member| !member.is_column(to)).cloned().collect();
    let is = Stored { form: form::Form::Bytes, message: Some(message.to_owned()), field: None }.of(catalog)?;
    let columns = gather::columns(&hashed);
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut update = rows.update(connection, &[to])?;
    let gather = gather::Gather::new(connection);
    let mut before = chain_origin(number);
    rows.each(connection, &names, reporter, |key, values| {
        let bytes = gather.fields(&hashed, &gather::Row::new(&columns, values), key)?;
        // In the order in which prost writes the record.
        let record = is.bytes_of(&is, &Value::Blob(bytes))?;
        before = chain_hash(&before, &record);
        update.set([&Value::Blob(before.clone())], key)
    })
}
