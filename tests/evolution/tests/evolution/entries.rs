//! A list of entries that becomes a map: an entry whose value is not set has the empty value of its type afterwards, or
//! stops the upgrade where its type has none.

use std::collections::BTreeMap;

use prost_reflect::DynamicMessage;

use crate::complaints::Upgrade;
use crate::lab::{Carry, Outcome, Rows, Rule, Store, Trial};

/// Types of values, with an option of their columns and a value as JSON.
const TYPES: [(&str, &str, &str); 24] = [
    ("bool", "", "true"),
    ("int32", "", "-5"),
    ("uint64", "encoding: FULL_RANGE", "\"18446744073709551615\""),
    ("double", "", "1.5"),
    ("double", "encoding: FLOAT_BITS", "\"NaN\""),
    ("string", "", "\"a\""),
    ("bytes", "", "\"AAE=\""),
    ("google.protobuf.BoolValue", "", "false"),
    ("google.protobuf.Int64Value", "", "\"7\""),
    ("google.protobuf.DoubleValue", "", "2.5"),
    ("google.protobuf.StringValue", "", "\"b\""),
    ("google.protobuf.BytesValue", "", "\"AQ==\""),
    ("google.protobuf.Timestamp", "", "\"2026-01-02T03:04:05.000000006Z\""),
    ("google.protobuf.Timestamp", "encoding: SECONDS", "\"2026-01-02T03:04:05Z\""),
    ("google.protobuf.Timestamp", "encoding: RFC3339", "\"2026-01-02T03:04:05Z\""),
    ("google.protobuf.Duration", "", "\"1.5s\""),
    ("google.protobuf.Duration", "encoding: SECONDS", "\"2s\""),
    ("google.protobuf.FieldMask", "", "\"a.b,c\""),
    ("google.protobuf.Struct", "", "{\"a\": [1]}"),
    ("google.protobuf.ListValue", "", "[1, \"b\"]"),
    ("google.protobuf.Value", "", "\"c\""),
    ("google.protobuf.Any", "", "{\"@type\": \"type.googleapis.com/lab.Part\", \"size\": 3}"),
    ("Part", "storage: BYTES", "{\"size\": 3}"),
    ("Part", "storage: JSON", "{\"size\": 3}"),
];

#[test]
fn an_entry_without_a_value_becomes_one_with_the_empty_value() {
    for (ty, option, value) in TYPES {
        let about = format!("{ty} {option}");
        let upgrade = Upgrade::new(&store(ty, option, false), &store(ty, option, true));
        let outcome = |entries: &str| {
            let carry = Carry { rule: Rule::Value, ..Carry::default() };
            let planned = upgrade.sql();
            let trial = Trial {
                old: &upgrade.old,
                new: &upgrade.new,
                up: &planned.up,
                down: Some(&planned.down),
                carry: &carry,
                back: &carry,
                exact: false,
                letters: None,
                counts: false,
            };
            trial.run(&rows(&upgrade.old, entries)).unwrap_or_else(|why| panic!("{about}: {why}\n{}", planned.up))
        };
        let set = outcome(&format!(r#"[{{"key": "a", "value": {value}}}, {{"key": "b", "value": {value}}}]"#));
        assert_eq!(set, Outcome::Carried, "{about}");
        let unset = outcome(&format!(r#"[{{"key": "a"}}, {{"key": "b", "value": {value}}}]"#));
        match unset {
            Outcome::Carried => assert_ne!(ty, "google.protobuf.Value", "a value without a kind was made"),
            Outcome::Stopped(why) => {
                assert_eq!(ty, "google.protobuf.Value", "{why}");
                assert!(why.contains("has an entry without a value: 1 rows, the first is "), "{why}");
            }
        }
    }
}

/// Returns a store whose records have a map, or a list of entries that are the same on the wire.
fn store(ty: &str, option: &str, is_map: bool) -> String {
    let (field, entry) = match is_map {
        true => (format!("map<string, {ty}> parts = 2;"), String::new()),
        false => (
            "repeated Entry parts = 2;".to_owned(),
            format!("message Entry {{\n  string key = 1;\n  {ty} value = 2;\n}}\n"),
        ),
    };
    let column = match option {
        "" => String::new(),
        option => format!(" [(protostore.v1.table) = {{column: {{field: \"parts.value\" {option}}}}}]"),
    };
    format!(
        "message Part {{\n  int32 size = 1;\n}}\n{entry}\
         message Row {{\n  string id = 1 [(google.api.field_behavior) = IDENTIFIER];\n  {field}\n}}\n\
         message LabStore {{\n  option (protostore.v1.store) = {{name: \"lab\"}};\n  repeated Row rows = 1{column};\n}}\n"
    )
}

/// Returns one row with entries, which are JSON.
fn rows(store: &Store, entries: &str) -> Rows {
    let text = format!(r#"{{"id": "1", "parts": {entries}}}"#);
    let of = store.record(1).expect("the table of rows");
    let mut json = serde_json::Deserializer::from_str(&text);
    let row = DynamicMessage::deserialize(of, &mut json).unwrap_or_else(|why| panic!("{text}: {why}"));
    BTreeMap::from([(1, vec![row])])
}
