//! The columns that keep rows from being deleted, and how to ask them.

use std::collections::BTreeMap;

use protostore_schema::{ChildTable, Column, ForeignKey, OnDelete, Schema, Table};

use super::record::named;
use super::{Live, Statement, Statements, equal, fields, life, names};
use crate::sql::quote;

/// Columns elsewhere that keep a row from being deleted, and how to ask whether they do.
pub(crate) struct ReferrerPlan<'s> {
    pub(crate) table: &'s str,
    pub(crate) columns: Vec<&'s Column>,
    pub(crate) names: Statement,
}

/// The columns that name rows, with the tables that they stand in, by the table whose rows they name.
pub(super) struct Referrers<'s>(BTreeMap<&'s str, Vec<Referrer<'s>>>);

/// Columns that name rows of another table, which the database holds to it.
pub(super) struct Referrer<'s> {
    /// The table of the record, and the one below it in which the columns stand.
    pub(super) of: (&'s Table, Option<&'s ChildTable>),
    pub(super) columns: Vec<&'s Column>,
    pub(super) on_delete: OnDelete,
}

impl<'s> Referrers<'s> {
    /// Goes through the store once, as it has one place for each of its tables.
    pub(super) fn of(schema: &'s Schema) -> Self {
        let mut found = Self(BTreeMap::new());
        for table in &schema.tables {
            let columns = table.columns();
            found.add((table, None), &columns, &columns, &table.foreign_keys);
            for child in table.descendants() {
                found.add((table, Some(child)), &child.item_columns(), &child.columns(), &child.foreign_keys);
            }
        }
        found
    }

    fn add(
        &mut self,
        of: (&'s Table, Option<&'s ChildTable>),
        single: &[&'s Column],
        columns: &[&'s Column],
        foreign_keys: &'s [ForeignKey],
    ) {
        for column in single {
            if let Some(reference) = column.reference.as_ref().filter(|r| r.enforced) {
                let referrer = Referrer { of, columns: vec![column], on_delete: reference.on_delete };
                self.0.entry(&reference.table).or_default().push(referrer);
            }
        }
        for key in foreign_keys.iter().filter(|key| key.enforced) {
            let referrer = Referrer { of, columns: named(columns, &key.columns), on_delete: key.on_delete };
            self.0.entry(&key.table).or_default().push(referrer);
        }
    }

    /// Returns those that name rows of a table.
    pub(super) fn of_table(&self, table: &Table) -> impl Iterator<Item = &Referrer<'s>> {
        self.0.get(table.name.sql.as_str()).into_iter().flatten()
    }

    /// Returns those that keep rows of a table from being deleted, each with how to ask it.
    pub(super) fn plans(&self, table: &Table, all: &mut Statements) -> Vec<ReferrerPlan<'s>> {
        let kept = self.of_table(table).filter(|referrer| referrer.on_delete == OnDelete::Restrict);
        kept.map(|referrer| referrer.plan(table, all)).collect()
    }
}

impl<'s> Referrer<'s> {
    fn plan(&self, table: &Table, all: &mut Statements) -> ReferrerPlan<'s> {
        let first = table.key.len() + 1;
        let (name, live) = match self.of {
            // What is deleted and kept names its row as ever, and the database holds it to that.
            (own, None) if own.soft_delete.is_some() => (own.name.sql.as_str(), Live::default()),
            (own, Some(child)) if own.soft_delete.is_some() => (child.name.sql.as_str(), Live::default()),
            (own, None) => (own.name.sql.as_str(), Live::of(own, "c.", first)),
            (own, Some(child)) => (child.name.sql.as_str(), life::around(own, child, first)),
        };
        let quoted = quote(name);
        let sql = match live.after(" AND ") {
            plain if plain.is_empty() => {
                format!("SELECT 1 FROM {quoted} WHERE {} LIMIT 1", equal(names(&self.columns), 1))
            }
            live => {
                let equal = names(&self.columns).zip(1..).map(|(name, i)| format!("c.{} = ?{i}", quote(name)));
                let equal = equal.collect::<Vec<_>>().join(" AND ");
                format!("SELECT 1 FROM {quoted} c WHERE {equal}{live} LIMIT 1")
            }
        };
        let statement = format!("{}.named_by.{name}.{}", table.name.proto, fields(&self.columns).join("."));
        let names = all.add_live(statement, sql, fields(&table.key_columns()), live);
        ReferrerPlan { table: name, columns: self.columns.clone(), names }
    }
}
