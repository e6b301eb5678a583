//! S11 to S13: messages that one column holds, as bytes or as JSON, and what changed inside of them.
//!
//! What is stored is always what a program of the file's version writes, but for names in JSON, of which all that there
//! ever were are read. So a plan needs to look at two versions alone. Bytes and texts stay as they are where the newer
//! version reads in them what they say, and would write the same; else the run time writes them anew, value by value, or
//! stops at the first that does not fit. What cannot be carried is rejected by name.

mod any;
mod carried;
mod inside;
mod kept;

use std::collections::BTreeSet;

use protostore_schema::{Field, Form, is_well_known};

use self::carried::carried;
use self::inside::Inside;
use self::kept::{is_kept, is_written_otherwise};
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, RustStep, Step, Word};
use crate::types::Pairs;
use crate::view::{Datum, Many};

/// A message, list or map that one column holds in both versions and in the same form; or each element of a list.
pub(crate) fn encoded(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    if old.many() != new.many() {
        return;
    }
    let mut is_anew = any::encoded(old, new, draft);
    if let Some(form) = form(old).filter(|was| Some(*was) == form(new)) {
        let is_json = form == Form::Json;
        is_anew |= is_written_anew(old, new, is_json, draft);
        inside(old, new, Look { is_json, is_anew }, draft);
    }
    if is_anew {
        write_anew(old, new, draft);
    }
}

/// Says what changes inside of a message, list or map that the run time writes anew as a whole, since it is stored
/// otherwise or has another number of values; returns whether all of it is carried.
pub(crate) fn inside_of_written(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) -> bool {
    let is_json = form(new).or(form(old)) == Some(Form::Json);
    let before = draft.rejected.len();
    inside(old, new, Look { is_json, is_anew: true }, draft);
    draft.rejected.len() == before
}

/// Looks at each field inside that both versions have, or one of them.
fn inside(old: &Datum<'_>, new: &Datum<'_>, look: Look, draft: &mut Draft<'_>) {
    let at = At::both(old, new);
    let is_chained = old.table.hash_chain.is_some() && new.table.hash_chain.is_some();
    let inside = |name: &str| Inside { at: &at, look, is_chained, name: name.to_owned() };
    let (Some(before), Some(after)) = (old.message(), new.message()) else {
        // Of a list of scalars, the bytes are those of its message with this field alone.
        let kind = |datum: &Datum<'_>| (datum.field.kind.word(), datum.enumeration().map(str::to_owned));
        if kind(old) != kind(new) {
            inside(&new.declared_by).both(None, &values_alone(&old.field, &new.field), &new.field, draft);
        }
        return;
    };
    if is_well_known(before) || is_well_known(after) {
        return;
    }
    let (olds, news) = (draft.old.schema, draft.new.schema);
    // The entry of a map has the fields of the message that becomes of it, whatever they are called there.
    let is_entry = old.many() != new.many() && (old.many() == Many::Map || new.many() == Many::Map);
    for (was, now) in messages(before, after, draft).into_iter().skip(usize::from(is_entry)) {
        let (Some(old), Some(new)) = (olds.reach.message(&was), news.reach.message(&now)) else { continue };
        inside(&new.proto).message(old, new, draft);
    }
}

/// Returns the risks of a map that becomes a list of its entries, or of a list that becomes a map; none where that is not
/// carried.
pub(crate) fn risks_of_entries(old: &Datum<'_>, new: &Datum<'_>, draft: &Draft<'_>) -> Option<Vec<Word>> {
    carried(&old.field, &new.field, [draft.old.schema, draft.new.schema]).map(|change| change.asks)
}

/// Returns what a field was, apart from its name and from how many values it had: its own rows say those.
fn values_alone(old: &Field, new: &Field) -> Field {
    Field { name: new.name.clone(), json: new.json.clone(), label: new.label, packed: new.packed, ..old.clone() }
}

/// Returns whether a field inside is not what a new program reads from what is stored, or what it would write, so that all
/// of it is written anew.
fn is_written_anew(old: &Datum<'_>, new: &Datum<'_>, is_json: bool, draft: &Draft<'_>) -> bool {
    let (Some(before), Some(after)) = (old.message(), new.message()) else {
        let was = values_alone(&old.field, &new.field);
        return !is_kept(&was, &new.field, is_json) || is_written_otherwise(&was, &new.field, is_json, draft);
    };
    if is_well_known(before) || is_well_known(after) {
        return false;
    }
    let (olds, news) = (draft.old.schema, draft.new.schema);
    messages(before, after, draft).into_iter().any(|(was, now)| {
        let (Some(old), Some(new)) = (olds.reach.message(&was), news.reach.message(&now)) else { return false };
        let is_gone = |field: &Field| new.field(field.number).is_none();
        let is_other = |field: &Field| {
            let was = old.field(field.number);
            was.is_some_and(|was| !is_kept(was, field, is_json) || is_written_otherwise(was, field, is_json, draft))
        };
        new.fields.iter().any(is_other) || old.fields.iter().any(is_gone)
    })
}

/// Has the run time write what a column holds as the new version has it.
fn write_anew(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(before), Some(column)) = (old.column_id(), new.column_id()) else { return };
    if before != column {
        let why = format!(
            "{} is stored elsewhere and its message changes at once: change one in a version of its own",
            new.name
        );
        return draft.never(ChangeKind::S03, &At::both(old, new), why);
    }
    draft.recoded(new.table.number, &new.path);
    draft.step(Step::Rust { place: column.place.clone(), by: RustStep::Reform { column } });
}

/// Returns what two messages reach, themselves first, each pair once.
fn messages(before: &str, after: &str, draft: &Draft<'_>) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let mut pairs = Pairs::from(draft.old.schema, draft.new.schema, (before, after)).messages;
    pairs.retain(|pair| seen.insert(pair.clone()));
    pairs
}

/// Returns the form of a message or list that one column holds.
fn form(datum: &Datum<'_>) -> Option<Form> {
    datum.column().filter(|_| datum.is_document()).map(|column| column.form)
}

/// How what is stored is read.
#[derive(Clone, Copy)]
struct Look {
    is_json: bool,
    /// Whether the run time writes it anew.
    is_anew: bool,
}
