//! Two versions of one small store, and the plan between them.

use protostore_evolve::plan::{Answers, Ask, At, ChangeKind, Conversion, Line, Plan, Step, Word};
use protostore_evolve::{History, evolve};
use protostore_lower::{Inputs, compile, lower};
use protostore_schema::Schema;

/// Returns the store whose machines have these fields; messages follow after `---`, and tables after `+++`.
pub(crate) fn schema(fields: &str) -> Schema {
    let (fields, tables) = fields.split_once("+++").unwrap_or((fields, ""));
    let (fields, messages) = fields.split_once("---").unwrap_or((fields, ""));
    let (option, fields) = match fields.split_once("%%") {
        Some((option, fields)) => (format!(" [(protostore.v1.table) = {{{option}}}]"), fields),
        None => (String::new(), fields),
    };
    // A hash chain needs an order of rows.
    let key = match option.contains("hash_chain") {
        true => {
            "int64 id = 1 [(google.api.field_behavior) = IDENTIFIER, (protostore.v1.column) = {generated: SEQUENCE}]"
        }
        false => "string id = 1 [(google.api.field_behavior) = IDENTIFIER]",
    };
    let text = format!(
        "syntax = \"proto3\";\npackage shop.v1;\nimport \"buf/validate/validate.proto\";\n\
         import \"google/api/field_behavior.proto\";\nimport \"google/protobuf/timestamp.proto\";\n\
         import \"google/protobuf/wrappers.proto\";\nimport \"protostore/v1/options.proto\";\n\
         message Shop {{\n  option (protostore.v1.store) = {{}};\n  repeated Machine machines = 1{option};\n\
         \x20 repeated Network networks = 2;\n{tables}}}\n\
         message Network {{ string id = 1 [(google.api.field_behavior) = IDENTIFIER]; }}\n\
         message Machine {{\n  {key};\n{fields}\n}}\n{messages}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("shop.proto"), &text).expect("a file");
    let inputs = Inputs { includes: vec![folder.path().to_path_buf()], files: vec!["shop.proto".into()] };
    let compiled = compile(&inputs).unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}"));
    lower(&compiled, "shop.v1.Shop").unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}"))
}

/// Returns the plan from one to the other, with every risk accepted that it asks about.
pub(crate) fn plan(old: &str, new: &str) -> Plan {
    plan_with(old, new, Answers::default())
}

/// Returns the plan with these answers, and every acceptance that it asks for beside.
pub(crate) fn plan_with(old: &str, new: &str, mut answers: Answers) -> Plan {
    let (old, new) = (schema(old), schema(new));
    let history = History::first(old);
    let made = |answers: &Answers| {
        evolve(&history, &new, &|schema| protostore_emit::objects(schema), answers).expect("something changed")
    };
    let asked = made(&answers);
    answers.accept.extend(asked.asks.iter().filter_map(|ask| match &ask.line {
        Some(Line::Accept(line)) => Some((line.word, ask.at.present().to_owned())),
        _ => None,
    }));
    let plan = made(&answers);
    // What was asked is what the lock records.
    let words = |plan: &Plan| plan.asks.iter().filter(|ask| matches!(ask.line, Some(Line::Accept(_)))).count();
    assert_eq!(words(&plan), 0, "an acceptance answers what asked for it: {:?}", plan.asks);
    Plan { asks: asked.asks, ..plan }
}

/// Returns the kinds of the changes, in order.
pub(crate) fn kinds(plan: &Plan) -> Vec<ChangeKind> {
    plan.verdicts.iter().map(|verdict| verdict.kind).collect()
}

/// Returns the words that must be accepted, each with its place and what it was and is: `narrow machines.n int64 int32`.
pub(crate) fn words(plan: &Plan) -> Vec<String> {
    let said = |ask: &Ask| match &ask.line {
        Some(Line::Accept(line)) => {
            let word = match line.word {
                Word::Narrow => "narrow",
                Word::Sign => "sign",
                Word::Presence => "presence",
                Word::Wire => "wire",
                Word::Swap => "swap",
                Word::Unique => "unique",
                Word::Tighten => "tighten",
                Word::Dangling => "dangling",
                Word::Rekey => "rekey",
                Word::Rows => "rows",
                Word::Drop => "drop",
                Word::Unchain => "unchain",
            };
            format!("{word} {} {} {}", place(&ask.at), line.from, line.to)
        }
        Some(Line::Proto { text, .. }) => text.clone(),
        None => format!("never {:?} {}: {}", ask.kind, place(&ask.at), ask.risk),
    };
    plan.asks.iter().map(said).collect()
}

fn place(at: &At) -> String {
    at.present().to_owned()
}

/// Returns what the guards of steps say.
pub(crate) fn guards(steps: &[Step]) -> Vec<&str> {
    steps
        .iter()
        .filter_map(|step| if let Step::Guard(guard) = step { Some(guard.says.as_str()) } else { None })
        .collect()
}

/// Returns the conversions of steps.
pub(crate) fn conversions(steps: &[Step]) -> Vec<&Conversion> {
    steps.iter().filter_map(|step| if let Step::Convert { by, .. } = step { Some(by) } else { None }).collect()
}

/// Returns the steps that are neither guards nor derived objects, each as its name.
pub(crate) fn steps(steps: &[Step]) -> Vec<String> {
    let named = |step: &Step| match step {
        Step::Guard(_) | Step::Drop(_) | Step::Make(_) => None,
        other => format!("{other:?}").split([' ', '(']).next().map(ToOwned::to_owned),
    };
    steps.iter().filter_map(named).collect()
}
