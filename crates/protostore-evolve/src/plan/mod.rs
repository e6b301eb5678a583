//! The way from one version of a schema to the next, as plain data: what changed, what must be said, and the steps.
//!
//! Names occur in it only for people. Data is (number of the table, path of field numbers, role) in whatever table it
//! is, and emission alone knows how a dialect carries out a step.

mod ask;
mod change;
mod column;
mod file;
mod guard;
mod hook;
mod object;
mod phase;
mod semver;
mod step;
mod text;
mod verdict;

pub use ask::{Acceptance, Answers, Ask, Line, Word};
pub use change::ChangeKind;
pub use column::{ColumnId, Place};
pub use file::PlanError;
pub use guard::{Guard, Test};
pub use hook::{Hook, NotAHook};
pub use object::{Object, ObjectKind};
pub use phase::Phase;
pub use step::{Conversion, Fill, Motion, Number, RustStep, Step};
pub use verdict::{At, DataEffect, DownEffect, Effect, Previous, Verdict};

use serde::{Deserialize, Serialize};

/// The way from one version to the next.
///
/// It is a function of both schemas, of their derived objects, and of what was answered; the same input gives the same
/// plan, step by step. Nothing is written while [`asks`](Self::asks) has entries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version that it starts from.
    pub from: u32,
    /// The version that it leads to.
    pub to: u32,
    /// What changed, in snake_case: of the first verdict, or as the developer named it.
    pub slug: String,
    /// What leads from `from` to `to`, in the order in which it runs.
    pub up: Vec<Step>,
    /// What leads back; what it loses is said by the verdicts.
    pub down: Vec<Step>,
    /// One for each change, in the order of the proto.
    pub verdicts: Vec<Verdict>,
    /// What must be said before the change is made; empty in a plan that is carried out.
    pub asks: Vec<Ask>,
    /// The answers that were given, and the acceptances that were needed.
    pub accepted: Vec<Acceptance>,
    /// The oldest version whose program may read the new file.
    pub reader: u32,
    /// The oldest version whose program may read and write the new file; at least `reader`.
    pub writer: u32,
    /// Acceptances that were given and that no change asks for, word and place: an error of the command. No part of the
    /// file.
    #[serde(skip)]
    pub unneeded: Vec<(Word, String)>,
}
