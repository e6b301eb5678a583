//! Random messages of any type, drawn from its descriptor: small, and full of boundary values.

use fastrand::Rng;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

/// Returns a message that a store accepts, but for keys, references and required fields, which the caller sees to.
pub(crate) fn message(rng: &mut Rng, descriptor: &MessageDescriptor) -> DynamicMessage {
    inner(rng, descriptor, 4)
}

/// Returns a message that holds others only so many deep, since some hold themselves.
fn inner(rng: &mut Rng, descriptor: &MessageDescriptor, deep: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    match descriptor.full_name() {
        "google.protobuf.Timestamp" => return time(rng, message, false),
        "google.protobuf.Duration" => return time(rng, message, true),
        "google.protobuf.Value" => return document(rng, message, 3),
        "google.protobuf.FieldMask" => {
            let paths =
                (0..rng.usize(0..4)).map(|_| pick(rng, &["id", "a.b", "*", "é"])).map(|p| Value::String(p.into()));
            let paths = paths.collect();
            message.set_field_by_name("paths", Value::List(paths));
            return message;
        }
        _ => {}
    }
    let own = |field: &FieldDescriptor| field.containing_oneof().is_none_or(|o| o.is_synthetic());
    let ends = |field: &FieldDescriptor| deep > 0 || !matches!(field.kind(), Kind::Message(_));
    for field in descriptor.fields().filter(|field| own(field) && ends(field)) {
        fill(rng, &mut message, &field, deep);
    }
    for oneof in descriptor.oneofs().filter(|o| !o.is_synthetic()) {
        let members: Vec<_> = oneof.fields().filter(ends).collect();
        if let Some(member) = members.get(rng.usize(0..=members.len())) {
            let value = value(rng, member, deep);
            message.set_field(member, value);
        }
    }
    message
}

fn fill(rng: &mut Rng, message: &mut DynamicMessage, field: &FieldDescriptor, deep: usize) {
    if field.is_map() || field.is_list() {
        let whole = whole(rng, field, deep);
        message.set_field(field, whole);
    } else if !field.supports_presence() || field.cardinality() == prost_reflect::Cardinality::Required || rng.bool() {
        let value = value(rng, field, deep);
        message.set_field(field, value);
    }
}

/// Returns a list or a map.
pub(crate) fn whole(rng: &mut Rng, field: &FieldDescriptor, deep: usize) -> Value {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let (key, of) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            let entries = (0..rng.usize(0..4))
                .filter_map(|_| Some((value(rng, &key, deep).into_map_key()?, value(rng, &of, deep))));
            Value::Map(entries.collect())
        }
        _ => Value::List((0..rng.usize(0..4)).map(|_| value(rng, field, deep)).collect()),
    }
}

/// Returns a value of a field, of a list's element, or of a part of a map's entry.
pub(crate) fn value(rng: &mut Rng, field: &FieldDescriptor, deep: usize) -> Value {
    match field.kind() {
        Kind::Bool => Value::Bool(rng.bool()),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            let any = rng.i32(..);
            Value::I32(pick(rng, &[0, 1, -1, i32::MIN, i32::MAX, any]))
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            let any = rng.i64(..);
            Value::I64(pick(rng, &[0, 1, -1, i64::MIN, i64::MAX, any]))
        }
        Kind::Uint32 | Kind::Fixed32 => {
            let any = rng.u32(..);
            Value::U32(pick(rng, &[0, 1, u32::MAX, 1 << 31, any]))
        }
        Kind::Uint64 | Kind::Fixed64 => {
            let any = rng.u64(..) >> 1;
            Value::U64(pick(rng, &[0, 1, i64::MAX as u64, u64::from(u32::MAX), any]))
        }
        Kind::Float => {
            let any = rng.f32();
            Value::F32(pick(
                rng,
                &[0.0, 1.5, f32::MIN, f32::MAX, f32::MIN_POSITIVE, f32::INFINITY, f32::NEG_INFINITY, any],
            ))
        }
        Kind::Double => {
            let any = rng.f64();
            Value::F64(pick(rng, &[0.0, -1.5, f64::MIN, f64::MAX, f64::EPSILON, f64::INFINITY, f64::NEG_INFINITY, any]))
        }
        Kind::String => Value::String(text(rng)),
        Kind::Bytes => Value::Bytes((0..rng.usize(0..6)).map(|_| rng.u8(..)).collect::<Vec<u8>>().into()),
        Kind::Enum(of) => {
            let named: Vec<i32> = of.values().map(|v| v.number()).collect();
            let known = pick(rng, &named);
            // A closed enum keeps what it has a name for; an open one keeps every number.
            let open = of.parent_file().syntax() == prost_reflect::Syntax::Proto3;
            Value::EnumNumber(if open { pick(rng, &[0, known, known, 77, -5]) } else { known })
        }
        Kind::Message(of) => Value::Message(inner(rng, &of, deep - 1)),
    }
}

fn text(rng: &mut Rng) -> String {
    let words = ["", "a", "A", "x'y\"z", "%_\\", "é", "e\u{301}", "\u{10FFFF}", "\r\n\t", "0", "NULL", "日本語", " "];
    let word = pick(rng, &words);
    if rng.u8(0..8) == 0 { word.repeat(200) } else { word.to_owned() }
}

/// Normalised, and within what 64 bits of nanoseconds hold.
fn time(rng: &mut Rng, mut message: DynamicMessage, signed: bool) -> DynamicMessage {
    let any = rng.i64(-9_000_000_000..9_000_000_000);
    let seconds = pick(rng, &[0, 1, -1, 9_223_372_035, -9_223_372_035, any]);
    let nanos = pick(rng, &[0, 1, 999_999_999, 500_000_000]);
    message.set_field_by_name("seconds", Value::I64(seconds));
    message.set_field_by_name("nanos", Value::I32(if signed && seconds < 0 { -nanos } else { nanos }));
    message
}

/// A `Value` that JSON can say, and that ends: `deep` is how many may be nested.
fn document(rng: &mut Rng, mut message: DynamicMessage, deep: usize) -> DynamicMessage {
    let descriptor = message.descriptor();
    let part = |name: &str| match descriptor.get_field_by_name(name).map(|field| field.kind()) {
        Some(Kind::Message(of)) => DynamicMessage::new(of),
        _ => unreachable!("a kind of Value is a message"),
    };
    let any = rng.f64() * 1e300;
    match rng.u8(0..if deep == 0 { 4 } else { 6 }) {
        0 => message.set_field_by_name("null_value", Value::EnumNumber(0)),
        1 => {
            let number = pick(rng, &[0.0, -0.0, 1.0, -1.5, 0.1, 1e21, 1e-7, 5e-324, f64::MAX, f64::MIN, any]);
            message.set_field_by_name("number_value", Value::F64(number));
        }
        2 => message.set_field_by_name("string_value", Value::String(text(rng))),
        3 => message.set_field_by_name("bool_value", Value::Bool(rng.bool())),
        4 => {
            let mut object = part("struct_value");
            let fields = (0..rng.usize(0..3)).map(|_| {
                let value = document(rng, DynamicMessage::new(descriptor.clone()), deep - 1);
                (prost_reflect::MapKey::String(text(rng)), Value::Message(value))
            });
            let fields = fields.collect();
            object.set_field_by_name("fields", Value::Map(fields));
            message.set_field_by_name("struct_value", Value::Message(object));
        }
        _ => {
            let mut list = part("list_value");
            let values = (0..rng.usize(0..3))
                .map(|_| Value::Message(document(rng, DynamicMessage::new(descriptor.clone()), deep - 1)));
            let values = values.collect();
            list.set_field_by_name("values", Value::List(values));
            message.set_field_by_name("list_value", Value::Message(list));
        }
    }
    message
}

fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(0..from.len())]
}
