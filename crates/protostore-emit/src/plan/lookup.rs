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

/// Returns the accessors of a table: one for each unique index, and one for each column that heads an index or refers.
pub(super) fn of<'s>(table: &'s Table, all: &mut Statements) -> Vec<Lookup<'s>> {
    let own = table.columns();
    let mut lookups: Vec<Lookup<'s>> = Vec::new();
    for index in table.indexes.iter().filter(|i| i.unique) {
        let by: Vec<&Column> = index.columns.iter().filter_map(|c| named(&own, &c.column)).collect();
        push(&mut lookups, get(table, by, all));
    }
    for column in &own {
        let unique = lookups.iter().any(|l| l.by.len() == 1 && l.by[0].1.name.sql == column.name.sql);
        let is_key = table.key.len() == 1 && table.key[0] == column.name.sql;
        if !unique && !is_key && (column.reference.is_some() || heads(&table.indexes, column)) {
            push(&mut lookups, list_own(table, column, all));
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

fn list_own<'s>(table: &'s Table, column: &'s Column, all: &mut Statements) -> Lookup<'s> {
    let condition = format!("{} = ?1", quote(&column.name.sql));
    pages(table, (&column.name.rust, &column.name.rust, column), &condition, None, all)
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
    pages(table, (&name, argument, column), &condition, Some(child.name.proto.clone()), all)
}

fn pages<'s>(
    table: &'s Table,
    (name, argument, column): (&str, &str, &'s Column),
    condition: &str,
    through: Option<String>,
    all: &mut Statements,
) -> Lookup<'s> {
    let (key, rust) = (table.key_columns(), format!("list_by_{name}"));
    let order = list(names(&key));
    let first = format!("{} WHERE {condition} ORDER BY {order}", select(table));
    let next = format!("{} WHERE {condition} AND {} ORDER BY {order}", select(table), after(&key, 2));
    let mut statement =
        |name: String, sql, columns: &[&Column]| all.add(format!("{}.{name}", table.name.proto), sql, fields(columns));
    let first = statement(rust.clone(), first, &[column]);
    let next = statement(format!("{rust}.after"), next, &[&[column], &key[..]].concat());
    Lookup { rust, by: vec![(argument.to_owned(), column)], kind: LookupKind::List { first, after: next, through } }
}
