//! N11: a field that was given another number. What is stored is under the former.

use protostore_schema::{Field, Message, Source};

use super::filled;
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, Effect, Line, Previous, Verdict, Word};
use crate::types::is_same_kind;
use crate::view::{Datum, Storage};

/// Returns the field that had this one's name, type and label under another number, which now has another name or none.
pub(super) fn left_number(new: &Datum<'_>, draft: &Draft<'_>) -> Option<Field> {
    let around = draft.old.data_of(new.table.number).find(|old| {
        old.path.len() == new.path.len() && old.path[..old.path.len() - 1] == new.path[..new.path.len() - 1]
    })?;
    former(draft.old.schema.reach.message(&around.declared_by)?, &new.field, draft).cloned()
}

/// Returns the field of a message that had a new field's name, type and label under another number.
pub(in crate::rows) fn former<'m>(message: &'m Message, new: &Field, draft: &Draft<'_>) -> Option<&'m Field> {
    let old = message.fields.iter().find(|field| field.name == new.name && field.number != new.number)?;
    let is_same = old.label == new.label && is_same_kind(draft.old.schema, draft.new.schema, &old.kind, &new.kind);
    is_same.then_some(old)
}

/// A field that left one number for another.
pub(super) fn field(former: &Field, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let before = draft.old;
    let (was, is) = (former.number, new.field.number);
    let at = At::field(None, Some(new));
    let path: Vec<u32> = new.path[..new.path.len() - 1].iter().copied().chain([was]).collect();
    let old = before.datum(new.table.number, &path).filter(|old| old.is_stored());
    let says = format!("{} is number {is} now, it was {was}", new.name);
    let verdict = Verdict::new(ChangeKind::N11, at.clone(), says).wire(Effect::Breaks).previous(Previous::Neither);
    let Some(old) = old.filter(|_| new.is_stored()) else {
        // No stored value can go along.
        let risk = format!("clients that speak protobuf's bytes read {} otherwise, or not at all", new.name);
        draft.accept(Word::Wire, ChangeKind::N11, &at, (format!("number {was}"), format!("number {is}")), risk);
        let verdict = match new.is_stored() {
            true => verdict.previous(Previous::Reads).loses(format!("the values of {}", new.name)),
            false => verdict.previous(Previous::ReadsAndWrites),
        };
        return draft.verdict(verdict);
    };
    if draft.rewrites(new.table.number) {
        // The program carries what is stored.
        return draft.verdict(verdict);
    }
    let is_one_column = matches!((old.storage, new.storage), (Storage::Column(_), Storage::Column(_)));
    let is_carried = draft.has_hook(new) || is_one_column || draft.is_moved_whole(old);
    if filled::is_given(new, draft) && is_carried {
        filled::fill(new, draft);
        return draft.verdict(verdict.data(DataEffect::Exact).passes(1));
    }
    if is_one_column && old.place == new.place && !new.is_in_element() {
        ask_for_column(old, new, draft);
    } else {
        ask_for_rows(old, new, draft);
        draft.verdict(verdict.loses(format!("the values of {}", new.name)));
    }
}

/// Asks for the `backfill` that is the former column.
fn ask_for_column(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (was, is, name) = (old.field.number, new.field.number, &new.field.name);
    let risk = format!(
        "{} was number {was}, and is number {is} now: its values are those of number {was}. Put the number back, \
         {name} = {was}; or reserve {was}, and say where the values are",
        new.name
    );
    let sql = old.column().map(|column| format!("{:?}", column.name.sql)).unwrap_or_default();
    // At a field of a message, the columns of each place where the message is would be called the same.
    let line = if new.path.len() == 1 { filled::backfill_by(new, &sql, draft) } else { at_table(new, &sql) };
    filled::write(new, ChangeKind::N11, line, risk, draft);
}

/// Asks for a rewrite of the rows, or whether it is dropped: no expression carries what has several columns, or a table of
/// its own.
fn ask_for_rows(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let risk = format!(
        "{} was number {was}, and is number {is} now: what is stored is under number {was}, and is dropped. Put the number \
         back, {name} = {was}, or let the program rewrite the rows",
        new.name,
        was = old.field.number,
        is = new.field.number,
        name = new.field.name,
    );
    drop_or_rewrite(&At::field(None, Some(new)), [&old.field, &new.field], risk, draft);
}

/// A field inside of a message that one column holds. Where it was given another number, what is stored of it is dropped,
/// as the verdicts of both numbers say.
pub(in crate::rows) fn inside(messages: [&Message; 2], new: &Field, around: &At, draft: &mut Draft<'_>) {
    let [before, after] = messages;
    let old = former(before, new, draft).filter(|old| after.field(old.number).is_none());
    let Some(old) = old.filter(|_| around.table.is_some_and(|table| !draft.rewrites(table))) else { return };
    let risk = format!(
        "{message}.{name} inside of {around} was number {was}, and is number {is} now: what is stored has it under number \
         {was}, and it is dropped. Put the number back, {name} = {was}, or let the program rewrite the rows",
        message = after.proto,
        name = new.name,
        around = around.present(),
        was = old.number,
        is = new.number,
    );
    drop_or_rewrite(around, [old, new], risk, draft);
}

fn drop_or_rewrite(at: &At, [old, new]: [&Field; 2], risk: String, draft: &mut Draft<'_>) {
    let table = at.table.and_then(|table| draft.new.table(table));
    let source = table.map(|table| table.source.clone()).unwrap_or_default();
    let rewrite = Line::Proto { file: source.file, after: source.line, text: "backfill: {rust: \"…\"}".to_owned() };
    let words = (format!("number {}", old.number), format!("number {}", new.number));
    draft.accept_or_write(Word::Drop, ChangeKind::N11, at, words, risk, Some(rewrite));
}

/// Returns the option of a table that gives a field below its record a value.
fn at_table(new: &Datum<'_>, sql: &str) -> (Source, String) {
    let (_, path) = new.name.split_once('.').unwrap_or(("", &new.name));
    (new.table.source.clone(), format!("column: {{field: {path:?} backfill: {{sql: {sql:?}}}}}"))
}
