//! What must be said before a change is made, and the answers.

use std::collections::BTreeMap;

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
    /// A field that lives on in the proto is stored no more.
    Drop,
    /// A hash chain ends.
    Unchain,
}

/// What the developer answered: on the command line, and in the proto.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// `--accept word:place`, as they were given: the word, and the place by its present name, `machines.mem_size_mb`.
    pub accept: Vec<(Word, String)>,
    /// `backfill: {sql}` of the protos, by column of the newer schema: the value's, or of a message its presence.
    pub backfills: BTreeMap<ColumnId, String>,
    /// `dropped` of the protos: number of the table, path, and former name of each field.
    pub dropped: Vec<(u32, Vec<u32>, String)>,
}
