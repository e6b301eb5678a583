//! The statements of a table whose rows are kept when they are deleted.

use protostore_schema::{ChildTable, Column, Form, OnDelete, Schema, Table, Type};
use protostore_sql::{Delete, Expr, Limit, Lit, Name, Select, Statement as Sql, Update};

use super::record::select;
use super::referrers::{Referrer, Referrers};
use super::{Live, RevisionPlan, Statement, Statements, after, equal, fields, life, of, order, own, record, value};

/// The statements about rows that are deleted.
pub(crate) struct SoftPlan<'s> {
    pub(crate) column: &'s Column,
    /// Index of the record's member.
    pub(crate) member: u16,
    pub(crate) deleted: Statement,
    pub(crate) restore: Statement,
    pub(crate) settle: Statement,
    pub(crate) purge: Statement,
    pub(crate) cascades: Vec<CascadePlan<'s>>,
    pub(crate) keepers: Vec<KeeperPlan<'s>>,
    pub(crate) names: Vec<NamesPlan<'s>>,
    pub(crate) get: Statement,
    pub(crate) page_first: Statement,
    pub(crate) page_after: Statement,
}

/// Rows that are deleted with those that they name.
pub(crate) struct CascadePlan<'s> {
    pub(crate) to: &'s Table,
    pub(crate) delete: Statement,
    pub(crate) restore: Statement,
}

/// Columns that keep rows from being deleted.
pub(crate) struct KeeperPlan<'s> {
    pub(crate) table: &'s str,
    /// The table that has the columns, `table` or one below it.
    pub(crate) relation: &'s str,
    pub(crate) columns: Vec<&'s Column>,
    pub(crate) names: Statement,
}

/// Columns that name rows which may not be there for readers.
pub(crate) struct NamesPlan<'s> {
    pub(crate) table: &'s str,
    pub(crate) columns: Vec<&'s Column>,
    pub(crate) to: &'s str,
    pub(crate) missing: Statement,
}

impl<'s> SoftPlan<'s> {
    /// Returns the plan of a table whose rows are kept.
    pub(super) fn of(
        schema: &'s Schema,
        referrers: &Referrers<'s>,
        table: &'s Table,
        all: &mut Statements,
    ) -> Option<Self> {
        let column = table.soft_delete_column()?;
        let at = table.record.nodes.iter().position(|node| node.columns().contains(&column));
        let member = at.and_then(|at| u16::try_from(at).ok()).expect("the time is a member of its record");
        let (key, path) = (table.key_columns(), &column.name.proto);
        let mut add =
            |name: &str, statement: Sql<'s>| all.add(format!("{}.{path}.{name}", table.name.proto), statement);
        let time = || Expr::column(&column.name.sql);
        let gone = || equal(&key).into_iter().chain([time().not_null()]);
        let revision = table.revision_column().map(|revision| ((&revision.name.sql).into(), value(revision)));
        let settle = set(table, [((&column.name.sql).into(), value(column))].into_iter().chain(revision));
        let restore = set(table, [((&column.name.sql).into(), mark(column))]);
        let deleted = add("deleted", Select::from(&table.name.sql, [time()]).rows(gone()).into());
        let restore = add("restore", Update { rows: gone().collect(), ..restore }.into());
        let settle = add("settle", Update { rows: vec![time().equals(mark(column))], ..settle }.into());
        let purge = add("purge", Delete { table: (&table.name.sql).into(), rows: gone().collect() }.into());
        let page = |rows: Option<Expr<'s>>| select(table).rows(rows).order(order(own(&key))).limit(Limit::Page);
        let get = add("get", select(table).rows(equal(&key)).into());
        let page_first = add("page_first", page(None).into());
        let page_after = add("page_after", page(Some(after(&key))).into());
        let (mut cascades, mut keepers) = (Vec::new(), Vec::new());
        for referrer in referrers.of_table(table) {
            match (referrer.on_delete, referrer.of) {
                (OnDelete::Cascade, (to, None)) => cascades.extend(cascade(table, column, to, referrer, all)),
                // The element stays, and shows nothing.
                (OnDelete::Cascade, (_, Some(_))) | (OnDelete::SetNull, _) => {}
                (OnDelete::Restrict, _) => keepers.push(keeper(table, column, referrer, all)),
            }
        }
        let (names, page_first) = (named(schema, table, column, all), all.whole(page_first));
        Some(Self {
            column,
            member,
            deleted,
            restore,
            settle,
            purge,
            cascades,
            keepers,
            names,
            get,
            page_first,
            page_after,
        })
    }
}

/// Returns the statement that deletes rows, or marks them as deleted.
pub(super) fn deleting<'s>(table: &'s Table, rows: impl Iterator<Item = Expr<'s>>) -> Sql<'s> {
    let rows = rows.collect();
    match table.soft_delete_column() {
        Some(time) => Update { rows, ..set(table, [((&time.name.sql).into(), mark(time))]) }.into(),
        None => Delete { table: (&table.name.sql).into(), rows }.into(),
    }
}

fn set<'s>(table: &'s Table, set: impl IntoIterator<Item = (Name<'s>, Expr<'s>)>) -> Update<'s> {
    let set = set.into_iter().collect();
    Update { table: (&table.name.sql).into(), set, rows: Vec::new(), returning: Vec::new() }
}

/// Returns the largest revision that the column holds.
pub(crate) fn most(revision: &RevisionPlan<'_>) -> i64 {
    match revision.counter.column.ty {
        Type::Int32 => i64::from(i32::MAX),
        Type::Uint32 => i64::from(u32::MAX),
        // Of a string or of 64 bits the counter itself comes to an end first.
        _ => i64::MAX,
    }
}

/// Returns the time that says that a row is about to be deleted, or to be there again; none other has it.
fn mark<'s>(column: &Column) -> Expr<'s> {
    match column.form {
        Form::Rfc3339 => Expr::text("0000-00-00T00:00:00.000000000Z"),
        Form::Timestamptz => Expr::Lit(Lit::Instant(-i64::MAX)),
        Form::Own | Form::Seconds | Form::Milliseconds | Form::Microseconds => Expr::int(-i64::MAX),
        Form::FullRange | Form::FloatBits | Form::Bytes | Form::Json => unreachable!("a time has no such form"),
    }
}

/// Returns the keys of the rows that are marked.
fn marked<'s>(table: &'s Table, column: &'s Column) -> Select<'s> {
    let is_marked = Expr::column(&column.name.sql).equals(mark(column));
    Select::from(&table.name.sql, own(&table.key_columns())).rows([is_marked])
}

fn cascade<'s>(
    table: &'s Table,
    column: &'s Column,
    to: &'s Table,
    referrer: &Referrer<'s>,
    all: &mut Statements,
) -> Option<CascadePlan<'s>> {
    let to_time = to.soft_delete_column()?;
    let time = || Expr::column(&to_time.name.sql);
    let update = |now: Expr<'s>| Update {
        rows: vec![now, Expr::tuple(own(&referrer.columns)).in_rows(marked(table, column))],
        ..set(to, [((&to_time.name.sql).into(), mark(to_time))])
    };
    let path = fields(&referrer.columns).join(".");
    let mut add = |name: &str, update: Update<'s>| all.add(format!("{}.{path}.{name}", to.name.proto), update);
    Some(CascadePlan {
        to,
        delete: add("delete_with", update(time().is_null())),
        restore: add("restore_with", update(time().equals(value(to_time)))),
    })
}

fn keeper<'s>(table: &'s Table, column: &'s Column, referrer: &Referrer<'s>, all: &mut Statements) -> KeeperPlan<'s> {
    let (name, live) = match referrer.of {
        (own, None) => (&own.name.sql, Live::of(own, Some("c"))),
        (own, Some(child)) => (&child.name.sql, life::around(own, child)),
    };
    let names = Select::of(name, "c", [Expr::int(1)])
        .rows([Expr::tuple(of("c", &referrer.columns)).in_rows(marked(table, column))])
        .rows(live.rows())
        .limit(Limit::One);
    let statement = format!("{}.kept_by.{name}.{}", table.name.proto, fields(&referrer.columns).join("."));
    let (own, _) = referrer.of;
    let names = all.add(statement, names);
    KeeperPlan { table: &own.name.sql, relation: name, columns: referrer.columns.clone(), names }
}

/// Returns the references of a table to rows that may not be there for readers, and those of its lists that say RESTRICT.
fn named<'s>(schema: &'s Schema, table: &'s Table, column: &'s Column, all: &mut Statements) -> Vec<NamesPlan<'s>> {
    let columns = table.columns();
    let mut found = Vec::new();
    let mut add = |child: Option<&'s ChildTable>, of: Vec<&'s Column>, to: &'s str, key: Vec<&'s str>| {
        let target = schema.table(to);
        let live = match target.soft_delete_column() {
            Some(time) => Live::from(Expr::of("o", &time.name.sql).coalesce(mark(time)).equals(mark(time))),
            None => Live::of(target, Some("o")),
        };
        if live.is_none() {
            return;
        }
        let (name, marked) = match child {
            None => (&table.name.sql, Expr::of("c", &column.name.sql).equals(mark(column))),
            Some(child) => {
                let owner: Vec<&Column> = child.owner.iter().take(table.key.len()).collect();
                (&child.name.sql, Expr::tuple(self::of("c", &owner)).in_rows(marked(table, column)))
            }
        };
        let set = of.iter().map(|c| Expr::of("c", &c.name.sql).not_null());
        let ties = key.iter().zip(&of).map(|(key, c)| Expr::of("o", *key).equals(Expr::of("c", &c.name.sql)));
        let there = Select::of(to, "o", [Expr::int(1)]).rows(ties).rows(live.rows()).exists();
        let missing =
            Select::of(name, "c", [Expr::int(1)]).rows([marked]).rows(set).rows([there.not()]).limit(Limit::One);
        let statement = format!("{}.missing.{name}.{}", table.name.proto, fields(&of).join("."));
        let missing = all.add(statement, missing);
        found.push(NamesPlan { table: &table.name.sql, columns: of, to, missing });
    };
    for column in &columns {
        if let Some(reference) = column.reference.as_ref().filter(|r| r.enforced) {
            add(None, vec![*column], &reference.table, vec![&reference.column]);
        }
    }
    for key in table.foreign_keys.iter().filter(|key| key.enforced) {
        let parts = key.key.iter().map(String::as_str).collect();
        add(None, record::named(&columns, &key.columns), &key.table, parts);
    }
    for child in table.descendants() {
        let keeps = |enforced: bool, on_delete: OnDelete| enforced && on_delete == OnDelete::Restrict;
        for column in child.place.column().into_iter().chain(child.item_columns()) {
            if let Some(reference) = column.reference.as_ref().filter(|r| keeps(r.enforced, r.on_delete)) {
                add(Some(child), vec![column], &reference.table, vec![&reference.column]);
            }
        }
        for key in child.foreign_keys.iter().filter(|key| keeps(key.enforced, key.on_delete)) {
            let parts = key.key.iter().map(String::as_str).collect();
            add(Some(child), record::named(&child.columns(), &key.columns), &key.table, parts);
        }
    }
    found
}
