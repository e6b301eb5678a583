//! What the rows of the tables of changes add up to: verdicts, questions, and what becomes of values.
//!
//! Which tables and columns are made, renamed and dropped follows from both schemas alone. A row says only what that
//! cannot tell: the verdict, what must be asked, which rows stop the upgrade, and what becomes of values.

mod asking;
mod hooks;
mod moved;
mod values;

use std::collections::BTreeSet;

pub(crate) use values::Values;

use crate::History;
use crate::plan::{Acceptance, Answers, Ask, At, ChangeKind, ColumnId, Conversion, Fill, Guard, Motion};
use crate::plan::{Object, Place, Step, Test, Verdict, Word};
use crate::view::View;

/// Which way a draft leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the head to the new schema: each risk is asked about.
    Up,
    /// Back: its rows take every risk, as the way up was answered, and say nothing.
    Down,
}

/// A plan that is being made: `old` and `new` as its direction has them.
pub(crate) struct Draft<'a> {
    pub(crate) old: &'a View<'a>,
    pub(crate) new: &'a View<'a>,
    /// All versions up to the older schema.
    pub(crate) history: &'a History,
    pub(crate) direction: Direction,
    /// The derived objects of the older and of the newer schema.
    pub(crate) objects: [&'a [Object]; 2],
    answers: &'a Answers,
    used: BTreeSet<(Word, String)>,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) asks: Vec<Ask>,
    /// Each place of a question, also where one line answers for several.
    asked: Vec<(ChangeKind, At)>,
    pub(crate) accepted: BTreeSet<Acceptance>,
    /// What no step of this direction does.
    pub(crate) rejected: Vec<At>,
    pub(crate) values: Values,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(
        [old, new]: [&'a View<'a>; 2],
        history: &'a History,
        answers: &'a Answers,
        direction: Direction,
        objects: [&'a [Object]; 2],
    ) -> Self {
        Self {
            old,
            new,
            history,
            direction,
            objects,
            answers,
            used: BTreeSet::new(),
            verdicts: Vec::new(),
            asks: Vec::new(),
            asked: Vec::new(),
            accepted: BTreeSet::new(),
            rejected: Vec::new(),
            values: Values::default(),
        }
    }

    /// Returns whether other rules turned the messages of the newer schema into tables, so that names and defaults may be
    /// others although no message changed.
    pub(crate) fn is_mapped_anew(&self) -> bool {
        self.old.schema.mapping != self.new.schema.mapping
    }

    /// Adds what one change does to whom.
    pub(crate) fn verdict(&mut self, verdict: Verdict) {
        self.verdicts.push(verdict);
    }

    /// Stops the upgrade where a row of the older schema's table meets a test, before any step.
    ///
    /// `says` is what is wrong with them: `machines.mem_size_mb does not fit int32`.
    pub(crate) fn guard_before(&mut self, place: Place, rows: Test, says: impl Into<String>) {
        self.values.guards.push(Guard { place, rows, before: true, says: says.into() });
    }

    /// Stops the upgrade where a row of the newer schema's table meets a test, after all values are there.
    pub(crate) fn guard_after(&mut self, place: Place, rows: Test, says: impl Into<String>) {
        self.values.guards.push(Guard { place, rows, before: false, says: says.into() });
    }

    /// Says the value of a column that is added, in rows that are there. A column of which nothing is said becomes
    /// zero, unset, or zero where the message around it is set, as its place asks.
    pub(crate) fn fill(&mut self, column: ColumnId, fill: Fill) {
        self.values.fills.insert(column, fill);
    }

    /// Says that a column's values are converted on the way from the older schema's column to the newer's, which may be
    /// in another table; of several, one after the other. A column that both have is carried as it is without this.
    pub(crate) fn convert(&mut self, from: ColumnId, to: ColumnId, by: Conversion) {
        let (before, conversions) = self.values.conversions.entry(to).or_insert_with(|| (from.clone(), Vec::new()));
        debug_assert_eq!(*before, from, "a column gets its values from one other");
        conversions.push(by);
    }

    /// Says which rows a table gets from another, where columns go from one to the other.
    pub(crate) fn motion(&mut self, from: Place, to: Place, by: Motion) {
        self.values.motions.insert((from, to), by);
    }

    /// Adds a step that no difference of tables and columns tells: a fill, a sweep, a counter, a step of the run time.
    pub(crate) fn step(&mut self, step: Step) {
        self.values.steps.push(step);
    }

    /// Says that a step of the run time carries what a place holds at a path and below into another storage, so that
    /// its columns and tables are made and dropped without being carried.
    pub(crate) fn recoded(&mut self, table: u32, path: &[u32]) {
        self.values.recoded.push((table, path.to_vec()));
    }

    /// Returns the kinds of the changes at a place so far.
    pub(crate) fn changes_at(&self, table: u32, path: &[u32]) -> Vec<ChangeKind> {
        let here = |verdict: &&Verdict| verdict.at.table == Some(table) && verdict.at.path == path;
        let asked = self.asked.iter().filter(|(_, at)| at.table == Some(table) && at.path == path);
        self.verdicts.iter().filter(here).map(|verdict| verdict.kind).chain(asked.map(|(kind, _)| *kind)).collect()
    }
}
