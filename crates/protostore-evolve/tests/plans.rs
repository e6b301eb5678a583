//! The rows of the tables of changes: each file of `plans` has two versions of a store, answers, and the plan between them.
//!
//! `PROTOSTORE_UPDATE=1` writes the plans anew.

#[path = "golden/mod.rs"]
mod golden;
#[path = "structure/mod.rs"]
mod structure;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use protostore_evolve::plan::{Answers, ChangeKind, ColumnId, Place, Plan, Step, Word};
use protostore_evolve::{History, evolve};
use protostore_lower::{Inputs, compile, lower};
use protostore_schema::{Role, Schema};
use structure::Structure;

/// What begins every proto.
const HEAD: &str = r#"syntax = "proto3";
package lab.v0;
import "buf/validate/validate.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "others/others.proto";
import "protostore/v1/options.proto";
message LabStore {
  option (protostore.v1.store) = {name: "lab"};
"#;

/// A file: versions, oldest first, what was answered, and the plan from the last but one to the last.
struct Case {
    path: PathBuf,
    text: String,
    answers: String,
    plan: String,
    schemas: Vec<Schema>,
}

impl Case {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).expect("a case is text");
        let (mut versions, mut answers, mut plan) = (Vec::new(), String::new(), String::new());
        for section in text.split("\n--- ").skip(1) {
            let (title, body) = section.split_once('\n').unwrap_or((section, ""));
            match title {
                "version" => versions.push(body.to_owned()),
                "answers" => body.clone_into(&mut answers),
                "plan" => body.clone_into(&mut plan),
                other => panic!("{}: no section is called {other:?}", path.display()),
            }
        }
        let name = path.display().to_string();
        let schemas = versions.iter().map(|text| schema(&name, text)).collect();
        Self { path, text, answers, plan, schemas }
    }

    fn name(&self) -> String {
        self.path.file_stem().expect("a case has a name").to_string_lossy().into_owned()
    }

    fn plan(&self) -> (Option<Plan>, String) {
        let (new, olds) = self.schemas.split_last().expect("a case has versions");
        let mut history = History::first(olds[0].clone());
        for (schema, number) in olds.iter().zip(1..).skip(1) {
            let mut version = history.head().clone();
            (version.number, version.schema) = (number, schema.clone().into());
            history.versions.push(version);
        }
        let answers = answers(&self.answers, new);
        let Some(plan) = evolve(&history, new, &protostore_emit::objects, &answers) else {
            return (None, "nothing makes a version\n".to_owned());
        };
        let mut text = plan.to_string();
        for (word, place) in &plan.unneeded {
            text += &format!("\nnothing asks for {word}:{place}\n");
        }
        if plan.asks.is_empty() {
            let old = &history.head().schema;
            text += &format!("\nup\n{}", plan.steps_text(&plan.up, old, new));
            text += &format!("\ndown\n{}", plan.steps_text(&plan.down, new, old));
        }
        (Some(plan), text)
    }
}

/// Lowers the fields of a store message and what follows them.
fn schema(name: &str, text: &str) -> Schema {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("lab")).expect("a directory");
    let (own, others) = text.split_once("=== others\n").unwrap_or((text, ""));
    std::fs::write(dir.path().join("lab/lab.proto"), format!("{HEAD}{own}")).expect("a file");
    // Messages of others are on another path.
    std::fs::create_dir_all(dir.path().join("others/others")).expect("a directory");
    let others = format!("syntax = \"proto3\";\npackage others;\n{others}");
    std::fs::write(dir.path().join("others/others/others.proto"), others).expect("a file");
    let includes = vec![dir.path().to_path_buf(), dir.path().join("others")];
    let inputs = Inputs { includes, files: vec!["lab/lab.proto".into()] };
    let compiled = compile(&inputs).unwrap_or_else(|error| panic!("{name}: {error}"));
    lower(&compiled, "lab.v0.LabStore").unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads lines such as `accept narrow:machines.size`, `backfill machines.owner = 'root'` and `dropped 1 [6, 2] a.b`.
fn answers(text: &str, new: &Schema) -> Answers {
    let mut answers = Answers::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (what, rest) = line.split_once(' ').expect("a word and the rest");
        match what {
            "accept" => {
                let (word, place) = rest.split_once(':').expect("a word and a place");
                let word = Word::ALL.into_iter().find(|known| known.as_str() == word).expect("a known word");
                answers.accept.push((word, place.to_owned()));
            }
            "backfill" => {
                let (place, sql) = rest.split_once(" = ").expect("a field and a value");
                let (table, field) = place.split_once('.').expect("a table and a field");
                answers.backfills.insert(column(new, table, field), sql.to_owned());
            }
            "hook" => {
                let (place, method) = rest.split_once(" = ").expect("a table or field, and a method");
                let (table, field) = place.split_once('.').unwrap_or((place, ""));
                let number = new.tables.iter().find(|known| known.name.proto == table).expect("a table").number;
                let path = if field.is_empty() { Vec::new() } else { column(new, table, field).path };
                answers.hooks.insert((number, path), method.to_owned());
            }
            "dropped" => {
                let mut parts = rest.splitn(3, ' ');
                let mut part = || parts.next().expect("a table, a path and a name");
                let table = part().parse().expect("a number");
                let path = part().split('.').map(|number| number.parse().expect("a number")).collect();
                answers.dropped.push((table, path, part().to_owned()));
            }
            other => panic!("no answer is called {other:?}"),
        }
    }
    answers
}

fn column(schema: &Schema, table: &str, field: &str) -> ColumnId {
    let table = schema.tables.iter().find(|known| known.name.proto == table).expect("a table");
    let own = Place { table: table.number, path: Vec::new() };
    let children = table.descendants().into_iter().map(|child| {
        let place = Place { table: table.number, path: child.path.clone() };
        (place, child.item_columns())
    });
    let all = std::iter::once((own, table.columns())).chain(children);
    // A message in a table of its own has no column that says whether it is set.
    if let Some(child) = table.children().into_iter().find(|child| child.field.proto == field) {
        let place = Place { table: table.number, path: child.path.clone() };
        return ColumnId { place, path: child.path.clone(), role: Role::Presence };
    }
    let mut all = all.flat_map(|(place, columns)| columns.into_iter().map(move |column| (place.clone(), column)));
    let (place, column) = all.find(|(_, column)| column.name.proto == field).expect("a column");
    ColumnId { place, path: column.path.clone(), role: column.role }
}

/// Lowering takes most of the time, so each test looks at the same cases.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let entries = std::fs::read_dir(&folder).expect("the folder of the cases");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(Case::read).collect()
});

#[test]
fn each_row_has_its_plan() {
    let update = std::env::var_os("PROTOSTORE_UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        let (_, text) = case.plan();
        if text != case.plan && update {
            let kept = case.text.split("\n--- plan\n").next().expect("the versions");
            std::fs::write(&case.path, format!("{}\n--- plan\n{text}", kept.trim_end())).expect("a file");
        } else if text != case.plan {
            wrong.push(format!("{}:\n{text}", case.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The name of a case begins with the ids that it is about.
#[test]
fn a_case_has_the_changes_that_it_is_named_for() {
    for case in CASES.iter() {
        let ids = case
            .name()
            .split('-')
            .take_while(|part| part.len() == 3 && part.ends_with(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
            .collect::<Vec<_>>();
        assert!(!ids.is_empty(), "{} is named for no change", case.name());
        let (plan, _) = case.plan();
        let found: BTreeSet<String> = plan
            .iter()
            .flat_map(|plan| {
                let asked = plan.asks.iter().map(|ask| ask.kind);
                plan.verdicts.iter().map(|verdict| verdict.kind).chain(asked).map(|kind| kind.to_string())
            })
            .collect();
        let is_none = ids.iter().all(|id| ["T01", "T04", "N06"].contains(&id.as_str()));
        let missing: Vec<_> = ids.iter().filter(|id| !is_none && !found.contains(*id)).collect();
        assert!(missing.is_empty(), "{} has {found:?}", case.name());
        assert!(!is_none || plan.is_none(), "{} makes a version", case.name());
    }
}

#[test]
fn a_plan_is_read_from_its_file_and_is_the_same_each_time() {
    for case in CASES.iter() {
        let (Some(plan), _) = case.plan() else { continue };
        let file = plan.to_file();
        let read = Plan::from_file(&file).expect("a plan that was just written");
        assert_eq!(read.to_file(), file, "{}", case.name());
        assert_eq!(case.plan().0.expect("a plan").to_file(), file, "{}", case.name());
    }
}

#[test]
fn a_plan_of_a_newer_format_or_of_none_is_rejected_by_name() {
    let file = Plan { from: 1, to: 2, ..Plan::default() }.to_file();
    assert!(Plan::from_file(&file).is_ok());
    let refused = |from: &str, to: &str| {
        assert!(file.contains(from), "{file}");
        Plan::from_file(&file.replacen(from, to, 1)).expect_err("another file").to_string()
    };
    let newer = refused("\"format\": 1,", "\"format\": 2,");
    assert_eq!(newer, "a newer tool wrote this plan, in format 2; this tool reads formats up to 1");
    let none = refused("\"format\": 1,", "");
    assert_eq!(none, "not a plan: it has no `format`, which is a number");
    let unknown = refused("\"from\": 1,", "\"from\": 1, \"form\": 1,");
    assert!(unknown.contains("unknown field `form`"), "{unknown}");
}

/// What is answered is asked once, and what is asked and answered is planned as the question said.
#[test]
fn a_schema_leads_to_itself_without_a_plan() {
    for case in CASES.iter() {
        for schema in &case.schemas {
            let history = History::first(schema.clone());
            let plan = evolve(&history, schema, &protostore_emit::objects, &Answers::default());
            assert_eq!(plan, None, "{}", case.name());
        }
    }
}

/// Tables, columns and their names are those of the newer schema after the steps, and those of the older after the way
/// back; the control leaves out a step at a time.
#[test]
fn steps_lead_from_one_structure_to_the_other() {
    let (mut tried, mut left_out) = (0, 0);
    for case in CASES.iter() {
        let Some(plan) = case.plan().0.filter(|plan| plan.asks.is_empty()) else { continue };
        let [.., old, new] = &case.schemas[..] else { panic!("{} has one version", case.name()) };
        let (old, new) = (Structure::of(old), Structure::of(new));
        assert_eq!(old.clone().follow(&plan.up, &new), Ok(new.clone()), "{} up", case.name());
        if plan.has_way_back() {
            assert_eq!(new.clone().follow(&plan.down, &old), Ok(old.clone()), "{} down", case.name());
        } else {
            assert_eq!(plan.down, [], "{}", case.name());
        }
        for at in 0..plan.up.len() {
            let mut fewer = plan.up.clone();
            let step = fewer.remove(at);
            let is_structure = matches!(
                step,
                Step::CreateTable { .. }
                    | Step::DropTable { .. }
                    | Step::RenameTable { .. }
                    | Step::RenameColumn { .. }
                    | Step::AddColumn { .. }
                    | Step::DropColumn { .. }
            );
            if is_structure {
                assert_ne!(old.clone().follow(&fewer, &new), Ok(new.clone()), "{} without {step:?}", case.name());
                left_out += 1;
            }
        }
        tried += 1;
    }
    assert!(tried > 50 && left_out > 50, "{tried} plans, {left_out} steps");
}

/// Changes without a case here, and why.
const ELSEWHERE: [(ChangeKind, &str); 4] = [
    (ChangeKind::T02, "the history knows the store by its former names: the tests of the lock"),
    (ChangeKind::T03, "codegen finds it before anything is compared"),
    (ChangeKind::T27, "the second mapping is that of `tests/evolution`, whose matrix has its cases"),
    (ChangeKind::T28, "there is no such option yet"),
];

#[test]
fn each_change_has_a_case_or_a_reason() {
    let named: BTreeSet<String> =
        CASES.iter().flat_map(|case| case.name().split('-').map(str::to_owned).collect::<Vec<_>>()).collect();
    for kind in ChangeKind::ALL {
        let is_elsewhere = ELSEWHERE.iter().any(|(other, _)| other == kind);
        assert_ne!(named.contains(kind.id()), is_elsewhere, "{kind}: {}", kind.title());
    }
}
