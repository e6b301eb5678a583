//! Each change in each place where it can occur: verdict, questions, structure, values, and the way back.

mod case;
mod empty;
mod place;
mod prove;
mod skew;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use protostore_evolve::plan::ChangeKind;

pub(crate) use case::Case;
use empty::{Cell, begins, excused};
use place::{PLACES, Place};
pub(crate) use prove::{Tamper, prove};

/// Returns all cases with their places.
fn every(cases: &BTreeMap<ChangeKind, Vec<Case>>) -> impl Iterator<Item = (ChangeKind, &Case, Place)> {
    cases.iter().flat_map(|(kind, cases)| {
        cases.iter().flat_map(move |case| case.places.iter().map(move |place| (*kind, case, *place)))
    })
}

/// Returns the cases with their places that the environment asks for: `PROTOSTORE_CASE=K01,K02/element`.
fn asked(cases: &BTreeMap<ChangeKind, Vec<Case>>) -> Vec<(ChangeKind, &Case, Place)> {
    let only = std::env::var("PROTOSTORE_CASE").ok();
    let is_asked = |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| begins(name, one)));
    every(cases).filter(|(kind, case, place)| is_asked(&name(*kind, case, *place))).collect()
}

/// Returns the name of a case in a place: `K01/element/int32 to int64`.
fn name(kind: ChangeKind, case: &Case, place: Place) -> String {
    format!("{kind:?}/{}/{}", place.name(), case.name)
}

#[test]
fn each_change_does_in_each_place_what_it_says() {
    let (cases, excused) = (case::all(), excused());
    let asked = asked(&cases);
    let next = Mutex::new(asked.iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((kind, case, place)) = next.lock().expect("the queue").next() else { return };
                    let name = name(*kind, case, *place);
                    let rejected = excused.is_rejected(&name);
                    let done = std::panic::catch_unwind(|| prove(*kind, case, *place, rejected, &Tamper::NONE));
                    let done = done.unwrap_or_else(|panic| Err(panicked(&*panic)));
                    let done = match (done, excused.is_wrong(&name)) {
                        (Ok(()), true) => Err("it is listed as wrong, and is right: take it off the list".to_owned()),
                        (Err(_), true) => Ok(()),
                        (done, false) => done,
                    };
                    if let Err(why) = done {
                        failures.lock().expect("the list").push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("the list");
    failures.sort();
    assert!(failures.is_empty(), "{} of {} cases fail:\n\n{}", failures.len(), asked.len(), failures.join("\n\n"));
}

#[test]
fn each_change_has_a_case_in_each_place_or_a_reason() {
    let (cases, excused) = (case::all(), excused());
    let tried: BTreeSet<Cell> = cases
        .iter()
        .flat_map(|(kind, cases)| cases.iter().flat_map(|case| case.places.iter().map(|place| (*kind, *place))))
        .collect();
    let kinds = case::kinds();
    assert!(kinds.len() >= 119, "only {} changes were found", kinds.len());
    let all = kinds.iter().flat_map(|kind| PLACES.iter().map(|place| (*kind, *place)));
    let missing: Vec<Cell> = all.filter(|cell| !tried.contains(cell) && !excused.empty.contains(cell)).collect();
    assert!(missing.is_empty(), "{} cells have neither a case nor a reason: {missing:?}", missing.len());
    let both: Vec<&Cell> = tried.intersection(&excused.empty).collect();
    assert!(both.is_empty(), "these cells have a case, and a reason to have none: {both:?}");
    let names: Vec<String> = every(&cases).map(|(kind, case, place)| name(kind, case, place)).collect();
    let idle = |one: &&String| !names.iter().any(|name| begins(name, one));
    let idle: Vec<&String> = excused.rejected.iter().chain(&excused.wrong).filter(idle).collect();
    assert!(idle.is_empty(), "these are listed as rejected or wrong, and are no cases: {idle:?}");
}

/// Cases of the matrix, with their places.
pub(crate) struct Named {
    pub(crate) tried: Vec<(ChangeKind, Case, Place)>,
}

/// Returns the cases whose names begin so, but those that the evolver rejects.
pub(crate) fn named(beginning: &str) -> Named {
    let excused = excused();
    let mut tried = Vec::new();
    for (kind, cases) in case::all() {
        for case in cases {
            for place in case.places.clone() {
                let name = name(kind, &case, place);
                let fits = begins(&name, beginning) || name.starts_with(beginning);
                if fits && !excused.is_rejected(&name) && !excused.is_wrong(&name) && !case.never && !case.no_version {
                    tried.push((kind, case.clone(), place));
                }
            }
        }
    }
    Named { tried }
}

/// Returns what a panic said.
pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_else(|| "a panic".to_owned())
}
