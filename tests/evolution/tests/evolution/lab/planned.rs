//! The plan between two stores, and the SQL that carries it out.

use protostore_evolve::plan::{Answers, Line, Plan};
use protostore_evolve::{History, evolve};
use protostore_schema::Schema;

use super::Store;

/// A plan with the SQL that was printed of it.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) up: String,
    pub(crate) down: String,
}

impl Planned {
    /// Returns the plan from the newest version of a history to a store; none where nothing makes a version.
    pub(crate) fn plan(history: &History, new: &Store, answers: &Answers) -> Option<Plan> {
        evolve(history, &new.schema, &protostore_emit::objects, answers)
    }

    /// Prints a plan that has no questions left.
    pub(crate) fn print(plan: Plan, old: &Schema, new: &Schema) -> Self {
        assert_eq!(plan.asks, [], "a plan with questions is not carried out");
        let protostore_emit::Migration { up, down } =
            protostore_emit::migration(&plan, old, new, "cargo xtask codegen");
        Self { plan, up, down }
    }
}

/// Returns the answers to the questions of a plan that acceptances can answer; none where one of them wants more.
pub(crate) fn answered(plan: &Plan, so_far: &Answers) -> Option<Answers> {
    let mut answers = so_far.clone();
    for ask in &plan.asks {
        let Some(Line::Accept(acceptance)) = &ask.line else { return None };
        let name = if ask.at.to.is_empty() { &ask.at.from } else { &ask.at.to };
        answers.accept.push((acceptance.word, name.clone()));
    }
    Some(answers)
}

/// Says whether a migration has a line that the run time alone carries out, since SQL cannot.
pub(crate) fn needs_run_time(migration: &str) -> bool {
    migration.contains("\n-- protostore: ")
}
