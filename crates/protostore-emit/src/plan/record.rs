//! The statements of one table.

use protostore_schema::{Column, Generated, OnDelete, Reference, Schema, Table};

use super::counter::{RevisionPlan, SequencePlan};
use super::{
    ChildPlan, Lookup, Partial, Statement, Statements, after, equal, fields, keys, lookup, names, parameters, partial,
};
use crate::sql::{list, quote};

/// The statements of a table, its child tables and its indexes.
pub(crate) struct TablePlan<'s> {
    pub(crate) table: &'s Table,
    /// How every statement begins that reads records: `SELECT … FROM …`.
    pub(crate) select: String,
    pub(crate) get: Statement,
    pub(crate) insert: Statement,
    pub(crate) upsert: Statement,
    pub(crate) delete: Statement,
    pub(crate) sequences: Vec<SequencePlan<'s>>,
    pub(crate) revision: Option<RevisionPlan<'s>>,
    pub(crate) page_first: Statement,
    pub(crate) page_after: Statement,
    pub(crate) get_many: Statement,
    pub(crate) delete_many: Statement,
    pub(crate) references: Vec<ReferencePlan<'s>>,
    pub(crate) referrers: Vec<ReferrerPlan<'s>>,
    pub(crate) children: Vec<ChildPlan<'s>>,
    pub(crate) lookups: Vec<Lookup<'s>>,
    /// The conditions of the partial indexes, each a filter.
    pub(crate) partials: Vec<Partial>,
}

/// A column that names a row of another table, and how to ask whether that row is there.
pub(crate) struct ReferencePlan<'s> {
    pub(crate) column: &'s Column,
    /// SQL name of the other table.
    pub(crate) table: &'s str,
    /// SQL name of the other table's only key column.
    pub(crate) key: &'s str,
    pub(crate) exists: Statement,
}

/// A column elsewhere that keeps a row from being deleted, and how to ask whether it does.
pub(crate) struct ReferrerPlan<'s> {
    pub(crate) table: &'s str,
    pub(crate) column: &'s Column,
    pub(crate) names: Statement,
}

impl<'s> TablePlan<'s> {
    pub(super) fn of(schema: &'s Schema, table: &'s Table, all: &mut Statements) -> Self {
        let columns = table.columns();
        let key = table.key_columns();
        let (into, selected) = (quote(&table.name.sql), select(table));
        let mut add =
            |name: &str, sql: String, fields: Vec<String>| all.add(format!("{}.{name}", table.name.proto), sql, fields);
        let order = list(names(&key));
        let insert = format!(
            "INSERT INTO {into} ({}) VALUES ({})",
            list(names(&table.all_columns())),
            inserted(table, &columns)
        );
        Self {
            table,
            select: selected.clone(),
            get: add("get", format!("{selected} WHERE {}", equal(names(&key), 1)), fields(&key)),
            upsert: add("upsert", format!("{insert} {}", on_conflict(&columns, &key)), fields(&columns)),
            insert: add("insert", insert, fields(&columns)),
            delete: add("delete", format!("DELETE FROM {into} WHERE {}", equal(names(&key), 1)), fields(&key)),
            page_first: add("page_first", format!("{selected} ORDER BY {order}"), Vec::new()),
            page_after: add(
                "page_after",
                format!("{selected} WHERE {} ORDER BY {order}", after(&key, 1)),
                fields(&key),
            ),
            get_many: add("get_many", get_many(table, &columns, &key), vec![String::new()]),
            delete_many: add(
                "delete_many",
                format!("DELETE FROM {into} WHERE {}", keys::listed(&key)),
                vec![String::new()],
            ),
            sequences: sequences(table, all),
            revision: RevisionPlan::of(table, all),
            references: references(&table.name.proto, &columns, all),
            referrers: referrers(schema, table, all),
            children: table.children().into_iter().map(|child| ChildPlan::of(schema, table, child, all)).collect(),
            lookups: lookup::of(schema, table, all),
            partials: partial::of_table(schema, table),
        }
    }
}

/// Returns `SELECT … FROM …` over the columns of a record.
pub(super) fn select(table: &Table) -> String {
    format!("SELECT {} FROM {}", selected(&table.columns()), quote(&table.name.sql))
}

/// Returns what a statement selects; the record of a singleton may have child tables and no column.
fn selected(columns: &[&Column]) -> String {
    if columns.is_empty() { "1".to_owned() } else { list(names(columns)) }
}

/// Returns the read of the records of a list of keys, each behind its place in the list.
fn get_many(table: &Table, columns: &[&Column], key: &[&Column]) -> String {
    let selected = columns.iter().map(|column| format!("t.{}", quote(&column.name.sql)));
    format!(
        "SELECT {} FROM json_each(?1) o CROSS JOIN {} t ON {}",
        std::iter::once("o.key".to_owned()).chain(selected).collect::<Vec<_>>().join(", "),
        quote(&table.name.sql),
        keys::ties("t", key)
    )
}

/// Returns the values of an insert: the parameters, after the key of a singleton.
fn inserted(table: &Table, columns: &[&Column]) -> String {
    let parameters = parameters(columns.len(), 1);
    match (&table.singleton, columns) {
        (None, _) => parameters,
        (Some(_), []) => "1".to_owned(),
        (Some(_), _) => format!("1, {parameters}"),
    }
}

/// Returns what an upsert does to the row that is there: everything but the key is written.
fn on_conflict(columns: &[&Column], key: &[&Column]) -> String {
    let is_key = |c: &&&Column| key.iter().any(|k| k.name.sql == c.name.sql);
    let mut written: Vec<&&Column> = columns.iter().filter(|c| !is_key(c)).collect();
    if written.is_empty() {
        // DO NOTHING would count no row.
        written = if columns.is_empty() { key.iter().collect() } else { columns.iter().collect() };
    }
    let set: Vec<String> = written.iter().map(|c| format!("{0} = excluded.{0}", quote(&c.name.sql))).collect();
    format!("ON CONFLICT ({}) DO UPDATE SET {}", list(names(key)), set.join(", "))
}

/// Returns the references among columns. SQLite does not say which foreign key failed, so each can be asked for.
pub(super) fn references<'s>(owner: &str, columns: &[&'s Column], all: &mut Statements) -> Vec<ReferencePlan<'s>> {
    columns
        .iter()
        .filter_map(|column| {
            let Reference { table, column: key, on_delete: _, enforced } = column.reference.as_ref()?;
            enforced.then(|| reference(owner, column, table, key, all))
        })
        .collect()
}

/// Returns one column that names a row of another table by its only key column.
pub(super) fn reference<'s>(
    owner: &str,
    column: &'s Column,
    table: &'s str,
    key: &'s str,
    all: &mut Statements,
) -> ReferencePlan<'s> {
    let sql = format!("SELECT 1 FROM {} WHERE {} = ?1", quote(table), quote(key));
    let field = column.name.proto.clone();
    let exists = all.add(format!("{owner}.{field}.exists"), sql, vec![field]);
    ReferencePlan { column, table, key, exists }
}

/// Returns the columns of the store whose reference to `table` keeps its rows from being deleted.
fn referrers<'s>(schema: &'s Schema, table: &Table, all: &mut Statements) -> Vec<ReferrerPlan<'s>> {
    let places = schema.tables.iter().flat_map(|t| {
        let own = t.columns().into_iter().map(move |c| (t.name.sql.as_str(), c));
        own.chain(
            t.descendants()
                .into_iter()
                .flat_map(|child| child.item_columns().into_iter().map(move |c| (child.name.sql.as_str(), c))),
        )
    });
    places
        .filter(|(_, column)| {
            let keeps = |r: &Reference| r.enforced && r.table == table.name.sql && r.on_delete == OnDelete::Restrict;
            column.reference.as_ref().is_some_and(keeps)
        })
        .map(|(name, column)| {
            let sql = format!("SELECT 1 FROM {} WHERE {} = ?1 LIMIT 1", quote(name), quote(&column.name.sql));
            let statement = format!("{}.named_by.{name}.{}", table.name.proto, column.name.proto);
            let names = all.add(statement, sql, table.key_columns().iter().map(|c| c.name.proto.clone()).collect());
            ReferrerPlan { table: name, column, names }
        })
        .collect()
}

/// Returns the columns that the store numbers.
fn sequences<'s>(table: &'s Table, all: &mut Statements) -> Vec<SequencePlan<'s>> {
    let numbered = table.columns().into_iter().filter(|c| c.generated == Some(Generated::Sequence));
    numbered.map(|column| SequencePlan::of(table, column, all)).collect()
}
