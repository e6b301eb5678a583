//! Inside of messages that one column holds, as bytes and as JSON: each pair of changes that follow each other, there and
//! back, by the wire.
//!
//! A field is declared in some way in each of three versions. All that can follow each other are fields of one message,
//! which a column holds at each place where there can be one; so one chain of three versions tries them all. What a
//! version in the middle would have written otherwise is seen by the third.

mod shape;

use std::fmt::Write as _;

use fastrand::Rng;
use protostore_evolve::History;
use protostore_evolve::plan::{Answers, DataEffect, Step, Word};

use crate::chains::{Chain, Tally};
use crate::lab::{Carry, Database, Planned, Rows, Rule, Store, answered, draw, same_database};
use shape::{FAMILIES, Family, PROTO2, Shape};

/// Rows that each version adds.
const ROWS: usize = 12;

/// Returns the file of a store whose columns hold a message with these lines.
fn file(syntax: &str, form: &str, types: &str, lines: &str) -> String {
    let optional = if syntax.is_empty() { "" } else { "optional " };
    let column = format!("(protostore.v1.column) = {{storage: {form}}}");
    format!(
        "{syntax}{types}\nmessage Inner {{\n{lines}}}\n\
         message Box {{\n  repeated Inner inners = 1;\n  map<string, Inner> named = 2;\n  {optional}Box box = 3;\n}}\n\
         message Part0 {{\n  {optional}string note = 1;\n  {optional}Inner inner = 2 [{column}];\n}}\n\
         message Row {{\n  {optional}string id = 1 [(google.api.field_behavior) = IDENTIFIER];\n  \
         {optional}Inner inner = 2 [{column}];\n  repeated Inner list = 3 [{column}];\n  \
         {optional}Box box = 4 [{column}];\n  repeated Part0 parts = 5;\n  map<int32, Part0> named = 6;\n}}\n\
         message LabStore {{\n  option (protostore.v1.store) = {{name: \"lab\"}};\n  repeated Row rows = 1;\n}}\n"
    )
}

fn store(text: &str) -> Store {
    Store::new(text).unwrap_or_else(|why| panic!("{why}"))
}

/// Says whether one declaration can follow another, where both are all that there is, and values go over by the wire.
fn follows(old: &Store, new: &Store) -> bool {
    let history = History::first(old.schema.clone());
    let Some(plan) = Planned::plan(&history, new, &Answers::default()) else { return true };
    let by_wire = |word: Word| matches!(word, Word::Presence | Word::Swap);
    let answers = answered(&plan, &Answers::default()).filter(|_| {
        // Where values may not fit, each fits that went there; the matrix has those.
        plan.verdicts.iter().all(|verdict| verdict.data != DataEffect::Guarded)
    });
    answers.is_some_and(|answers| answers.accept.iter().all(|(word, _)| by_wire(*word)))
}

/// Three declarations that can follow each other.
type Triple = [Shape; 3];

/// Returns those of a family that can follow each other.
fn triples(family: &Family, syntax: &str, form: &str) -> Vec<Triple> {
    let one = |shape: &Shape| store(&file(syntax, form, family.types, &shape.lines(10)));
    let stores: Vec<Store> = family.shapes.iter().map(one).collect();
    let all = 0..stores.len();
    let can: Vec<Vec<bool>> =
        all.clone().map(|a| all.clone().map(|b| a != b && follows(&stores[a], &stores[b])).collect()).collect();
    let mut found = Vec::new();
    for a in all.clone() {
        for b in all.clone().filter(|b| can[a][*b]) {
            let third = all.clone().filter(|c| can[b][*c]).chain((family.shapes[b].name == "gone").then_some(b));
            found.extend(third.map(|c| [family.shapes[a], family.shapes[b], family.shapes[c]]));
        }
    }
    found
}

/// Takes rows through three versions, in one leap, and back, as far as there is a way.
fn prove(families: &[Family], syntax: &str, form: &str, least: usize) {
    let all: Vec<Triple> = families.iter().flat_map(|family| triples(family, syntax, form)).collect();
    assert!(all.len() >= least, "only {} can follow each other", all.len());
    let types: String = families.iter().map(|family| family.types).collect();
    let text = |version: usize| {
        let mut lines = String::new();
        for (triple, number) in all.iter().zip((10..).step_by(10)) {
            let _ = writeln!(lines, "{}", triple[version].lines(number));
        }
        file(syntax, form, &types, &lines)
    };
    let named = |why: String| {
        // The error names a field by its number.
        let names: Vec<String> = all
            .iter()
            .zip((10..).step_by(10))
            .filter(|(_, number)| why.contains(&format!("f{number} ")) || why.contains(&format!("f{number}.")))
            .map(|(triple, number): (&Triple, u32)| format!("f{number}: {:?}", triple.map(|shape| shape.name)))
            .collect();
        format!(
            "{form}: {names:?}\n{}",
            why.chars().rev().take(4000).collect::<Vec<_>>().iter().rev().collect::<String>()
        )
    };
    let (mut rng, mut tally) = (Rng::with_seed(0x5eed), Tally::default());
    let mut chain = Chain::begin(&mut rng, store(&text(0)), true, ROWS).unwrap_or_else(|why| panic!("{why}"));
    for version in 1..3 {
        let done = chain.step(&mut rng, &text(version), &["inside"], Rule::Wire, &mut tally);
        if !done.unwrap_or_else(|why| panic!("{}", named(why))) {
            let history = History::first(store(&text(version - 1)).schema);
            let plan = Planned::plan(&history, &store(&text(version)), &Answers::default()).expect("a plan");
            let rejected: Vec<_> = plan.asks.iter().filter(|ask| ask.line.is_none()).map(|ask| &ask.risk).collect();
            panic!("{form}: version {version} is none: {rejected:#?}");
        }
    }
    chain.prove(&mut tally).unwrap_or_else(|why| panic!("{}", named(why)));
}

#[test]
fn bytes_that_versions_wrote_are_read_as_each_would_have_written_them() {
    prove(FAMILIES, "", "BYTES", 250);
}

#[test]
fn texts_that_versions_wrote_are_read_as_each_would_have_written_them() {
    prove(FAMILIES, "", "JSON", 80);
}

#[test]
fn the_same_holds_for_fields_of_proto2() {
    for form in ["BYTES", "JSON"] {
        prove(PROTO2, "syntax = \"proto2\";\n", form, 8);
    }
}

/// The control: where a version leaves what it would not write, the third reads another value.
#[test]
fn a_version_that_leaves_what_it_would_not_write_is_found() {
    for form in ["BYTES", "JSON"] {
        let at = |lines: &str| store(&file("", form, "", lines));
        let [optional, implicit] = ["optional int32 f = 10;", "int32 f = 10;"].map(at);
        let mut database = Database::fresh(&optional);
        let mut rng = Rng::with_seed(0x5eed);
        let mut rows = draw(&mut rng, &optional, &database, ROWS, &Rows::new());
        let mut history = History::first(optional.schema.clone());
        let again = at("optional int32 f = 10;");
        for (old, new) in [(&optional, &implicit), (&implicit, &again)] {
            let plan = Planned::plan(&history, new, &Answers::default()).expect("a version");
            let answers = answered(&plan, &Answers::default()).expect("acceptances");
            let mut plan = Planned::plan(&history, new, &answers).expect("a version");
            plan.up.retain(|step| !matches!(step, Step::Rust { .. }));
            let up = Planned::print(plan, &old.schema, &new.schema).up;
            database.migrate(&up, new).unwrap_or_else(|why| panic!("{why}"));
            rows = Carry::default().rows(old, &rows, new).expect("rows that fit");
            history.versions.last_mut().expect("a version").schema = new.schema.clone().into();
        }
        let fresh = Database::fresh(&again);
        fresh.fill(&again, &rows).expect("rows that fit");
        same_database(&again, &database, &fresh).expect_err("a zero that was set is set again");
    }
}
