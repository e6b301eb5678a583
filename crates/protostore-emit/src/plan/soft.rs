//! The statements of a table whose rows are kept when they are deleted.

use protostore_schema::{ChildTable, Column, Form, OnDelete, Schema, Table, Type};

use super::record::select;
use super::referrers::{Referrer, Referrers};
use super::{Live, RevisionPlan, Statement, Statements, after, equal, fields, life, names, record};
use crate::sql::{list, quote};

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
        let (own, time, marked) = (quote(&table.name.sql), quote(&column.name.sql), mark(column));
        let key = table.key_columns();
        let (by_key, order) = (equal(names(&key), 1), list(names(&key)));
        let path = &column.name.proto;
        let mut add = |name: &str, sql, fields| all.add(format!("{}.{path}.{name}", table.name.proto), sql, fields);
        let deleted = format!("SELECT {time} FROM {own} WHERE {by_key} AND {time} IS NOT NULL");
        let restore = format!("UPDATE {own} SET {time} = {marked} WHERE {by_key} AND {time} IS NOT NULL");
        let mut settled = vec![path.clone()];
        let revision = table.revision_column().map(|revision| {
            settled.push(revision.name.proto.clone());
            format!(", {} = ?2", quote(&revision.name.sql))
        });
        let settle = format!("UPDATE {own} SET {time} = ?1{} WHERE {time} = {marked}", revision.unwrap_or_default());
        let purge = format!("DELETE FROM {own} WHERE {by_key} AND {time} IS NOT NULL");
        let (deleted, restore) = (add("deleted", deleted, fields(&key)), add("restore", restore, fields(&key)));
        let (settle, purge) = (add("settle", settle, settled), add("purge", purge, fields(&key)));
        let selected = select(table);
        let get = add("get", format!("{selected} WHERE {by_key}"), fields(&key));
        let page_first = add("page_first", format!("{selected} ORDER BY {order}"), Vec::new());
        let page_after =
            add("page_after", format!("{selected} WHERE {} ORDER BY {order}", after(&key, 1)), fields(&key));
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

/// Returns how a statement begins that deletes rows, or marks them as deleted.
pub(super) fn deleting(table: &Table) -> String {
    let own = quote(&table.name.sql);
    match table.soft_delete_column() {
        Some(time) => format!("UPDATE {own} SET {} = {}", quote(&time.name.sql), mark(time)),
        None => format!("DELETE FROM {own}"),
    }
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
fn mark(column: &Column) -> &'static str {
    match column.form {
        Form::Rfc3339 => "'0000-00-00T00:00:00.000000000Z'",
        Form::Own | Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz => {
            "-9223372036854775807"
        }
        Form::FullRange | Form::FloatBits | Form::Bytes | Form::Json => unreachable!("a time has no such form"),
    }
}

/// Returns `"a"`, or `("a", "b")`, over an alias.
fn tuple<'n>(alias: &str, names: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<String> = names.map(|name| format!("{alias}{}", quote(name))).collect();
    if all.len() == 1 { all.concat() } else { format!("({})", all.join(", ")) }
}

/// Returns the keys of the rows that are marked.
fn marked(table: &Table, column: &Column) -> String {
    let key = list(table.key.iter().map(String::as_str));
    format!("SELECT {key} FROM {} WHERE {} = {}", quote(&table.name.sql), quote(&column.name.sql), mark(column))
}

fn cascade<'s>(
    table: &Table,
    column: &Column,
    to: &'s Table,
    referrer: &Referrer<'s>,
    all: &mut Statements,
) -> Option<CascadePlan<'s>> {
    let time = to.soft_delete_column()?;
    let (own, set) = (quote(&to.name.sql), quote(&time.name.sql));
    let tied = format!("{} IN ({})", tuple("", names(&referrer.columns)), marked(table, column));
    let update = format!("UPDATE {own} SET {set} = {} WHERE {set}", mark(time));
    let path = fields(&referrer.columns).join(".");
    let mut add = |name: &str, sql, fields| all.add(format!("{}.{path}.{name}", to.name.proto), sql, fields);
    Some(CascadePlan {
        to,
        delete: add("delete_with", format!("{update} IS NULL AND {tied}"), Vec::new()),
        restore: add("restore_with", format!("{update} = ?1 AND {tied}"), vec![time.name.proto.clone()]),
    })
}

fn keeper<'s>(table: &Table, column: &Column, referrer: &Referrer<'s>, all: &mut Statements) -> KeeperPlan<'s> {
    let (name, live) = match referrer.of {
        (own, None) => (own.name.sql.as_str(), Live::of(own, "c.", 1)),
        (own, Some(child)) => (child.name.sql.as_str(), life::around(own, child, 1)),
    };
    let tied = tuple("c.", names(&referrer.columns));
    let sql = format!(
        "SELECT 1 FROM {} c WHERE {tied} IN ({}){} LIMIT 1",
        quote(name),
        marked(table, column),
        live.after(" AND ")
    );
    let statement = format!("{}.kept_by.{name}.{}", table.name.proto, fields(&referrer.columns).join("."));
    let names = all.add_live(statement, sql, Vec::new(), live);
    KeeperPlan { table: name, columns: referrer.columns.clone(), names }
}

/// Returns the references of a table to rows that may not be there for readers, and those of its lists that say RESTRICT.
fn named<'s>(schema: &'s Schema, table: &'s Table, column: &Column, all: &mut Statements) -> Vec<NamesPlan<'s>> {
    let columns = table.columns();
    let mut found = Vec::new();
    let mut add = |child: Option<&'s ChildTable>, of: Vec<&'s Column>, to: &'s str, key: Vec<&'s str>| {
        let target = schema.table(to);
        let there = match target.soft_delete_column() {
            Some(time) => Live::literal(format!("coalesce(o.{0}, {1}) = {1}", quote(&time.name.sql), mark(time))),
            None => Live::of(target, "o.", 1),
        };
        let none = String::new();
        let live = match there.after("") {
            always if always == none => return,
            live => live,
        };
        let (own, marked) = match child {
            None => (&table.name.sql, format!("c.{} = {}", quote(&column.name.sql), mark(column))),
            Some(child) => {
                let owner = child.owner.iter().take(table.key.len()).map(|c| c.name.sql.as_str());
                (&child.name.sql, format!("{} IN ({})", tuple("c.", owner), marked(table, column)))
            }
        };
        let set: Vec<String> = names(&of).map(|name| format!("c.{} IS NOT NULL", quote(name))).collect();
        let ties = key.iter().zip(names(&of)).map(|(key, name)| format!("o.{} = c.{}", quote(key), quote(name)));
        let sql = format!(
            "SELECT 1 FROM {} c WHERE {marked} AND {} AND NOT EXISTS (SELECT 1 FROM {} o WHERE {} AND {live}) LIMIT 1",
            quote(own),
            set.join(" AND "),
            quote(to),
            ties.collect::<Vec<_>>().join(" AND "),
        );
        let statement = format!("{}.missing.{own}.{}", table.name.proto, fields(&of).join("."));
        let missing = all.add_live(statement, sql, Vec::new(), there);
        found.push(NamesPlan { table: own, columns: of, to, missing });
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
