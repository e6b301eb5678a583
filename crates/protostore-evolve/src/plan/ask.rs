//! What must be said before a change is made, and the answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ChangeKind, ColumnId, verdict::At};

/// What must be said before a change is made, and the exact line that says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The change.
    pub kind: ChangeKind,
    /// Where.
    pub at: At,
    /// Which data is at risk, and how, as a sentence.
    pub risk: String,
    /// The line to write; none where nothing makes the change possible, and the sentence says what to do instead.
    pub line: Option<Line>,
    /// A line of a proto file that leaves nothing at risk, so that nothing has to be accepted: a `backfill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Line>,
}

/// A line that answers an ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A line of a proto file.
    Proto {
        /// The file as it is imported.
        file: String,
        /// After which line of it; 0 where only the message is known, which the sentence names.
        after: u32,
        /// The line: `reserved 7; reserved "owner";`.
        text: String,
    },
    /// An argument of the command: `--accept narrow:machines.mem_size_mb`.
    Accept(Acceptance),
}

/// A word for a risk that is taken, at one place, for one change: it answers no other.
///
/// Its text in the lock is `narrow 1:2 int64 int32`: word, number of the table and path, from, to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Which risk.
    pub word: Word,
    /// The table's number.
    pub table: u32,
    /// Field numbers from the record down; none for the table itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<u32>,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// As the lock has it: `narrow 1:2.3 int64 int32`.
impl fmt::Display for Acceptance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { word, table, path, from, to } = self;
        let path: Vec<_> = path.iter().map(u32::to_string).collect();
        let place = if path.is_empty() { table.to_string() } else { format!("{table}:{}", path.join(".")) };
        write!(f, "{word} {place} {from} {to}")
    }
}

/// A risk that can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Values that do not fit the new type stop the upgrade.
    Narrow,
    /// Bits are read with another sign.
    Sign,
    /// Unset becomes zero.
    Presence,
    /// Clients that speak protobuf's bytes break.
    Wire,
    /// A number has another name.
    Swap,
    /// Duplicates stop the upgrade.
    Unique,
    /// Values that break a new rule stop the upgrade.
    Tighten,
    /// References that name no row stop the upgrade.
    Dangling,
    /// Rows are identified otherwise.
    Rekey,
    /// Rows are deleted, or overwritten.
    Rows,
    /// What is stored of a field that lives on in the proto is dropped.
    Drop,
    /// A hash chain ends.
    Unchain,
}

impl Word {
    /// Every word, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Narrow,
        Self::Sign,
        Self::Presence,
        Self::Wire,
        Self::Swap,
        Self::Unique,
        Self::Tighten,
        Self::Dangling,
        Self::Rekey,
        Self::Rows,
        Self::Drop,
        Self::Unchain,
    ];

    /// Returns the word as it is typed, `narrow`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Sign => "sign",
            Self::Presence => "presence",
            Self::Wire => "wire",
            Self::Swap => "swap",
            Self::Unique => "unique",
            Self::Tighten => "tighten",
            Self::Dangling => "dangling",
            Self::Rekey => "rekey",
            Self::Rows => "rows",
            Self::Drop => "drop",
            Self::Unchain => "unchain",
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the developer answered: on the command line, and in the proto.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// `--accept word:place`, as they were given: the word, and the place by its present name, `machines.mem_size_mb`.
    ///
    /// It answers an ask whose line is that word, and whose place has that name now, or had it where it is gone: the
    /// `to` of the ask's [`At`], or its `from` where `to` is empty. One that answers nothing is the caller's to reject.
    pub accept: Vec<(Word, String)>,
    /// Acceptances of the same version before it is written anew. Each answers the ask whose acceptance is the same;
    /// one that answers nothing any more is left out of the plan.
    pub kept: Vec<Acceptance>,
    /// `backfill: {sql}` of the protos, by column of the newer schema: the value's, or of a message its presence.
    pub backfills: BTreeMap<ColumnId, String>,
    /// `backfill: {rust}` of the protos: the method by number of the table and path of the newer schema; the path is empty
    /// where it rewrites the rows of the table.
    pub hooks: BTreeMap<(u32, Vec<u32>), String>,
    /// `dropped` of the protos: number of the table, path, and former name of each field.
    pub dropped: Vec<(u32, Vec<u32>, String)>,
}

impl Answers {
    /// Takes what was answered when the version was made before, as far as nothing else is answered now.
    pub fn take(&mut self, before: Self) {
        self.kept = before.kept;
        for (column, sql) in before.backfills {
            // What the proto says now counts, in SQL or in Rust.
            if !self.hooks.contains_key(&(column.place.table, column.path.clone())) {
                self.backfills.entry(column).or_insert(sql);
            }
        }
        for (place, method) in before.hooks {
            let is_said = |column: &ColumnId| column.place.table == place.0 && column.path == place.1;
            if !self.backfills.keys().any(is_said) {
                self.hooks.entry(place).or_insert(method);
            }
        }
    }
}
