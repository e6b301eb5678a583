//! Notes about what may not be meant: each has a name, under which a project allows it, everywhere or at one place.

use std::path::Path;
use std::process::{Command, Output};

const RUNTIME: &str = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }\n");

const STORE: &str = r#"syntax = "proto3";
package shop;
import "google/api/field_behavior.proto";
import "protostore/v1/options.proto";

message ShopStore {
  option (protostore.v1.store) = {name: "shop"};
  repeated Item items = 1;
  repeated Order orders = 2;
}

message Item {
  string id = 1 [(google.api.field_behavior) = IDENTIFIER];
}

message Order {
  string id = 1 [(google.api.field_behavior) = IDENTIFIER];
  string item_id = 2;
  repeated Line lines = 3;
  repeated string item_ids = 4;
  // Not the type of the key.
  uint64 order_id = 5;
  string checked_item_id = 6 [(protostore.v1.column) = {references: {table: "items"}}];
}

message Line {
  string item_id = 1 [(protostore.v1.column) = {references: {table: "items"}}];
  string order_id = 2;
}
"#;

/// Runs `codegen` on the store with more in its configuration; returns the notes of what it says, and its exit code.
fn notes(keys: &str) -> (i32, Vec<String>, String) {
    notes_of(STORE, keys)
}

fn notes_of(store: &str, keys: &str) -> (i32, Vec<String>, String) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("proto")).expect("a directory");
    std::fs::write(dir.path().join("proto/shop.proto"), store).expect("a file");
    std::fs::write(dir.path().join("protostore.toml"), format!("{RUNTIME}{keys}")).expect("a file");
    let codegen = |dir: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
        command.current_dir(dir).args(["protostore", "codegen"]).output().expect("the command runs")
    };
    let Output { status, stdout, stderr } = codegen(dir.path());
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    let notes = said.lines().filter_map(|line| line.strip_prefix("note: ")).map(str::to_owned).collect();
    (status.code().expect("an exit code"), notes, said)
}

#[test]
fn a_field_that_is_called_as_a_key_and_refers_to_nothing_is_a_note() {
    let (code, notes, said) = notes("");
    assert_eq!(code, 0, "a note is no error: {said}");
    let places: Vec<&str> = notes.iter().filter_map(|note| note.split('`').nth(1)).collect();
    assert_eq!(places, ["orders.item_id", "orders.lines.order_id", "orders.item_ids"], "{said}");
    let repair = "`(protostore.v1.column) = {references: {table: \"items\"}}` makes it a reference [plain_reference]";
    assert!(notes[0].ends_with(repair), "{said}");
}

#[test]
fn a_project_allows_notes_by_name_or_at_a_place() {
    assert_eq!(notes("allow = [\"plain_reference\"]\n").1, [""; 0]);
    let (_, left, said) =
        notes("allow = [\"plain_reference:shop.orders.item_id\", \"plain_reference:shop.orders.item_ids\"]\n");
    assert!(left.len() == 1 && left[0].starts_with("`orders.lines.order_id` of `shop`"), "{said}");
}

#[test]
fn what_allows_nothing_is_said() {
    let (code, left, said) = notes("allow = [\"plain_reference\", \"wide_record:shop.items\"]\n");
    assert_eq!((code, left.len()), (0, 1), "{said}");
    assert_eq!(left[0], "`allow` has \"wide_record:shop.items\", and there is nothing of that name to allow");
    let (code, _, said) = notes("allow = [\"plain_refrence\"]\n");
    assert!(code == 2 && said.contains("no note is called `plain_refrence`"), "{said}");
    assert!(said.contains("did you mean `plain_reference`?"), "{said}");
}

/// A store with a part for each note. What is beside it has none.
fn with(fields: &str, table: &str, more: &str) -> String {
    format!(
        "syntax = \"proto3\";\npackage shop;\nimport \"protostore/v1/options.proto\";\nmessage ShopStore {{\n  option \
         (protostore.v1.store) = {{name: \"shop\"}};\n  repeated Thing things = 1 [(protostore.v1.table) = {{primary_key: \
         \"id\" {table}}}];\n}}\nmessage Thing {{\n  string id = 1;\n  {fields}\n}}\n{more}\n"
    )
}

#[test]
fn each_note_has_its_case_and_what_is_beside_it_none() {
    let state = |zero: &str| format!("enum State {{ {zero} = 0; STATE_DONE = 1; }}");
    let (running, unspecified) = (state("STATE_RUNNING"), state("STATE_UNSPECIFIED"));
    let parent = "string name = 2; optional string parent = 3; string place = 4;";
    let unique = "index: {fields: [\"parent\", \"name\"] unique: true}";
    let both = "index: {fields: [\"name\", \"place\"]} index: {fields: \"name\"}";
    let cases: [(&str, String, Option<&str>); 15] = [
        (
            "enum_zero_value",
            with("State state = 2;", "", &running),
            Some("`things.state` of `shop` is `STATE_RUNNING`"),
        ),
        ("enum_zero_value", with("optional State state = 2;", "", &running), None),
        ("enum_zero_value", with("State state = 2;", "", &unspecified), None),
        ("plain_secret", with("string api_key = 2;", "", ""), Some("`things.api_key` of `shop`")),
        ("plain_secret", with("bytes db_password = 2;", "", ""), Some("`debug_redact = true` leaves it out")),
        ("plain_secret", with("string password = 2 [debug_redact = true];", "", ""), None),
        ("plain_secret", with("string password_hint = 2; bool secret = 3;", "", ""), None),
        (
            "prefix_index",
            with(parent, both, ""),
            Some("has an index on `name`, and the index on `name`, `place` begins"),
        ),
        ("prefix_index", with(parent, "index: {fields: [\"name\", \"place\"]} index: {fields: \"place\"}", ""), None),
        (
            "prefix_index",
            with(parent, &both.replace("}", " where: \"place = 'x'\"}").replacen(" where: \"place = 'x'\"", "", 1), ""),
            None,
        ),
        ("sql_word", with("string order = 2;", "", ""), Some("statements of your own write `\"order\"`")),
        ("sql_word", with("string orders = 2;", "", ""), None),
        ("unique_optional", with(parent, unique, ""), Some("of the same `parent`, `name` where `parent` is unset")),
        ("unique_optional", with(parent, "index: {fields: [\"place\", \"name\"] unique: true}", ""), None),
        ("unique_optional", with(parent, &unique.replace("}", " where: \"parent:*\"}"), ""), None),
    ];
    for (name, store, expected) in cases {
        let (code, notes, said) = notes_of(&store, "");
        assert_eq!(code, 0, "{said}");
        match expected {
            Some(expected) => {
                assert!(notes.len() == 1 && notes[0].ends_with(&format!(" [{name}]")), "{store}\n{said}");
                assert!(notes[0].contains(expected), "{said}");
                assert_eq!(notes_of(&store, &format!("allow = [\"{name}\"]\n")).1, [""; 0]);
            }
            None => assert_eq!(notes, [""; 0], "{store}"),
        }
    }
}

#[test]
fn each_note_is_explained() {
    let explain = |word: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
        let output = command.args(["protostore", "explain"]).args(Some(word).filter(|word| !word.is_empty())).output();
        String::from_utf8(output.expect("the command runs").stdout).expect("text")
    };
    let all = explain("");
    let names: Vec<&str> = all.lines().filter_map(|line| line.strip_suffix(": a note")).collect();
    assert!(names.contains(&"sql_word") && names.contains(&"wide_record"), "{all}");
    let table = include_str!("../../../docs/project.md");
    let rows: Vec<String> = names.iter().map(|name| format!("| `{name}` | ")).collect();
    for (name, row) in names.iter().zip(rows) {
        assert!(explain(name).lines().count() > 3 && table.contains(&row), "{name}: {}", explain(name));
    }
}
