//! Faults that are planted in plans and in their SQL: the matrix finds each.
//!
//! A mutant names the cases of the matrix over which it is tried, and must change the plan or the SQL of one at least.
//! There is one for each step, conversion, motion and step of the run time at least; those that the evolver rejects have
//! theirs once they are built.

mod list;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use protostore_evolve::plan::Plan;

use crate::matrix::{Tamper, named, panicked, prove};

/// A fault: where it is planted, and what it does.
pub(crate) struct Mutant {
    /// What is wrong, in a few words.
    pub(crate) name: &'static str,
    /// The step, conversion or motion that it is about, as a plan's file spells it.
    pub(crate) about: &'static str,
    /// The beginning of the names of the cases that it is tried over.
    pub(crate) cases: &'static str,
    pub(crate) plant: Plant,
}

/// How a fault is planted; both say whether they changed anything.
pub(crate) enum Plant {
    Plan(fn(&mut Plan) -> bool),
    Sql(fn(&mut String) -> bool),
}

/// What came of a mutant.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Caught,
    Survived,
    /// No case has what it changes.
    NotPlanted,
}

fn fate(mutant: &Mutant) -> Fate {
    let cases = named(mutant.cases);
    let planted = AtomicUsize::new(0);
    let count = |changed: bool| planted.fetch_add(usize::from(changed), Ordering::Relaxed);
    let plan = |plan: &mut Plan| {
        if let Plant::Plan(plant) = mutant.plant {
            count(plant(plan));
        }
    };
    let sql = |sql: &mut String| {
        if let Plant::Sql(plant) = mutant.plant {
            count(plant(sql));
        }
    };
    for (kind, case, place) in &cases.tried {
        let before = planted.load(Ordering::Relaxed);
        let tamper = Tamper { plan: &plan, sql: &sql };
        let done =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| prove(*kind, case, *place, false, &tamper)));
        let done = done.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let caught = planted.load(Ordering::Relaxed) > before && done.is_err();
        // A case that fails without the fault too finds nothing.
        if caught && prove(*kind, case, *place, false, &Tamper::NONE).is_ok() {
            return Fate::Caught;
        }
    }
    if planted.load(Ordering::Relaxed) == 0 { Fate::NotPlanted } else { Fate::Survived }
}

#[test]
fn each_planted_fault_is_found() {
    let mutants = list::all();
    let fates: Vec<(&str, Fate)> = mutants.iter().map(|mutant| (mutant.name, fate(mutant))).collect();
    let wrong: Vec<_> = fates.iter().filter(|(_, fate)| *fate != Fate::Caught).collect();
    assert!(wrong.is_empty(), "{} of {} mutants: {wrong:#?}", wrong.len(), fates.len());
    assert!(mutants.len() >= 30, "only {} mutants", mutants.len());
}

/// The control: a fault that changes nothing is not found.
#[test]
fn a_fault_that_is_none_is_not_found() {
    let none = Mutant { name: "nothing", about: "", cases: "N01/top/a number", plant: Plant::Plan(|_| true) };
    assert_eq!(fate(&none), Fate::Survived);
}

#[test]
fn each_step_conversion_and_motion_has_a_mutant() {
    let about: BTreeSet<&str> = list::all().iter().map(|mutant| mutant.about).collect();
    let without: Vec<String> = list::variants().into_iter().filter(|name| !about.contains(name.as_str())).collect();
    let excused: Vec<&str> = list::EXCUSED.iter().map(|(name, _)| *name).collect();
    assert_eq!(without, excused, "steps without a mutant, and those that have a reason");
    assert!(list::EXCUSED.iter().all(|(_, reason)| !reason.is_empty()));
}
