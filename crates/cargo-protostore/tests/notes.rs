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
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("proto")).expect("a directory");
    std::fs::write(dir.path().join("proto/shop.proto"), STORE).expect("a file");
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
