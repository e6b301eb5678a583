//! Decides the indexes: those that are asked for, and one for each reference that no other serves.

use protostore_schema::{Condition, Index, IndexColumn, index_name};

use super::Report;
use super::draft::{Draft, Shape, type_word};
use super::{conditions, paths};
use crate::Code;
use crate::diagnostic::Place;

/// The most fields of a key, an index or a reference: as many as the parts of a tuple that Rust can compare.
pub(super) const PARTS: usize = 12;

/// Refuses a list of more fields than [`PARTS`].
pub(super) fn too_many(what: &str, count: usize, place: Place, report: &mut Report<'_>) -> bool {
    let too_many = count > PARTS;
    if too_many {
        let text = format!("{what} has {count} fields, and at most {PARTS} are possible");
        report.add(Code::TooManyParts, place, text, "name fewer fields; the first ones find the rows");
    }
    too_many
}

/// Decides the indexes of a table and of its child tables.
pub(super) fn decide(draft: &mut Draft, report: &mut Report<'_>) {
    keep_apart(draft);
    for n in 0..draft.options.indexes.len() {
        let Some((child, columns)) = stated(draft, n, report) else { continue };
        let place = draft.place(report.sources, &[("index", n)]);
        let unique = draft.options.indexes[n].unique;
        let condition = match &draft.options.indexes[n].condition {
            None => None,
            Some(text) => {
                let place = draft.place(report.sources, &[("index", n), ("where", 0)]);
                let Some(condition) = conditions::lower(draft, child, text, place, report) else { continue };
                Some(condition)
            }
        };
        add(draft, child, columns, unique, condition, place, report);
    }
    for i in 0..draft.spots.len() {
        let column = &draft.spots[i].column;
        let wanted = [(&column.unique, "unique"), (&column.index, "index")];
        let wanted: Vec<_> = wanted
            .into_iter()
            .filter_map(|(said, key)| said.as_ref().filter(|(on, _)| *on).map(|(_, said)| (said, key)))
            .map(|(said, key)| (said.place(report.sources, &[(key, 0)]), key == "unique"))
            .collect();
        for (place, unique) in wanted {
            let columns = vec![IndexColumn { column: column_name(draft, i), descending: false }];
            add(draft, draft.spots[i].child, columns, unique, None, place, report);
        }
        if draft.spots[i].column.reference.is_some() && !is_served(draft, i) {
            let columns = vec![IndexColumn { column: column_name(draft, i), descending: false }];
            push(draft, draft.spots[i].child, columns, false, None);
        }
    }
    decide_composites(draft);
    sweeps(draft);
    restores(draft);
}

/// Adds the index by which a list of references names no row twice, where `unique` asks for it; an element that is no
/// element of any other list needs none.
fn keep_apart(draft: &mut Draft) {
    for i in 0..draft.spots.len() {
        let spot = &draft.spots[i];
        let is_join = matches!(spot.shape, Shape::Scalars(_)) && spot.column.reference.is_some();
        let in_one_list = spot.column.unique.as_ref().is_some_and(|(on, _)| *on);
        if is_join && spot.counted.unique && !in_one_list {
            let columns = spot.owner.iter().cloned().chain([column_name(draft, i)]);
            let columns = columns.map(|column| IndexColumn { column, descending: false }).collect();
            push(draft, spot.child, columns, true, None);
        }
    }
}

/// Adds an index for each reference of several fields that no other serves.
fn decide_composites(draft: &mut Draft) {
    for n in 0..draft.foreign_keys.len() {
        let key = &draft.foreign_keys[n];
        let (child, columns) = (key.child, key.columns.clone());
        if !is_served_together(draft, child, &columns) {
            let columns = columns.into_iter().map(|column| IndexColumn { column, descending: false }).collect();
            push(draft, child, columns, false, None);
        }
    }
}

/// Returns whether the columns are the first ones of the primary key or of an index, in whatever order.
fn is_served_together(draft: &Draft, child: Option<usize>, columns: &[String]) -> bool {
    let begins = |names: &[&str]| {
        names.len() >= columns.len() && names[..columns.len()].iter().all(|name| columns.iter().any(|c| c == name))
    };
    let key: Vec<&str> = match child {
        None => draft.key.iter().map(|i| draft.spots[*i].sql.as_str()).collect(),
        Some(i) => {
            let spot = &draft.spots[i];
            spot.owner.iter().chain([&spot.place_column]).map(String::as_str).collect()
        }
    };
    let mut indexes = draft.indexes.iter().filter(|(c, index)| *c == child && index.condition.is_none());
    let names = |index: &Index| index.columns.iter().map(|c| c.column.clone()).collect::<Vec<_>>();
    begins(&key) || indexes.any(|(_, index)| begins(&names(index).iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Adds the index by which the rows are found that have expired.
fn sweeps(draft: &mut Draft) {
    if let Some(i) = draft.expire
        && !is_served(draft, i)
    {
        let columns = vec![IndexColumn { column: column_name(draft, i), descending: false }];
        push(draft, None, columns, false, None);
    }
}

/// Adds the index by which the rows are found that are deleted.
fn restores(draft: &mut Draft) {
    if let Some(i) = draft.soft_delete {
        let column = column_name(draft, i);
        // One that names it is refused.
        if draft
            .indexes
            .iter()
            .any(|(child, index)| child.is_none() && index.columns.iter().any(|c| c.column == column))
        {
            return;
        }
        let set = Condition::Set { column: column.clone(), set: true };
        let columns = vec![IndexColumn { column, descending: false }];
        let name = index_name(&draft.sql, false, &columns, None);
        draft.indexes.push((None, Index { name, columns, unique: false, condition: Some(set) }));
    }
}

/// Returns the condition of an index: a unique one of rows that are kept tells apart those that are not deleted.
fn alive(draft: &Draft, child: Option<usize>, unique: bool, said: Option<&Condition>) -> Option<Condition> {
    let Some(time) = draft.soft_delete.filter(|_| unique && child.is_none()) else { return said.cloned() };
    let there = Condition::Set { column: column_name(draft, time), set: false };
    Some(match said {
        None => there,
        Some(said) if *said == there => there,
        Some(Condition::All(parts)) if parts.contains(&there) => Condition::All(parts.clone()),
        Some(Condition::All(parts)) => Condition::All(parts.iter().cloned().chain([there]).collect()),
        Some(said) => Condition::All(vec![said.clone(), there]),
    })
}

/// Returns whether the column is the first of the primary key or of an index, so that its rows are found without a scan.
fn is_served(draft: &Draft, i: usize) -> bool {
    let spot = &draft.spots[i];
    let column = column_name(draft, i);
    let heads = |(child, index): &(Option<usize>, Index)| {
        let whole = *child == spot.child && index.condition.is_none();
        whole && index.columns.first().is_some_and(|c| c.column == column)
    };
    draft.key.first() == Some(&i) || draft.indexes.iter().any(heads)
}

/// Returns the column of a field that has one.
fn column_name(draft: &Draft, i: usize) -> String {
    match draft.spots[i].shape {
        Shape::Scalars(_) => "value".to_owned(),
        Shape::Scalar(_) | Shape::Message(_) | Shape::Row(_) | Shape::Messages(_) | Shape::Map(_) | Shape::Absent => {
            draft.spots[i].sql.clone()
        }
    }
}

/// Returns the column of a field in the table of an index, where the key's fields stand for the owner; `None` if it
/// is in another.
pub(super) fn column_in(draft: &Draft, i: usize, child: Option<usize>) -> Option<String> {
    match draft.key.iter().position(|k| *k == i).zip(child) {
        Some((part, child)) => Some(draft.spots[child].owner[part].clone()),
        None => (draft.spots[i].child == child).then(|| column_name(draft, i)),
    }
}

/// Reads the fields of the `n`th `index`, and finds the table that all of them are in.
fn stated(draft: &Draft, n: usize, report: &mut Report<'_>) -> Option<(Option<usize>, Vec<IndexColumn>)> {
    let mut fields: Vec<(usize, bool, Place)> = Vec::new();
    let mut complete = true;
    for (f, text) in draft.options.indexes[n].fields.iter().enumerate() {
        let place = draft.place(report.sources, &[("index", n), ("fields", f)]);
        match read_field(draft, text, &place, report) {
            Some((i, _)) if fields.iter().any(|(other, ..)| *other == i) => {
                let text = format!("the index names `{}` twice", draft.spots[i].dotted());
                report.add(Code::BadIndex, place, text, "take one of the two away");
                complete = false;
            }
            Some((i, descending)) => fields.push((i, descending, place)),
            None => complete = false,
        }
    }
    if draft.options.indexes[n].fields.is_empty() {
        let place = draft.place(report.sources, &[("index", n)]);
        let help = "write `index: {fields: [\"status\", \"create_time desc\"]}`";
        report.add(Code::BadIndex, place, "an `index` names no fields", help);
    }
    let place = draft.place(report.sources, &[("index", n)]);
    if fields.is_empty() || !complete || too_many("the index", fields.len(), place, report) {
        return None;
    }
    let child = fields.iter().find_map(|(i, ..)| draft.spots[*i].child);
    let mut columns = Vec::new();
    for (i, descending, place) in &fields {
        let Some(column) = column_in(draft, *i, child) else {
            across(draft, *i, ("index", child), place.clone(), report);
            return None;
        };
        columns.push(IndexColumn { column, descending: *descending });
    }
    Some((child, columns))
}

pub(super) fn across(
    draft: &Draft,
    i: usize,
    (what, child): (&str, Option<usize>),
    place: Place,
    report: &mut Report<'_>,
) {
    // Every table has the fields of the key, so the key must be known first.
    if draft.key_unknown {
        return;
    }
    let table_of = |child: Option<usize>| child.map_or(&draft.sql, |c| &draft.spots[c].sql);
    let spot = &draft.spots[i];
    let text = format!(
        "`{}` is in the table `{}`, but the {what} is on `{}`",
        spot.dotted(),
        table_of(spot.child),
        table_of(child)
    );
    let help = "write one for each table; fields of a child table can be combined only with those of the primary key";
    report.add(Code::IndexAcrossTables, place, text, help);
}

/// Reads `path` or `path desc`.
fn read_field(draft: &Draft, text: &str, place: &Place, report: &mut Report<'_>) -> Option<(usize, bool)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (path, descending) = match words.as_slice() {
        [path] => (*path, false),
        [path, "desc"] => (*path, true),
        _ => {
            let help = "write a field's path, or the path and `desc`: `\"create_time desc\"`";
            report.add(Code::BadIndex, place.clone(), format!("`{text}` is no field of an index"), help);
            return None;
        }
    };
    let i = paths::resolve(draft, path, place.clone(), report)?;
    if draft.spots[i].ty().is_none() {
        let text = format!("`{path}` is a message, so it cannot be in an index");
        report.add(Code::CannotApply, place.clone(), text, "name a field of the message");
        return None;
    }
    if let Some(ty) = draft.spots[i].ty().filter(|ty| !ty.can_be_indexed()) {
        let text = format!("`{path}` is a `{}`, so it cannot be in an index", type_word(ty));
        report.add(Code::CannotApply, place.clone(), text, "name a field of one scalar");
        return None;
    }
    Some((i, descending))
}

/// Adds an index that is asked for, unless the primary key or another index is the same.
fn add(
    draft: &mut Draft,
    child: Option<usize>,
    columns: Vec<IndexColumn>,
    unique: bool,
    condition: Option<Condition>,
    place: Place,
    report: &mut Report<'_>,
) {
    let key = draft.key.iter().map(|i| draft.spots[*i].sql.as_str());
    let condition_of_all = alive(draft, child, unique, condition.as_ref());
    let is_key = child.is_none() && condition.is_none() && key.eq(columns.iter().map(|c| c.column.as_str()));
    let is_same = |index: &Index| index.columns == columns && index.condition == condition_of_all;
    let same = draft.indexes.iter().find(|(c, index)| *c == child && is_same(index));
    let other = if is_key { Some("the primary key") } else { same.map(|(_, index)| index.name.as_str()) };
    if let Some(other) = other {
        let list: Vec<_> = columns.iter().map(|c| c.column.as_str()).collect();
        let text = format!("`{}` is indexed already, by `{other}`", list.join("`, `"))
            .replace("`the primary key`", "the primary key");
        let help = "take this one away; a unique index finds rows as a plain one does";
        report.add(Code::DuplicateIndex, place, text, help);
        return;
    }
    push(draft, child, columns, unique, condition);
}

fn push(
    draft: &mut Draft,
    child: Option<usize>,
    columns: Vec<IndexColumn>,
    unique: bool,
    condition: Option<Condition>,
) {
    let table = child.map_or(&draft.sql, |c| &draft.spots[c].sql);
    let name = index_name(table, unique, &columns, condition.as_ref());
    let condition = alive(draft, child, unique, condition.as_ref());
    draft.indexes.push((child, Index { name, columns, unique, condition }));
}
