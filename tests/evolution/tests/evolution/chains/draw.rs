//! Random stores, to begin with.

use fastrand::Rng;

use super::proto::{Enum, Field, Label, Message, Proto, Table, Ty};

const SCALARS: [&str; 15] = [
    "bool", "int32", "sint32", "sfixed32", "int64", "sint64", "sfixed64", "uint32", "fixed32", "uint64", "fixed64",
    "float", "double", "string", "bytes",
];
const KNOWN: [&str; 8] =
    ["Timestamp", "Duration", "StringValue", "Int32Value", "BytesValue", "DoubleValue", "Struct", "FieldMask"];
const KEYS: [&str; 4] = ["string", "int32", "uint64", "bool"];

/// Returns a store of some tables, whose records hold messages that hold messages.
pub(super) fn store(rng: &mut Rng) -> Proto {
    let mut proto = Proto::default();
    for _ in 0..2 {
        let name = proto.name("Sort");
        let value = |number: i32| (number, format!("{}_{number}", name.to_uppercase()));
        let values = (0..4).map(value).collect();
        proto.enums.push(Enum { name, values, gone: Vec::new() });
    }
    let tables = rng.usize(1..4);
    let messages = tables + rng.usize(1..4);
    for at in 0..messages {
        let name = proto.name(if at < tables { "Record" } else { "Part" });
        let singleton = at > 0 && at < tables && rng.u8(0..4) == 0;
        let keyed = at < tables && !singleton;
        let mut message = Message { name, fields: Vec::new(), gone: Vec::new(), next: 1, keyed };
        if keyed {
            let ty =
                if rng.u8(0..3) == 0 { *rng.choice(&["int64", "uint32", "bytes"]).expect("a type") } else { "string" };
            let mut key = Field::new(1, "id".to_owned(), Label::Implicit, Ty::Scalar(ty));
            key.other.push("(google.api.field_behavior) = IDENTIFIER".to_owned());
            message.fields.push(key);
            message.next = 2;
        }
        if at < tables {
            let name = proto.name("rows");
            let number = u32::try_from(at).expect("few tables") * 2 + 1;
            proto.tables.push(Table { name, number, message: at, singleton, append_only: false });
        }
        proto.messages.push(message);
    }
    for at in 0..messages {
        for _ in 0..rng.usize(1..5) {
            add_field(rng, &mut proto, at);
        }
    }
    proto
}

/// Adds a random field to a message.
pub(super) fn add_field(rng: &mut Rng, proto: &mut Proto, at: usize) {
    let name = proto.name("field");
    let number = proto.messages[at].next + rng.u32(0..2);
    proto.messages[at].next = number + 1;
    let ty = ty(rng, proto, at);
    let is_message = !matches!(ty, Ty::Scalar(_) | Ty::Enum(_));
    let label = match rng.u8(0..10) {
        0 | 1 => Label::Repeated,
        2 => Label::Map(KEYS[rng.usize(0..KEYS.len())]),
        3..=5 if !is_message => Label::Optional,
        _ => Label::Implicit,
    };
    let mut field = Field::new(number, name, label, ty);
    if field.is_single() && field.ty == Ty::Scalar("string") && rng.u8(0..3) == 0 {
        let targets: Vec<&Table> = proto.tables.iter().filter(|table| is_named_by_text(proto, table)).collect();
        if let Some(target) = rng.choice(&targets) {
            field.column.push(format!("references: {{table: \"{}\"}}", target.name));
        }
    } else if field.is_message() && rng.u8(0..4) == 0 {
        let storages: &[&str] = if field.is_single() { &["CHILD_TABLE", "JSON", "BYTES"] } else { &["JSON", "BYTES"] };
        field.column.push(format!("storage: {}", rng.choice(storages).expect("a storage")));
    }
    if rng.u8(0..6) == 0 && field.label == Label::Implicit && field.column.is_empty() {
        field.oneof = Some(proto.name("choice"));
    }
    proto.messages[at].fields.push(field);
}

/// Says whether a text can name rows of a table.
pub(super) fn is_named_by_text(proto: &Proto, table: &Table) -> bool {
    let message = &proto.messages[table.message];
    !table.singleton && message.keyed && message.fields[0].ty == Ty::Scalar("string")
}

fn ty(rng: &mut Rng, proto: &Proto, at: usize) -> Ty {
    // Records are no parts.
    let first = (at + 1).max(proto.messages.iter().position(|m| m.name.starts_with("Part")).unwrap_or(at + 1));
    match rng.u8(0..10) {
        0..=2 if first < proto.messages.len() => Ty::Message(rng.usize(first..proto.messages.len())),
        3 => Ty::Enum(rng.usize(0..proto.enums.len())),
        4 => Ty::Known(KNOWN[rng.usize(0..KNOWN.len())]),
        _ => Ty::Scalar(SCALARS[rng.usize(0..SCALARS.len())]),
    }
}
