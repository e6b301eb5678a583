//! K and S of a single value: what becomes of what one column holds.

use protostore_schema::{Kind, Label, Role};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, ColumnId, Conversion, Effect, RustStep, Step, Verdict, Word};
use crate::value::{Rewrite, ValueChange, ValueType, Wire, value_change, wrapped};
use crate::view::{Datum, Storage};

/// The kind and form of a field whose values are in one column before and after.
pub(crate) fn values(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(from), Some(to)) = (held(old), held(new)) else {
        return in_and_out_of_messages(old, new, draft);
    };
    // What is inside, the rows of messages in columns say; and a list that goes to one column, those of storage.
    let is_same = is_document(from) && is_document(to) && from.form == to.form;
    let is_other_place = is_document(from) != is_document(to) && from.kind.word() == to.kind.word();
    if is_same || is_other_place {
        return;
    }
    match value_change(from, to) {
        Ok(None) => {}
        Ok(Some(change)) => apply(&change, [from, to], [old, new], draft),
        Err(rejected) => {
            draft.never(rejected.kind, &At::both(old, new), format!("{}: {}", new.name, rejected.why));
        }
    }
}

/// A message becomes a scalar, or a scalar a message that is stored as columns or rows.
fn in_and_out_of_messages(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_message = |datum: &Datum<'_>| matches!(datum.field.kind, Kind::Message(_));
    if is_message(old) != is_message(new) {
        let why = format!(
            "{} is now {}, it was {}, and no value is carried over: reserve the number, take a new one, and fill it with \
             `backfill`",
            new.name,
            new.type_words(),
            old.type_words()
        );
        draft.never(ChangeKind::K11, &At::both(old, new), why);
    }
}

/// Returns what a field's column holds, if it has one for its value.
pub(crate) fn held<'d>(datum: &'d Datum<'_>) -> Option<ValueType<'d>> {
    let column = datum.column().filter(|_| !matches!(datum.storage, Storage::Flattened(_)))?;
    Some(ValueType { kind: &datum.field.kind, ty: &column.ty, form: column.form })
}

/// Returns whether a column holds a message or a list as a whole.
fn is_document(value: ValueType<'_>) -> bool {
    matches!(value.ty, protostore_schema::Type::Message(_) | protostore_schema::Type::Repeated(_))
}

fn apply(change: &ValueChange, [from, to]: [ValueType<'_>; 2], [old, new]: [&Datum<'_>; 2], draft: &mut Draft<'_>) {
    let at = At::both(old, new);
    let kind = row_of_key(change.kind, old);
    let says = format!("{} is now {}, it was {}", new.name, to.words(), from.words());
    let verdict = Verdict::new(kind, at.clone(), says).wire(change.wire).json(change.json);
    draft.verdict(verdict.data(change.data).previous(change.previous).passes(change.passes()));
    for word in &change.asks {
        draft.accept(*word, kind, &at, (from.words(), to.words()), risk(*word, &new.name, to));
    }
    let (Some(before), Some(after)) = (old.column_id(), new.column_id()) else { return };
    if let Some(misfit) = &change.misfit {
        let says = format!("{} does not fit {}", old.name, to.words());
        draft.guard_before(before.place.clone(), misfit.test(&before), says);
    }
    rewrite(&change.rewrite, [before, after], [old, new], draft);
}

/// Returns the row of a change: a key of a record or map has rows of its own.
fn row_of_key(kind: ChangeKind, old: &Datum<'_>) -> ChangeKind {
    use ChangeKind::{S04, S05, S06, S07, S08, S09, S10, S14, T15};
    let is_map_key = old.column().is_some_and(|column| column.role == Role::MapKey);
    let is_form = matches!(kind, S04 | S05 | S06 | S07 | S08 | S09 | S10);
    match (is_form, old.is_key()) {
        (true, _) if old.is_key() || is_map_key => S14,
        (false, true) => T15,
        _ => kind,
    }
}

fn rewrite(by: &Rewrite, [before, after]: [ColumnId; 2], [old, new]: [&Datum<'_>; 2], draft: &mut Draft<'_>) {
    if *by == Rewrite::None {
        return;
    }
    let at = At::both(old, new);
    // The tables that repeat the key of a record look it up where the run time wrote it; those inside of a map do not.
    let is_looked_up = before.role == Role::MapKey
        && draft.new.places().values().any(|table| table.parent.as_ref() == Some(&after.place));
    let key = |view: &crate::view::View<'_>| view.places().get(&after.place).map(|table| table.key.clone());
    let is_rekeyed = (old.is_key() || new.is_key()) && key(draft.old) != key(draft.new);
    let is_key = is_looked_up || is_rekeyed;
    let step = match by {
        Rewrite::None => return,
        // A table is made anew where its key changes, and so are those that repeat the key.
        Rewrite::Sql(by) => return draft.convert(before, after, by.clone()),
        _ if is_key => {
            let (kind, why) = match before.role {
                Role::MapKey => {
                    let way =
                        "store the map as JSON in one version, change it in the next, and store it in rows after that";
                    (ChangeKind::S14, format!("{} is repeated by tables inside of the map's values: {way}", new.name))
                }
                _ => {
                    let way = "change its type in one version, and the key in the next";
                    (ChangeKind::T15, format!("{} has another type, and rows another key: {way}", new.name))
                }
            };
            return draft.never(kind, &at, why);
        }
        _ if before != after => {
            let why = format!(
                "{} goes to another table and is written by the run time: change where it is stored in one version, and \
                 its type or form in the next",
                new.name
            );
            let around = new.path.split_last().map(|(_, around)| draft.changes_at(new.table.number, around));
            let moved = around.into_iter().flatten().find(|kind| matches!(kind, ChangeKind::S01 | ChangeKind::S02));
            return draft.never(moved.unwrap_or(ChangeKind::S03), &at, why);
        }
        Rewrite::Text => RustStep::Text { column: after.clone() },
        Rewrite::Bits { into } => RustStep::Bits { column: after.clone(), into: *into },
        Rewrite::Reform => RustStep::Reform { column: after.clone() },
    };
    draft.recoded(new.table.number, &new.path);
    draft.step(Step::Rust { place: after.place, by: step });
}

/// Says which data is at risk.
fn risk(word: Word, name: &str, to: ValueType<'_>) -> String {
    let to = to.words();
    match word {
        Word::Narrow => format!("a value of {name} that does not fit {to} stops the upgrade"),
        Word::Sign => format!("the bits of {name} are read with another sign, as {to}"),
        Word::Wire => format!("clients that speak protobuf's bytes read {name} otherwise, or not at all"),
        _ => format!("values of {name} become {to}"),
    }
}

/// Returns the row of a change that concerns clients alone, and what their two notations see of it.
pub(crate) fn to_clients(old: &Datum<'_>, new: &Datum<'_>) -> (ChangeKind, Effect, Effect) {
    let scalar = |datum: &Datum<'_>| wrapped(&datum.field.kind).unwrap_or(&datum.field.kind).clone();
    let (from, to) = (scalar(old), scalar(new));
    let is_wrapper = |datum: &Datum<'_>| wrapped(&datum.field.kind).is_some();
    let compatible = Wire::of(&from) == Wire::of(&to) && is_wrapper(old) == is_wrapper(new);
    let wire = if compatible && old.many() == new.many() { Effect::Same } else { Effect::Breaks };
    let notation = crate::value::Notation::of(&from) == crate::value::Notation::of(&to);
    let json = if notation && old.many() == new.many() { Effect::Same } else { Effect::Breaks };
    let kind = match (from == to, old.many() == new.many()) {
        (true, true) if new.field.label == Label::Implicit => ChangeKind::P02,
        (true, true) => ChangeKind::P01,
        (false, true) if compatible => ChangeKind::K01,
        (false, true) => ChangeKind::K05,
        (_, false) => ChangeKind::K18,
    };
    (kind, wire, json)
}

/// Converts a column beside what its kind asks for; unless the run time writes it anew.
pub(crate) fn convert(old: &Datum<'_>, new: &Datum<'_>, kind: ChangeKind, by: Conversion, draft: &mut Draft<'_>) {
    let (Some(before), Some(after)) = (old.column_id(), new.column_id()) else { return };
    if draft.values.is_recoded(new.table.number, &new.path) {
        let why = format!("{} is written anew and set otherwise at once: change one in a version of its own", new.name);
        return draft.never(kind, &At::both(old, new), why);
    }
    draft.convert(before, after, by);
}
