//! Proves one case in one place.

use std::collections::BTreeSet;

use fastrand::Rng;
use protostore_evolve::History;
use protostore_evolve::plan::{Ask, ChangeKind, Line, Plan, Step, Verdict, Word};
use serde::Serialize;

use super::case::{Case, Side};
use super::place::Place;
use crate::lab::{Database, Outcome, Planned, Rows, Store, Trial, answered, are_mixed, draw, link, settle, spell};

/// How many rows of each table are drawn, at most.
pub(super) const ROWS: usize = 8;

/// How often rows are drawn until there are some of each fate.
const DRAWS: usize = 50;

/// A fault that is planted in a plan, or in its SQL, to see it found.
pub(crate) struct Tamper<'a> {
    pub(crate) plan: &'a (dyn Fn(&mut Plan) + Sync),
    pub(crate) sql: &'a (dyn Fn(&mut String) + Sync),
}

impl Tamper<'static> {
    /// Leaves everything as it is.
    pub(crate) const NONE: Self = Self { plan: &|_| (), sql: &|_| () };
}

/// Proves a case; or, where the change is `rejected`, that it is rejected by name.
pub(crate) fn prove(
    kind: ChangeKind,
    case: &Case,
    place: Place,
    rejected: bool,
    tamper: &Tamper<'_>,
) -> Result<(), String> {
    let old = case.store(place, Side::Old)?;
    let mut first = case.store(place, Side::New)?.after(&old);
    first.answers.accept.extend(case.given.iter().map(|word| (*word, "rows".to_owned())));
    let history = History::first(old.schema.clone());
    let plan = Planned::plan(&history, &first, &first.answers);
    if case.no_version {
        return plan.map_or(Ok(()), |plan| Err(format!("a version is made: {:?}", plan.verdicts)));
    }
    let Some(plan) = plan else { return Err("no version is made".to_owned()) };
    if rejected {
        let named = |ask: &Ask| matches!(ask.kind, ChangeKind::Other) || ask.kind == kind;
        let by_name = plan.asks.iter().any(|ask| named(ask) && ask.line.is_none());
        return if by_name { Ok(()) } else { Err(format!("it is listed as rejected, and is not: {:?}", plan.asks)) };
    }
    if case.never {
        let never = plan.asks.iter().any(|ask| ask.kind == kind && ask.line.is_none());
        return if never { Ok(()) } else { Err(format!("it is not refused: {:?}", plan.asks)) };
    }
    asks(kind, case, &plan.asks)?;
    let written =
        case.answered.is_some().then(|| case.store(place, Side::Answered)).transpose()?.map(|new| new.after(&old));
    let new = written.as_ref().unwrap_or(&first);
    let answers = answered(&plan, &new.answers).unwrap_or_else(|| new.answers.clone());
    let Some(mut plan) = Planned::plan(&history, new, &answers) else { return Err("no version is made".to_owned()) };
    if !plan.asks.is_empty() {
        return Err(format!("questions are left: {:?}", plan.asks));
    }
    verdict(kind, case, place, &plan)?;
    (tamper.plan)(&mut plan);
    let Planned { plan, mut up, mut down } = Planned::print(plan, &old.schema, &new.schema);
    (tamper.sql)(&mut up);
    (tamper.sql)(&mut down);
    values(case, place, &plan, (&old, new), (&up, &down))
        .and_then(|()| super::skew::prove(case, place, &plan, (&old, new), &up))
        .map_err(|e| format!("{e}\n{}\n{}\n-- down\n{down}\n{:#?}", new.text, up, plan.up))
}

/// Compares the questions with those that the case expects.
fn asks(kind: ChangeKind, case: &Case, asks: &[Ask]) -> Result<(), String> {
    let mut words: Vec<Word> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for ask in asks {
        match &ask.line {
            Some(Line::Accept(acceptance)) => words.push(acceptance.word),
            Some(Line::Proto { text, .. }) => lines.push(text),
            None => return Err(format!("nothing answers: {ask:?}")),
        }
    }
    let (words, expected): (BTreeSet<Word>, BTreeSet<Word>) =
        (words.into_iter().collect(), case.accept.iter().copied().collect());
    if words != expected {
        return Err(format!("these acceptances are asked for, and not {expected:?}: {asks:?}"));
    }
    let fits = |line: &&str| case.lines.iter().any(|says| line.contains(says.as_str()));
    let met = |says: &String| lines.iter().any(|line| line.contains(says.as_str()));
    let lines_fit = lines.iter().all(fits) && case.lines.iter().all(met);
    if !asks.is_empty() && asks.iter().all(|ask| ask.kind != kind && !case.also.contains(&format!("{:?}", ask.kind))) {
        return Err(format!("none of these questions is about {kind:?}: {asks:?}"));
    }
    if lines_fit { Ok(()) } else { Err(format!("these lines are asked for, and not {:?}: {lines:?}", case.lines)) }
}

/// Compares the verdict with that of the case.
fn verdict(kind: ChangeKind, case: &Case, place: Place, plan: &Plan) -> Result<(), String> {
    let kind =
        case.becomes.as_ref().map_or(kind, |id| super::case::kind(id).unwrap_or_else(|| panic!("{id} is no change")));
    let all = &plan.verdicts;
    let other = all.iter().find(|v| v.kind != kind && !case.also.contains(&format!("{:?}", v.kind)));
    if let Some(other) = other {
        return Err(format!("it is also said that: {other:?}"));
    }
    let own: Vec<&Verdict> = all.iter().filter(|v| v.kind == kind).collect();
    if own.is_empty() {
        return Err(format!("the plan does not say {kind:?}: {all:?}"));
    }
    let previous = case.previous_at.get(&place).unwrap_or(&case.previous);
    for verdict in own {
        let Verdict { kind: _, at: _, says: _, wire, json, data, down, previous: program, passes: _ } = verdict;
        for (what, is, expected) in [
            ("wire", word(wire), &case.wire),
            ("json", word(json), &case.json),
            ("data", word(data), &case.data),
            ("down", word(down), &case.down),
            ("previous", word(program), previous),
        ] {
            if !expected.is_empty() && is != *expected {
                return Err(format!("{what} is {is}, and must be {expected}: {verdict:?}"));
            }
        }
    }
    Ok(())
}

/// Returns the name of a variant as the plan's file spells it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value).expect("plain data") {
        serde_json::Value::String(word) => word,
        serde_json::Value::Object(object) => object.keys().next().cloned().unwrap_or_default(),
        other => other.to_string(),
    }
}

/// Runs the upgrade over rows that fit, and over any rows.
fn values(
    case: &Case,
    place: Place,
    plan: &Plan,
    (old, new): (&Store, &Store),
    (up, down): (&str, &str),
) -> Result<(), String> {
    let (carry, back) = case.carry(place);
    let downs: Vec<String> = plan.verdicts.iter().map(|v| word(&v.down)).collect();
    let copy_only = downs.iter().any(|down| down == "copy_only");
    let exact = downs.iter().all(|down| down == "exact");
    let counts = plan.up.iter().any(|step| matches!(step, Step::Count { .. }));
    let trial = Trial {
        old,
        new,
        up,
        down: (!copy_only && !case.only_up).then_some(down),
        carry: &carry,
        back: &back,
        exact,
        letters: case.letters.as_deref(),
        counts,
    };
    let is_guarded = plan.up.iter().any(|step| matches!(step, Step::Guard(_) | Step::Rust { .. } | Step::References));
    let mut rng = Rng::with_seed(0x5eed);
    let mut drawn = |store: &Store| {
        let mut rows = draw(&mut rng, store, &Database::fresh(store), ROWS, &Rows::new());
        settle(&carry.fates, &mut rows);
        link(store, &mut rows);
        case.letters.iter().for_each(|field| spell(field, &mut rows));
        rows
    };
    // Rows of the newer version, as the older one has them, are those that fit.
    let newer = drawn(new);
    let fitting = back.rows(new, &newer, old).and_then(|mut rows| {
        link(old, &mut rows);
        Database::fresh(old).fill(old, &rows)?;
        Ok(rows)
    });
    if let Ok(fitting) = fitting
        && let Outcome::Stopped(why) = trial.run(&fitting)?
        && !is_guarded
    {
        return Err(format!("rows that fit are refused: {why}"));
    }
    // A table of one row meets one fate at a time.
    let is_single = place == Place::Singleton;
    let tries = if is_single && !carry.fates.is_empty() { ROWS } else { 1 };
    for _ in 0..tries {
        let mixed = |rows: &Rows| is_single || are_mixed(&carry.fates, rows);
        let Some(any) = std::iter::repeat_with(|| drawn(old)).take(DRAWS).find(mixed) else {
            return Err("rows of one fate were not drawn, or none that stay".to_owned());
        };
        if any.values().all(Vec::is_empty) {
            return Err("no rows could be drawn".to_owned());
        }
        match trial.run(&any)? {
            Outcome::Carried => {}
            Outcome::Stopped(why) if is_guarded => named(plan, &why)?,
            Outcome::Stopped(why) => return Err(format!("the upgrade stops, though nothing is guarded: {why}")),
        }
    }
    Ok(())
}

/// A refusal says what is wrong, how many rows there are, and the first.
fn named(plan: &Plan, why: &str) -> Result<(), String> {
    let mut guards = plan.up.iter().filter_map(|step| match step {
        Step::Guard(guard) => Some(&guard.says),
        _ => None,
    });
    let says = guards.any(|says| why.contains(says.as_str()) && why.contains(" rows, the first is "));
    // The run time says it for its own steps, and of references each table knows.
    if says || why.contains("references name no row, in the table: ") || why.contains("(the row ") {
        Ok(())
    } else {
        Err(format!("the upgrade stops without naming what is wrong: {why}"))
    }
}
