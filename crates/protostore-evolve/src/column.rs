//! Compares the columns of one table.

use protostore_schema::{Kind, Role, Schema};

use crate::Change;
use crate::compare::pair;
use crate::relation::{Placed, Relation, id, target};

pub(crate) fn compare(old: (&Schema, &Relation<'_>), new: (&Schema, &Relation<'_>)) -> Vec<Change> {
    let table = new.1.name;
    let (olds, news): (Vec<_>, Vec<_>) = (old.1.columns.iter().collect(), new.1.columns.iter().collect());
    let pairs = pair(&olds, &news, |o, n| id(o.column) == id(n.column));
    let name = |placed: &&Placed<'_>| placed.column.name.sql.clone();
    let gone = pairs.removed.iter().map(|p| Change::ColumnRemoved { table: table.to_owned(), column: name(p) });
    let both = pairs.both.iter().flat_map(|&(o, n)| compare_column(table, (old.0, o), (new.0, n)));
    let added = pairs.added.iter().map(|p| Change::ColumnAdded { table: table.to_owned(), column: name(p) });
    gone.chain(both).chain(added).collect()
}

fn compare_column(
    table: &str,
    (old_schema, old): (&Schema, &Placed<'_>),
    (new_schema, new): (&Schema, &Placed<'_>),
) -> Vec<Change> {
    let (o, n) = (old.column, new.column);
    let (table, column) = (table.to_owned(), n.name.sql.clone());
    let mut changes = Vec::new();
    if o.name.sql != n.name.sql {
        changes.push(Change::ColumnRenamed { table: table.clone(), from: o.name.sql.clone(), to: column.clone() });
    }
    if o.ty != n.ty {
        let (from, to) = (o.ty.clone(), n.ty.clone());
        changes.push(Change::ColumnType { table: table.clone(), column: column.clone(), from, to });
    }
    if o.kind.as_ref().map(Kind::word) != n.kind.as_ref().map(Kind::word) && o.ty == n.ty {
        let [from, to] = [o, n].map(|column| column.kind.as_ref().map_or("none", Kind::word));
        changes.push(Change::ColumnKind { table: table.clone(), column: column.clone(), from, to });
    }
    if o.form != n.form {
        let (from, to) = (o.form, n.form);
        changes.push(Change::ColumnForm { table: table.clone(), column: column.clone(), from, to });
    }
    if (old.optional, o.nullable) != (new.optional, n.nullable) {
        changes.push(Change::Optional { table: table.clone(), column: column.clone(), now: new.optional });
    }
    if o.default_zero != n.default_zero {
        changes.push(Change::DefaultZero { table: table.clone(), column: column.clone(), now: n.default_zero });
    }
    if o.non_zero != n.non_zero {
        changes.push(Change::NonZero { table: table.clone(), column: column.clone(), now: n.non_zero });
    }
    if old.immutable != new.immutable {
        changes.push(Change::Immutable { table: table.clone(), column: column.clone(), now: new.immutable });
    }
    if o.redacted != n.redacted && n.role != Role::OwnerKey {
        changes.push(Change::Redacted { table: table.clone(), column: column.clone(), now: n.redacted });
    }
    if o.rules != n.rules {
        changes.push(Change::Rules { table: table.clone(), column: column.clone() });
    }
    match (&o.reference, &n.reference) {
        (None, None) => {}
        (None, Some(to)) => changes.push(Change::ReferenceAdded { table, column, target: to.table.clone() }),
        (Some(from), None) => changes.push(Change::ReferenceRemoved { table, column, target: from.table.clone() }),
        (Some(from), Some(to)) => {
            if target(old_schema, o) != target(new_schema, n) {
                let (table, column) = (table.clone(), column.clone());
                let (from, to) = (from.table.clone(), to.table.clone());
                changes.push(Change::ReferenceTarget { table, column, from, to });
            }
            if from.on_delete != to.on_delete {
                let (table, column) = (table.clone(), column.clone());
                let (from, to) = (from.on_delete, to.on_delete);
                changes.push(Change::ReferenceOnDelete { table, column, from, to });
            }
            if from.enforced != to.enforced {
                changes.push(Change::ReferenceEnforced { table, column, now: to.enforced });
            }
        }
    }
    changes
}
