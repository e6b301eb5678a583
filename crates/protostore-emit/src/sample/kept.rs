//! What of the rows of an old version every later version leaves as it is: a rule that knows nothing of plans and steps.

use protostore_schema::{Column, Node, Role, Schema, Table};

/// A table whose rows stay, with the columns whose values do.
pub(crate) struct Kept {
    /// Its SQL name in the old version, and today.
    pub(crate) table: (String, String),
    /// The columns of its key, named in both.
    pub(crate) key: Vec<(String, String)>,
    /// The columns that hold the same, named in both.
    pub(crate) columns: Vec<(String, String)>,
}

/// Returns what stays as it is in all of the versions, of which the first is the old one and the last today's.
pub(crate) fn kept(versions: &[&Schema]) -> Vec<Kept> {
    let Some((old, later)) = versions.split_first() else { return Vec::new() };
    old.tables.iter().filter_map(|table| table_of(table, later)).collect()
}

fn table_of(old: &Table, later: &[&Schema]) -> Option<Kept> {
    let all: Vec<&Table> = later
        .iter()
        .map(|schema| schema.tables.iter().find(|table| table.number == old.number))
        .collect::<Option<_>>()?;
    let today = *all.last()?;
    // What has another end of life may lose rows.
    let life = |table: &Table| {
        let path = |name: &Option<String>| {
            let column = |name: &String| table.columns().into_iter().find(|column| column.name.sql == *name);
            name.as_ref().and_then(column).map(|column| column.path.clone())
        };
        (path(&table.expire), path(&table.soft_delete), table.singleton.is_some())
    };
    if all.iter().any(|table| life(table) != life(old)) {
        return None;
    }
    let (own, others) = (members(&old.record.nodes), all.iter().map(|table| members(&table.record.nodes)));
    let others: Vec<_> = others.collect();
    let pair = |column: &Column| {
        let named = |members: &Vec<(&'_ Column, bool)>| {
            let is = |(other, _): &&(&Column, bool)| other.path == column.path && other.role == column.role;
            members.iter().find(is).map(|(other, open)| (other.name.sql.clone(), means_the_same(other, column), *open))
        };
        let (_, _, open) = named(&own)?;
        let found: Vec<_> = others.iter().map(named).collect::<Option<_>>()?;
        let is_same = found.iter().all(|(_, is_same, is_open)| *is_same && *is_open == open);
        let (name, ..) = found.last()?;
        is_same.then(|| (column.name.sql.clone(), name.clone()))
    };
    let key: Vec<_> = old.key_columns().into_iter().map(pair).collect::<Option<_>>()?;
    let is_key = |table: &&Table| {
        table.key_columns().iter().map(|column| &column.path).eq(old.key_columns().iter().map(|column| &column.path))
    };
    if !all.iter().all(is_key) {
        return None;
    }
    // The store itself writes these.
    let made =
        |table: &Table, name: &String| table.revision.as_ref() == Some(name) || table.hash_chain.as_ref() == Some(name);
    let columns = old.columns().into_iter().filter_map(pair);
    let columns = columns.filter(|(one, other)| !made(old, one) && !made(today, other));
    let columns: Vec<_> = columns.filter(|pair| !key.contains(pair)).collect();
    Some(Kept { table: (old.name.sql.clone(), today.name.sql.clone()), key, columns })
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
fn members(nodes: &[Node]) -> Vec<(&Column, bool)> {
    let scalars = nodes.iter().filter_map(|node| match node {
        Node::Scalar(scalar) if scalar.column.role == Role::Value => Some((&scalar.column, scalar.optional)),
        _ => None,
    });
    scalars.collect()
}
