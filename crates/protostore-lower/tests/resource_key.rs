//! The name of a `google.api.resource` is the key, where nothing else says which field is.

use std::path::PathBuf;

use protostore_lower::{Inputs, compile, lower};

/// Returns the key of the table in a file, or what is wrong with it.
fn key(name: &str, option: &str, fields: &str) -> Result<Vec<String>, String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join(format!("{name}.proto"));
    let proto = format!(
        "syntax = \"proto3\";\nimport \"google/api/field_behavior.proto\";\nimport \"google/api/resource.proto\";\n\
         import \"protostore/v1/options.proto\";\n\
         message S {{ option (protostore.v1.store) = {{}}; repeated Topic topics = 1; }}\n\
         message Topic {{ option (google.api.resource) = {{type: \"x.test/Topic\" {option}}}; {fields} }}\n"
    );
    std::fs::write(&file, proto).expect("a file is written");
    let inputs = Inputs { includes: vec![dir.path().to_path_buf()], files: vec![PathBuf::from(&file)] };
    let compiled = compile(&inputs).map_err(|e| e.render_plain())?;
    lower(&compiled, "S").map(|schema| schema.tables[0].key.clone()).map_err(|e| e.render_plain())
}

#[test]
fn the_name_of_a_resource_is_the_key() {
    assert_eq!(key("a", "", "string id = 1; string name = 2;").unwrap(), ["name"]);
    assert_eq!(key("b", "name_field: \"path\"", "string path = 1; string name = 2;").unwrap(), ["path"]);
    let identifier = "string id = 1 [(google.api.field_behavior) = IDENTIFIER]; string name = 2;";
    assert_eq!(key("c", "", identifier).unwrap(), ["id"], "IDENTIFIER comes first");
    let without = key("d", "name_field: \"path\"", "string id = 1;").unwrap_err();
    assert!(without.contains("P0301"), "{without}");
}
