//! Random proto files: a store of a few tables, whose records hold messages of every shape with every option.

mod field;
mod key;
mod names;
mod rejected;

use std::fmt::Write;

use fastrand::Rng;

use field::{Around, field};
pub(crate) use key::Key;
pub(crate) use rejected::rejected;

/// The files of one drawn store, by name; the store is in the last.
pub(crate) struct Drawn {
    pub(crate) files: Vec<(&'static str, String)>,
}

const HEAD: &str = "package drawn;\n\
    import \"google/api/field_behavior.proto\";\n\
    import \"google/protobuf/any.proto\";\n\
    import \"google/protobuf/duration.proto\";\n\
    import \"google/protobuf/empty.proto\";\n\
    import \"google/protobuf/field_mask.proto\";\n\
    import \"google/protobuf/struct.proto\";\n\
    import \"google/protobuf/timestamp.proto\";\n\
    import \"google/protobuf/wrappers.proto\";\n\
    import \"protostore/v1/options.proto\";\n";

/// Messages that hold themselves: each field that does so ends it.
const TREE: &str = "message Tree {\n\
    \x20 int32 number = 1;\n\
    \x20 Tree next = 2 [(protostore.v1.column) = {storage: BYTES}];\n\
    \x20 repeated Tree list = 3 [(protostore.v1.column) = {storage: BYTES}];\n\
    \x20 map<string, Knot> map = 4 [(protostore.v1.column) = {storage: BYTES}];\n\
    \x20 oneof way {\n\
    \x20   Tree left = 5 [(protostore.v1.column) = {storage: BYTES}];\n\
    \x20   Knot knot = 6;\n\
    \x20 }\n\
    \x20 Tree lost = 7 [(protostore.v1.column) = {storage: NOT_STORED}];\n\
    }\n\
    message Knot {\n  Tree tree = 1 [(protostore.v1.column) = {storage: BYTES}];\n  double weight = 2;\n}\n";

/// Returns the files that define `drawn.DrawnStore`.
pub(crate) fn store(rng: &mut Rng) -> Drawn {
    let old = rng.bool().then(|| legacy(rng));
    let mut text = format!("syntax = \"proto3\";\n{HEAD}");
    if old.is_some() {
        text.push_str("import \"drawn/legacy.proto\";\n");
    }
    text.push_str(
        "enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; KIND_MOST = 2147483647; KIND_LEAST = -2147483648; }\n",
    );
    text.push_str(TREE);
    let mut parts: Vec<String> = vec!["Tree".to_owned()];
    parts.extend(old.is_some().then(|| "Legacy0".to_owned()));
    let keys: Vec<Key> = (0..rng.usize(1..4)).map(|_| Key::draw(rng)).collect();
    // A message holds only earlier ones, so that none but a Tree contains itself.
    for part in 0..rng.usize(0..5) {
        let _ = writeln!(text, "message Part{part} {{");
        let around = Around { parts: &parts, keys: &keys, in_record: false, legacy: false };
        fields(rng, &mut text, &around, 1, 5);
        text.push_str("}\n");
        parts.push(format!("Part{part}"));
    }
    let mut store = String::from("message DrawnStore {\n  option (protostore.v1.store) = {name: \"drawn\"};\n");
    for (table, key) in keys.iter().enumerate() {
        key.message(&mut text, table);
        let _ = writeln!(text, "message Record{table} {{");
        let first = key.fields(rng, &mut text, table);
        let around = Around { parts: &parts, keys: &keys, in_record: true, legacy: false };
        let listed = fields(rng, &mut text, &around, first, 7);
        text.push_str("}\n");
        key.table(&mut store, table, &listed);
    }
    let _ = writeln!(text, "{store}}}");
    let mut files: Vec<_> = old.into_iter().map(|text| ("drawn/legacy.proto", text)).collect();
    files.push(("drawn/store.proto", text));
    Drawn { files }
}

/// Returns a file of proto2: required fields, defaults that are never stored, and an enum that is closed.
fn legacy(rng: &mut Rng) -> String {
    let mut text = format!("syntax = \"proto2\";\n{HEAD}enum Grade {{ GRADE_A = 1; GRADE_B = 2; GRADE_C = -3; }}\n");
    text.push_str("message Legacy0 {\n");
    let around = Around { parts: &[], keys: &[], in_record: false, legacy: true };
    fields(rng, &mut text, &around, 1, 6);
    text.push_str("}\n");
    text
}

/// Writes up to `most` fields with numbers that rise and leave gaps; returns entries for the table's `column` list.
fn fields(rng: &mut Rng, text: &mut String, around: &Around<'_>, first: usize, most: usize) -> Vec<String> {
    let mut number = first;
    let mut names = names::Names::default();
    let mut listed = Vec::new();
    for choice in 0..rng.usize(0..=most) {
        let is_oneof = rng.u8(0..8) == 0;
        let mut lines = String::new();
        for _ in 0..if is_oneof { rng.usize(1..5) } else { 1 } {
            number += rng.usize(1..4);
            let name = names.draw(rng);
            lines += &field(rng, around, &name, number, is_oneof, &mut listed);
        }
        if is_oneof {
            let _ = writeln!(text, "  oneof choice{choice} {{\n{lines}  }}");
        } else {
            *text += &lines;
        }
    }
    listed
}
