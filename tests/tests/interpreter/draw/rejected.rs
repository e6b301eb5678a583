//! Random stores with a field that cannot be stored, in a place of any kind, and with options that name it.

use std::fmt::Write;

use fastrand::Rng;

use super::HEAD;

/// What cannot be stored, each with what proto2 writes before it instead of a label of its own.
const REJECTED: [&str; 14] = [
    "Record0",
    "Record1",
    "DrawnStore",
    "Self",
    "Tree",
    "Forest",
    "Mutual",
    "Fork",
    "Extended",
    "MessageSet",
    "Required",
    "google.protobuf.SourceContext",
    "google.protobuf.FileDescriptorProto",
    "group",
];

/// Messages that hold themselves through a field, a list, a map, a oneof or another message, and others of proto2.
const SHAPES: &str = "message Tree { optional string label = 1; map<string, Tree> kids = 2; }\n\
    message Forest { optional string label = 1; repeated Forest list = 2; }\n\
    message Mutual { optional string label = 1; optional Back back = 2; }\n\
    message Back { map<int32, Mutual> there = 1; }\n\
    message Fork { oneof way { Fork left = 1; string right = 2; } }\n\
    message Extended { optional string label = 1; extensions 100 to 200; }\n\
    message MessageSet { option message_set_wire_format = true; extensions 4 to max; }\n\
    message Required { required Leaf leaf = 1; }\n\
    message Leaf { optional string label = 1; optional int64 number = 2; }\n";

/// Returns the file of a store that must be rejected; its package is `drawn`.
pub(crate) fn rejected(rng: &mut Rng) -> String {
    let mut text = format!("syntax = \"proto2\";\n{HEAD}");
    text.push_str("import \"google/protobuf/descriptor.proto\";\nimport \"google/protobuf/source_context.proto\";\n");
    text.push_str(SHAPES);
    // From the record down: each message but the last holds the next, in a field of any kind.
    let depth = rng.usize(0..4);
    let mut path = Vec::new();
    for level in 0..=depth {
        let name = if level == 0 { "Record0".to_owned() } else { format!("Part{level}") };
        let _ = writeln!(text, "message {name} {{\n  optional string id = 1;\n  optional int64 number = 2;");
        let last = level == depth;
        let ty = if last { rng.choice(REJECTED).unwrap_or("Tree") } else { &format!("Part{}", level + 1) };
        let ty = if ty == "Self" { &name } else { ty };
        path.push(holder(rng, &mut text, ty, last));
        if rng.bool() {
            let ty = rng.choice(REJECTED).unwrap_or("Tree").replace("Self", &name);
            let _ = holder_named(rng, &mut text, &ty, "other", 20);
        }
        text.push_str("}\n");
    }
    text.push_str("message Record1 {\n  optional string id = 1;\n  optional string parent = 2;\n}\n");
    let path = path.concat();
    let path = path.trim_end_matches('.');
    let options = options(rng, path);
    let _ = writeln!(
        text,
        "message DrawnStore {{\n  option (protostore.v1.store) = {{name: \"drawn\"}};\n  \
         repeated Record0 records0 = 1 [(protostore.v1.table) = {{{options}}}];\n  \
         repeated Record1 records1 = 2 [(protostore.v1.table) = {{primary_key: \"id\"}}];\n}}"
    );
    text
}

/// Writes the field that the path goes through, and returns the part of the path that it is.
fn holder(rng: &mut Rng, text: &mut String, ty: &str, last: bool) -> String {
    let part = holder_named(rng, text, ty, "held", 10);
    if last { part.to_owned() } else { format!("{part}.") }
}

fn holder_named(rng: &mut Rng, text: &mut String, ty: &str, name: &str, number: usize) -> String {
    if ty == "group" {
        let (capital, rest) = name.split_at(1);
        let group = format!("{}{rest}", capital.to_ascii_uppercase());
        let label = ["optional", "repeated", "required"][rng.usize(0..3)];
        let _ = writeln!(text, "  {label} group {group} = {number} {{ optional string label = 1; }}");
        return name.to_owned();
    }
    let options = match rng.u8(0..8) {
        0 => " [(protostore.v1.column) = {storage: CHILD_TABLE}]",
        1 => " [(google.api.field_behavior) = REQUIRED]",
        2 => " [(google.api.field_behavior) = IMMUTABLE]",
        _ => "",
    };
    let (line, part) = match rng.u8(0..5) {
        0 => (format!("optional {ty} {name} = {number}{options};"), name.to_owned()),
        1 => (format!("repeated {ty} {name} = {number}{options};"), name.to_owned()),
        2 => {
            let key = ["string", "int32", "bool"][rng.usize(0..3)];
            (format!("map<{key}, {ty}> {name} = {number};"), format!("{name}.value"))
        }
        3 => (
            format!("oneof {name}_choice {{ {ty} {name} = {number}; string {name}_text = {}; }}", number + 1),
            name.to_owned(),
        ),
        _ => (format!("required {ty} {name} = {number};"), name.to_owned()),
    };
    let _ = writeln!(text, "  {line}");
    part
}

/// Returns options of the table that name the field or what would be inside it.
fn options(rng: &mut Rng, path: &str) -> String {
    let inner = [path.to_owned(), format!("{path}.label"), format!("{path}.id"), format!("{path}.value")];
    let mut options = String::from(if rng.u8(0..4) == 0 { "" } else { "primary_key: \"id\"" });
    let mut kinds: Vec<usize> = (0..13).collect();
    rng.shuffle(&mut kinds);
    for kind in kinds.into_iter().take(rng.usize(0..4)) {
        let at = &inner[rng.usize(0..inner.len())];
        let option = match kind {
            0 => format!("primary_key: \"{at}\""),
            1 => format!("index: {{fields: [\"{at}\", \"number\"]}}"),
            2 => format!("index: {{fields: \"number\" where: \"{at} = 'a'\"}}"),
            3 => format!("index: {{fields: \"{at} desc\" unique: true where: \"{at} IS NOT NULL\"}}"),
            4 => format!("column: {{field: \"{at}\" index: true}}"),
            5 => format!("column: {{field: \"{at}\" references: {{table: \"records1\"}}}}"),
            6 => format!("column: {{field: \"{at}\" storage: NOT_STORED}}"),
            7 => format!("column: {{field: \"{at}\" required: true}}"),
            8 => format!("foreign_key: {{fields: [\"{at}\", \"id\"] references: {{table: \"records1\"}}}}"),
            9 => format!("expire: \"{at}\""),
            10 => format!("soft_delete: \"{at}\""),
            11 => format!("revision: \"{at}\""),
            _ => format!("append_only: true hash_chain: \"{at}\""),
        };
        let _ = write!(options, " {option}");
    }
    options
}
