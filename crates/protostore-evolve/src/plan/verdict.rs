//! One change, and what it does to whom.

use serde::{Deserialize, Serialize};

use super::ChangeKind;

/// One change of a schema, and what it does to clients, to stored data, and to the previous program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Which change.
    pub kind: ChangeKind,
    /// Where.
    pub at: At,
    /// What changed, as a sentence: `field owner (7) of machines is gone`.
    pub says: String,
    /// To clients that speak protobuf's bytes.
    pub wire: Effect,
    /// To clients that speak its JSON.
    pub json: Effect,
    /// To stored data.
    pub data: DataEffect,
    /// What the way back keeps.
    pub down: DownEffect,
    /// What the previous program may do with the new file.
    pub previous: Previous,
    /// Full passes over the table, for an estimate of the time.
    pub passes: u8,
}

impl Verdict {
    /// Returns what a change does that disturbs none; the methods below say what it disturbs.
    ///
    /// ```
    /// use protostore_evolve::plan::{At, ChangeKind, Effect, Previous, Verdict};
    ///
    /// let (from, to) = ("machines.owner".to_owned(), "machines.holder".to_owned());
    /// let at = At { table: Some(1), path: vec![7], from, to, ..At::default() };
    /// let renamed = Verdict::new(ChangeKind::N01, at, "machines.owner is now machines.holder");
    /// let renamed = renamed.json(Effect::Breaks).previous(Previous::Neither);
    /// assert_eq!((renamed.wire, renamed.json), (Effect::Same, Effect::Breaks));
    /// ```
    #[must_use]
    pub fn new(kind: ChangeKind, at: At, says: impl Into<String>) -> Self {
        Self {
            kind,
            at,
            says: says.into(),
            wire: Effect::Same,
            json: Effect::Same,
            data: DataEffect::Untouched,
            down: DownEffect::Exact,
            previous: Previous::ReadsAndWrites,
            passes: 0,
        }
    }

    /// Says what it does to clients that speak protobuf's bytes.
    #[must_use]
    pub fn wire(self, wire: Effect) -> Self {
        Self { wire, ..self }
    }

    /// Says what it does to clients that speak JSON.
    #[must_use]
    pub fn json(self, json: Effect) -> Self {
        Self { json, ..self }
    }

    /// Says what it does to stored data.
    #[must_use]
    pub fn data(self, data: DataEffect) -> Self {
        Self { data, ..self }
    }

    /// Says what the way back keeps.
    #[must_use]
    pub fn down(self, down: DownEffect) -> Self {
        Self { down, ..self }
    }

    /// Says that the way back loses what this sentence names.
    #[must_use]
    pub fn loses(self, what: impl Into<String>) -> Self {
        self.down(DownEffect::Loses(what.into()))
    }

    /// Says what the previous program may do with the new file.
    #[must_use]
    pub fn previous(self, previous: Previous) -> Self {
        Self { previous, ..self }
    }

    /// Says how many full passes over the table it takes.
    #[must_use]
    pub fn passes(self, passes: u8) -> Self {
        Self { passes, ..self }
    }
}

impl At {
    /// Returns its name today, or, where it is gone, the former one.
    #[must_use]
    pub fn present(&self) -> &str {
        if self.to.is_empty() { &self.from } else { &self.to }
    }
}

/// A table, field, or value of an enum: by numbers, with the names of both versions for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// The table's number; none for an enum or the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<u32>,
    /// Field numbers from the record down; of a value of an enum its number is in `value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<u32>,
    /// The number of an enum's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
    /// The former name, `machines.owner`; empty where there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The present name; empty where there is none any more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
}

/// What a change does to clients of one notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing.
    Same,
    /// There is new content that they may leave out.
    Adds,
    /// What they wrote or will read is understood otherwise, or not at all.
    Breaks,
}

/// What a change does to stored data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataEffect {
    /// Nothing.
    Untouched,
    /// The same values in another place or form.
    Exact,
    /// What a new program reads from the bytes of an old one.
    Oracle,
    /// Carried over where it fits; else the upgrade stops.
    Guarded,
    /// Dropped.
    Dropped,
}

/// What the way back to the previous version keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownEffect {
    /// Everything.
    Exact,
    /// Everything but what this sentence names.
    Loses(String),
    /// Only the copy that was made before the upgrade has what was there.
    CopyOnly,
}

/// What the previous program may do with the new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Previous {
    /// Every write that it knows works and loses nothing.
    ReadsAndWrites,
    /// It reads rightly; a write could fail or lose something.
    Reads,
    /// It would fail, or read wrongly.
    Neither,
}
