//! The statements of one table.

use protostore_schema::{Column, ForeignKey, Generated, Reference, Schema, Table};

use super::counter::{RevisionPlan, SequencePlan};
use super::{
    ChildPlan, ExpirePlan, Live, Lookup, Partial, ReferrerPlan, Referrers, RelationPlan, SoftPlan, Statement,
    Statements, TouchPlan, after, equal, fields, keys, lookup, names, parameters, partial, relation, soft,
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
    pub(crate) expire: Option<ExpirePlan<'s>>,
    pub(crate) soft: Option<SoftPlan<'s>>,
    pub(crate) sequences: Vec<SequencePlan<'s>>,
    pub(crate) revision: Option<RevisionPlan<'s>>,
    /// Reads the number and the hash of the last row of a chain.
    pub(crate) chain: Option<Statement>,
    pub(crate) page_first: Statement,
    pub(crate) page_after: Statement,
    pub(crate) get_many: Statement,
    pub(crate) delete_many: Statement,
    pub(crate) references: Vec<ReferencePlan<'s>>,
    pub(crate) referrers: Vec<ReferrerPlan<'s>>,
    pub(crate) children: Vec<ChildPlan<'s>>,
    /// What is written of a row of which only children are.
    pub(crate) touch: Option<TouchPlan<'s>>,
    pub(crate) lookups: Vec<Lookup<'s>>,
    /// The conditions of the partial indexes, each a filter.
    pub(crate) partials: Vec<Partial>,
    /// The fields that show rows of other tables.
    pub(crate) relations: Vec<RelationPlan<'s>>,
}

/// Columns that name a row of another table, and how to ask whether that row is there.
pub(crate) struct ReferencePlan<'s> {
    pub(crate) columns: Vec<&'s Column>,
    /// SQL name of the other table.
    pub(crate) table: &'s str,
    /// SQL names of the columns of the other table's key.
    pub(crate) key: Vec<&'s str>,
    pub(crate) exists: Statement,
}

impl<'s> TablePlan<'s> {
    pub(super) fn of(schema: &'s Schema, referrers: &Referrers<'s>, table: &'s Table, all: &mut Statements) -> Self {
        let columns = table.columns();
        let key = table.key_columns();
        let (into, selected) = (quote(&table.name.sql), select(table));
        let mut add_live = |name: &str, sql: String, fields: Vec<String>, live| {
            all.add_live(format!("{}.{name}", table.name.proto), sql, fields, live)
        };
        let (order, by_key) = (list(names(&key)), equal(names(&key), 1));
        let (live, beside) = (Live::of(table, "", 1), || Live::of(table, "", key.len() + 1));
        let insert = format!(
            "INSERT INTO {into} ({}) VALUES ({})",
            list(names(&table.all_columns())),
            inserted(table, &columns)
        );
        let mut plan = Self {
            table,
            select: selected.clone(),
            get: add_live(
                "get",
                format!("{selected} WHERE {by_key}{}", beside().after(" AND ")),
                fields(&key),
                beside(),
            ),
            upsert: add_live(
                "upsert",
                format!("{insert} {}", on_conflict(&columns, &key)),
                fields(&columns),
                Live::default(),
            ),
            insert: add_live("insert", insert, fields(&columns), Live::default()),
            delete: add_live(
                "delete",
                format!("{} WHERE {by_key}{}", soft::deleting(table), beside().after(" AND ")),
                fields(&key),
                beside(),
            ),
            page_first: add_live(
                "page_first",
                format!("{selected}{} ORDER BY {order}", live.after(" WHERE ")),
                Vec::new(),
                live,
            ),
            page_after: add_live(
                "page_after",
                format!("{selected} WHERE {}{} ORDER BY {order}", after(&key, 1), beside().after(" AND ")),
                fields(&key),
                beside(),
            ),
            get_many: add_live(
                "get_many",
                get_many(table, &columns, &key),
                vec![String::new()],
                Live::of(table, "t.", 2),
            ),
            delete_many: add_live(
                "delete_many",
                format!(
                    "{} WHERE {}{}",
                    soft::deleting(table),
                    keys::listed(&key),
                    Live::of(table, "", 2).after(" AND ")
                ),
                vec![String::new()],
                Live::of(table, "", 2),
            ),
            expire: ExpirePlan::of(table, all),
            soft: SoftPlan::of(schema, referrers, table, all),
            sequences: sequences(table, all),
            revision: RevisionPlan::of(table, all),
            chain: chain(table, all),
            references: references(schema, &table.name.proto, &columns, (&columns, &table.foreign_keys), all),
            referrers: referrers.plans(table, all),
            children: table.children().into_iter().map(|child| ChildPlan::of(schema, table, child, all)).collect(),
            touch: TouchPlan::of(table, all),
            lookups: lookup::of(schema, table, all),
            partials: partial::of_table(schema, table),
            relations: relation::of(schema, table, all),
        };
        plan.page_first = all.whole(plan.page_first);
        plan
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
        "SELECT {} FROM json_each(?1) o CROSS JOIN {} t ON {}{}",
        std::iter::once("o.key".to_owned()).chain(selected).collect::<Vec<_>>().join(", "),
        quote(&table.name.sql),
        keys::ties("t", key),
        Live::of(table, "t.", 2).after(" AND ")
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

/// Returns the references among columns, and those of several columns of the table. SQLite does not say which foreign key
/// failed, so each can be asked for.
pub(super) fn references<'s>(
    schema: &'s Schema,
    owner: &str,
    columns: &[&'s Column],
    (of_table, foreign_keys): (&[&'s Column], &'s [ForeignKey]),
    all: &mut Statements,
) -> Vec<ReferencePlan<'s>> {
    let live = |table: &str, parts: usize| Live::of(schema.table(table), "", parts + 1);
    let mut references: Vec<_> = columns
        .iter()
        .filter_map(|column| {
            let Reference { table, column: key, on_delete: _, enforced } = column.reference.as_ref()?;
            enforced.then(|| reference(owner, vec![*column], table, vec![key.as_str()], live(table, 1), all))
        })
        .collect();
    references.extend(foreign_keys.iter().filter(|key| key.enforced).map(|foreign_key| {
        let ForeignKey { columns, table, key, on_delete: _, enforced: _ } = foreign_key;
        let parts = key.iter().map(String::as_str).collect();
        reference(owner, named(of_table, columns), table, parts, live(table, key.len()), all)
    }));
    references
}

/// Returns the columns of those names.
pub(super) fn named<'s>(columns: &[&'s Column], names: &[String]) -> Vec<&'s Column> {
    names.iter().filter_map(|name| columns.iter().copied().find(|c| c.name.sql == *name)).collect()
}

/// Returns columns that name a row of another table by its key.
pub(super) fn reference<'s>(
    owner: &str,
    columns: Vec<&'s Column>,
    table: &'s str,
    key: Vec<&'s str>,
    live: Live,
    all: &mut Statements,
) -> ReferencePlan<'s> {
    let by_key = equal(key.iter().copied(), 1);
    let sql = format!("SELECT 1 FROM {} WHERE {by_key}{}", quote(table), live.after(" AND "));
    let fields = fields(&columns);
    let exists = all.add_live(format!("{owner}.{}.exists", fields.join(".")), sql, fields, live);
    ReferencePlan { columns, table, key, exists }
}

/// Returns the statement that reads the last row of a chain.
fn chain(table: &Table, all: &mut Statements) -> Option<Statement> {
    let (hash, key) = (&table.hash_column()?.name, table.key.first()?);
    let (sql, key) = (quote(&hash.sql), quote(key));
    let last = format!("SELECT {key}, {sql} FROM {} ORDER BY {key} DESC LIMIT 1", quote(&table.name.sql));
    let last = all.add(format!("{}.{}.last", table.name.proto, hash.proto), last, Vec::new());
    Some(all.whole(last))
}

/// Returns the columns that the store numbers.
fn sequences<'s>(table: &'s Table, all: &mut Statements) -> Vec<SequencePlan<'s>> {
    let numbered = table.columns().into_iter().filter(|c| c.generated == Some(Generated::Sequence));
    numbered.map(|column| SequencePlan::of(table, column, all)).collect()
}
