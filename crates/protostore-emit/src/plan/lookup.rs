//! The statements that an index makes possible: get by a unique index, list by any other.

use protostore_schema::{ChildTable, Column, Index, Item, Table};

use super::{Statement, Statements, after, equal, fields, names, record::select};
use crate::sql::{list, quote};

/// An accessor over an index.
pub(crate) struct Lookup<'s> {
    /// Name of the generated function, `list_by_network_id`.
    pub(crate) rust: String,
    /// The columns whose values it takes, each with the name of its argument.
    pub(crate) by: Vec<(String, &'s Column)>,
    /// What it returns.
    pub(crate) kind: LookupKind,
}

/// What an accessor over an index returns.
pub(crate) enum LookupKind {
    /// At most one record.
    Get(Statement),
    /// Pages of records, in the order of their key.
    List {
        first: Statement,
        after: Statement,
        /// The repeated field that the column stands in, where it stands in a child table.
        through: Option<String>,
    },
}

/// Returns the accessors of a table: a get for each unique index, and a list for each column that refers and for each
/// beginning of an index or of the key.
pub(super) fn of<'s>(table: &'s Table, all: &mut Statements) -> Vec<Lookup<'s>> {
    let own = table.columns();
    let mut lookups: Vec<Lookup<'s>> = Vec::new();
    for index in table.indexes.iter().filter(|i| i.unique) {
        let by: Vec<&Column> = index.columns.iter().filter_map(|c| named(&own, &c.column)).collect();
        push(&mut lookups, get(table, by, all));
    }
    let gets: Vec<Vec<&str>> =
        lookups.iter().map(|l| l.by.iter().map(|(_, c)| c.name.sql.as_str()).collect()).collect();
    let is_one = |by: &[&Column]| {
        let by: Vec<&str> = names(by).collect();
        by == table.key || gets.contains(&by)
    };
    for by in beginnings(table, &own) {
        if !is_one(&by) {
            push(&mut lookups, list_own(table, &by, all));
        }
    }
    for child in table.descendants() {
        for column in child.item_columns() {
            if column.reference.is_some() || heads(&child.indexes, column) {
                push(&mut lookups, list_through(table, child, column, all));
            }
        }
    }
    lookups
}

/// Returns the columns that lists are made by: first those alone, in their order in the table, then several together.
fn beginnings<'s>(table: &'s Table, own: &[&'s Column]) -> Vec<Vec<&'s Column>> {
    let key = table.key.iter().map(String::as_str).collect();
    let indexes = table.indexes.iter().map(|i| i.columns.iter().map(|c| c.column.as_str()).collect());
    let ranges: Vec<Vec<&str>> = std::iter::once(key).chain(indexes).collect();
    let alone = own.iter().copied().filter(|column| {
        column.reference.is_some() || ranges.iter().any(|range| range.first() == Some(&column.name.sql.as_str()))
    });
    let mut all: Vec<Vec<&Column>> = alone.map(|column| vec![column]).collect();
    for range in &ranges {
        for length in 2..=range.len() {
            let by: Vec<&Column> = range[..length].iter().filter_map(|name| named(own, name)).collect();
            if by.len() == length && !all.iter().any(|before| names(before).eq(names(&by))) {
                all.push(by);
            }
        }
    }
    all
}

/// Adds an accessor. Paths that join to one name are told apart, rather than one of them left out.
fn push<'s>(lookups: &mut Vec<Lookup<'s>>, mut lookup: Lookup<'s>) {
    while lookups.iter().any(|l| l.rust == lookup.rust) {
        lookup.rust.push('_');
    }
    lookups.push(lookup);
}

fn named<'s>(columns: &[&'s Column], sql: &str) -> Option<&'s Column> {
    columns.iter().copied().find(|c| c.name.sql == sql)
}

fn heads(indexes: &[Index], column: &Column) -> bool {
    indexes.iter().any(|i| i.columns.first().is_some_and(|c| c.column == column.name.sql))
}

fn get<'s>(table: &'s Table, by: Vec<&'s Column>, all: &mut Statements) -> Lookup<'s> {
    let rust = format!("get_by_{}", by.iter().map(|c| c.name.rust.as_str()).collect::<Vec<_>>().join("_"));
    let sql = format!("{} WHERE {}", select(table), equal(names(&by), 1));
    let statement = all.add(format!("{}.{rust}", table.name.proto), sql, fields(&by));
    let by = by.into_iter().map(|column| (column.name.rust.clone(), column)).collect();
    Lookup { rust, by, kind: LookupKind::Get(statement) }
}

fn list_own<'s>(table: &'s Table, by: &[&'s Column], all: &mut Statements) -> Lookup<'s> {
    let name = by.iter().map(|c| c.name.rust.as_str()).collect::<Vec<_>>().join("_");
    let by = by.iter().map(|column| (column.name.rust.clone(), *column)).collect();
    let condition = |by: &[&Column]| equal(names(by), 1);
    pages(table, &name, by, condition, None, all)
}

fn list_through<'s>(table: &'s Table, child: &'s ChildTable, column: &'s Column, all: &mut Statements) -> Lookup<'s> {
    let key = list(table.key.iter().map(String::as_str));
    let key = if table.key.len() == 1 { key } else { format!("({key})") };
    let condition = format!(
        "{key} IN (SELECT {} FROM {} WHERE {} = ?1)",
        list(child.owner.iter().take(table.key.len()).map(|c| c.name.sql.as_str())),
        quote(&child.name.sql),
        quote(&column.name.sql)
    );
    let name = match &child.item {
        Item::Scalar(_) => child.name.rust.clone(),
        Item::Message { .. } => format!("{}_{}", child.name.rust, column.name.rust),
    };
    let argument = match &child.item {
        Item::Scalar(_) => "element",
        Item::Message { .. } => &column.name.rust,
    };
    let by = vec![(argument.to_owned(), column)];
    pages(table, &name, by, |_| condition, Some(child.name.proto.clone()), all)
}

fn pages<'s>(
    table: &'s Table,
    name: &str,
    by: Vec<(String, &'s Column)>,
    condition: impl FnOnce(&[&Column]) -> String,
    through: Option<String>,
    all: &mut Statements,
) -> Lookup<'s> {
    let (key, rust) = (table.key_columns(), format!("list_by_{name}"));
    let columns: Vec<&Column> = by.iter().map(|(_, column)| *column).collect();
    let (order, condition) = (list(names(&key)), condition(&columns));
    let first = format!("{} WHERE {condition} ORDER BY {order}", select(table));
    let next = format!("{} WHERE {condition} AND {} ORDER BY {order}", select(table), after(&key, columns.len() + 1));
    let mut statement =
        |name: String, sql, columns: &[&Column]| all.add(format!("{}.{name}", table.name.proto), sql, fields(columns));
    let first = statement(rust.clone(), first, &columns);
    let next = statement(format!("{rust}.after"), next, &[&columns[..], &key[..]].concat());
    Lookup { rust, by, kind: LookupKind::List { first, after: next, through } }
}
