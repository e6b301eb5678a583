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
    let pair = |column: &Column| {
        let same = |table: &&Table| {
            let others = members(&table.record.nodes);
            let other =
                others.into_iter().find(|(other, _)| (&other.path, other.role) == (&column.path, column.role))?;
            Some((other.0.clone(), other.1))
        };
        let (_, open) = members(&old.record.nodes).into_iter().find(|(other, _)| *other == column)?;
        let found: Vec<(Column, bool)> = all.iter().map(same).collect::<Option<_>>()?;
        let is_same = found.iter().all(|(other, is_open)| means(other) == means(column) && *is_open == open);
        let name = found.last()?.0.name.sql.clone();
        is_same.then(|| (column.name.sql.clone(), name))
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

/// What the values of a column mean, and what a `backfill` could change: what must be set.
fn means(column: &Column) -> impl PartialEq {
    let Column { role, kind, ty, form, nullable, default_zero, non_zero, .. } = column;
    (*role, kind.clone(), ty.clone(), *form, *nullable, *default_zero, *non_zero)
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
