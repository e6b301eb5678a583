//! Parts of a transaction: each is kept or undone alone, however they nest.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use protostore::{Engine, Error, Kind, Result, Store, Tx};

use super::fixture::{Machine, Network};
use super::{machine, store};

/// What a transaction does.
#[derive(Clone, Debug)]
enum Step {
    /// Inserts a record, which may be there.
    Insert(u8, u32),
    /// Inserts a record of which an element is refused when its row is written.
    InsertHalf(u8),
    /// Inserts a record with a value that is refused before its statement begins.
    InsertNone(u8),
    /// Inserts or replaces a record.
    Upsert(u8, u32),
    /// Deletes a record, which may not be there.
    Delete(u8),
    /// Does some steps in a part.
    Inside(Part),
}

/// Some steps, and what becomes of them.
#[derive(Clone, Debug)]
struct Part {
    dry: bool,
    steps: Vec<Step>,
    end: End,
    /// What is around goes on although this failed.
    caught: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Well,
    Refused,
    Panicked,
}

/// The records that there are, by key, each with its size.
type Records = BTreeMap<String, u32>;

/// Says whether a part is undone, by whether it ended well.
type Undone = fn(&Part, bool) -> bool;

fn is_undone(part: &Part, well: bool) -> bool {
    part.dry || !well
}

fn key(of: u8) -> String {
    format!("vm-{of}")
}

fn sized(of: u8, mem_size_mb: u32) -> Machine {
    Machine { id: key(of), mem_size_mb, ..machine("") }
}

/// Numbers that look random, from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn part(&mut self, depth: u32) -> Part {
        let steps = (0..=self.roll(5)).map(|_| self.step(depth)).collect();
        let end = [End::Well, End::Well, End::Refused, End::Panicked][self.roll(4) as usize];
        Part { dry: self.roll(3) == 0, steps, end, caught: self.roll(4) > 0 }
    }

    fn step(&mut self, depth: u32) -> Step {
        let (of, size) = (self.roll(4) as u8, self.roll(1000) as u32);
        match self.roll(if depth == 0 { 6 } else { 9 }) {
            0 | 1 => Step::Insert(of, size),
            2 => Step::InsertHalf(of),
            3 => Step::InsertNone(of),
            4 => Step::Upsert(of, size),
            5 => Step::Delete(of),
            _ => Step::Inside(self.part(depth - 1)),
        }
    }
}

fn end(end: End) -> Result<()> {
    match end {
        End::Well => Ok(()),
        End::Refused => Err(Error::new(Kind::Invalid, "as planned")),
        End::Panicked => panic!("as planned"),
    }
}

/// Does a step in a transaction and in the model, and notes where they differ.
fn take<E: Engine>(
    tx: &mut Tx<'_, E>,
    model: &mut Records,
    wrong: &mut Vec<String>,
    step: &Step,
    undone: Undone,
) -> Result<()> {
    let (done, wanted) = match step {
        Step::Insert(of, size) => {
            let wanted = model.contains_key(&key(*of)).then_some(Kind::AlreadyExists);
            model.entry(key(*of)).or_insert(*size);
            (tx.insert(&sized(*of, *size)).map(drop), wanted)
        }
        Step::InsertHalf(of) => {
            let wanted = if model.contains_key(&key(*of)) { Kind::AlreadyExists } else { Kind::Reference };
            (tx.insert(&Machine { image_ids: vec![1, 99], ..sized(*of, 1) }).map(drop), Some(wanted))
        }
        Step::InsertNone(of) => {
            (tx.insert(&Machine { weight: f64::NAN, ..sized(*of, 1) }).map(drop), Some(Kind::Invalid))
        }
        Step::Upsert(of, size) => {
            model.insert(key(*of), *size);
            (tx.upsert(&sized(*of, *size)).map(drop), None)
        }
        Step::Delete(of) => {
            let there = model.remove(&key(*of)).is_some();
            let deleted = tx.delete::<Machine>(&key(*of))?;
            if deleted != there {
                wrong.push(format!("{step:?}: {deleted}"));
            }
            (Ok(()), None)
        }
        Step::Inside(part) => return inside(tx, model, wrong, part, undone),
    };
    if done.as_ref().err().map(Error::kind) != wanted {
        wrong.push(format!("{step:?}: {done:?}"));
    }
    look(tx, model, wrong, step)
}

/// Compares what is there.
fn look<E: Engine>(tx: &mut Tx<'_, E>, model: &Records, wrong: &mut Vec<String>, step: &Step) -> Result<()> {
    let found = tx.page::<Machine>(None, 99)?.records;
    let whole = found.iter().all(|found| *found == Machine { id: found.id.clone(), ..sized(0, found.mem_size_mb) });
    let found: Records = found.into_iter().map(|found| (found.id, found.mem_size_mb)).collect();
    if found != *model || !whole {
        wrong.push(format!("after {step:?}: {found:?} in place of {model:?}"));
    }
    Ok(())
}

/// Does the steps of a part.
fn inside<E: Engine>(
    tx: &mut Tx<'_, E>,
    model: &mut Records,
    wrong: &mut Vec<String>,
    part: &Part,
    undone: Undone,
) -> Result<()> {
    let before = model.clone();
    let done = catch_unwind(AssertUnwindSafe(|| {
        let run = |tx: &mut Tx<'_, E>| {
            part.steps.iter().try_for_each(|step| take(tx, model, wrong, step, undone))?;
            end(part.end).map(|()| model.clone())
        };
        if part.dry { tx.dry_run(run) } else { tx.part(run) }
    }));
    let well = matches!(done, Ok(Ok(_)));
    if undone(part, well) {
        *model = before;
    }
    look(tx, model, wrong, &Step::Inside(part.clone()))?;
    match done {
        Ok(Ok(_)) => Ok(()),
        _ if part.caught => Ok(()),
        Ok(Err(e)) => Err(e),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Does what comes of a seed in a transaction, with `there` before it; returns what is there then, or where it differs.
fn run<E: Engine>(store: &Store<E>, seed: u64, there: &Records, undone: Undone) -> Result<Records, Vec<String>> {
    let part = Dice(seed).part(4);
    let (steps, ended, before) = (part.steps.clone(), part.end, there.clone());
    let written = store.write(move |tx| {
        let (mut model, mut wrong) = (before.clone(), Vec::new());
        steps.iter().try_for_each(|step| take(tx, &mut model, &mut wrong, step, undone))?;
        end(ended).map(|()| (model, wrong))
    });
    let (model, mut wrong) = written.unwrap_or_else(|_| (there.clone(), Vec::new()));
    let found = store.read(|view| view.page::<Machine>(None, 99)).expect("reads").records;
    let found: Records = found.into_iter().map(|found| (found.id, found.mem_size_mb)).collect();
    if found != model {
        wrong.push(format!("at the end: {found:?} in place of {model:?}"));
    }
    if wrong.is_empty() { Ok(model) } else { Err(wrong) }
}

#[test]
fn nested_parts_are_a_stack_of_what_there_was() {
    let store = store();
    let mut there = Records::new();
    for seed in 0..300 {
        there = run(&store, seed, &there, is_undone).unwrap_or_else(|wrong| panic!("{seed}: {wrong:#?}"));
    }
    assert!(!there.is_empty(), "something was kept");
}

#[test]
fn a_part_that_is_kept_in_place_of_undone_is_found() {
    let rules: [Undone; 2] = [|_, well| !well, |part, _| part.dry];
    for rule in rules {
        let store = store();
        let found = (0..100).any(|seed| {
            // Each begins with nothing.
            store.write(|tx| (0..4).try_for_each(|of| tx.delete::<Machine>(&key(of)).map(drop))).expect("deletes");
            run(&store, seed, &Records::new(), rule).is_err()
        });
        assert!(found);
    }
}

#[test]
fn a_part_that_fails_is_undone_alone() {
    let store = store();
    let found = store.write(|tx| {
        tx.insert(&sized(1, 1))?;
        let refused = tx.part(|tx| {
            tx.insert(&sized(2, 2))?;
            tx.part(|tx| tx.insert(&sized(3, 3)))?;
            // Its row is written by then.
            tx.insert(&Machine { image_ids: vec![1, 99], ..sized(4, 4) })
        });
        let refused = refused.expect_err("refused").kind();
        Ok((refused, tx.page::<Machine>(None, 9)?.records.len()))
    });
    assert_eq!(found.expect("goes on"), (Kind::Reference, 1));
}

#[test]
fn a_dry_run_returns_what_it_would_and_leaves_nothing() {
    let store = store();
    let told = store.write(|tx| {
        let kept = tx.dry_run(|tx| tx.delete::<Network>("lan"))?;
        tx.insert(&sized(1, 1))?;
        let held = tx.dry_run(|tx| tx.delete::<Network>("lan")).map_err(|e| e.to_string());
        let inner = tx.dry_run(|tx| {
            tx.insert(&sized(2, 2))?;
            tx.dry_run(|tx| tx.delete::<Machine>(&key(2)))?;
            Ok(tx.page::<Machine>(None, 9)?.records.len())
        })?;
        Ok((kept, held, inner, tx.page::<Machine>(None, 9)?.records.len()))
    });
    let why = "machines.network_id: still names the record of networks".to_owned();
    assert_eq!(told.expect("goes on"), (true, Err(why), 2, 1));
    assert!(store.read(|view| view.exists::<Network>("lan")).expect("reads"));
}
