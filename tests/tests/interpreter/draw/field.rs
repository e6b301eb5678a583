//! One random field: its label, its type and the options that go with it.

use fastrand::Rng;

use super::Key;

/// What a field may hold and name.
pub(super) struct Around<'a> {
    /// The messages of this store.
    pub(super) parts: &'a [String],
    /// The keys of the tables, which references name.
    pub(super) keys: &'a [Key],
    /// Whether it is at the top of a record.
    pub(super) in_record: bool,
    /// Whether its file is one of proto2.
    pub(super) legacy: bool,
}

const SCALARS: [&str; 15] = [
    "bool", "int32", "sint32", "sfixed32", "int64", "sint64", "sfixed64", "uint32", "fixed32", "uint64", "fixed64",
    "float", "double", "string", "bytes",
];
const MAP_KEYS: [&str; 12] = [
    "string", "bool", "int32", "sint32", "sfixed32", "int64", "sint64", "sfixed64", "uint32", "fixed32", "uint64",
    "fixed64",
];
const KNOWN: [&str; 17] = [
    "Timestamp",
    "Duration",
    "BoolValue",
    "Int32Value",
    "Int64Value",
    "UInt32Value",
    "UInt64Value",
    "FloatValue",
    "DoubleValue",
    "StringValue",
    "BytesValue",
    "Struct",
    "Value",
    "ListValue",
    "Any",
    "FieldMask",
    "Empty",
];

/// Returns the line of a field; adds to `listed` what only a table's `column` list can say.
pub(super) fn field(
    rng: &mut Rng,
    around: &Around<'_>,
    name: &str,
    number: usize,
    member: bool,
    listed: &mut Vec<String>,
) -> String {
    if !member
        && rng.u8(0..12) == 0
        && let Some(line) = reference(rng, around, name, number)
    {
        return line;
    }
    if !member && rng.u8(0..8) == 0 {
        return map(rng, around, name, number, listed);
    }
    let ty = any(rng, around);
    let is_message = ty.contains('.') || around.parts.contains(&ty);
    let mut options = Vec::new();
    let label = match rng.u8(0..10) {
        _ if member => "",
        0..=2 => "repeated ",
        // A message that must be set says REQUIRED: `required` is for values.
        3 | 4 if around.legacy && !is_message => "required ",
        _ if around.legacy => "optional ",
        5 | 6 if !is_message => "optional ",
        _ => "",
    };
    let plain = label.is_empty() && !member;
    let repeated = label == "repeated ";
    let mut column = Vec::new();
    if repeated && rng.u8(0..6) == 0 {
        column.push("storage: BYTES".to_owned());
    } else if !member && label != "required " && rng.u8(0..25) == 0 {
        column.push("storage: NOT_STORED".to_owned());
    } else {
        let encoding = encoding(rng, &ty);
        let says_nothing = member || repeated || around.legacy || (ty == "bool" && plain);
        let required = !says_nothing && rng.u8(0..8) == 0;
        if required {
            options.push("(google.api.field_behavior) = REQUIRED".to_owned());
        }
        match encoding {
            Some(encoding) => column.push(encoding.to_owned()),
            None if !repeated && rng.u8(0..4) == 0 && around.parts.contains(&ty) => {
                column.push("storage: CHILD_TABLE".to_owned());
            }
            None if !repeated && rng.u8(0..5) == 0 && can_be_bytes(&ty, is_message) => {
                column.push("storage: BYTES".to_owned());
            }
            None => {}
        }
    }
    if !column.is_empty() {
        options.push(format!("(protostore.v1.column) = {{{}}}", column.join(" ")));
    }
    if around.legacy && label == "optional " && rng.bool() {
        options.extend(default(&ty).map(|value| format!("default = {value}")));
    }
    line(label, &ty, name, number, &options)
}

fn line(label: &str, ty: &str, name: &str, number: usize, options: &[String]) -> String {
    let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
    format!("  {label}{ty} {name} = {number}{options};\n")
}

fn map(rng: &mut Rng, around: &Around<'_>, name: &str, number: usize, listed: &mut Vec<String>) -> String {
    let key = MAP_KEYS[rng.usize(0..MAP_KEYS.len())];
    let value = any(rng, around);
    let is_message = value.contains('.') || around.parts.contains(&value);
    let mut options = Vec::new();
    if rng.u8(0..6) == 0 {
        options.push("(protostore.v1.column) = {storage: BYTES}".to_owned());
    } else if around.in_record {
        for (part, ty) in [("key", key), ("value", value.as_str())] {
            if let Some(encoding) = encoding(rng, ty) {
                listed.push(format!("field: \"{name}.{part}\" {encoding}"));
            } else if rng.u8(0..4) == 0 && can_be_bytes(ty, is_message && part == "value") {
                listed.push(format!("field: \"{name}.{part}\" storage: BYTES"));
            }
        }
    }
    line("", &format!("map<{key}, {value}>"), name, number, &options)
}

/// Returns a field that names rows of a table with a key of one field; nothing where there is none.
fn reference(rng: &mut Rng, around: &Around<'_>, name: &str, number: usize) -> Option<String> {
    let targets: Vec<_> = around
        .keys
        .iter()
        .enumerate()
        .filter_map(|(table, key)| match key {
            Key::One { ty, options } => Some((table, *ty, *options)),
            Key::Several(_) | Key::Inside | Key::Singleton => None,
        })
        .collect();
    let (table, ty, options) = *rng.choice(&targets)?;
    let is_text = matches!(ty, "string" | "bytes");
    let label = match rng.u8(0..3) {
        0 => "repeated ",
        1 if is_text => "",
        _ if ty.contains('.') => "",
        _ => "optional ",
    };
    let actions =
        if label == "repeated " { &["RESTRICT", "CASCADE"][..] } else { &["RESTRICT", "CASCADE", "SET_NULL"] };
    let action = actions[rng.usize(0..actions.len())];
    let encoding = if options.starts_with("encoding") { options } else { "" };
    let column = format!(
        "(protostore.v1.column) = {{references: {{table: \"records{table}\" on_delete: {action}}} {encoding}}}"
    );
    Some(line(label, ty, name, number, &[column]))
}

/// Returns an encoding that a type can have, or none.
fn encoding(rng: &mut Rng, ty: &str) -> Option<&'static str> {
    let all: &[&'static str] = match ty.rsplit('.').next().unwrap_or(ty) {
        "uint64" | "fixed64" | "UInt64Value" => &["encoding: FULL_RANGE"],
        "float" | "double" | "FloatValue" | "DoubleValue" => &["encoding: FLOAT_BITS"],
        "Timestamp" => &[
            "encoding: SECONDS",
            "encoding: MILLISECONDS",
            "encoding: MICROSECONDS",
            "encoding: RFC3339",
            "encoding: TIMESTAMPTZ",
        ],
        "Duration" => &["encoding: SECONDS", "encoding: MILLISECONDS", "encoding: MICROSECONDS"],
        _ => &[],
    };
    if rng.bool() { rng.choice(all).copied() } else { None }
}

fn can_be_bytes(ty: &str, is_message: bool) -> bool {
    match ty.strip_prefix("google.protobuf.") {
        Some(known) => matches!(known, "Struct" | "Value" | "ListValue" | "Any" | "FieldMask" | "StringValue"),
        None => is_message || ty == "string",
    }
}

fn default(ty: &str) -> Option<&'static str> {
    match ty {
        "bool" => Some("true"),
        "float" | "double" => Some("-1.5"),
        "string" | "bytes" => Some("\"x\""),
        "Grade" => Some("GRADE_B"),
        _ if ty.contains('.') => None,
        _ => Some("5"),
    }
}

fn any(rng: &mut Rng, around: &Around<'_>) -> String {
    match rng.u8(0..12) {
        0..=3 => format!("google.protobuf.{}", KNOWN[rng.usize(0..KNOWN.len())]),
        4..=6 if !around.parts.is_empty() => around.parts[rng.usize(0..around.parts.len())].clone(),
        7 if around.legacy => "Grade".to_owned(),
        7 => "Kind".to_owned(),
        _ => SCALARS[rng.usize(0..SCALARS.len())].to_owned(),
    }
}
