//! Each field of a message that one column holds: what changed, and what it does to whom.

use protostore_schema::{Field, Kind, Label, Message};

use super::super::added::renumbered;
use super::super::enumeration;
use super::Look;
use super::carried::carried;
use super::kept::{Partners, is_kept, is_other_on_the_wire, is_other_value, words};
use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, DownEffect, Effect, Previous, Verdict, Word};

/// What is looked at: a message inside of a column.
pub(super) struct Inside<'d> {
    pub(super) at: &'d At,
    pub(super) look: Look,
    /// Whether the hash of a row covers it, before and after.
    pub(super) is_chained: bool,
    pub(super) name: String,
}

impl Inside<'_> {
    pub(super) fn message(&self, old: &Message, new: &Message, draft: &mut Draft<'_>) {
        for field in old.fields.iter().filter(|field| new.field(field.number).is_none()) {
            if self.is_chained {
                self.chained(field, "is gone", draft);
                continue;
            }
            let gone = self.verdict(field, "is gone, with what is stored of it").data(DataEffect::Dropped).passes(3);
            // The previous program would write it again.
            let gone = gone.json(Effect::Breaks).previous(Previous::Reads);
            draft.verdict(gone.loses(format!("{} in {}", self.dotted(field), self.at.present())));
        }
        for field in &new.fields {
            match old.field(field.number) {
                None => {
                    renumbered::inside([old, new], field, self.at, draft);
                    let added = self.verdict(field, "is new").wire(Effect::Adds).json(Effect::Adds);
                    let added = added.loses(format!("{} in {}", self.dotted(field), self.at.present()));
                    // The previous program writes the message anew, without what it does not know.
                    draft.verdict(added.previous(self.unless_json(Previous::Reads)));
                }
                Some(before) => self.both(Some([old, new]), before, field, draft),
            }
        }
    }

    pub(super) fn both(&self, messages: Option<[&Message; 2]>, old: &Field, new: &Field, draft: &mut Draft<'_>) {
        if self.is_chained && is_other_on_the_wire(old, new) {
            return self.chained(new, &format!("is {}, and was {}", words(new), words(old)), draft);
        }
        if old.name != new.name || old.json_name() != new.json_name() {
            let says = format!("was called {}", old.name);
            let renamed = self.verdict(new, &says).json(Effect::Breaks);
            draft.verdict(renamed.previous(self.unless_json(Previous::ReadsAndWrites)));
        }
        if messages.is_some_and(|messages| !self.oneof(messages, [old, new], draft)) {
            return;
        }
        if !is_kept(old, new, self.look.is_json) || (self.look.is_anew && is_other_value(old, new)) {
            return self.written(old, new, draft);
        }
        let many = |field: &Field| match field.label {
            Label::Repeated | Label::Map => (field.kind.word(), Some(field.label)),
            Label::Implicit | Label::Optional | Label::Required => (field.kind.word(), None),
        };
        if many(old) != many(new) {
            let says = format!("is {} now, and was {}", words(new), words(old));
            let verdict = self.verdict(new, &says).json(Effect::Breaks).previous(Previous::Neither);
            // On the way back they are written anew, since the older type may not hold each.
            let is_carried_back = carried(new, old, [draft.new.schema, draft.old.schema]).is_some();
            draft.verdict(if is_carried_back { verdict } else { verdict.down(DownEffect::CopyOnly) });
        } else if (old.label, old.packed) != (new.label, new.packed) {
            let says = match old.label == new.label {
                true if new.packed => "is packed now".to_owned(),
                true => "is not packed now".to_owned(),
                false => format!("is {} now, and was {}", words(new), words(old)),
            };
            let verdict = self.verdict(new, &says);
            let merges = |verdict: Verdict| {
                verdict.previous(Previous::Reads).loses(format!("whether {} is zero or unset", self.dotted(new)))
            };
            draft.verdict(match (old.label, new.label) {
                // The previous program writes zero where it read zero, and does not know it from unset.
                (Label::Implicit, Label::Optional) => merges(verdict),
                // It writes a zero that is set, which is none.
                (Label::Optional, Label::Implicit) => merges(verdict).data(DataEffect::Oracle).passes(3),
                _ => verdict,
            });
        }
        self.enumeration(old, new, draft);
        if old.label == Label::Optional && new.label == Label::Implicit {
            let risk = format!("{} inside of {}: unset and zero become one", self.dotted(new), self.at.present());
            draft.accept(Word::Presence, self.kind(), self.at, (words(old), words(new)), risk);
        }
    }

    /// Says what a oneof around a field changes; returns whether that is possible.
    fn oneof(&self, messages: [&Message; 2], [old, new]: [&Field; 2], draft: &mut Draft<'_>) -> bool {
        let partners = Partners::of(messages, [old, new]);
        if partners.join() {
            let why = format!(
                "{} inside of {} is a member of oneof {} with fields that could be set beside it: leave it \
                 out of the oneof",
                self.dotted(new),
                self.at.present(),
                new.oneof.as_deref().unwrap_or_default()
            );
            draft.never(self.kind(), self.at, why);
            return false;
        }
        let says = match (&old.oneof, &new.oneof) {
            (Some(from), None) => format!("is no longer a member of oneof {from}"),
            (None, Some(to)) => format!("is a member of oneof {to} now"),
            (Some(from), Some(to)) if from != to && partners.part() => {
                format!("is a member of oneof {to} now, and was of {from}")
            }
            _ => return true,
        };
        // The previous program would take the last of several members that are set for the only one.
        let previous = if partners.part() { Previous::Neither } else { Previous::ReadsAndWrites };
        draft.verdict(self.verdict(new, &says).previous(previous));
        true
    }

    /// Says what becomes of the values of another enum, which JSON has by name.
    fn enumeration(&self, old: &Field, new: &Field, draft: &mut Draft<'_>) {
        let (Kind::Enum(from), Kind::Enum(to)) = (&old.kind, &new.kind) else { return };
        let Some(other) = enumeration::other_numbers(draft, [from, to]) else { return };
        let verdict = self.verdict(new, &format!("is {to} now, and was {from}")).json(Effect::Breaks);
        draft.verdict(match self.look.is_json {
            true => verdict.data(DataEffect::Exact).previous(Previous::Neither).passes(3),
            false => verdict,
        });
        if !other.is_empty() {
            let (name, around) = (self.dotted(new), self.at.present());
            let risk = format!("stored numbers of {name} inside of {around} mean something else: {}", other.join("; "));
            draft.accept(Word::Swap, self.kind(), self.at, (from, to), risk);
        }
    }

    /// A value that the run time writes anew: the same number or text, or the upgrade stops.
    fn written(&self, old: &Field, new: &Field, draft: &mut Draft<'_>) {
        let (was, is) = (words(old), words(new));
        let Some(change) = carried(old, new, [draft.old.schema, draft.new.schema]) else {
            let why = format!(
                "{} inside of {} is {is}, and was {was}, and no value is carried over: give the new field another number, \
                 and reserve the former",
                self.dotted(new),
                self.at.present(),
            );
            return draft.never(self.kind(), self.at, why);
        };
        let verdict = self.verdict(new, &format!("is {is} now, and was {was}: each value is written anew"));
        let verdict = verdict.wire(change.wire).json(change.json).data(change.data).previous(Previous::Neither);
        draft.verdict(verdict.passes(3));
        for word in change.asks {
            let name = format!("{} inside of {}", self.dotted(new), self.at.present());
            let risk = match word {
                Word::Narrow => format!("a value of {name} that does not fit {is} stops the upgrade"),
                Word::Sign => format!("the bits of {name} are read with another sign, as {is}"),
                Word::Presence => format!("{name}: unset and zero become one"),
                _ => format!("clients that speak protobuf's bytes read {name} otherwise, or not at all"),
            };
            draft.accept(word, self.kind(), self.at, (was.clone(), is.clone()), risk);
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
        if self.look.is_json { ChangeKind::S12 } else { ChangeKind::S11 }
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
        if self.look.is_json { Previous::Neither } else { previous }
    }
}
