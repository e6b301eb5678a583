//! What of the rows of an old version every later version leaves as it is: a rule that knows nothing of plans and steps.
//!
//! Whatever is compared is the same in all later versions where it is the same in each two that follow each other, so
//! the versions are looked at once, from the newest to the oldest.

use std::collections::BTreeMap;
use std::rc::Rc;

use protostore_schema::{Column, Node, Role, Schema, Table};

/// A table whose rows stay, with the columns whose values do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its SQL name in the old version, and today.
    pub(crate) table: (String, String),
    /// The columns of its key, named in both.
    pub(crate) key: Vec<(String, String)>,
    /// The columns that hold the same, named in both.
    pub(crate) columns: Vec<(String, String)>,
}

/// A table whose rows every later version keeps.
struct Stays<'s> {
    table: &'s Table,
    /// The columns of its record that hold the same in every later version, by path.
    columns: BTreeMap<&'s [u32], Stay<'s>>,
    kept: Rc<Kept>,
}

/// A column that holds the same in every later version.
#[derive(Clone, Copy)]
struct Stay<'s> {
    column: &'s Column,
    /// Whether it tells unset from zero.
    is_open: bool,
    /// Its SQL name in the newest version.
    today: &'s str,
}

/// Returns what stays as it is from each version to the last. A table that does not change has the same in each.
pub(crate) fn kept(versions: &[&Schema]) -> Vec<Vec<Rc<Kept>>> {
    let Some((newest, older)) = versions.split_last() else { return Vec::new() };
    let mut stay: BTreeMap<u32, Stays<'_>> =
        newest.tables.iter().filter_map(|table| Some((table.number, itself(table)?))).collect();
    let today: BTreeMap<u32, &Table> = newest.tables.iter().map(|table| (table.number, table)).collect();
    let all = |schema: &Schema, stay: &BTreeMap<u32, Stays<'_>>| {
        schema.tables.iter().filter_map(|table| stay.get(&table.number)).map(|stays| Rc::clone(&stays.kept)).collect()
    };
    let mut found: Vec<Vec<Rc<Kept>>> = vec![all(newest, &stay)];
    for schema in older.iter().rev() {
        let still = schema.tables.iter().filter_map(|table| {
            let later = stay.remove(&table.number)?;
            let stays = if later.table == table { later } else { stays(table, &later, today.get(&table.number)?)? };
            Some((table.number, stays))
        });
        stay = still.collect();
        found.push(all(schema, &stay));
    }
    found.reverse();
    found
}

/// Returns a table as it is in the newest version, where all of its columns hold what they do.
fn itself(table: &Table) -> Option<Stays<'_>> {
    let columns = members(&table.record.nodes)
        .map(|(column, is_open)| (column.path.as_slice(), Stay { column, is_open, today: column.name.sql.as_str() }));
    named(table, columns.collect(), table)
}

/// Returns what stays of a table that is another in the version after it.
fn stays<'s>(table: &'s Table, later: &Stays<'s>, today: &Table) -> Option<Stays<'s>> {
    // What has another end of life may lose rows.
    let is_same_key = keys(table).eq(keys(later.table));
    if !is_same_key || life(table) != life(later.table) {
        return None;
    }
    let columns = members(&table.record.nodes).filter_map(|(column, is_open)| {
        let stay = later.columns.get(column.path.as_slice())?;
        let is_same = stay.is_open == is_open && means_the_same(stay.column, column);
        is_same.then_some((column.path.as_slice(), Stay { column, is_open, today: stay.today }))
    });
    named(table, columns.collect(), today)
}

/// Returns what stays of a table by the names that it has in its version and today; nothing where the key does not.
fn named<'s>(table: &'s Table, columns: BTreeMap<&'s [u32], Stay<'s>>, today: &Table) -> Option<Stays<'s>> {
    let pair = |column: &Column| {
        let stay = columns.get(column.path.as_slice()).filter(|_| column.role == Role::Value)?;
        Some((column.name.sql.clone(), stay.today.to_owned()))
    };
    let key: Vec<_> = table.key_columns().into_iter().map(pair).collect::<Option<_>>()?;
    // The store itself writes these.
    let made =
        |table: &Table, name: &String| table.revision.as_ref() == Some(name) || table.hash_chain.as_ref() == Some(name);
    let pairs = table.columns().into_iter().filter_map(pair);
    let pairs = pairs.filter(|(one, other)| !made(table, one) && !made(today, other));
    let pairs = pairs.filter(|pair| !key.contains(pair)).collect();
    let kept = Kept { table: (table.name.sql.clone(), today.name.sql.clone()), key, columns: pairs };
    Some(Stays { table, columns, kept: Rc::new(kept) })
}

fn keys(table: &Table) -> impl Iterator<Item = &[u32]> {
    table.key_columns().into_iter().map(|column| column.path.as_slice())
}

/// Returns what ends a row's life: the paths of the times after which it is gone, and whether it is the only one.
fn life(table: &Table) -> (Option<&[u32]>, Option<&[u32]>, bool) {
    let columns = table.columns();
    let path = |name: &Option<String>| {
        let column = name.as_ref().and_then(|name| columns.iter().find(|column| column.name.sql == *name));
        column.map(|column| column.path.as_slice())
    };
    (path(&table.expire), path(&table.soft_delete), table.singleton.is_some())
}

/// Returns whether the values of two columns mean the same, and what a `backfill` could change: what must be set.
fn means_the_same(one: &Column, other: &Column) -> bool {
    fn of(column: &Column) -> impl PartialEq {
        let Column { role, form, nullable, default_zero, non_zero, .. } = column;
        (*role, *form, *nullable, *default_zero, *non_zero)
    }
    of(one) == of(other) && one.kind == other.kind && one.ty == other.ty
}

/// Returns the columns of a record, each with whether it tells unset from zero. Those of messages and oneofs are left out,
/// since other members decide on them too.
fn members(nodes: &[Node]) -> impl Iterator<Item = (&Column, bool)> {
    nodes.iter().filter_map(|node| match node {
        Node::Scalar(scalar) if scalar.column.role == Role::Value => Some((&scalar.column, scalar.optional)),
        _ => None,
    })
}
