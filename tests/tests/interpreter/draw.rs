//! Random proto files: a store of a few tables, whose records hold messages of every shape.

use std::fmt::Write;

use fastrand::Rng;

const SCALARS: [&str; 15] = [
    "bool", "int32", "sint32", "sfixed32", "int64", "sint64", "sfixed64", "uint32", "fixed32", "uint64", "fixed64",
    "float", "double", "string", "bytes",
];
const KEYS: [&str; 12] = [
    "string", "bool", "int32", "sint32", "sfixed32", "int64", "sint64", "sfixed64", "uint32", "fixed32", "uint64",
    "fixed64",
];

/// Returns the text of a file that defines `drawn.DrawnStore`.
pub(crate) fn file(rng: &mut Rng) -> String {
    let mut text = String::from(
        "syntax = \"proto3\";\npackage drawn;\n\
         import \"google/api/field_behavior.proto\";\n\
         import \"google/protobuf/duration.proto\";\n\
         import \"google/protobuf/timestamp.proto\";\n\
         import \"protostore/v1/options.proto\";\n\
         enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; KIND_MOST = 2147483647; KIND_LEAST = -2147483648; }\n",
    );
    // A message holds only earlier ones, so that none contains itself.
    let parts = rng.usize(1..6);
    for part in 0..parts {
        let _ = writeln!(text, "message Part{part} {{");
        fields(rng, &mut text, 1, part, 5);
        text.push_str("}\n");
    }
    let tables = rng.usize(1..4);
    for table in 0..tables {
        let _ = writeln!(text, "message Record{table} {{");
        let first = key(rng, &mut text);
        fields(rng, &mut text, first, parts, 7);
        text.push_str("}\n");
    }
    text.push_str("message DrawnStore {\n  option (protostore.v1.store) = {name: \"drawn\"};\n");
    for table in 0..tables {
        let _ = writeln!(text, "  repeated Record{table} records{table} = {};", 3 * table + 1);
    }
    text.push_str("}\n");
    text
}

/// Writes the key, and returns the next free number.
fn key(rng: &mut Rng, text: &mut String) -> usize {
    let ty = ["string", "bytes", "int64", "uint32", "fixed64", "sint32"][rng.usize(0..6)];
    let _ = writeln!(text, "  {ty} id = 1 [(google.api.field_behavior) = IDENTIFIER];");
    2
}

/// Writes up to `most` fields with numbers that rise and leave gaps.
fn fields(rng: &mut Rng, text: &mut String, first: usize, parts: usize, most: usize) {
    let mut number = first;
    let mut next = |rng: &mut Rng| {
        number += rng.usize(1..4);
        number
    };
    for i in 0..rng.usize(0..=most) {
        match rng.u8(0..10) {
            0 => {
                let key = KEYS[rng.usize(0..KEYS.len())];
                let value = any(rng, parts);
                let _ = writeln!(text, "  map<{key}, {value}> f{i} = {};", next(rng));
            }
            1 | 2 => {
                let ty = any(rng, parts);
                let _ = writeln!(text, "  repeated {ty} f{i} = {};", next(rng));
            }
            3 => {
                let _ = writeln!(text, "  oneof choice{i} {{");
                for member in 0..rng.usize(1..4) {
                    let ty = any(rng, parts);
                    let _ = writeln!(text, "    {ty} f{i}_{member} = {};", next(rng));
                }
                text.push_str("  }\n");
            }
            4 | 5 => {
                let ty = scalar(rng);
                let _ = writeln!(text, "  optional {ty} f{i} = {};", next(rng));
            }
            _ => {
                let ty = any(rng, parts);
                let _ = writeln!(text, "  {ty} f{i} = {};", next(rng));
            }
        }
    }
}

fn scalar(rng: &mut Rng) -> String {
    if rng.u8(0..6) == 0 { "Kind".to_owned() } else { SCALARS[rng.usize(0..SCALARS.len())].to_owned() }
}

fn any(rng: &mut Rng, parts: usize) -> String {
    match rng.u8(0..10) {
        0 => "google.protobuf.Timestamp".to_owned(),
        1 => "google.protobuf.Duration".to_owned(),
        2..=4 if parts > 0 => format!("Part{}", rng.usize(0..parts)),
        _ => scalar(rng),
    }
}
