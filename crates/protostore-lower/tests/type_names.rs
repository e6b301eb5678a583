//! What types of one name are called in Rust, and that they keep the names of the newest version.

use std::collections::BTreeMap;

use protostore_lower::{Diagnostics, Inputs, compile, lower, lower_after};
use protostore_schema::Schema;

/// A package with messages, and a store in the last of them.
struct Protos(Vec<(&'static str, &'static str)>);

impl Protos {
    fn lower(&self, newest: Option<&Schema>) -> Result<Schema, Diagnostics> {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut imports = String::new();
        let mut files = Vec::new();
        for (i, (package, text)) in self.0.iter().enumerate() {
            let name = format!("f{i}.proto");
            let head = format!("syntax = \"proto3\";\npackage {package};\nimport \"protostore/v1/options.proto\";\n");
            std::fs::write(dir.path().join(&name), format!("{head}{imports}{text}\n")).expect("a file");
            imports += &format!("import \"{name}\";\n");
            files.push(dir.path().join(name));
        }
        let compiled = compile(&Inputs { includes: vec![dir.path().to_path_buf()], files })?;
        let store = compiled.stores().pop().expect("a store");
        match newest {
            None => lower(&compiled, &store),
            Some(newest) => lower_after(&compiled, &store, Some(&[newest])).map(|l| l.schema),
        }
    }

    /// Returns the Rust names of records and types by full name.
    fn names(&self, newest: Option<&Schema>) -> BTreeMap<String, String> {
        names(&self.lower(newest).unwrap_or_else(|problems| panic!("{}", problems.render_plain())))
    }
}

fn names(schema: &Schema) -> BTreeMap<String, String> {
    let records = schema.tables.iter().map(|t| (t.record.ty.proto.clone(), t.record.ty.rust.clone()));
    let types = schema.type_names().into_iter().map(|(proto, rust)| (proto.to_owned(), rust.to_owned()));
    records.chain(types).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(proto, rust)| ((*proto).to_owned(), (*rust).to_owned())).collect()
}

const SPEC_1: (&str, &str) = ("api.v1", "message Spec { int32 a = 1; }");
const SPEC_2: (&str, &str) = ("api.v2", "message Spec { int32 a = 1; }");

#[test]
fn versions_of_a_message_get_their_version_in_front() {
    let both = Protos(vec![
        SPEC_1,
        SPEC_2,
        (
            "store",
            "message S { option (protostore.v1.store) = {}; \
             repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } \
             message Unit { string id = 1; api.v1.Spec old = 2; api.v2.Spec new = 3; }",
        ),
    ]);
    let expected = pairs(&[("store.Unit", "Unit"), ("api.v1.Spec", "V1Spec"), ("api.v2.Spec", "V2Spec")]);
    assert_eq!(both.names(None), expected);
}

#[test]
fn a_type_keeps_its_name_when_another_of_the_same_name_comes() {
    let unit = |fields: &'static str| ("store", fields);
    let first = Protos(vec![
        SPEC_1,
        unit(
            "message S { option (protostore.v1.store) = {}; \
             repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } \
             message Unit { string id = 1; api.v1.Spec old = 2; }",
        ),
    ]);
    let second = Protos(vec![
        SPEC_1,
        SPEC_2,
        ("other.v1", "message Unit { int32 a = 1; }"),
        unit(
            "message S { option (protostore.v1.store) = {}; \
             repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } \
             message Unit { string id = 1; api.v1.Spec old = 2; api.v2.Spec new = 3; other.v1.Unit unit = 4; }",
        ),
    ]);
    let snapshot = first.lower(None).expect("a schema").to_snapshot();
    let newest = Schema::from_snapshot(&snapshot).expect("a snapshot");
    let expected = pairs(&[
        ("store.Unit", "Unit"),
        ("api.v1.Spec", "Spec"),
        ("api.v2.Spec", "V2Spec"),
        ("other.v1.Unit", "V1Unit"),
    ]);
    assert_eq!(second.names(Some(&newest)), expected);
    let anew = pairs(&[
        ("store.Unit", "StoreUnit"),
        ("api.v1.Spec", "V1Spec"),
        ("api.v2.Spec", "V2Spec"),
        ("other.v1.Unit", "V1Unit"),
    ]);
    assert_eq!(second.names(None), anew, "without a newest version none comes first");
    // And they stay, once they are in a version.
    let newest = second.lower(Some(&newest)).expect("a schema");
    assert_eq!(second.names(Some(&newest)), expected);
}

#[test]
fn as_many_parts_stand_in_front_as_tell_all_apart() {
    let three = Protos(vec![
        ("a.disk.v1", "message Spec { int32 a = 1; message Part { int32 a = 1; } Part part = 2; }"),
        ("b.net.v1", "message Spec { int32 a = 1; message Part { int32 a = 1; } Part part = 2; }"),
        ("b.net.v2", "message Spec { int32 a = 1; }"),
        (
            "store",
            "message S { option (protostore.v1.store) = {}; \
             repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } \
             message Unit { string id = 1; a.disk.v1.Spec x = 2; b.net.v1.Spec y = 3; repeated b.net.v2.Spec z = 4; }",
        ),
    ]);
    let expected = pairs(&[
        ("store.Unit", "Unit"),
        ("a.disk.v1.Spec", "DiskV1Spec"),
        ("b.net.v1.Spec", "NetV1Spec"),
        ("b.net.v2.Spec", "NetV2Spec"),
        ("a.disk.v1.Spec.Part", "DiskV1SpecPart"),
        ("b.net.v1.Spec.Part", "NetV1SpecPart"),
    ]);
    assert_eq!(three.names(None), expected);
}

#[test]
fn a_oneof_gives_way_to_a_message_and_an_enum_of_its_name() {
    let protos = Protos(vec![(
        "store.v1",
        "message S { option (protostore.v1.store) = {}; \
         repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } \
         message Unit { string id = 1; oneof source { string path = 2; int32 number = 3; } UnitSource other = 4; \
         UnitState state = 5; State mode = 6; enum State { STATE_A = 0; } } \
         message UnitSource { int32 a = 1; } message UnitState { int32 a = 1; }",
    )]);
    let expected = pairs(&[
        ("store.v1.Unit", "Unit"),
        ("store.v1.UnitSource", "UnitSource"),
        ("store.v1.Unit.source", "UnitSourceOneof"),
        ("store.v1.UnitState", "UnitState"),
        ("store.v1.Unit.State", "UnitStateEnum"),
    ]);
    assert_eq!(protos.names(None), expected);
}

#[test]
fn a_name_that_the_table_states_comes_before_a_former_one() {
    let store = |options: &'static str| {
        Protos(vec![
            SPEC_1,
            (
                "store.v1",
                match options {
                    "" => {
                        "message S { option (protostore.v1.store) = {}; \
                         repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } \
                         message Unit { string id = 1; api.v1.Spec spec = 2; }"
                    }
                    _ => {
                        "message S { option (protostore.v1.store) = {}; \
                         repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\" record: \"Spec\"}]; } \
                         message Unit { string id = 1; api.v1.Spec spec = 2; }"
                    }
                },
            ),
        ])
    };
    let newest = store("").lower(None).expect("a schema");
    let expected = pairs(&[("store.v1.Unit", "Spec"), ("api.v1.Spec", "V1Spec")]);
    assert_eq!(store("stated").names(Some(&newest)), expected);
}
