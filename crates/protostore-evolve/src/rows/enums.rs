//! Values of enums: new, gone and renamed ones, once an enum.

use std::collections::{BTreeMap, BTreeSet};

use protostore_schema::{Asks, EnumType, RuleValue};

use super::reused::is_reservable;
use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, DataEffect, Effect, Previous, Test, Verdict, Word};
use crate::types::Pairs;

/// The enums that fields of both schemas have.
pub(crate) fn enums(draft: &mut Draft<'_>) {
    let (before, after) = (draft.old.schema, draft.new.schema);
    let mut seen = BTreeSet::new();
    for (was, is) in Pairs::of(before, after).enums {
        let (Some(old), Some(new)) = (before.reach.enumeration(&was), after.reach.enumeration(&is)) else { continue };
        // Where the former enum lives on, the field has another enum now, rather than the enum another name.
        let is_replaced = was != is && after.reach.enumeration(&was).is_some();
        if !is_replaced && seen.insert(is.clone()) {
            values(old, new, draft);
        }
    }
}

type Names<'e> = BTreeMap<i32, Vec<&'e str>>;

fn by_number(of: &EnumType) -> Names<'_> {
    let mut names: Names<'_> = BTreeMap::new();
    for (name, number) in &of.values {
        names.entry(*number).or_default().push(name);
    }
    names
}

fn values(old: &EnumType, new: &EnumType, draft: &mut Draft<'_>) {
    let (before, after) = (by_number(old), by_number(new));
    if before == after {
        return;
    }
    let is_json = draft.new.schema.documents().enums.iter().any(|e| e.proto == new.proto);
    let unless_json = |previous: Previous| if is_json { Previous::Neither } else { previous };
    for (number, names) in &before {
        let at = |to: Option<&Vec<&str>>| At {
            value: Some(*number),
            from: format!("{}.{}", old.proto, names[0]),
            to: to.map(|to| format!("{}.{}", new.proto, to[0])).unwrap_or_default(),
            ..At::default()
        };
        match after.get(number) {
            None => gone(old, new, (*number, names), &at(None), draft),
            Some(now) if now != names => {
                let at = at(Some(now));
                let says =
                    format!("{} ({number}) of enum {} is now called {}", names.join(", "), new.proto, now.join(", "));
                let is_superset = names.iter().all(|name| now.contains(name));
                let json = if is_superset { Effect::Adds } else { Effect::Breaks };
                swapped(old, (*number, now), draft);
                let verdict = Verdict::new(ChangeKind::N07, at, says).json(json);
                draft.verdict(verdict.previous(unless_json(Previous::ReadsAndWrites)));
            }
            Some(_) => {}
        }
    }
    let is_closed = is_closed(new, draft);
    for (number, names) in after.iter().filter(|(number, _)| !before.contains_key(number)) {
        let name = format!("{}.{}", new.proto, names[0]);
        let at = At { value: Some(*number), to: name.clone(), ..At::default() };
        if draft.direction == Direction::Up && (is_reserved(old, *number) || ever(new, *number, draft)) {
            let why =
                format!("{number} of enum {} was a value that is gone: give {} another number", new.proto, names[0]);
            draft.never(ChangeKind::T11, &at, why);
            continue;
        }
        let kind = if is_closed { ChangeKind::C03 } else { ChangeKind::A14 };
        let previous = if is_closed { Previous::Reads } else { Previous::ReadsAndWrites };
        let verdict = Verdict::new(kind, at, format!("{name} ({number}) is new")).wire(Effect::Adds).json(Effect::Adds);
        draft.verdict(verdict.previous(unless_json(previous)));
    }
}

fn gone(old: &EnumType, new: &EnumType, (number, names): (i32, &[&str]), at: &At, draft: &mut Draft<'_>) {
    let says = format!("{} ({number}) of enum {} is gone", names.join(", "), new.proto);
    let verdict = Verdict::new(ChangeKind::D05, at.clone(), says.clone()).json(Effect::Breaks);
    if is_closed(old, draft) || is_closed(new, draft) {
        let closed = Verdict { kind: ChangeKind::D07, ..verdict }.wire(Effect::Breaks);
        for column in columns(new, draft) {
            let risk = format!("{} must be a value of the enum: rows with {number} stop the upgrade", column.present());
            let risks = (names[0].to_owned(), "none".to_owned());
            draft.accept(Word::Tighten, ChangeKind::D07, &column, risks, risk);
            guard(new, &column, draft);
        }
        return draft.verdict(closed.data(DataEffect::Guarded).previous(Previous::Reads).passes(1));
    }
    let missing: Vec<String> = (!is_reserved(new, number))
        .then(|| format!("reserved {number};"))
        .into_iter()
        .chain(
            names
                .iter()
                .filter(|name| is_reservable(name) && !new.reserved_names.iter().any(|r| r == *name))
                .map(|name| format!("reserved {name:?};")),
        )
        .collect();
    // A name that another number has cannot be reserved.
    let missing: Vec<String> = missing
        .into_iter()
        .filter(|line| !new.values.iter().any(|(name, _)| *line == format!("reserved {name:?};")))
        .collect();
    if !missing.is_empty() {
        let risk = format!("{says}: rows that have it show the number; say that number and name are not used again");
        draft.reserve(ChangeKind::D06, at, &new.declared, missing.join(" "), risk);
    }
    draft.verdict(verdict);
}

/// A name that another number had: rows would be read as something else.
fn swapped(old: &EnumType, (number, now): (i32, &[&str]), draft: &mut Draft<'_>) {
    let had = old.values.iter().find(|(name, other)| *other != number && now.contains(&name.as_str()));
    let Some((name, had)) = had.cloned() else { return };
    for column in columns(old, draft).into_iter().take(1) {
        let risk =
            format!("{name} of enum {} was {had}, and is {number} now: rows with {had} are read otherwise", old.proto);
        let at = At { value: Some(number), ..column };
        draft.accept(Word::Swap, ChangeKind::N07, &at, (had.to_string(), number.to_string()), risk);
    }
}

/// Returns where columns of both schemas hold the enum, by its name in one of them.
fn columns(of: &EnumType, draft: &Draft<'_>) -> Vec<At> {
    let (before, after) = (draft.old, draft.new);
    let all = after.schema.tables.iter().flat_map(|table| after.data_of(table.number));
    let both = all.filter_map(|new| Some((before.datum(new.table.number, &new.path)?, new)));
    let is_it = |name: Option<&str>| name == Some(of.proto.as_str());
    let of_it = both.filter(|(old, new)| is_it(old.enumeration()) || is_it(new.enumeration()));
    of_it.filter(|(_, new)| new.column().is_some()).map(|(old, new)| At::both(old, new)).collect()
}

/// Returns whether a number without a name is refused: by proto2, or by a rule of a column that holds the enum.
fn is_closed(of: &EnumType, draft: &Draft<'_>) -> bool {
    let has_rule = |view: &crate::view::View<'_>| {
        let mut data = view.schema.tables.iter().flat_map(|table| view.data_of(table.number));
        data.any(|datum| {
            let rules = datum.column().map(|column| column.rules.all.as_slice()).unwrap_or_default();
            datum.enumeration() == Some(&of.proto) && rules.iter().any(|rule| rule.name == "enum.defined_only")
        })
    };
    of.closed || has_rule(draft.old) || has_rule(draft.new)
}

/// Stops where a column holds a number that its rule names no more.
fn guard(new: &EnumType, at: &At, draft: &mut Draft<'_>) {
    let Some(datum) = at.table.and_then(|table| draft.old.datum(table, &at.path)) else { return };
    let Some(column) = datum.column_id() else { return };
    let numbers = datum_numbers(new, at, draft);
    let rows = Test::All(vec![Test::Set(column.clone()), Test::NotIn { column: column.clone(), numbers }]);
    draft.guard_before(column.place.clone(), rows, format!("{} is no value of {}", at.present(), new.proto));
}

fn datum_numbers(new: &EnumType, at: &At, draft: &Draft<'_>) -> Vec<i64> {
    let datum = at.table.and_then(|table| draft.new.datum(table, &at.path));
    let rules = datum.and_then(|datum| datum.column()).map(|column| column.rules.all.as_slice()).unwrap_or_default();
    let named = rules.iter().find_map(|rule| match &rule.asks {
        Asks::In(values) if rule.name == "enum.defined_only" => Some(values),
        _ => None,
    });
    let int = |value: &RuleValue| match value {
        RuleValue::Int(number) => Some(*number),
        _ => None,
    };
    let all = || by_number(new).into_keys().map(i64::from).collect();
    named.map(|values| values.iter().filter_map(int).collect()).unwrap_or_else(all)
}

fn is_reserved(of: &EnumType, number: i32) -> bool {
    of.reserved.iter().any(|(first, last)| (*first..=*last).contains(&number))
}

/// Returns whether an earlier version's enum of that name had a number.
fn ever(of: &EnumType, number: i32, draft: &Draft<'_>) -> bool {
    let versions = draft.history.versions.iter();
    let mut formers = versions.filter_map(|version| version.schema.reach.enumeration(&of.proto));
    formers.any(|former| former.values.iter().any(|(_, other)| *other == number))
}
