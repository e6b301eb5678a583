//! Which tables have the same rows in two versions: those that did not change, nor anything that their rows are made of.

use std::collections::{BTreeMap, BTreeSet};

use protostore_schema::{Schema, Table};

/// Returns the tables of a schema whose rows are as those of another schema, by number, each with its place in the other.
pub(super) fn tables(other: &Schema, schema: &Schema) -> BTreeMap<u32, usize> {
    // A value of an enum is one of those that it has.
    if other.enums != schema.enums {
        return BTreeMap::new();
    }
    let places: BTreeMap<u32, usize> = other.tables.iter().enumerate().map(|(at, table)| (table.number, at)).collect();
    let place = |table: &Table| places.get(&table.number).copied().filter(|at| other.tables[*at] == *table);
    let mut same: BTreeMap<u32, usize> =
        schema.tables.iter().filter_map(|table| Some((table.number, place(table)?))).collect();
    let numbers: BTreeSet<u32> = schema.tables.iter().map(|table| table.number).collect();
    let gone = other.tables.iter().filter(|table| !numbers.contains(&table.number));
    let changed = schema.tables.iter().filter(|table| !same.contains_key(&table.number));
    let former = changed.clone().filter_map(|table| places.get(&table.number)).map(|at| &other.tables[*at]);
    let mut open: Vec<&str> = gone.chain(former).chain(changed).map(|table| table.name.sql.as_str()).collect();
    // A reference has the key of the row that it refers to, which may be a reference again.
    let mut referrers: BTreeMap<&str, Vec<&Table>> = BTreeMap::new();
    for table in schema.tables.iter().filter(|table| same.contains_key(&table.number)) {
        for name in referred(table) {
            referrers.entry(name).or_default().push(table);
        }
    }
    while let Some(name) = open.pop() {
        for table in referrers.remove(name).unwrap_or_default() {
            if same.remove(&table.number).is_some() {
                open.push(&table.name.sql);
            }
        }
    }
    same
}

/// Returns the SQL names of the tables that a table refers to, also in its lists.
fn referred(table: &Table) -> BTreeSet<&str> {
    let children = table.descendants();
    let columns = table.all_columns().into_iter().chain(children.iter().flat_map(|child| child.columns()));
    let references = columns.filter_map(|column| column.reference.as_ref()).map(|reference| reference.table.as_str());
    let foreign = table.foreign_keys.iter().chain(children.iter().flat_map(|child| &child.foreign_keys));
    references.chain(foreign.map(|key| key.table.as_str())).collect()
}
