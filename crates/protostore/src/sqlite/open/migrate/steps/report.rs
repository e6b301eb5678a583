//! Rows that were there before a rule that is newer: counted, and left as they are.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::{Cause, Reporter};
use super::Why;
use super::rows::{self, Rows, list, parameters, quoted};
use super::rules::Rules;
use crate::info::Broken;

/// Which lists there may be.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    /// The column of the message around; where that is not set there is no list.
    pub(super) within: Option<String>,
    /// The table of the elements, and the columns with the key of their row.
    pub(super) of: String,
    pub(super) owner: Vec<String>,
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
    /// The column of the values that are there once.
    pub(super) unique: Option<String>,
}

/// Counts the rows whose value breaks rules, if any does.
pub(super) fn values(
    connection: &Connection,
    rows: &Rows,
    column: &str,
    field: String,
    rules: &Rules,
    reporter: &Reporter,
) -> Result<Option<Broken>, Cause> {
    count(connection, rows, &[column], field, reporter, |_, values| Ok(rules.are_broken_by(&values[0])))
}

/// Counts the rows whose list breaks how many elements there may be, if any does.
pub(super) fn lists(
    connection: &Connection,
    rows: &Rows,
    field: String,
    lists: &Lists,
    reporter: &Reporter,
) -> Result<Option<Broken>, Cause> {
    let Lists { within, of, owner, least, most, unique } = lists;
    // A table of at most one row has no key, and its children no owner.
    let parts = rows.key.len().min(owner.len());
    let key = list(owner[..parts].iter().map(String::as_str));
    let is_own = if parts == 0 { "1".to_owned() } else { format!("({key}) = ({})", parameters(1, parts)) };
    let twice = unique.as_ref().map_or_else(|| "0".to_owned(), |c| format!("count(*) - count(DISTINCT {})", quoted(c)));
    let sql = format!("SELECT count(*), {twice} FROM {} WHERE {is_own}", quoted(of));
    let mut found = connection.prepare(&sql)?;
    let within: Vec<&str> = within.as_deref().into_iter().collect();
    count(connection, rows, &within, field, reporter, |key, around| {
        if matches!(around, [Value::Null | Value::Integer(0)]) {
            return Ok(false);
        }
        let counts = found.query_row(params_from_iter(&key[..parts]), |row| Ok((row.get(0)?, row.get(1)?)));
        let (elements, twice): (i64, i64) = counts.map_err(|why| why.to_string())?;
        let elements = elements.unsigned_abs();
        let is_short = least.is_some_and(|least| elements < least);
        Ok(is_short || most.is_some_and(|most| elements > most) || twice > 0)
    })
}

fn count(
    connection: &Connection,
    rows: &Rows,
    columns: &[&str],
    field: String,
    reporter: &Reporter,
    mut is_broken: impl FnMut(&[Value], &[Value]) -> Result<bool, Why>,
) -> Result<Option<Broken>, Cause> {
    let mut broken = Broken { field, rows: 0, first: String::new() };
    rows.each(connection, columns, reporter, |key, values| {
        if is_broken(key, values)? {
            if broken.rows == 0 {
                broken.first = rows::named(key);
            }
            broken.rows += 1;
        }
        Ok(())
    })?;
    Ok((broken.rows > 0).then_some(broken))
}
