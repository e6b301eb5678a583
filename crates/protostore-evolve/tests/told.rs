//! Nothing that a snapshot says of stored data changes in silence: each value of it is changed, one at a time.

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use protostore_evolve::plan::Answers;
use protostore_evolve::{History, evolve};
use protostore_lower::{Inputs, compile, lower};
use protostore_schema::Schema;
use serde_json::Value;

/// Every shape in a few lines.
const PROTO: &str = r#"syntax = "proto3";
package lab.v0;
import "buf/validate/validate.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/timestamp.proto";
import "protostore/v1/options.proto";
message LabStore {
  option (protostore.v1.store) = {name: "lab"};
  repeated Machine machines = 1 [(protostore.v1.table) = {
    primary_key: "id" revision: "revision"
    index: {fields: "size" fields: "id desc" where: "size > 3"}
    foreign_key: {fields: "run" fields: "step" references: {table: "steps"}}
  }];
  repeated Network networks = 2 [(protostore.v1.table) = {primary_key: "id"}];
  repeated Fact facts = 5 [(protostore.v1.table) = {primary_key: "id" soft_delete: "delete_time"}];
  Host host = 3;
  repeated Step steps = 4 [(protostore.v1.table) = {primary_key: "run" primary_key: "step" append_only: true}];
  reserved 9;
  reserved "pods";
}
message Machine {
  string id = 1;
  int32 size = 2 [(buf.validate.field).int32 = {gte: 0 lte: 9}];
  optional string owner = 3 [(protostore.v1.column) = {unique: true}];
  string network_id = 4 [(protostore.v1.column) = {references: {table: "networks" on_delete: SET_NULL}}];
  Drive root = 5;
  repeated Drive drives = 6 [(buf.validate.field).repeated.max_items = 9];
  map<string, Limits> limits = 7;
  oneof boot {
    option (buf.validate.oneof).required = true;
    string kernel = 8;
    Drive image = 9;
  }
  Drive whole = 10 [(protostore.v1.column) = {storage: BYTES}];
  Drive text = 11 [(protostore.v1.column) = {storage: JSON}];
  Drive none = 12 [(protostore.v1.column) = {storage: NOT_STORED}];
  Limits side = 13 [(protostore.v1.column) = {storage: CHILD_TABLE}, (google.api.field_behavior) = REQUIRED];
  int64 revision = 14;
  State state = 15 [(buf.validate.field).enum.defined_only = true];
  repeated int32 numbers = 16;
  uint64 big = 17 [(protostore.v1.column) = {encoding: FULL_RANGE}, (google.api.field_behavior) = IMMUTABLE];
  int64 run = 18;
  int64 step = 19;
  string uuid = 20 [(protostore.v1.column) = {generated: UUID_V7}];
  string secret = 21 [debug_redact = true];
  repeated Network shown = 22 [(protostore.v1.column) = {relation: "networks.machine_id"}];
}
message Drive { string image = 1; optional int32 size = 2 [json_name = "bytes"]; Limits limits = 3; reserved 8; }
message Limits { int32 iops = 1; }
enum State { STATE_UNSPECIFIED = 0; STATE_UP = 1; }
message Network {
  string id = 1;
  google.protobuf.Timestamp delete_time = 2 [(protostore.v1.column) = {encoding: SECONDS}];
  string machine_id = 3 [(protostore.v1.column) = {references: {table: "machines"}}];
}
message Fact { string id = 1; google.protobuf.Timestamp delete_time = 2; }
message Host { string name = 1; google.protobuf.Timestamp start = 2; }
message Step { int64 run = 1; int64 step = 2; string text = 3; }
"#;

/// Where a change makes no version, and why.
const SILENT: &[(&str, &str)] = &[
    ("^store", "T02: the lock knows the store by its former names"),
    ("^name", "T03: found where the files are"),
    ("rust", "T01"),
    ("module", "T01"),
    ("ty.proto", "T04: a message is its fields"),
    ("message.proto", "T04"),
    ("kind.message", "T04"),
    ("type.message", "T04"),
    ("type.enum", "N06: an enum is its values"),
    ("reach.messages.#.proto", "T04"),
    ("reach.enums.#.proto", "N06"),
    ("presence.kind", "a presence is that of a message"),
    ("indexes.#.name", "of its columns"),
    ("reserved", "is said before a number is used again"),
    ("reserved.#", "is said before a number is used again"),
    ("reserved.#.#", "is said before a number is used again"),
    ("reserved_names", "is said before a name is used again"),
    ("reserved_names.#", "is said before a name is used again"),
    ("rules.all.#.asks.in.#", "of a closed enum: said of its values"),
    ("rules.all.#.asks.in.#.int", "of a closed enum: said of its values"),
    // What the tree and the messages in reach both say is compared in one of them.
    ("nodes.#.name", "said by the message"),
    ("node.name", "said by the message"),
    ("^reach.messages.#.fields.#.name", "of the store message: said by the table"),
    ("name.proto", "said by the message"),
    ("field", "said by the message"),
    ("^enums.#", "said by the enum in reach"),
    ("^enums.#.values.#", "said by the enum in reach"),
    ("^enums.#.values.#.number", "said by the enum in reach"),
    ("reach.messages.#.fields.#.oneof", "said by the tree"),
    // What no proto can have: an entry of a map with other numbers, the key of an owner that is not the owner's.
    ("reach.messages.#", "a type of a field that is not there"),
    ("reach.messages.#.entry", "the entry of a map"),
    ("^reach.messages.#.fields.#", "of the entry of a map"),
    ("reach.messages.#.fields.#.number", "of the entry of a map"),
    ("reach.enums", "a type of a field that is not there"),
    ("reach.enums.#", "a type of a field that is not there"),
    ("owner.#", "the key of an owner is the owner's"),
    ("owner.#.path.#", "the key of an owner is the owner's"),
];

fn schema() -> Schema {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("lab.proto"), PROTO).expect("a file");
    let inputs = Inputs { includes: vec![dir.path().to_path_buf()], files: vec!["lab.proto".into()] };
    let compiled = compile(&inputs).unwrap_or_else(|error| panic!("{error}"));
    lower(&compiled, "lab.v0.LabStore").unwrap_or_else(|error| panic!("{error}"))
}

/// Collects every way to change one value of a snapshot: its path, and the whole with the change.
fn changes(whole: &Value, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, Value)>) {
    let at = pointer(path);
    let here = whole.pointer(&at).expect("a value").clone();
    let mut put = |value: Value, path: &[String]| {
        let mut changed = whole.clone();
        *changed.pointer_mut(&at).expect("a value") = value;
        found.push((path.to_vec(), changed));
    };
    match &here {
        Value::Null => {}
        Value::Bool(is) => put(Value::Bool(!is), path),
        Value::Number(number) => put(Value::from(number.as_i64().unwrap_or(0) + 1), path),
        Value::String(text) => put(Value::from(format!("{text}x")), path),
        Value::Array(all) => {
            for index in 0..all.len() {
                let mut fewer = all.clone();
                fewer.remove(index);
                path.push(format!("{index}"));
                put(Value::from(fewer), path);
                path.pop();
            }
        }
        Value::Object(all) => {
            for key in all.keys() {
                let mut fewer = all.clone();
                fewer.remove(key);
                path.push(key.clone());
                put(Value::from(fewer), path);
                path.pop();
            }
        }
    }
    let inner: Vec<String> = match &here {
        Value::Array(all) => (0..all.len()).map(|index| index.to_string()).collect(),
        Value::Object(all) => all.keys().cloned().collect(),
        _ => Vec::new(),
    };
    for key in inner {
        path.push(key);
        changes(whole, path, found);
        path.pop();
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

#[test]
fn each_value_of_a_snapshot_makes_a_version_or_is_nothing_to_stored_data() {
    let schema = schema();
    let history = History::first(schema.clone());
    let whole: Value = serde_json::from_str(&schema.to_snapshot()).expect("a snapshot");
    let mut all = Vec::new();
    changes(&whole, &mut Vec::new(), &mut all);
    let (mut told, mut silent) = (0, Vec::new());
    std::panic::set_hook(Box::new(|_| {}));
    for (path, changed) in all {
        let Ok(changed) = Schema::from_snapshot(&changed.to_string()) else { continue };
        if changed == schema {
            continue;
        }
        // A schema that no proto can have may also be beyond what is compared.
        let plan = catch_unwind(|| evolve(&history, &changed, &|_| Vec::new(), &Answers::default()));
        match plan {
            Ok(None) => silent.push(path.join(".")),
            Ok(Some(_)) | Err(_) => told += 1,
        }
    }
    let _ = std::panic::take_hook();
    let mut used = BTreeSet::new();
    let untold: Vec<&String> = silent
        .iter()
        .filter(|path| {
            let known = SILENT.iter().filter(|(end, _)| fits(path, end));
            let known: Vec<&str> = known.map(|(end, _)| *end).collect();
            used.extend(known.iter().copied());
            known.is_empty()
        })
        .collect();
    assert!(untold.is_empty(), "these make no version: {untold:#?}");
    let unused: Vec<_> = SILENT.iter().filter(|(end, _)| !used.contains(end)).collect();
    assert!(unused.is_empty(), "these make a version, or are not there: {unused:#?}");
    assert!(told > 500, "only {told} changes make a version");
    // Of the fields of messages in reach, those of the store message alone, and those of the entry of the map.
    let count = |end: &str| silent.iter().filter(|path| fits(path, end)).count();
    assert_eq!(count("^reach.messages.#.fields.#.name"), schema.tables.len());
    assert_eq!((count("^reach.messages.#.fields.#"), count("reach.messages.#.fields.#.number")), (2, 2));
    assert_eq!(count("reach.messages.#.fields.#.oneof"), 4);
}

/// Returns whether a path ends as one of the list, in which `#` is any number, and a beginning with `^` is that of all.
fn fits(path: &str, end: &str) -> bool {
    let plain = |part: &str| if part.parse::<u32>().is_ok() { "#".to_owned() } else { part.to_owned() };
    let path: Vec<String> = path.split('.').map(plain).collect();
    let path = path.join(".");
    match end.strip_prefix('^') {
        Some(whole) => path == whole,
        None => path == end || path.ends_with(&format!(".{end}")),
    }
}
