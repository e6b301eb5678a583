//! K16 to K19: one value and several, lists and maps.

use protostore_schema::{Form, Kind, Label, Type};

use super::{encoded, required, storage, values};
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, ColumnId, Conversion, DataEffect, Effect, Motion, Previous, Test, Verdict, Word};
use crate::structure::is_of_owner;
use crate::value::Wire;
use crate::view::{Datum, Many, Storage};

/// A field that has another number of values than before.
pub(crate) fn many(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_carried = match (old.many(), new.many()) {
        _ if storage::is_in_one_column(old) || storage::is_in_one_column(new) => recoded(old, new, draft),
        (Many::One, Many::List) => spread(old, new, draft),
        (Many::List, Many::One) => gather(old, new, draft),
        (Many::Map, Many::List) => entries(old, new, draft),
        (Many::List, Many::Map) => keyed(old, new, draft),
        _ => None,
    };
    if is_carried.is_none() {
        let kind = row(old, new);
        let way = match kind {
            ChangeKind::K16 | ChangeKind::K17 => {
                "store it as JSON in one version, with `storage: JSON`, and change its type in the next; or reserve the number, \
                 take a new one, and fill it by the program"
            }
            _ => "reserve the number, take a new one, and fill it by the program",
        };
        let why = format!(
            "{} is {} in {} now, it was {} in {}, which is not carried over: {way}",
            new.name,
            new.type_words(),
            new.storage.word(),
            old.type_words(),
            old.storage.word()
        );
        draft.never(kind, &At::both(old, new), why);
    }
}

/// Returns the row of a change of how many values there are.
fn row(old: &Datum<'_>, new: &Datum<'_>) -> ChangeKind {
    match (old.many(), new.many()) {
        (Many::Map, Many::List) => ChangeKind::K16,
        (Many::List, Many::Map) => ChangeKind::K17,
        (Many::One, _) => ChangeKind::K18,
        _ => ChangeKind::K19,
    }
}

/// What one column holds as a whole, before or after: the run time carries it.
fn recoded(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<()> {
    let kind = row(old, new);
    let is_one_and_map =
        [(old, new), (new, old)].iter().any(|(one, map)| one.many() == Many::One && map.many() == Many::Map);
    // Elements that are documents each are in a table of their own.
    let is_apart = |datum: &Datum<'_>| datum.is_document() && !storage::is_in_one_column(datum);
    if is_one_and_map || is_apart(old) || is_apart(new) {
        return None;
    }
    let risks = match kind {
        ChangeKind::K16 | ChangeKind::K17 => encoded::risks_of_entries(old, new, draft)?,
        _ => Vec::new(),
    };
    let is_guarded = matches!(kind, ChangeKind::K17 | ChangeKind::K19);
    say(kind, old, new, if is_guarded { DataEffect::Guarded } else { DataEffect::Exact }, draft);
    if is_guarded {
        let several = if kind == ChangeKind::K17 { "two entries of one key in" } else { "more than one element of" };
        let risk = format!("{several} {} stops the upgrade", old.name);
        draft.accept(Word::Narrow, kind, &At::both(old, new), (old.type_words(), new.type_words()), risk);
    }
    let (words, at) = ((old.type_words(), new.type_words()), At::both(old, new));
    for word in risks.into_iter().filter(|word| *word != Word::Narrow || !is_guarded) {
        let risk = format!("keys or values of {} are of another type", new.name);
        draft.accept(word, kind, &at, words.clone(), risk);
    }
    if let (ChangeKind::K19, Some(from)) = (kind, list_of_its_own(old)) {
        draft.guard_before(from, Test::Several, format!("{} has more than one element", old.name));
    }
    storage::by_run_time(kind, old, new, draft);
    required::required(old, new, draft);
    Some(())
}

/// K18: a value becomes the only element of a list; none where it is unset, or an implicit zero.
fn spread(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<()> {
    let to = list_of_its_own(new)?;
    if alone(old).is_some() {
        return from_a_table(old, new, draft);
    }
    let column = old.column_id()?;
    let is_set = match old.storage {
        Storage::Column(_) if old.field.label == Label::Required => Test::Any,
        Storage::Column(_) if old.is_zero_where_set() => Test::NotZero(column),
        Storage::Column(_) => Test::Set(column),
        Storage::Flattened(_) => Test::NotZero(column),
        Storage::Child(_) | Storage::Element(_) | Storage::Inline | Storage::Absent(_) => return None,
    };
    say(ChangeKind::K18, old, new, DataEffect::Exact, draft);
    values::values(old, new, draft);
    draft.motion(old.place.clone(), to, Motion::OneRow(is_set));
    required::required(old, new, draft);
    Some(())
}

/// K18: the table of a message becomes that of a list, and its row the first element.
fn from_a_table(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<()> {
    say(ChangeKind::K18, old, new, DataEffect::Exact, draft);
    required::required(old, new, draft);
    Some(())
}

/// K19: the only element of a list becomes the value.
fn gather(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<()> {
    let from = list_of_its_own(old)?;
    match new.storage {
        Storage::Column(_) | Storage::Flattened(_) => {}
        // The table of the list becomes that of the message.
        Storage::Child(_) if alone(new).is_some() => {}
        _ => return None,
    }
    say(ChangeKind::K19, old, new, DataEffect::Guarded, draft);
    let says = format!("{} has more than one element", old.name);
    let risk = format!("more than one element of {} stops the upgrade", old.name);
    let words = (old.type_words(), new.type_words());
    draft.accept(Word::Narrow, ChangeKind::K19, &At::both(old, new), words, risk);
    draft.guard_before(from.clone(), Test::Several, says);
    values::values(old, new, draft);
    if matches!(new.storage, Storage::Column(scalar) if scalar.null_for_zero) {
        values::convert(old, new, ChangeKind::K19, Conversion::ZeroToUnset, draft);
    }
    if alone(new).is_none() {
        draft.motion(from, new.place.clone(), Motion::OnlyRow);
    }
    required::required(old, new, draft);
    Some(())
}

/// K16: a map becomes a list of its entries, in the order of the keys.
fn entries(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<()> {
    let place = list_of_its_own(old)?;
    let parts = parts(old, new, draft)?;
    list_of_its_own(new)?;
    say(ChangeKind::K16, old, new, DataEffect::Exact, draft);
    // A scalar that prost does not write of an entry, a newer program reads as unset. A message is set in every entry.
    for (before, after, may_be_unset, is_message) in parts {
        let by = if may_be_unset && !is_message { Conversion::ZeroToUnset } else { Conversion::Same };
        draft.convert(before, after, by);
    }
    draft.motion(place.clone(), place, Motion::KeysToPositions);
    Some(())
}

/// K17: a list of entries becomes a map.
fn keyed(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> Option<()> {
    let place = list_of_its_own(old)?;
    let parts = parts(new, old, draft)?;
    list_of_its_own(new)?;
    say(ChangeKind::K17, old, new, DataEffect::Guarded, draft);
    let risk = format!("two entries of {} with one key stop the upgrade", old.name);
    let words = (old.type_words(), new.type_words());
    draft.accept(Word::Narrow, ChangeKind::K17, &At::both(old, new), words, risk);
    // Entries of two owners may share a key: the places of the elements around them tell them apart.
    let owner = draft.old.places().get(&place)?.key.iter().filter(|column| is_of_owner(column));
    let key = parts.first().map(|(_, entry, _, _)| entry.clone());
    let columns = owner.cloned().chain(key).collect();
    let says = format!("{} has two entries of one key", old.name);
    draft.guard_before(place.clone(), Test::Duplicate { columns, among: Box::new(Test::Any) }, says);
    for (map, entry, may_be_unset, _) in parts {
        if may_be_unset && entry.path.last() == Some(&2) && has_no_empty(new, draft) {
            let says = format!("{} has an entry without a value", old.name);
            draft.guard_before(place.clone(), Test::Unset(entry.clone()), says);
        }
        let by = if may_be_unset { Conversion::UnsetToZero } else { Conversion::Same };
        draft.convert(entry, map, by);
    }
    zeros_of_unset(new, draft);
    draft.motion(place.clone(), place, Motion::PositionsToKeys);
    Some(())
}

/// Returns the columns of a map and of an entry that is a message of its key and its value alone: those that hold them, or,
/// where values are messages, those of their fields that change; whether each may be unset in the entry; and whether it is
/// a message of `google.protobuf`.
fn parts(map: &Datum<'_>, list: &Datum<'_>, draft: &Draft<'_>) -> Option<Vec<(ColumnId, ColumnId, bool, bool)>> {
    let views = match map.many() == Many::Map && draft.old.datum(map.table.number, &map.path)?.many() == Many::Map {
        true => (draft.old, draft.new),
        false => (draft.new, draft.old),
    };
    let at = |number: u32| map.path.iter().copied().chain([number]).collect::<Vec<u32>>();
    let inside = |view: &'_ crate::view::View<'_>| {
        let data = view.data_of(map.table.number);
        data.filter(|datum| datum.path.starts_with(&map.path) && datum.path.len() > map.path.len()).all(|datum| {
            // Tables inside of values would have the key of the map in theirs.
            let is_part = datum.path == at(1) || datum.path.starts_with(&at(2));
            is_part && !matches!(datum.storage, Storage::Child(_))
        })
    };
    if !inside(views.0) || !inside(views.1) {
        return None;
    }
    let part = |number: u32| {
        let (of_map, of_entry) =
            (views.0.datum(map.table.number, &at(number))?, views.1.datum(list.table.number, &at(number))?);
        Some((of_map, of_entry))
    };
    let columns = |(of_map, of_entry): (&Datum<'_>, &Datum<'_>)| {
        let is_message = matches!(of_entry.field.kind, Kind::Message(_));
        Some((of_map.column_id()?, of_entry.column_id()?, !of_entry.is_zero_where_set(), is_message))
    };
    let (key, value) = (part(1)?, part(2)?);
    let is_scalar = |(of_map, of_entry): (&Datum<'_>, &Datum<'_>)| {
        matches!((of_map.storage, of_entry.storage), (Storage::Element(_), Storage::Column(_)))
    };
    match (value.0.storage, value.1.storage) {
        _ if !is_scalar(key) => None,
        (Storage::Element(_), Storage::Column(_)) => Some(vec![columns(key)?, columns(value)?]),
        (Storage::Inline, Storage::Flattened(_)) => Some(vec![columns(key)?]),
        _ => None,
    }
}

/// Says whether no value of a map's column is that of an empty message: a `google.protobuf.Value` has a kind, and the JSON of
/// an `Any` has a type.
fn has_no_empty(map: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let value: Vec<u32> = map.path.iter().copied().chain([2]).collect();
    let column = draft.new.datum(map.table.number, &value).and_then(Datum::column);
    column.is_some_and(|column| column.ty == Type::Value || (column.ty == Type::Any && column.form == Form::Json))
}

/// The message of an entry that is not set becomes one of zeros as the value of a map.
fn zeros_of_unset(new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    let value: Vec<u32> = new.path.iter().copied().chain([2]).collect();
    let members = after.data_of(new.table.number).filter(|datum| datum.path.starts_with(&value));
    for member in members.filter(|member| member.within.is_none() && matches!(member.storage, Storage::Column(_))) {
        let is_never_unset = member.is_zero_where_set() || member.many() != Many::One;
        let was = before.datum(member.table.number, &member.path).and_then(Datum::column_id);
        if let (true, Some(was), Some(is)) = (is_never_unset, was, member.column_id()) {
            draft.convert(was, is, Conversion::UnsetToZero);
        }
    }
}

/// Returns the table of a list or map. Tables inside its elements get, or lose, the place of an element in their keys.
fn list_of_its_own(datum: &Datum<'_>) -> Option<crate::plan::Place> {
    let Storage::Child(child) = datum.storage else { return None };
    let is_list = !matches!(child.place, protostore_schema::Place::Alone(_));
    if is_list { datum.child_place() } else { None }
}

fn say(kind: ChangeKind, old: &Datum<'_>, new: &Datum<'_>, data: DataEffect, draft: &mut Draft<'_>) {
    let at = At::both(old, new);
    let words = (old.type_words(), new.type_words());
    let says = format!("{} is now {}, it was {}", new.name, words.1, words.0);
    let is_map = old.many() == Many::Map || new.many() == Many::Map;
    // Numbers of a list are packed, and one alone is not.
    let is_same = is_map || matches!(Wire::of(&new.field.kind), Wire::Bytes | Wire::Message);
    let wire = if is_same { Effect::Same } else { Effect::Breaks };
    let verdict = Verdict::new(kind, at.clone(), says).wire(wire).json(Effect::Breaks).data(data);
    let verdict = match kind {
        ChangeKind::K17 => verdict.loses(format!("the order of the entries of {}, and which have no value", new.name)),
        _ => verdict,
    };
    draft.verdict(verdict.previous(Previous::Neither).passes(4));
    if wire == Effect::Breaks && !matches!(new.field.kind, Kind::Message(_)) {
        let risk = format!("clients that speak protobuf's bytes read {} otherwise, or not at all", new.name);
        draft.accept(Word::Wire, kind, &at, words, risk);
    }
}

/// Returns the table of a message that has one of its own.
fn alone(datum: &Datum<'_>) -> Option<crate::plan::Place> {
    let Storage::Child(child) = datum.storage else { return None };
    let is_alone = matches!(child.place, protostore_schema::Place::Alone(_));
    if is_alone { datum.child_place() } else { None }
}
