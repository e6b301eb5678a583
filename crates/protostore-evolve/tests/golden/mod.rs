//! The file of a plan of format 1: every later version of the tool reads it.

use std::collections::BTreeSet;
use std::path::Path;

use protostore_evolve::plan::Plan;
use serde_json::Value;

use super::CASES;

/// A plan with every kind of entry that plans have. As long as nothing is released, `PROTOSTORE_UPDATE=1` writes it anew;
/// afterwards it never changes, and an entry that it lacks needs another format.
const GOLDEN: &str = include_str!("../cases/format-1.plan.json");

/// Keys whose values are names, texts and SQL.
const NAMES: [&str; 11] = ["says", "risk", "name", "from", "to", "slug", "text", "file", "sql", "loses", "where"];

#[test]
fn a_plan_of_format_1_is_read() {
    let plan = Plan::from_file(GOLDEN).expect("a plan of format 1");
    assert_eq!(plan.to_file(), GOLDEN);
}

#[test]
fn the_golden_plan_has_every_key_and_word_that_plans_have() {
    let plans: Vec<Plan> = CASES.iter().filter_map(|case| case.plan().0).collect();
    if std::env::var_os("PROTOSTORE_UPDATE").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/format-1.plan.json");
        std::fs::write(path, golden(&plans).to_file()).expect("a file");
        return;
    }
    let known = shapes(&value(&Plan::from_file(GOLDEN).expect("a plan of format 1")), "");
    let found: BTreeSet<String> = plans.iter().flat_map(|plan| shapes(&value(plan), "")).collect();
    let beyond: Vec<_> = found.difference(&known).collect();
    let update = "PROTOSTORE_UPDATE=1 cargo test -p protostore-evolve --test plans";
    assert!(beyond.is_empty(), "the golden plan lacks these; nothing is released yet, so: {update}\n{beyond:#?}");
    assert!(found.len() > 200, "{}", found.len());
}

/// Returns a plan with each entry of the plans that shows something which those before it do not.
fn golden(plans: &[Plan]) -> Plan {
    let mut seen = BTreeSet::new();
    let mut whole = Plan { from: 1, to: 2, slug: "everything".to_owned(), reader: 1, writer: 2, ..Plan::default() };
    for plan in plans {
        pick("verdicts", &plan.verdicts, &mut whole.verdicts, &mut seen);
        pick("asks", &plan.asks, &mut whole.asks, &mut seen);
        pick("accepted", &plan.accepted, &mut whole.accepted, &mut seen);
        pick("up", &plan.up, &mut whole.up, &mut seen);
        pick("down", &plan.down, &mut whole.down, &mut seen);
    }
    whole
}

fn pick<T: Clone + serde::Serialize>(key: &str, from: &[T], into: &mut Vec<T>, seen: &mut BTreeSet<String>) {
    for entry in from {
        let before = seen.len();
        seen.extend(shapes(&serde_json::to_value(entry).expect("an entry is JSON"), &format!("/{key}")));
        if seen.len() > before {
            into.push(entry.clone());
        }
    }
}

fn value(plan: &Plan) -> Value {
    serde_json::from_str(&plan.to_file()).expect("JSON")
}

/// Returns the paths of keys in a value, each with the word at its end; of a name or a number no more than its kind.
fn shapes(value: &Value, path: &str) -> BTreeSet<String> {
    let is_name = NAMES.iter().any(|name| path.ends_with(&format!("/{name}")));
    match value {
        Value::Object(object) => {
            object.iter().flat_map(|(key, value)| shapes(value, &format!("{path}/{key}"))).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| shapes(item, path)).collect(),
        Value::String(word) if !is_name => BTreeSet::from([format!("{path} = {word}")]),
        Value::String(_) => BTreeSet::from([format!("{path} is a text")]),
        Value::Number(_) => BTreeSet::from([format!("{path} is a number")]),
        Value::Bool(yes) => BTreeSet::from([format!("{path} = {yes}")]),
        Value::Null => BTreeSet::from([format!("{path} is nothing")]),
    }
}
