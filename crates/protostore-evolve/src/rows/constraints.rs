//! C: rules, indexes, references and generated values.

use protostore_schema::{Generated, Rules, Table};

use super::{indexes, loosened, references, required};
use crate::draft::{Direction, Draft};
use crate::plan::{At, ChangeKind, DataEffect, Object, ObjectKind, Place, Previous, Step, Test, Verdict, Word};
use crate::view::{Datum, Storage};

/// The rule of an enum whose numbers without a name are no values of it.
const CLOSED: &str = "enum.defined_only";

/// Rules, reference, generated value and redaction of a field that both versions store.
pub(crate) fn field(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    rules(old, new, draft);
    counted(old, new, draft);
    references::reference(old, new, draft);
    generated(old, new, draft);
    if is_redacted(old) != is_redacted(new) {
        let how = if is_redacted(new) { "left out of" } else { "shown in" };
        let says = format!("{} is {how} the readable view now", new.name);
        draft.verdict(Verdict::new(ChangeKind::C12, At::both(old, new), says));
    }
}

/// Indexes and references of several fields, of a table that both versions have and of its child tables.
pub(crate) fn table(_old: &Table, new: &Table, draft: &mut Draft<'_>) {
    indexes::indexes(new.number, draft);
    references::of_several(new.number, draft);
}

/// C01 to C03: what values must be beside their type.
fn rules(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(before), Some(after)) = (old.column(), new.column()) else { return };
    if before.rules == after.rules || is_closed_enum_alone(&before.rules, &after.rules) {
        return;
    }
    let at = At::both(old, new);
    if loosened::is_looser(&before.rules, &after.rules) {
        let says = format!("the rules of {} accept more values", new.name);
        draft.verdict(Verdict::new(ChangeKind::C03, at, says).previous(Previous::Reads).passes(1));
        return;
    }
    let name = |of: &protostore_schema::Column| protostore_schema::rules_name(&of.name.sql);
    let stated = object(draft, 1, new, ObjectKind::Check, &name(after));
    let stated = stated.filter(|check| {
        let was = object(draft, 0, old, ObjectKind::Check, &name(before));
        was.is_none_or(|was| was.canonical != check.canonical)
    });
    let risk = match &stated {
        Some(_) => format!("a value of {} that breaks its rules stops the upgrade", new.name),
        None => format!(
            "SQL cannot state the rules of {}: rows that break them are counted by the upgrade, and kept until they are written",
            new.name
        ),
    };
    let (kind, data, passes) = match &stated {
        Some(_) => (ChangeKind::C01, DataEffect::Guarded, 2),
        None => (ChangeKind::C02, DataEffect::Untouched, 1),
    };
    let says = format!("the rules of {} accept fewer values", new.name);
    draft.verdict(Verdict::new(kind, at.clone(), says).data(data).previous(Previous::Reads).passes(passes));
    draft.accept(Word::Tighten, kind, &at, (loosened::words(&before.rules), loosened::words(&after.rules)), risk);
    let Some(column) = new.column_id() else { return };
    if let Some(check) = stated {
        draft.guard_after(column.place, Test::Breaks(check), format!("{} breaks its rules", new.name));
    } else if draft.direction == Direction::Up && after.rules.all.iter().any(|rule| rule.asks.is_counted()) {
        draft.step(Step::Report { column });
    }
}

/// Returns whether a closed enum lost values and nothing else changed, which the rows of enums say.
fn is_closed_enum_alone(old: &Rules, new: &Rules) -> bool {
    let others = |rules: &Rules| rules.all.iter().filter(|rule| rule.name != CLOSED).cloned().collect::<Vec<_>>();
    let is_closed = |rules: &Rules| rules.all.iter().any(|rule| rule.name == CLOSED);
    let is_same = old.but_zero == new.but_zero && others(old) == others(new);
    is_same && is_closed(old) && is_closed(new) && !loosened::is_looser(old, new)
}

/// Returns a derived object of the older (0) or newer (1) schema in the table of a field's column.
fn object(draft: &Draft<'_>, of: usize, datum: &Datum<'_>, kind: ObjectKind, name: &str) -> Option<Object> {
    let place = datum.column_id()?.place;
    let is_it = |object: &&Object| object.kind == kind && object.place == place && object.name == name;
    draft.objects[of].iter().find(is_it).cloned()
}

/// C04: how many elements there may be. Whether there must be one, the rows of required fields say, and that no element is
/// there twice, those of indexes.
fn counted(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Storage::Child(before), Storage::Child(after)) = (old.storage, new.storage) else { return };
    let (was, is) = (before.counted, after.counted);
    let ends = |of: protostore_schema::Counted| (of.min.unwrap_or(0), of.max.unwrap_or(u64::MAX), of.unique);
    let ((least, most, unique), (least_now, most_now, unique_now)) = (ends(was), ends(is));
    let is_indexed = after.indexes.iter().any(|index| index.unique);
    // Of one element at least, another row says it.
    let is_tighter = least_now > least.max(1) || most_now < most || (unique_now && !unique && !is_indexed);
    let is_looser = least > least_now.max(1) || most < most_now || (unique && !unique_now);
    if !is_tighter && !is_looser {
        return;
    }
    let at = At::both(old, new);
    let how = if is_tighter { "fewer" } else { "more" };
    let says = format!("{} accepts {how} lists of elements", new.name);
    draft.verdict(Verdict::new(ChangeKind::C04, at.clone(), says).previous(Previous::Reads));
    if is_tighter {
        let risk =
            format!("lists of {} that break it are counted by the upgrade, and kept until they are written", new.name);
        let words = |(least, most, unique): (u64, u64, bool)| {
            let most = if most == u64::MAX { String::new() } else { most.to_string() };
            format!("{least}..{most}{}", if unique { " unique" } else { "" })
        };
        draft.accept(Word::Tighten, ChangeKind::C04, &at, (words(ends(was)), words(ends(is))), risk);
        if draft.direction == Direction::Up {
            draft.step(Step::ReportLists { place: Place { table: new.table.number, path: after.path.clone() } });
        }
    }
}

/// C13, C14: values that the store makes.
fn generated(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let made = |datum: &Datum<'_>| datum.column().and_then(|column| column.generated);
    let (was, is) = (made(old), made(new));
    if was == is {
        return;
    }
    let at = At::both(old, new);
    let says = match is {
        Some(what) => format!("the store makes {} now: {}", new.name, words(what)),
        None => format!("the store no longer makes {}", new.name),
    };
    if was != Some(Generated::Sequence) && is != Some(Generated::Sequence) {
        draft.verdict(Verdict::new(ChangeKind::C14, at, says));
        return;
    }
    // Without a counter there can be a zero, which the previous program rejects where it writes the row back.
    let verdict = Verdict::new(ChangeKind::C13, at, says).previous(Previous::Reads);
    let (true, Some(column)) = (is == Some(Generated::Sequence), new.column_id()) else {
        draft.verdict(verdict);
        return;
    };
    draft.verdict(verdict.data(DataEffect::Guarded).passes(1));
    let says = format!("{} is unset or zero, which no counter gives", new.name);
    let rows = required::is_unset(new).unwrap_or_else(|| Test::Zero(column.clone()));
    draft.guard_after(column.place.clone(), rows, says);
    draft.step(Step::Count { column });
}

fn words(generated: Generated) -> &'static str {
    match generated {
        Generated::UuidV7 => "a UUID of version 7",
        Generated::UuidV4 => "a UUID of version 4",
        Generated::Sequence => "the next number of a counter",
        Generated::CreateTime => "the time of the insert",
        Generated::UpdateTime => "the time of the last write",
    }
}

fn is_redacted(datum: &Datum<'_>) -> bool {
    match datum.storage {
        Storage::Child(child) => child.place.is_redacted(),
        _ => datum.column().is_some_and(|column| column.redacted),
    }
}
