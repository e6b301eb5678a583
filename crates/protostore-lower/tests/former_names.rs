//! The names that JSON had in earlier versions are known, also of messages and enums that were renamed or moved since.

use protostore_lower::{Inputs, compile, lower};
use protostore_schema::Schema;

fn schema(column: &str, messages: &str) -> Schema {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let text = format!(
        "syntax = \"proto3\";\npackage a.v1;\nimport \"google/protobuf/any.proto\";\n\
         import \"protostore/v1/options.proto\";\n\
         message S {{ option (protostore.v1.store) = {{}}; repeated Row rows = 4 [(protostore.v1.table) = \
         {{primary_key: \"id\" column: {{field: \"doc\" storage: {column}}} column: {{field: \"list\" storage: {column}}}}}]; \
         }}\n{messages}"
    );
    std::fs::write(dir.path().join("s.proto"), text).expect("a file");
    let compiled = compile(&Inputs { includes: vec![dir.path().to_owned()], files: vec![dir.path().join("s.proto")] });
    let compiled = compiled.unwrap_or_else(|problems| panic!("{}", problems.render_plain()));
    lower(&compiled, "a.v1.S").unwrap_or_else(|problems| panic!("{}", problems.render_plain()))
}

const OLD: &str = "message Row { string id = 1; Doc doc = 2; repeated Part list = 3; }
    message Doc { string former = 1; string gone_name = 2; map<string, Part> parts = 3; Doc below = 4; Color color = 5; }
    message Part { int32 size = 1 [json_name = \"large\"]; }
    enum Color { COLOR_NONE = 0; COLOR_RED = 1; }";
const NEW: &str = "message Row { string id = 1; Paper doc = 2; repeated Piece list = 3; }
    message Paper { string now = 1; map<string, Piece> pieces = 3; Paper below = 4; Shade color = 5; }
    message Piece { int32 extent = 1; }
    enum Shade { SHADE_NONE = 0; SHADE_RED = 1; }";

fn names(now: &Schema, versions: &[&Schema]) -> Vec<String> {
    let former = now.former_names(versions.iter().copied());
    let mut all = Vec::new();
    let documents = now.documents();
    for message in &documents.messages {
        for field in &message.fields {
            let names: Vec<_> = former.of_field(&message.proto, field.number).collect();
            all.push(format!("{} {}: {}", message.proto, field.name, names.join(" ")));
        }
    }
    for of in &documents.enums {
        let names: Vec<_> = former.of_enum(&of.proto).map(|(name, number)| format!("{name}={number}")).collect();
        all.push(format!("{}: {}", of.proto, names.join(" ")));
    }
    all
}

#[test]
fn names_are_those_that_a_number_had_wherever_its_message_came_from() {
    let (old, new) = (schema("JSON", OLD), schema("JSON", NEW));
    assert_eq!(
        names(&new, &[&old]),
        [
            "a.v1.Paper now: former",
            "a.v1.Paper pieces: parts",
            "a.v1.Paper below: below",
            "a.v1.Paper color: color",
            "a.v1.Piece extent: large size",
            "a.v1.Row list: list",
            "a.v1.Shade: COLOR_NONE=0 COLOR_RED=1",
        ]
    );
    // Of several versions all.
    let both = names(&new, &[&old, &new]);
    assert_eq!(both[0], "a.v1.Paper now: former now");
    assert_eq!(both.last().expect("an enum"), "a.v1.Shade: COLOR_NONE=0 COLOR_RED=1 SHADE_NONE=0 SHADE_RED=1");
}

#[test]
fn a_column_that_was_no_json_says_nothing() {
    let (old, new) = (schema("BYTES", OLD), schema("JSON", NEW));
    assert!(names(&new, &[&old]).iter().all(|names| names.ends_with(": ")), "{:?}", names(&new, &[&old]));
    assert!(names(&old, &[&new]).is_empty(), "nothing is JSON now");
}

#[test]
fn what_an_any_holds_goes_by_its_name() {
    let (held, row) =
        ("google.protobuf.Any any = 2;", "message Row { string id = 1; Doc doc = 2; repeated Doc list = 3; }");
    let old =
        schema("JSON", &format!("{row} message Doc {{ {held} }} message Other {{ int32 was = 1; int32 left = 2; }}"));
    let new = schema("JSON", &format!("{row} message Doc {{ {held} }} message Other {{ int32 is = 1; }}"));
    let found = names(&new, &[&old]);
    assert!(found.contains(&"a.v1.Other is: was".to_owned()), "{found:?}");
    assert!(!found.iter().any(|names| names.contains("left")), "{found:?}");
}
