//! Compares two schemas, table by table.

use protostore_schema::{Condition, ForeignKey, Index, Schema, Table};

use crate::relation::{ColumnId, Member, Members, Relation, id, relations};
use crate::{Change, column, document, enumeration};

/// What is the same thing in both, what only the newer has, and what only the older had.
pub(crate) struct Pairs<A> {
    pub(crate) both: Vec<(A, A)>,
    pub(crate) added: Vec<A>,
    pub(crate) removed: Vec<A>,
}

/// Pairs the things of two schemas by what `same` says is one thing, in the order of the newer schema.
pub(crate) fn pair<A: Copy>(old: &[A], new: &[A], same: impl Fn(A, A) -> bool) -> Pairs<A> {
    let mut pairs = Pairs { both: Vec::new(), added: Vec::new(), removed: Vec::new() };
    for &n in new {
        match old.iter().find(|&&o| same(o, n)) {
            Some(&o) => pairs.both.push((o, n)),
            None => pairs.added.push(n),
        }
    }
    pairs.removed = old.iter().copied().filter(|&o| !new.iter().any(|&n| same(o, n))).collect();
    pairs
}

/// Returns what changed between two schemas, as far as stored data or SQL can tell; nothing if they are one and the same.
///
/// Comments, places in files, names in Rust and the order of declaration are no change.
#[must_use]
pub fn compare(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.mapping != new.mapping {
        changes.push(Change::Mapping { from: old.mapping, to: new.mapping });
    }
    if old.store != new.store {
        changes.push(Change::Store { from: old.store.clone(), to: new.store.clone() });
    }
    let (olds, news): (Vec<_>, Vec<_>) = (old.tables.iter().collect(), new.tables.iter().collect());
    let tables = pair(&olds, &news, |o, n| o.number == n.number);
    let gone = |table: &&Table| Change::TableRemoved { table: table.name.sql.clone(), number: table.number };
    let added = |table: &&Table| Change::TableAdded { table: table.name.sql.clone(), number: table.number };
    changes.extend(tables.removed.iter().map(gone));
    changes.extend(tables.both.iter().flat_map(|&(o, n)| compare_tables((old, o), (new, n))));
    changes.extend(tables.added.iter().map(added));
    changes.extend(enumeration::compare(&old.enums, &new.enums));
    changes.extend(document::compare(&old.documents(), &new.documents()));
    changes
}

fn compare_tables((old_schema, old): (&Schema, &Table), (new_schema, new): (&Schema, &Table)) -> Vec<Change> {
    let owner = &new.name.sql;
    let mut changes = Vec::new();
    if old.name.sql != new.name.sql {
        changes.push(Change::TableRenamed { number: new.number, from: old.name.sql.clone(), to: owner.clone() });
    }
    if old.append_only != new.append_only {
        changes.push(Change::AppendOnly { table: owner.clone(), now: new.append_only });
    }
    let revision = |table: &Table| table.revision_column().map(id);
    if revision(old) != revision(new) {
        let (from, to) = (old.revision.clone(), new.revision.clone());
        changes.push(Change::Revision { table: owner.clone(), from, to });
    }
    let chain = |table: &Table| table.hash_column().map(id);
    if chain(old) != chain(new) {
        let (from, to) = (old.hash_chain.clone(), new.hash_chain.clone());
        changes.push(Change::HashChain { table: owner.clone(), from, to });
    }
    if old.expire_column().map(id) != new.expire_column().map(id) {
        let (from, to) = (old.expire.clone(), new.expire.clone());
        changes.push(Change::Expire { table: owner.clone(), from, to });
    }
    if old.soft_delete_column().map(id) != new.soft_delete_column().map(id) {
        let (from, to) = (old.soft_delete.clone(), new.soft_delete.clone());
        changes.push(Change::SoftDelete { table: owner.clone(), from, to });
    }
    let (olds, news) = (relations(old), relations(new));
    let (olds, news): (Vec<_>, Vec<_>) = (olds.iter().collect(), news.iter().collect());
    let pairs = pair(&olds, &news, |o, n| o.path == n.path);
    for (o, n) in pairs.both {
        if !n.path.is_empty() && o.name != n.name {
            changes.push(Change::ChildRenamed { from: o.name.to_owned(), to: n.name.to_owned() });
        }
        changes.extend(column::compare((old_schema, o), (new_schema, n)));
        changes.extend(compare_keys(o, n));
        changes.extend(compare_alone(owner, o, n));
        changes.extend(compare_oneofs(o, n));
        changes.extend(compare_indexes(o, n));
        changes.extend(compare_foreign_keys((old_schema, o), (new_schema, n)));
        changes.extend((o.counted != n.counted).then(|| Change::Counted { table: n.name.to_owned() }));
        changes.extend((o.immutable != n.immutable).then(|| Change::Immutable {
            table: owner.clone(),
            column: n.name.to_owned(),
            now: n.immutable,
        }));
    }
    let gone = |r: &&Relation<'_>| Change::ChildRemoved { table: r.name.to_owned(), owner: owner.clone() };
    let added = |r: &&Relation<'_>| Change::ChildAdded { table: r.name.to_owned(), owner: owner.clone() };
    changes.extend(pairs.removed.iter().map(gone));
    changes.extend(pairs.added.iter().map(added));
    changes
}

/// Compares what is said of a message in a table of its own, which has no column for it.
fn compare_alone(owner: &str, old: &Relation<'_>, new: &Relation<'_>) -> Vec<Change> {
    let (Some(o), Some(n)) = (old.alone, new.alone) else { return Vec::new() };
    let table = || new.name.to_owned();
    let required = (o.required != n.required).then(|| Change::RowRequired { table: table(), now: n.required });
    let redacted = (o.redacted != n.redacted).then(|| Change::Redacted {
        table: owner.to_owned(),
        column: table(),
        now: n.redacted,
    });
    required.into_iter().chain(redacted).collect()
}

fn compare_keys(old: &Relation<'_>, new: &Relation<'_>) -> Option<Change> {
    let names = |relation: &Relation<'_>| {
        let column = |key: &ColumnId| relation.columns.iter().find(|placed| id(placed.column) == *key);
        relation.key.iter().filter_map(column).map(|placed| placed.column.name.sql.clone()).collect()
    };
    (old.key != new.key).then(|| Change::Key { table: new.name.to_owned(), from: names(old), to: names(new) })
}

/// An index has no number: it is the same if it is over the same columns in the same way, and of the same rows.
fn compare_indexes(old: &Relation<'_>, new: &Relation<'_>) -> Vec<Change> {
    let (olds, news) = (index_keys(old), index_keys(new));
    let (olds, news): (Vec<_>, Vec<_>) = (olds.iter().collect(), news.iter().collect());
    let pairs = pair(&olds, &news, |o, n| o.1 == n.1);
    let table = || new.name.to_owned();
    let renamed = pairs.both.iter().filter(|(o, n)| o.0.name != n.0.name);
    let renamed = renamed.map(|(o, n)| {
        let (from, to) = (o.0.name.clone(), n.0.name.clone());
        Change::IndexRenamed { table: table(), from, to }
    });
    let gone = pairs.removed.iter().map(|(index, _)| {
        let (index, unique) = (index.name.clone(), index.unique);
        Change::IndexRemoved { table: table(), index, unique }
    });
    let added = pairs.added.iter().map(|(index, _)| {
        let (index, unique) = (index.name.clone(), index.unique);
        Change::IndexAdded { table: table(), index, unique }
    });
    gone.chain(renamed).chain(added).collect()
}

type IndexKey = (bool, Vec<(Option<ColumnId>, bool)>, Option<Condition>);

fn index_keys<'a>(relation: &Relation<'a>) -> Vec<(&'a Index, IndexKey)> {
    let column = |name: &str| relation.columns.iter().find(|p| p.column.name.sql == name).map(|p| id(p.column));
    let key = |index: &'a Index| {
        let columns = index.columns.iter().map(|part| (column(&part.column), part.descending)).collect();
        let condition = index.condition.as_ref().map(|c| c.renamed(&|name| format!("{:?}", column(name))));
        (index, (index.unique, columns, condition))
    };
    relation.indexes.iter().map(key).collect()
}

/// A reference of several columns has no number: it is the same if it is of the same columns.
fn compare_foreign_keys(
    (old_schema, old): (&Schema, &Relation<'_>),
    (new_schema, new): (&Schema, &Relation<'_>),
) -> Vec<Change> {
    let column = |relation: &Relation<'_>, name: &String| {
        relation.columns.iter().find(|p| p.column.name.sql == *name).map(|p| id(p.column))
    };
    let columns =
        |relation: &Relation<'_>, key: &ForeignKey| key.columns.iter().map(|c| column(relation, c)).collect::<Vec<_>>();
    let (olds, news): (Vec<_>, Vec<_>) = (old.foreign_keys.iter().collect(), new.foreign_keys.iter().collect());
    let pairs = pair(&olds, &news, |o, n| columns(old, o) == columns(new, n));
    let table = || new.name.to_owned();
    let all = |key: &ForeignKey| key.columns.join("`, `");
    let number = |schema: &Schema, key: &ForeignKey| {
        schema.tables.iter().find(|table| table.name.sql == key.table).map(|table| table.number)
    };
    let gone = pairs.removed.iter().map(|key| Change::ReferenceRemoved {
        table: table(),
        column: all(key),
        target: key.table.clone(),
    });
    let added = pairs.added.iter().map(|key| Change::ReferenceAdded {
        table: table(),
        column: all(key),
        target: key.table.clone(),
    });
    let both = pairs.both.iter().flat_map(|(o, n)| {
        let (column, from, to) = (all(n), o.table.clone(), n.table.clone());
        let target = (number(old_schema, o) != number(new_schema, n)).then(|| Change::ReferenceTarget {
            table: table(),
            column: column.clone(),
            from,
            to,
        });
        let on_delete = (o.on_delete != n.on_delete).then(|| Change::ReferenceOnDelete {
            table: table(),
            column: column.clone(),
            from: o.on_delete,
            to: n.on_delete,
        });
        let enforced = (o.enforced != n.enforced).then(|| Change::ReferenceEnforced {
            table: table(),
            column: column.clone(),
            now: n.enforced,
        });
        [target, on_delete, enforced].into_iter().flatten().collect::<Vec<_>>()
    });
    gone.chain(both).chain(added).collect()
}

/// A oneof has no number: it is the same if it has the same name, or else the same members.
fn compare_oneofs(old: &Relation<'_>, new: &Relation<'_>) -> Vec<Change> {
    let (olds, news): (Vec<_>, Vec<_>) = (old.oneofs.iter().collect(), new.oneofs.iter().collect());
    let named = pair(&olds, &news, |o, n| o.name == n.name);
    let moved = pair(&named.removed, &named.added, |o, n| members_pair(o, n).both.len() == o.members.len());
    let table = || new.name.to_owned();
    let renamed = moved.both.iter().map(|(o, n)| {
        let (from, to) = (o.name.to_owned(), n.name.to_owned());
        Change::OneofRenamed { table: table(), from, to }
    });
    let gone = moved.removed.iter().map(|o| Change::OneofRemoved { table: table(), oneof: o.name.to_owned() });
    let added = moved.added.iter().map(|n| Change::OneofAdded { table: table(), oneof: n.name.to_owned() });
    let members = named.both.iter().chain(&moved.both).flat_map(|(o, n)| compare_members(new.name, o, n));
    gone.chain(renamed).chain(added).chain(members).collect()
}

fn compare_members(table: &str, old: &Members<'_>, new: &Members<'_>) -> Vec<Change> {
    let pairs = members_pair(old, new);
    let (table, oneof) = (table.to_owned(), new.name.to_owned());
    let gains = pairs.added.iter().map(|member| member.name.to_owned());
    let loses = pairs.removed.iter().map(|member| member.name.to_owned());
    let gains = gains.map(|member| Change::OneofGains { table: table.clone(), oneof: oneof.clone(), member });
    let loses = loses.map(|member| Change::OneofLoses { table: table.clone(), oneof: oneof.clone(), member });
    // A new name in SQL is said of the column already.
    let labels = pairs.both.iter().filter(|(o, n)| o.label != n.label && o.name == n.name);
    let labels = labels.map(|(o, n)| {
        let (from, to) = (o.label.to_owned(), n.label.to_owned());
        Change::OneofLabel { table: table.clone(), oneof: oneof.clone(), from, to }
    });
    let required = (old.required != new.required).then(|| Change::OneofRequired {
        table: table.clone(),
        oneof: oneof.clone(),
        now: new.required,
    });
    gains.chain(loses).chain(labels).chain(required).collect()
}

fn members_pair<'a>(old: &Members<'a>, new: &Members<'a>) -> Pairs<Member<'a>> {
    pair(&old.members, &new.members, |o, n| (o.path, o.role) == (n.path, n.role))
}
