//! Every case that is meant to be lowered is, and to the same schema each time.

use std::path::PathBuf;

use protostore_lower::{Inputs, compile, lower};

fn cases() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/ok"))
}

fn schemas() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let lowered = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let compiled = compile(&Inputs { includes: vec![cases()], files: vec![file] }).unwrap();
        let stores = compiled.stores();
        assert_eq!(stores.len(), 1, "{name}: one store a case");
        let schema = lower(&compiled, &stores[0]).unwrap_or_else(|err| panic!("{name}\n{}", err.render_plain()));
        assert_eq!(schema.name, name, "the store is named as the case");
        (name, schema.to_snapshot())
    });
    lowered.collect()
}

#[test]
fn each_case_is_lowered_to_the_same_schema_each_time() {
    let first = schemas();
    assert!(first.len() > 20);
    assert_eq!(first, schemas());
}

#[test]
fn each_snapshot_can_be_read_back() {
    for (name, snapshot) in schemas() {
        let read = protostore_schema::Schema::from_snapshot(&snapshot).unwrap();
        assert_eq!(read.to_snapshot(), snapshot, "{name}");
    }
}
