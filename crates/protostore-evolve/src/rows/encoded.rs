//! S11, S12: messages that one column holds, as bytes or as JSON, and what changed inside of them.
//!
//! Stored bytes and texts stay as they are: a new program reads them as it reads those of old clients. What it would
//! read otherwise than they say is rejected.

use std::collections::BTreeSet;

use protostore_schema::{Field, Form, Kind, Label, Message, is_well_known};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, Effect, Previous, Verdict, Word};
use crate::types::Pairs;
use crate::view::Datum;

/// A message, list or map that one column holds in both versions and in the same form; or each element of a list.
pub(crate) fn encoded(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let (Some(was), Some(is)) = (form(old), form(new)) else { return };
    if was != is || old.many() != new.many() {
        return;
    }
    let at = At::both(old, new);
    let is_chained = old.table.hash_chain.is_some() && new.table.hash_chain.is_some();
    let inside = |name: &str| Inside { at: &at, is_json: is == Form::Json, is_chained, name: name.to_owned() };
    let (Some(before), Some(after)) = (old.message(), new.message()) else {
        // Of a list of scalars, the bytes are those of its message with this field alone.
        if old.field.kind.word() != new.field.kind.word() {
            let was = Field { name: new.field.name.clone(), json: new.field.json.clone(), ..old.field.clone() };
            inside(&new.declared_by).both(None, &was, &new.field, draft);
        }
        return;
    };
    if is_well_known(before) || is_well_known(after) {
        return;
    }
    let (olds, news) = (draft.old.schema, draft.new.schema);
    for (was, now) in messages(before, after, draft) {
        let (Some(old), Some(new)) = (olds.reach.message(&was), news.reach.message(&now)) else { continue };
        inside(&new.proto).message(old, new, draft);
    }
}

/// Returns the first field that differs inside of a message, list or map, whatever stores it; in words.
pub(crate) fn first_difference(old: &Datum<'_>, new: &Datum<'_>, draft: &Draft<'_>) -> Option<String> {
    let (olds, news) = (draft.old.schema, draft.new.schema);
    let (Some(before), Some(after)) = (old.message(), new.message()) else {
        return (old.field.kind.word() != new.field.kind.word()).then(|| words(&new.field));
    };
    messages(before, after, draft).into_iter().find_map(|(was, now)| {
        let (was, now) = (olds.reach.message(&was)?, news.reach.message(&now)?);
        let is_same = |one: &Field, other: &Field| {
            let kinds = (&one.kind, &other.kind);
            let is_kind = matches!(kinds, (Kind::Message(_), Kind::Message(_)) | (Kind::Enum(_), Kind::Enum(_)));
            let rest =
                |field: &Field| (field.name.clone(), field.json_name().to_string(), field.label, field.oneof.is_some());
            rest(one) == rest(other) && (is_kind || one.kind == other.kind)
        };
        let missing = |from: &Message, of: &Message| {
            let other = |field: &&Field| of.field(field.number).is_none_or(|other| !is_same(field, other));
            from.fields.iter().find(other).map(|field| format!("{}.{}", from.proto, field.name))
        };
        missing(now, was).or_else(|| missing(was, now))
    })
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

/// What is looked at: a message inside of a column.
struct Inside<'d> {
    at: &'d At,
    is_json: bool,
    /// Whether the hash of a row covers it, before and after.
    is_chained: bool,
    name: String,
}

impl Inside<'_> {
    fn message(&self, old: &Message, new: &Message, draft: &mut Draft<'_>) {
        for field in old.fields.iter().filter(|field| new.field(field.number).is_none()) {
            if self.is_chained {
                self.chained(field, "is gone", draft);
                continue;
            }
            let gone = self.verdict(field, "is gone: what is stored of it goes with the next write of its row");
            let gone = gone.json(Effect::Breaks).previous(self.unless_json(Previous::ReadsAndWrites));
            draft.verdict(gone.loses(format!("{} in rows that were written since", self.dotted(field))));
        }
        for field in &new.fields {
            match old.field(field.number) {
                None => {
                    let added = self.verdict(field, "is new").wire(Effect::Adds).json(Effect::Adds);
                    let added = added.loses(format!("{} in {}", self.dotted(field), self.at.present()));
                    // The previous program writes the message anew, without what it does not know.
                    draft.verdict(self.way_back(added.previous(self.unless_json(Previous::Reads))));
                }
                Some(before) => self.both(Some(old), before, field, draft),
            }
        }
    }

    fn both(&self, message: Option<&Message>, old: &Field, new: &Field, draft: &mut Draft<'_>) {
        if self.is_chained && is_other_on_the_wire(old, new) {
            return self.chained(new, &format!("is {}, and was {}", words(new), words(old)), draft);
        }
        if old.name != new.name || old.json_name() != new.json_name() {
            let says = format!("was called {}", old.name);
            let renamed = self.verdict(new, &says).json(Effect::Breaks);
            draft.verdict(self.way_back(renamed.previous(self.unless_json(Previous::ReadsAndWrites))));
        }
        if !is_kept(old, new, self.is_json) || old.group != new.group {
            let why = format!(
                "{} inside of {} is {}, and was {}: what is stored would be read otherwise than it says; give the new \
                 field another number, and reserve the former",
                self.dotted(new),
                self.at.present(),
                words(new),
                words(old)
            );
            return draft.never(self.kind(), self.at, why);
        }
        if message.is_some_and(|message| joins(message, old, new, draft, &self.name)) {
            let why = format!(
                "{} inside of {} is a member of oneof {} with fields that could be set beside it: leave it \
                 out of the oneof",
                self.dotted(new),
                self.at.present(),
                new.oneof.as_deref().unwrap_or_default()
            );
            return draft.never(self.kind(), self.at, why);
        }
        let many = |field: &Field| (field.kind.word(), matches!(field.label, Label::Repeated | Label::Map));
        if many(old) != many(new) {
            let says = format!("is {} now, and was {}", words(new), words(old));
            let verdict = self.verdict(new, &says).json(Effect::Breaks).previous(Previous::Neither);
            // On the way back, values that the older type cannot hold would be read as others.
            draft.verdict(verdict.down(crate::plan::DownEffect::CopyOnly));
        } else if (old.label, old.packed) != (new.label, new.packed) {
            let says = format!("is {} now, and was {}", words(new), words(old));
            let verdict = self.verdict(new, &says);
            // The previous program writes zero where it read zero, and does not know it from unset.
            let verdict = match (old.label, new.label) {
                (Label::Implicit, Label::Optional) => {
                    verdict.previous(Previous::Reads).loses(format!("whether {} is zero or unset", self.dotted(new)))
                }
                _ => verdict,
            };
            draft.verdict(verdict);
        }
        if old.label == Label::Optional && new.label == Label::Implicit {
            let risk = format!("{} inside of {}: unset and zero become one", self.dotted(new), self.at.present());
            draft.accept(Word::Presence, self.kind(), self.at, (words(old), words(new)), risk);
        }
    }

    /// T26: the rows that are there would no longer be verified.
    fn chained(&self, field: &Field, what: &str, draft: &mut Draft<'_>) {
        let why = format!(
            "{} inside of {} {what}, and is in a hash chain, which could no longer be verified: put it back, or begin a \
             new table",
            self.dotted(field),
            self.at.present()
        );
        draft.never(ChangeKind::T26, self.at, why);
    }

    fn kind(&self) -> ChangeKind {
        if self.is_json { ChangeKind::S12 } else { ChangeKind::S11 }
    }

    fn dotted(&self, field: &Field) -> String {
        format!("{}.{}", self.name, field.name)
    }

    fn verdict(&self, field: &Field, says: &str) -> Verdict {
        let says = format!("{} inside of {} {says}", self.dotted(field), self.at.present());
        Verdict::new(self.kind(), self.at.clone(), says)
    }

    /// An older program cannot read a text with a name that it does not know.
    fn unless_json(&self, previous: Previous) -> Previous {
        if self.is_json { Previous::Neither } else { previous }
    }

    fn way_back(&self, verdict: Verdict) -> Verdict {
        if self.is_json { verdict.down(crate::plan::DownEffect::CopyOnly) } else { verdict }
    }
}

/// Returns whether the bytes of a field could be others.
fn is_other_on_the_wire(old: &Field, new: &Field) -> bool {
    let shape = |field: &Field| (field.kind.word(), field.label, field.packed, field.oneof.is_some());
    shape(old) != shape(new)
}

fn words(field: &Field) -> String {
    let kind = match &field.kind {
        Kind::Enum(name) | Kind::Message(name) => name,
        scalar => scalar.word(),
    };
    match field.label {
        Label::Implicit => kind.to_owned(),
        Label::Optional => format!("optional {kind}"),
        Label::Required => format!("required {kind}"),
        Label::Repeated => format!("repeated {kind}"),
        Label::Map => format!("map {kind}"),
    }
}

/// Returns whether a new program reads from what is stored the same values as an old one, each of them.
fn is_kept(old: &Field, new: &Field, is_json: bool) -> bool {
    use Kind::{Bool, Bytes, Enum, Int32, Int64, Message as Of, Sint32, Sint64, String, Uint32, Uint64};
    let is_same = match (&old.kind, &new.kind) {
        (Of(before), Of(after)) => before == after || !(is_well_known(before) || is_well_known(after)),
        (Enum(_), Enum(_)) => true,
        (before, after) => before.word() == after.word(),
    };
    let is_wider = matches!(
        (&old.kind, &new.kind),
        (Int32, Int64)
            | (Uint32, Uint64 | Int64)
            | (Sint32, Sint64)
            | (Bool, Int32 | Int64 | Uint32 | Uint64)
            | (Enum(_), Int32 | Int64)
            | (String | Of(_), Bytes)
    );
    let is_label = match (old.label, new.label) {
        (before, after) if before == after => true,
        // Zero is not in the bytes, and so becomes unset.
        (Label::Implicit | Label::Required, Label::Optional) => true,
        // What is asked about.
        (Label::Optional, Label::Implicit) => true,
        // One value is a list of it, and an entry of a map a message of key and value.
        (Label::Implicit | Label::Optional | Label::Required, Label::Repeated) | (Label::Map, Label::Repeated) => {
            !is_json
        }
        _ => false,
    };
    is_label && (is_same || (is_wider && !is_json))
}

/// Returns whether a field comes into a oneof beside fields that could be set with it.
fn joins(before: &Message, old: &Field, new: &Field, draft: &Draft<'_>, message: &str) -> bool {
    let Some(oneof) = &new.oneof else { return false };
    let after = draft.new.schema.reach.message(message);
    let members =
        after.into_iter().flat_map(|message| &message.fields).filter(|field| field.oneof.as_ref() == Some(oneof));
    let mut others = members.filter(|field| field.number != new.number).filter_map(|field| before.field(field.number));
    others.any(|other| other.oneof.is_none() || other.oneof != old.oneof)
}
