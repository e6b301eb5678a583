//! Snapshots: what an older version of the tool wrote is read, what a newer one wrote is rejected, and so is every key
//! that is not known.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protostore_lower::{Inputs, compile, lower};
use protostore_schema::{FORMAT, Schema};
use serde_json::Value;

/// A snapshot of format 1. It is never written again: it stands for those in the field.
const GOLDEN: &str = include_str!("golden/format-1.json");

fn root(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

fn lowered(includes: Vec<PathBuf>, file: &Path) -> Vec<Schema> {
    let problem = |err: protostore_lower::Diagnostics| -> ! { panic!("{}\n{}", file.display(), err.render_plain()) };
    let compiled = compile(&Inputs { includes, files: vec![file.to_owned()] }).unwrap_or_else(|err| problem(err));
    compiled.stores().iter().map(|store| lower(&compiled, store).unwrap_or_else(|err| problem(err))).collect()
}

fn golden() -> Schema {
    let dir = root("crates/protostore-lower/tests/golden");
    lowered(vec![dir.clone()], &dir.join("golden.proto")).remove(0)
}

/// Every store of `tests/cases/ok`, of the examples, and the one that has every part.
fn all() -> Vec<Schema> {
    let mut all = vec![golden()];
    for tree in [root("tests/cases/ok"), root("tests/shapes/proto"), root("proto")] {
        let mut open = vec![tree.clone()];
        while let Some(dir) = open.pop() {
            for path in std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path()) {
                if path.is_dir() {
                    open.push(path);
                } else if std::fs::read_to_string(&path).expect("a file").contains("option (protostore.v1.store)") {
                    all.extend(lowered(vec![tree.clone()], &path));
                }
            }
        }
    }
    assert!(all.len() > 60, "{}", all.len());
    all
}

#[test]
fn a_snapshot_of_format_1_is_read() {
    let schema = Schema::from_snapshot(GOLDEN).expect("a snapshot of format 1");
    assert_eq!((schema.store.as_str(), schema.tables.len()), ("golden.v1.GoldenStore", 6));
    if FORMAT == 1 {
        assert_eq!(schema.to_snapshot(), GOLDEN);
        assert_eq!(golden().to_snapshot(), GOLDEN, "lowering writes what format 1 has");
    }
}

#[test]
fn the_golden_snapshot_has_every_key_that_snapshots_have() {
    let known = keys(&serde_json::from_str(GOLDEN).expect("JSON"));
    let found: BTreeSet<String> =
        all().iter().flat_map(|schema| keys(&serde_json::from_str(&schema.to_snapshot()).expect("JSON"))).collect();
    let beyond: Vec<_> = found.difference(&known).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
}

/// Returns the keys of a value.
fn keys(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(object) => {
            object.iter().flat_map(|(key, value)| keys(value).into_iter().chain([key.clone()])).collect()
        }
        Value::Array(items) => items.iter().flat_map(keys).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn a_snapshot_says_the_same_when_it_was_read() {
    for schema in all() {
        let text = schema.to_snapshot();
        let read = Schema::from_snapshot(&text).unwrap_or_else(|err| panic!("{}: {err}", schema.store));
        assert_eq!(read.to_snapshot(), text, "{}", schema.store);
        assert_eq!(read.reach, schema.reach, "{}", schema.store);
        assert_eq!(read.type_names(), schema.type_names(), "{}", schema.store);
        assert_eq!(read.documents(), schema.documents(), "{}", schema.store);
        for (read, table) in read.tables.iter().zip(&schema.tables) {
            assert_eq!(
                (&read.indexes, &read.foreign_keys),
                (&table.indexes, &table.foreign_keys),
                "{}",
                table.name.sql
            );
            let columns = |table: &protostore_schema::Table| {
                let children = table.descendants().into_iter().flat_map(|child| child.columns());
                table.all_columns().into_iter().chain(children).cloned().map(without_docs).collect::<Vec<_>>()
            };
            assert_eq!(columns(read), columns(table), "{}", table.name.sql);
        }
    }
}

fn without_docs(column: protostore_schema::Column) -> protostore_schema::Column {
    protostore_schema::Column { docs: protostore_schema::Docs::default(), ..column }
}

#[test]
fn a_key_that_is_not_known_is_rejected_in_every_object() {
    let value: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let objects = objects(&value);
    assert!(objects.len() > 300, "{}", objects.len());
    for at in &objects {
        let mut changed = value.clone();
        let object = changed.pointer_mut(at).and_then(Value::as_object_mut).expect("an object");
        object.insert("unknown".to_owned(), Value::Null);
        let error = Schema::from_snapshot(&changed.to_string());
        assert!(error.is_err(), "an unknown key at {at:?} is skipped");
    }
    // The control: the same walk without a further key.
    Schema::from_snapshot(&value.to_string()).expect("the snapshot itself is read");
}

/// Returns the pointers to all objects of a value.
fn objects(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let inner = object.iter().flat_map(|(key, value)| below(key, value));
            std::iter::once(String::new()).chain(inner).collect()
        }
        Value::Array(items) => items.iter().enumerate().flat_map(|(n, item)| below(&n.to_string(), item)).collect(),
        _ => Vec::new(),
    }
}

fn below(key: &str, value: &Value) -> Vec<String> {
    objects(value).into_iter().map(|rest| format!("/{key}{rest}")).collect()
}

#[test]
fn a_snapshot_of_a_newer_tool_is_rejected_by_name() {
    let newer = GOLDEN.replacen("\"format\": 1", "\"format\": 2, \"more\": true", 1);
    let error = Schema::from_snapshot(&newer).expect_err("a newer snapshot").to_string();
    assert!(error.starts_with("a schema snapshot of format 2, which a newer version of the tool wrote"), "{error}");
    for (format, says) in [("\"format\": 0", "no format 0"), ("\"other\": 1", "missing field `format`")] {
        let error = Schema::from_snapshot(&GOLDEN.replacen("\"format\": 1", format, 1)).expect_err(format).to_string();
        assert!(error.starts_with("not a schema snapshot: ") && error.contains(says), "{error}");
    }
}

#[test]
fn what_a_snapshot_refers_to_is_there() {
    let value: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let tables: Vec<String> =
        objects(&value).into_iter().filter(|at| value.pointer(&format!("{at}/table")).is_some()).collect();
    assert!(tables.len() > 4, "{tables:?}");
    for at in tables {
        let mut changed = value.clone();
        *changed.pointer_mut(&format!("{at}/table")).expect("a table") = 99.into();
        let error = Schema::from_snapshot(&changed.to_string()).expect_err("no table 99").to_string();
        assert!(error.contains("there is no table 99"), "{error}");
    }
}

#[test]
fn a_rename_of_a_table_or_field_changes_no_reference() {
    let old = golden().to_snapshot();
    assert!(
        !old.contains("\"machines.id\"") && old.contains("\"reference\": {\"table\": 1"),
        "references are by number"
    );
    let dir = tempfile::tempdir().expect("a temporary directory");
    let golden = std::fs::read_to_string(root("crates/protostore-lower/tests/golden/golden.proto")).expect("a file");
    let renamed =
        golden.replace("\"machines\"", "\"hosts\"").replace("repeated Machine machines", "repeated Machine hosts");
    let former = root("crates/protostore-lower/tests/golden/former.proto");
    std::fs::copy(former, dir.path().join("former.proto")).expect("a file");
    std::fs::write(dir.path().join("s.proto"), renamed).expect("a file");
    let new = lowered(vec![dir.path().to_owned()], &dir.path().join("s.proto")).remove(0).to_snapshot();
    let references = |text: &str| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let all = objects(&value).into_iter().filter(|at| value.pointer(&format!("{at}/table")).is_some());
        all.map(|at| value.pointer(&at).cloned()).collect::<Vec<_>>()
    };
    assert_eq!(references(&new), references(&old));
}
