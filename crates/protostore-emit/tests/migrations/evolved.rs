//! The plans of the evolver as SQL: over rows of many shapes each leads to the structure of the newer schema, and back,
//! or a guard stops it; no statement of it is rejected for anything else.

use std::collections::BTreeSet;
use std::path::Path;

use protostore_emit::{Migration, migration, objects};
use protostore_evolve::plan::{Answers, ColumnId, Place, Plan, Word};
use protostore_evolve::{History, evolve};
use protostore_lower::{Inputs, compile, lower};
use protostore_schema::{Role, Schema};
use rusqlite::Connection;

use super::rows;
use super::run::{fresh, migrate};
use super::structure::structure;

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

fn lowered(name: &str, text: &str) -> Schema {
    let dir = tempfile::tempdir().expect("a directory");
    let (own, others) = text.split_once("=== others\n").unwrap_or((text, ""));
    std::fs::create_dir_all(dir.path().join("lab")).expect("a directory");
    std::fs::create_dir_all(dir.path().join("others/others")).expect("a directory");
    std::fs::write(dir.path().join("lab/lab.proto"), format!("{HEAD}{own}")).expect("a file");
    let others = format!("syntax = \"proto3\";\npackage others;\n{others}");
    std::fs::write(dir.path().join("others/others/others.proto"), others).expect("a file");
    let includes = vec![dir.path().to_path_buf(), dir.path().join("others")];
    let compiled = compile(&Inputs { includes, files: vec!["lab/lab.proto".into()] });
    let compiled = compiled.unwrap_or_else(|error| panic!("{name}: {error}"));
    lower(&compiled, "lab.v0.LabStore").unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads the answers of a case.
fn answers(text: &str, new: &Schema) -> Answers {
    let mut answers = Answers::default();
    for (what, rest) in text.lines().filter_map(|line| line.split_once(' ')) {
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
                let parts: Vec<&str> = rest.splitn(3, ' ').collect();
                let path = parts[1].split('.').map(|number| number.parse().expect("a number")).collect();
                answers.dropped.push((parts[0].parse().expect("a number"), path, parts[2].to_owned()));
            }
            other => panic!("no answer is called {other:?}"),
        }
    }
    answers
}

fn column(schema: &Schema, table: &str, field: &str) -> ColumnId {
    let table = schema.tables.iter().find(|known| known.name.proto == table).expect("a table");
    let own = (Place { table: table.number, path: Vec::new() }, table.columns());
    let children = table
        .descendants()
        .into_iter()
        .map(|child| (Place { table: table.number, path: child.path.clone() }, child.item_columns()));
    let all = std::iter::once(own).chain(children);
    // A message in a table of its own has no column that says whether it is set.
    if let Some(child) = table.children().into_iter().find(|child| child.field.proto == field) {
        let place = Place { table: table.number, path: child.path.clone() };
        return ColumnId { place, path: child.path.clone(), role: Role::Presence };
    }
    let mut all = all.flat_map(|(place, columns)| columns.into_iter().map(move |column| (place.clone(), column)));
    let (place, column) = all.find(|(_, column)| column.name.proto == field).expect("a column");
    ColumnId { place, path: column.path.clone(), role: column.role }
}

/// A case of the evolver: the older schema, the newer, and the plan, where it asks for nothing more.
struct Case {
    name: String,
    old: Schema,
    new: Schema,
    plan: Plan,
}

fn cases() -> Vec<Case> {
    let emit = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(emit.join("../protostore-evolve/tests/plans")).expect("the cases of the evolver");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let only = std::env::var("PROTOSTORE_ONLY").ok();
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            return None;
        }
        let text = std::fs::read_to_string(&path).expect("a case");
        let part = |title: &'static str| {
            let sections = text.split("\n--- ").skip(1).filter_map(|section| section.split_once('\n'));
            sections.filter(move |(known, _)| *known == title).map(|(_, body)| body.to_owned()).collect::<Vec<_>>()
        };
        let mut schemas: Vec<Schema> = part("version").iter().map(|text| lowered(&name, text)).collect();
        let new = schemas.pop().expect("two versions");
        let mut history = History::first(schemas.remove(0));
        for (schema, number) in schemas.into_iter().zip(2..) {
            let mut version = history.head().clone();
            (version.number, version.schema) = (number, schema.into());
            history.versions.push(version);
        }
        let plan = evolve(&history, &new, &objects, &answers(&part("answers").concat(), &new))?;
        let old = Schema::clone(&history.head().schema);
        plan.asks.is_empty().then_some(Case { name, old, new, plan })
    };
    paths.into_iter().filter_map(read).collect()
}

/// Runs a migration; the error is that of a guard, and anything else a fault.
fn step(name: &str, db: &mut Connection, sql: &str, wanted: &BTreeSet<String>, faults: &mut Vec<String>) -> bool {
    match migrate(db, sql) {
        Err(error) if error.contains(" rows, the first is ") => return false,
        Err(error) => {
            faults.push(format!("{name}: {error}\n{sql}"));
            return false;
        }
        Ok(()) => {}
    }
    let found = structure(db);
    let lacks: Vec<_> = wanted.difference(&found).collect();
    let others: Vec<_> = found.difference(wanted).collect();
    if !lacks.is_empty() || !others.is_empty() {
        faults.push(format!("{name}: lacks {lacks:#?}, has {others:#?}\n{sql}"));
    }
    let dangling: i64 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    if dangling > 0 {
        faults.push(format!("{name}: {dangling} references name no row\n{sql}"));
    }
    true
}

#[test]
fn each_plan_leads_there_and_back_or_a_guard_stops_it() {
    let mut faults = Vec::new();
    let (mut passed, mut stopped) = (0, 0);
    for Case { name, old, new, plan } in cases() {
        let Migration { up, down } = migration(&plan, &old, &new, "cargo protostore codegen");
        super::forms::check(&name, &up);
        super::forms::check(&name, &down);
        let copy_only = format!("{:?}", plan.verdicts).contains("CopyOnly");
        let (before, after) = (structure(&fresh(&old)), structure(&fresh(&new)));
        for seed in 0..6 {
            let mut db = fresh(&old);
            if seed > 0 {
                rows::insert(&db, &old, seed);
            }
            let there = step(&name, &mut db, &up, &after, &mut faults);
            if seed == 0 {
                assert!(there || !faults.is_empty(), "{name}: an empty database does not stop an upgrade\n{up}");
            }
            if there && !copy_only && step(&format!("{name}, back"), &mut db, &down, &before, &mut faults) {
                step(&format!("{name}, again"), &mut db, &up, &after, &mut faults);
            }
            *(if there { &mut passed } else { &mut stopped }) += 1;
            if !faults.is_empty() {
                break;
            }
        }
    }
    faults.truncate(12);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    let is_whole = std::env::var_os("PROTOSTORE_ONLY").is_none();
    assert!(!is_whole || (passed > 200 && stopped > 20), "{passed} ways led there, {stopped} were stopped by a guard");
}
