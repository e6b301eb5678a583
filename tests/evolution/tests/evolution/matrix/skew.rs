//! The previous program on the file of a case: what the verdict lets it do works and loses nothing, and the run time refuses
//! the rest before it is done.

use std::collections::BTreeMap;

use fastrand::Rng;
use protostore_evolve::plan::{Plan, Previous};

use super::case::Case;
use super::named;
use super::place::Place;
use super::prove::{ROWS, Tamper};
use crate::lab::{Admitted, Carry, Database, Doors, Rows, Running, Skew, Store, draw, link, needs_run_time};

/// Returns what a plan lets the program of the version before do.
fn admitted(plan: &Plan) -> Admitted {
    match () {
        () if plan.writer <= plan.from => Admitted::Writes,
        () if plan.reader <= plan.from => Admitted::Reads,
        () => Admitted::Nothing,
    }
}

/// Proves what the previous program does with the file.
pub(super) fn prove(
    case: &Case,
    place: Place,
    plan: &Plan,
    (old, new): (&Store, &Store),
    up: &str,
) -> Result<(), String> {
    let may = admitted(plan);
    let said = plan.verdicts.iter().map(|verdict| verdict.previous).max().unwrap_or(Previous::ReadsAndWrites);
    let said = match said {
        Previous::ReadsAndWrites => Admitted::Writes,
        Previous::Reads => Admitted::Reads,
        Previous::Neither => Admitted::Nothing,
    };
    if may != said {
        return Err(format!("the verdicts say that the previous program may do {said:?}, and the plan {may:?}"));
    }
    let mut running = Running::new(old)?;
    running.migrate_for(up, new, Doors { reader: plan.reader, writer: plan.writer })?;
    let does = running.admits(old, 1)?;
    if does != may {
        return Err(format!("the run time lets the previous program do {does:?}, and must {may:?}"));
    }
    if may == Admitted::Nothing {
        return Ok(());
    }
    let (carry, back) = case.carry(place);
    // What the way back fills is there: no column of the previous program is gone.
    let read = Carry { fill: BTreeMap::new(), ..back.clone() };
    let mut rng = Rng::with_seed(0x5eed);
    let mut newer = draw(&mut rng, new, &Database::fresh(new), ROWS, &Rows::new());
    link(new, &mut newer);
    // Rows from before the upgrade, where these have a form there, and rows of the newer program.
    let upgraded = back.rows(new, &newer, old).and_then(|mut rows| {
        link(old, &mut rows);
        let mut file = if needs_run_time(up) { Database::running(old)? } else { Database::fresh(old) };
        file.fill(old, &rows)?;
        file.migrate(up, new).map(|()| file)
    });
    let file = upgraded.unwrap_or_else(|_| Database::fresh(new));
    draw(&mut rng, new, &file, ROWS, &file.read(new));
    let skew = Skew { old, new, up: &|rows| carry.rows(old, rows, new), back: &|rows| read.rows(new, rows, old) };
    skew.prove(&mut rng, &file, may).map(drop)
}

/// Cases, and what their plans let the previous program do falsely.
const FALSELY: [(&str, Admitted); 16] = [
    ("A03/flattened", Admitted::Writes),
    ("A04/element", Admitted::Writes),
    ("A07/top", Admitted::Writes),
    ("A08/top", Admitted::Writes),
    ("A09/top", Admitted::Writes),
    ("A10/top/a text", Admitted::Writes),
    ("C03/top", Admitted::Writes),
    ("C07/top", Admitted::Writes),
    ("C10/top", Admitted::Writes),
    ("C13/top", Admitted::Writes),
    ("P05/top/a text", Admitted::Writes),
    ("S10/top/a time", Admitted::Writes),
    ("D01/top", Admitted::Reads),
    ("K01/top", Admitted::Reads),
    ("N01/top", Admitted::Reads),
    ("P10/top", Admitted::Reads),
];

/// The control: a plan, and its verdicts, that let the previous program do more than is right.
#[test]
fn a_verdict_that_lets_the_previous_program_do_too_much_is_found() {
    let found = |beginning: &str, may: Admitted| {
        let widen = |plan: &mut Plan| {
            let (previous, writer) = match may {
                Admitted::Writes => (Previous::ReadsAndWrites, plan.from),
                Admitted::Reads | Admitted::Nothing => (Previous::Reads, plan.to),
            };
            (plan.reader, plan.writer) = (plan.from, writer);
            plan.verdicts.iter_mut().for_each(|verdict| verdict.previous = previous);
        };
        let tamper = Tamper { plan: &widen, sql: &|_| () };
        named(beginning).tried.iter().any(|(kind, case, place)| {
            let tried = std::panic::AssertUnwindSafe(|| super::prove(*kind, case, *place, false, &tamper));
            std::panic::catch_unwind(tried).map_or(true, |done| done.is_err())
        })
    };
    let missed: Vec<_> = FALSELY.iter().filter(|(beginning, may)| !found(beginning, *may)).collect();
    assert!(missed.is_empty(), "these are not found: {missed:?}");
}
