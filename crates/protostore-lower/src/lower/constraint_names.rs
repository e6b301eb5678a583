//! Refuses a primary key, foreign key or index whose name something else in the store has: a server tells a broken constraint by
//! its name, and keeps the index of a key among its tables.

use std::collections::BTreeMap;

use protostore_schema::{ChildTable, Column, ForeignKey, Index, Table, foreign_key_name, key_name, view_name};

use super::Report;
use super::draft::Draft;
use crate::Code;

/// Names that are taken, without regard to case, and by what.
#[derive(Default)]
struct Taken(BTreeMap<String, String>);

/// Checks the names of the constraints of every table against those of tables, views, indexes and one another.
pub(super) fn check(tables: &[Table], drafts: &[Draft], report: &mut Report<'_>) {
    let mut taken = Taken::default();
    for table in tables {
        for name in relations(table).map(|(name, _)| name) {
            taken.take(name, &format!("the table `{name}`"));
            taken.take(&view_name(name), &format!("the readable view of the table `{name}`"));
        }
    }
    for table in tables {
        let indexes = relations(table).flat_map(|(name, indexes)| indexes.iter().map(move |index| (name, index)));
        let indexes = indexes.map(|(name, index)| (index.name.clone(), format!("an index of the table `{name}`")));
        for (name, what) in indexes.chain(constraints(table)) {
            let Some(other) = taken.take(&name, &what) else { continue };
            let Some(draft) = drafts.iter().find(|draft| draft.sql == table.name.sql) else { continue };
            let text = format!("the name `{name}` of {what} is taken by {other}");
            let help = "rename one of the two, with `name` or in the proto";
            report.add_once(Code::TableNameTaken, draft.name_place(report.sources), text, help);
        }
    }
}

impl Taken {
    /// Takes a name, or returns what has it.
    fn take(&mut self, name: &str, what: &str) -> Option<String> {
        let key = name.to_ascii_lowercase();
        if let Some(other) = self.0.get(&key) {
            return Some(other.clone());
        }
        self.0.insert(key, what.to_owned());
        None
    }
}

/// Returns the names of a table and of its child tables, each with its indexes.
fn relations(table: &Table) -> impl Iterator<Item = (&str, &[Index])> {
    let children = table.descendants().into_iter().map(|child| (child.name.sql.as_str(), &child.indexes[..]));
    std::iter::once((table.name.sql.as_str(), &table.indexes[..])).chain(children)
}

/// Returns the names of the primary and foreign keys of a table and of its child tables, each with what it is.
fn constraints(table: &Table) -> Vec<(String, String)> {
    let mut all = of_relation(&table.name.sql, &table.columns(), &table.foreign_keys);
    for child in table.descendants() {
        all.extend(of_relation(&child.name.sql, &child.item_columns(), &child.foreign_keys));
        all.push(owner(child));
    }
    all
}

fn of_relation(name: &str, columns: &[&Column], foreign_keys: &[ForeignKey]) -> Vec<(String, String)> {
    let single = columns.iter().filter(|c| c.reference.as_ref().is_some_and(|r| r.enforced));
    let single = single.map(|column| vec![column.name.sql.as_str()]);
    let several = foreign_keys.iter().filter(|key| key.enforced);
    let several = several.map(|key| key.columns.iter().map(String::as_str).collect());
    let references = single.chain(several).map(|columns| {
        (foreign_key_name(name, columns.iter().copied()), format!("the reference `{name}.{}`", columns.join(", ")))
    });
    std::iter::once((key_name(name), format!("the primary key of the table `{name}`"))).chain(references).collect()
}

fn owner(child: &ChildTable) -> (String, String) {
    let columns = child.owner.iter().map(|column| column.name.sql.as_str());
    let what = format!("the reference of the table `{}` to the one around it", child.name.sql);
    (foreign_key_name(&child.name.sql, columns), what)
}
