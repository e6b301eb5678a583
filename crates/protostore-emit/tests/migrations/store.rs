//! Small stores from the text of their messages.

use protostore_lower::{Inputs, compile, lower};
use protostore_schema::Schema;

/// Returns the schema of a store: `tables` are the fields of the store message, `messages` what they hold.
pub(crate) fn schema(tables: &str, messages: &str) -> Schema {
    let folder = tempfile::tempdir().expect("a directory");
    let rules = if messages.contains("(buf.validate.") { "import \"buf/validate/validate.proto\";\n" } else { "" };
    let text = format!(
        "syntax = \"proto3\";\npackage test;\nimport \"protostore/v1/options.proto\";\n\
         import \"google/protobuf/timestamp.proto\";\nimport \"google/api/field_behavior.proto\";\n{rules}\
         message Store {{\n  option (protostore.v1.store) = {{name: \"test_store\"}};\n{tables}\n}}\n{messages}\n"
    );
    std::fs::write(folder.path().join("test.proto"), &text).expect("a file");
    let inputs = Inputs { includes: vec![folder.path().to_path_buf()], files: vec!["test.proto".into()] };
    let compiled = compile(&inputs).unwrap_or_else(|e| panic!("{text}\n{e:?}"));
    lower(&compiled, "test.Store").unwrap_or_else(|e| panic!("{text}\n{e:?}"))
}

/// Returns the schema of a store with the table `notes` of `Note`, whose fields these are beside the key.
pub(crate) fn notes(fields: &str) -> Schema {
    notes_of(fields, "")
}

/// Returns the same with further messages.
pub(crate) fn notes_of(fields: &str, messages: &str) -> Schema {
    let tables = "repeated Note notes = 1 [(protostore.v1.table) = {primary_key: \"id\"}];";
    schema(tables, &format!("message Note {{\n  string id = 1;\n{fields}\n}}\n{messages}"))
}
