//! The statements of one table.

use protostore_schema::{Column, ForeignKey, Generated, Reference, Schema, Table};
use protostore_sql::{self as sql, Conflict, Expr, Insert, Join, Limit, Order, Qualifier, Rows, Select, Source, What};

use super::counter::{RevisionPlan, SequencePlan};
use super::{
    ChildPlan, ExpirePlan, Live, Lookup, Partial, RecursionPlan, Recursions, ReferrerPlan, Referrers, RelationPlan,
    SoftPlan, Statement, Statements, TouchPlan, after, equal, fields, keys, lookup, of, order, own, partial, relation,
    soft, value,
};

/// The statements of a table, its child tables and its indexes.
pub(crate) struct TablePlan<'s> {
    pub(crate) table: &'s Table,
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
    /// The references by which a delete may go without an end.
    pub(crate) recursions: Vec<RecursionPlan<'s>>,
    /// The tables whose rows a delete here deletes or changes.
    pub(crate) touches: Vec<&'s str>,
    pub(crate) children: Vec<ChildPlan<'s>>,
    /// What is written of a row of which only children are.
    pub(crate) touch: Option<TouchPlan<'s>>,
    pub(crate) lookups: Vec<Lookup<'s>>,
    /// The conditions of the partial indexes, each a filter.
    pub(crate) partials: Vec<Partial<'s>>,
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
    /// Whether the other table hides rows from readers.
    pub(crate) hides: bool,
    pub(crate) exists: Statement,
}

impl<'s> TablePlan<'s> {
    pub(super) fn of(
        schema: &'s Schema,
        (referrers, recursions): (&Referrers<'s>, &Recursions<'s>),
        table: &'s Table,
        all: &mut Statements,
    ) -> Self {
        let columns = table.columns();
        let key = table.key_columns();
        let mut add =
            |name: &str, statement: sql::Statement<'s>| all.add(format!("{}.{name}", table.name.proto), statement);
        let live = Live::of(table, None);
        let insert = Insert {
            table: (&table.name.sql).into(),
            columns: table.all_columns().iter().map(|c| (&c.name.sql).into()).collect(),
            // A singleton's key is of no field.
            rows: Rows::Values(
                table.singleton.iter().map(|_| Expr::int(1)).chain(columns.iter().map(|c| value(c))).collect(),
            ),
            conflict: None,
        };
        let upsert = Insert { conflict: Some(on_conflict(&columns, &key)), ..insert.clone() };
        let by_key = || equal(&key).into_iter().chain(live.rows());
        let page = |begin: Option<Expr<'s>>| {
            let rows = begin.into_iter().chain(live.rows());
            select(table).rows(rows).order(order(own(&key))).limit(Limit::Page)
        };
        let listed = || std::iter::once(keys::listed(&key)).chain(live.rows());
        let mut plan = Self {
            table,
            get: add("get", select(table).rows(by_key()).into()),
            upsert: add("upsert", upsert.into()),
            insert: add("insert", insert.into()),
            delete: add("delete", soft::deleting(table, by_key())),
            page_first: add("page_first", page(None).into()),
            page_after: add("page_after", page(Some(after(&key))).into()),
            get_many: add("get_many", get_many(table, &columns, &key).into()),
            delete_many: add("delete_many", soft::deleting(table, listed())),
            expire: ExpirePlan::of(table, all),
            soft: SoftPlan::of(schema, referrers, table, all),
            sequences: sequences(table),
            revision: RevisionPlan::of(table, all),
            chain: chain(table, all),
            references: references(schema, &table.name.proto, &columns, (&columns, &table.foreign_keys), all),
            referrers: referrers.plans(table, all),
            recursions: recursions.of_table(referrers, table),
            touches: referrers.touched(table),
            children: table
                .children()
                .into_iter()
                .map(|child| ChildPlan::of(schema, table, &table.name.sql, child, all))
                .collect(),
            touch: TouchPlan::of(table, all),
            lookups: lookup::lookups(schema, table, all),
            partials: partial::of_table(schema, table),
            relations: relation::relations(schema, table, all),
        };
        plan.page_first = all.whole(plan.page_first);
        plan
    }
}

/// Returns `SELECT … FROM …` over the columns of a record, which all reads of it share.
pub(super) fn select(table: &Table) -> Select<'_> {
    let columns = table.columns().into_iter().map(|c| sql::Column { of: Qualifier::Own, name: (&c.name.sql).into() });
    Select::new(What::Record(columns.collect()), Source::Table((&table.name.sql).into(), None))
}

/// Returns the read of the records of a list of keys, each behind its place in the list.
fn get_many<'s>(table: &'s Table, columns: &[&'s Column], key: &[&'s Column]) -> Select<'s> {
    let what = std::iter::once(Expr::KeyPlace { of: "o" }).chain(of("t", columns));
    let on = keys::ties("t", key).into_iter().chain(Live::of(table, Some("t")).rows()).collect();
    Select::new(What::Exprs(what.collect()), keys::rows(Some("o"), "")).join(Join {
        table: (&table.name.sql).into(),
        alias: "t".into(),
        on,
        in_order: true,
    })
}

/// Returns what an upsert does to the row that is there: everything but the key is written.
fn on_conflict<'s>(columns: &[&'s Column], key: &[&'s Column]) -> Conflict<'s> {
    let is_key = |c: &&&Column| key.iter().any(|k| k.name.sql == c.name.sql);
    let mut written: Vec<&&Column> = columns.iter().filter(|c| !is_key(c)).collect();
    if written.is_empty() {
        // DO NOTHING would count no row.
        written = if columns.is_empty() { key.iter().collect() } else { columns.iter().collect() };
    }
    let set = written.iter().map(|c| ((&c.name.sql).into(), Expr::Excluded((&c.name.sql).into())));
    Conflict::Update { columns: key.iter().map(|c| (&c.name.sql).into()).collect(), of: Vec::new(), set: set.collect() }
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
    let live = |table: &str| Live::of(schema.table(table), None);
    let mut references: Vec<_> = columns
        .iter()
        .filter_map(|column| {
            let Reference { table, column: key, on_delete: _, enforced } = column.reference.as_ref()?;
            enforced.then(|| reference(owner, vec![*column], table, vec![key.as_str()], live(table), all))
        })
        .collect();
    references.extend(foreign_keys.iter().filter(|key| key.enforced).map(|foreign_key| {
        let ForeignKey { columns, table, key, on_delete: _, enforced: _ } = foreign_key;
        let parts = key.iter().map(String::as_str).collect();
        reference(owner, named(of_table, columns), table, parts, live(table), all)
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
    live: Live<'s>,
    all: &mut Statements,
) -> ReferencePlan<'s> {
    let is_it = key.iter().zip(&columns).map(|(key, column)| Expr::column(*key).equals(value(column)));
    let exists = Select::from(table, [Expr::int(1)]).rows(is_it).rows(live.rows());
    let exists = all.add(format!("{owner}.{}.exists", fields(&columns).join(".")), exists);
    ReferencePlan { columns, table, key, hides: !live.is_none(), exists }
}

/// Returns the statement that reads the last row of a chain.
fn chain(table: &Table, all: &mut Statements) -> Option<Statement> {
    let (hash, key) = (&table.hash_column()?.name, table.key.first()?);
    let last = Select::from(&table.name.sql, [Expr::column(key), Expr::column(&hash.sql)])
        .order([Order { by: Expr::column(key), descending: true, nullable: false }])
        .limit(Limit::One);
    let last = all.add(format!("{}.{}.last", table.name.proto, hash.proto), last);
    Some(all.whole(last))
}

/// Returns the columns that the store numbers.
fn sequences(table: &Table) -> Vec<SequencePlan<'_>> {
    let numbered = table.columns().into_iter().filter(|c| c.generated == Some(Generated::Sequence));
    numbered.map(|column| SequencePlan { table, column }).collect()
}
