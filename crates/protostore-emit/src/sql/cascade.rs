//! CREATE TRIGGER where the deletion of one row changes another: the engine unsets a reference or takes an element away,
//! and the revision of the record that it stands in must change as well.

use protostore_schema::{Column, ForeignKey, OnDelete, Reference, Schema, Table, Type, revises_name};

use super::{list, quote};
use crate::plan::{counter, number_of};

/// Columns that the deletion of a row of another table unsets, or removes with the element that they stand in.
struct Place<'a> {
    /// The table whose records have a revision.
    owner: &'a Table,
    /// SQL name of the table that the columns stand in: the owner's, or that of one of its lists.
    relation: &'a str,
    reference: ForeignKey,
    /// In a list, the columns that hold the owner's key.
    key: Option<Vec<&'a str>>,
}

/// Returns the triggers on a table whose deletions change records that have a revision.
pub(super) fn triggers(schema: &Schema, table: &Table) -> Vec<String> {
    let places = schema.tables.iter().filter(|owner| owner.revision.is_some()).flat_map(places);
    let of_table = places.filter(|place| place.reference.enforced && place.reference.table == table.name.sql);
    of_table.map(|place| trigger(table, &place)).collect()
}

fn places(owner: &Table) -> Vec<Place<'_>> {
    let own = references(&owner.columns(), &owner.foreign_keys).filter(|key| key.on_delete == OnDelete::SetNull);
    let own = own.map(|reference| Place { owner, relation: &owner.name.sql, reference, key: None });
    let inner = owner.descendants().into_iter().flat_map(|child| {
        let key: Vec<&str> = child.owner.iter().take(owner.key.len()).map(|c| c.name.sql.as_str()).collect();
        let all: Vec<ForeignKey> = references(&child.columns(), &child.foreign_keys).collect();
        let changing = all.into_iter().filter(|key| match key.on_delete {
            OnDelete::SetNull | OnDelete::Cascade => true,
            OnDelete::Restrict => false,
        });
        changing.map(move |reference| Place { owner, relation: &child.name.sql, reference, key: Some(key.clone()) })
    });
    own.chain(inner).collect()
}

/// Returns the references of a table, those of one column as well.
fn references<'a>(columns: &[&'a Column], keys: &'a [ForeignKey]) -> impl Iterator<Item = ForeignKey> + use<'a> {
    let single = columns.iter().filter_map(|column| {
        let Reference { table, column: key, on_delete, enforced } = column.reference.clone()?;
        Some(ForeignKey { columns: vec![column.name.sql.clone()], table, key: vec![key], on_delete, enforced })
    });
    single.collect::<Vec<_>>().into_iter().chain(keys.iter().cloned())
}

fn trigger(table: &Table, Place { owner, relation, reference, key }: &Place<'_>) -> String {
    let revision = owner.revision_column().expect("the records of the place have a revision");
    let (number, path) = counter(owner, revision);
    let (target, own, set) = (quote(&table.name.sql), quote(&owner.name.sql), quote(&revision.name.sql));
    let name = quote(&revises_name(&table.name.sql, relation, &reference.columns.join("__")));
    let ties = reference.columns.iter().zip(&reference.key);
    let ties = ties.map(|(column, named)| format!("{} = OLD.{}", quote(column), quote(named)));
    let names = ties.collect::<Vec<_>>().join(" AND ");
    let naming = format!("FROM {} WHERE {names}", quote(relation));
    let own_key = list(owner.key.iter().map(String::as_str));
    let rows = match key {
        None => names.clone(),
        Some(key) => format!("({own_key}) IN (SELECT {} {naming})", list(key.iter().copied())),
    };
    // The row that is being deleted must not be written.
    let old: Vec<String> = owner.key.iter().map(|key| format!("OLD.{}", quote(key))).collect();
    let others =
        if table.number == owner.number { format!(" AND ({own_key}) <> ({})", old.join(", ")) } else { String::new() };
    let at = format!("\"table\" = {number} AND \"path\" = '{path}'");
    let last = format!("(SELECT \"last\" FROM \"protostore__sequences\" WHERE {at})");
    let last = if revision.ty == Type::String { format!("CAST({last} AS TEXT)") } else { last };
    format!(
        "CREATE TRIGGER {name} BEFORE DELETE ON {target}\n\
         WHEN EXISTS (SELECT 1 {naming})\n\
         BEGIN\n  \
         INSERT INTO \"protostore__sequences\" (\"table\", \"path\", \"last\")\n    \
         SELECT {number}, '{path}', max(coalesce(max({}), 0), 0) FROM {own}\n    \
         WHERE NOT EXISTS (SELECT 1 FROM \"protostore__sequences\" WHERE {at})\n    \
         ON CONFLICT DO NOTHING;\n  \
         UPDATE \"protostore__sequences\" SET \"last\" = \"last\" + 1 WHERE {at};\n  \
         UPDATE {own} SET {set} = {last}\n    \
         WHERE {rows}{others};\n\
         END;\n",
        number_of(revision)
    )
}
