//! The references under CASCADE that lead back to their own table, so that a delete may go from record to record without
//! an end.

use std::collections::BTreeMap;

use protostore_schema::{Column, OnDelete, Schema, Table};

use super::referrers::Referrers;

/// A reference under CASCADE, of records that are named by such as go with them.
#[derive(Clone)]
pub(crate) struct RecursionPlan<'s> {
    pub(crate) table: &'s str,
    pub(crate) columns: Vec<&'s Column>,
}

/// All of them, each with the number of the table that it names, in the order of the schema.
pub(super) struct Recursions<'s>(Vec<(u32, RecursionPlan<'s>)>);

impl<'s> Recursions<'s> {
    /// Finds those of a store.
    pub(super) fn of(schema: &'s Schema, referrers: &Referrers<'s>) -> Self {
        let mut found = Vec::new();
        for named in &schema.tables {
            for (own, columns) in cascades(referrers, named) {
                if reached(referrers, own).contains_key(&named.number) {
                    found.push((own.number, (named.number, RecursionPlan { table: &own.name.sql, columns })));
                }
            }
        }
        found.sort_by_key(|(own, _)| *own);
        Self(found.into_iter().map(|(_, recursion)| recursion).collect())
    }

    /// Returns those that a delete in a table may reach.
    pub(super) fn of_table(&self, referrers: &Referrers<'s>, table: &'s Table) -> Vec<RecursionPlan<'s>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let reached = reached(referrers, table);
        let mine = self.0.iter().filter(|(named, _)| reached.contains_key(named));
        mine.map(|(_, recursion)| recursion.clone()).collect()
    }
}

/// Returns the tables of which a delete in `table` may delete records, by number; `table` itself is one.
fn reached<'s>(referrers: &Referrers<'s>, table: &'s Table) -> BTreeMap<u32, &'s Table> {
    let (mut all, mut next) = (BTreeMap::from([(table.number, table)]), vec![table]);
    while let Some(named) = next.pop() {
        for (own, _) in cascades(referrers, named) {
            if all.insert(own.number, own).is_none() {
                next.push(own);
            }
        }
    }
    all
}

/// Returns the tables whose records go with those of `named`; an element of a list goes alone.
fn cascades<'r, 's>(
    referrers: &'r Referrers<'s>,
    named: &'r Table,
) -> impl Iterator<Item = (&'s Table, Vec<&'s Column>)> + use<'r, 's> {
    let cascades = referrers.of_table(named).filter(|referrer| referrer.on_delete == OnDelete::Cascade);
    cascades.filter_map(|referrer| match referrer.of {
        (own, None) => Some((own, referrer.columns.clone())),
        (_, Some(_)) => None,
    })
}
