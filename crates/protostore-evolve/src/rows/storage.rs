//! S: where the values of a field are stored. In which form, the rows of kinds say.

use protostore_schema::Kind;

use super::encoded;
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, Motion, Previous, RustStep, Step, Test, Verdict};
use crate::view::{Datum, Storage};

/// Where a field is stored that both versions store.
pub(crate) fn storage(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let is_message = |datum: &Datum<'_>| matches!(datum.field.kind, Kind::Message(_));
    if old.many() != new.many() || is_message(old) != is_message(new) || is_moved_with_its_list(old, new, draft) {
        return;
    }
    match (old.storage, new.storage) {
        (Storage::Flattened(_), Storage::Child(_)) => apart(old, new, draft),
        (Storage::Child(_), Storage::Flattened(_)) => together(old, new, draft),
        _ if old.is_document() && new.is_document() => reform(old, new, draft),
        (Storage::Column(_), Storage::Flattened(_) | Storage::Child(_)) if old.is_document() => recode(old, new, draft),
        (Storage::Flattened(_) | Storage::Child(_), Storage::Column(_)) if new.is_document() => recode(old, new, draft),
        _ if old.storage.word() == new.storage.word() && old.is_document() == new.is_document() => {}
        _ => {
            let is_of_map = matches!(old.storage, Storage::Inline | Storage::Element(_));
            let way = match is_of_map {
                true => "store the whole map as JSON in one version, and its values so in the next; or put it back",
                false => "put it back",
            };
            let (was, is) = (old.storage.word(), new.storage.word());
            let why = format!("{} was stored in {was}, and is in {is} now, which is not carried over: {way}", new.name);
            draft.never(ChangeKind::S03, &At::both(old, new), why);
        }
    }
}

/// Returns whether a map became a list of its entries, or a list a map, which carries keys and values too.
fn is_moved_with_its_list(old: &Datum<'_>, new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let is_part = |datum: &Datum<'_>| matches!(datum.storage, Storage::Element(_) | Storage::Inline);
    let is_part = is_part(old) != is_part(new);
    let around = new.path.split_last().map(|(_, around)| draft.changes_at(new.table.number, around));
    is_part && around.is_some_and(|kinds| kinds.contains(&ChangeKind::K16) || kinds.contains(&ChangeKind::K17))
}

/// S01: a message goes from columns to a table of its own.
fn apart(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(presence), Some(to)) = (old.column_id(), new.child_place()) else { return };
    let says = format!("{} is stored in a table of its own", new.name);
    let verdict = Verdict::new(ChangeKind::S01, At::both(old, new), says).data(DataEffect::Exact);
    draft.verdict(verdict.previous(Previous::Neither).passes(4));
    draft.motion(old.place.clone(), to, Motion::OneRow(Test::NotZero(presence)));
}

/// S02: a message goes from a table of its own to columns of the table around it.
fn together(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let Some(from) = old.child_place() else { return };
    let says = format!("{} is stored in columns of the table around it", new.name);
    let verdict = Verdict::new(ChangeKind::S02, At::both(old, new), says).data(DataEffect::Exact);
    draft.verdict(verdict.previous(Previous::Neither).passes(4));
    draft.motion(from, new.place.clone(), Motion::OnlyRow);
}

/// S03: what one column holds goes from bytes to JSON, or back. The row of the form carries it, and what changes inside.
fn reform(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let form = |datum: &Datum<'_>| datum.column().map(|column| column.form);
    if form(old) != form(new) {
        encoded::inside_of_written(old, new, draft);
    }
}

/// S03: a message, list or map goes from columns or rows to one column of bytes or JSON, or back.
fn recode(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let at = At::both(old, new);
    let words = |datum: &Datum<'_>| match datum.column() {
        Some(column) if datum.is_document() && column.form == protostore_schema::Form::Json => "JSON",
        _ if datum.is_document() => "bytes",
        _ => datum.storage.word(),
    };
    let says = format!("{} is stored as {}, it was {}", new.name, words(new), words(old));
    let verdict = Verdict::new(ChangeKind::S03, at, says).data(DataEffect::Exact);
    draft.verdict(verdict.previous(Previous::Neither).passes(4));
    by_run_time(ChangeKind::S03, old, new, draft);
}

/// Returns whether one column holds a message, list or map as a whole.
pub(crate) fn is_in_one_column(datum: &Datum<'_>) -> bool {
    matches!(datum.storage, Storage::Column(_)) && datum.is_document()
}

/// Has the run time carry all of a field, which one column holds as a whole in one version at least.
pub(crate) fn by_run_time(kind: ChangeKind, old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    if !encoded::inside_of_written(old, new, draft) {
        return;
    }
    let by = match (old.column_id(), new.column_id()) {
        _ if old.place != new.place => None,
        (Some(before), Some(column)) if is_in_one_column(old) && is_in_one_column(new) => {
            (before == column).then_some(RustStep::Reform { column })
        }
        (_, Some(into)) if is_in_one_column(new) => Some(RustStep::Encode { into }),
        (Some(from), _) => Some(RustStep::Decode { from }),
        (None, _) => None,
    };
    let Some(by) = by else {
        let why = format!(
            "{} is stored otherwise, and so is the message around it: change one in a version of its own",
            new.name
        );
        return draft.never(kind, &At::both(old, new), why);
    };
    draft.recoded(new.table.number, &new.path);
    draft.step(Step::Rust { place: new.place.clone(), by });
}
