//! Bits of floating-point numbers that a column does not keep: the sign of a zero, and NaN.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};

use crate::asked::{Ask, Asks, Encoding, Storage};
use crate::same::join;

/// Finds a value that FLOAT_BITS holds and the column of the other version does not: the upgrade has to stop at it.
pub(super) fn fit(earlier: &Asks, message: &DynamicMessage, asks: &Asks, of: &MessageDescriptor) -> Result<(), String> {
    below((earlier, ""), message, (asks, ""), of)
}

fn below(
    (earlier, around): (&Asks, &str),
    message: &DynamicMessage,
    (asks, path): (&Asks, &str),
    of: &MessageDescriptor,
) -> Result<(), String> {
    for field in message.descriptor().fields() {
        let Some(other) = of.get_field(field.number()) else { continue };
        let (from, to) = (Side::of(earlier, around, &field), Side::of(asks, path, &other));
        if from.is_inside || to.is_inside {
            continue;
        }
        let value = message.get_field(&field);
        let is_number = matches!(to.value.kind(), Kind::Double | Kind::Float);
        if from.bits && is_number && !to.bits && has_bits(&value) {
            return Err(format!("{} holds a NaN or a negative zero", from.path));
        }
        if let (true, Kind::Message(of)) = (message.has_field(&field), to.value.kind()) {
            inner(&value, &mut |inner| below((earlier, &from.path), inner, (asks, &to.path), &of))?;
        }
    }
    Ok(())
}

/// What one version asks of a field and of its value.
struct Side {
    /// The path of the value.
    path: String,
    value: FieldDescriptor,
    /// Whether it is part of a document or an encoded message.
    is_inside: bool,
    bits: bool,
}

impl Side {
    fn of(asks: &Asks, around: &str, field: &FieldDescriptor) -> Self {
        let own = join(around, field.name());
        let whole = asks.of(&own, field);
        let (path, value) = match field.kind() {
            Kind::Message(entry) if field.is_map() => (join(&own, "value"), entry.map_entry_value_field()),
            _ => (own, field.clone()),
        };
        let part = asks.of(&path, &value);
        let any = |is: fn(&Ask) -> bool| is(&whole) || is(&part);
        Self {
            is_inside: any(|ask| matches!(ask.storage, Storage::Bytes | Storage::Json)),
            bits: any(|ask| ask.encoding == Encoding::FloatBits),
            path,
            value,
        }
    }
}

fn has_bits(value: &Value) -> bool {
    let is_odd = |number: f64| number.is_nan() || (number == 0.0 && number.is_sign_negative());
    match value {
        Value::F32(number) => is_odd((*number).into()),
        Value::F64(number) => is_odd(*number),
        Value::List(items) => items.iter().any(has_bits),
        Value::Map(entries) => entries.values().any(has_bits),
        Value::Message(wrapper) if wrapper.descriptor().full_name().starts_with("google.protobuf.") => {
            wrapper.get_field_by_number(1).is_some_and(|value| has_bits(&value))
        }
        _ => false,
    }
}

/// Calls for each message in a value.
fn inner(value: &Value, call: &mut dyn FnMut(&DynamicMessage) -> Result<(), String>) -> Result<(), String> {
    match value {
        Value::Message(message) => call(message),
        Value::List(items) => items.iter().try_for_each(|item| inner(item, call)),
        Value::Map(entries) => entries.values().try_for_each(|item| inner(item, call)),
        _ => Ok(()),
    }
}

/// Gives zeros of implicit presence the sign that they had. FLOAT_BITS keeps it, and prost's encoding leaves such a zero out.
pub(super) fn signs(from: &DynamicMessage, to: &mut DynamicMessage) {
    let of = to.descriptor();
    for field in from.descriptor().fields() {
        let Some(other) = of.get_field(field.number()).filter(|other| other.cardinality() == field.cardinality())
        else {
            continue;
        };
        let is_implicit = !field.supports_presence() && !other.supports_presence() && field.kind() == other.kind();
        match from.get_field(&field).as_ref() {
            zero @ Value::F64(number) if is_implicit && number.to_bits() == (-0.0_f64).to_bits() => {
                to.set_field(&other, zero.clone());
            }
            zero @ Value::F32(number) if is_implicit && number.to_bits() == (-0.0_f32).to_bits() => {
                to.set_field(&other, zero.clone());
            }
            Value::Message(inner) if from.has_field(&field) && to.has_field(&other) => {
                if let Value::Message(carried) = to.get_field_mut(&other) {
                    signs(inner, carried);
                }
            }
            Value::List(items) => {
                let Value::List(carried) = to.get_field_mut(&other) else { continue };
                for (item, carried) in items.iter().zip(carried) {
                    if let (Value::Message(item), Value::Message(carried)) = (item, carried) {
                        signs(item, carried);
                    }
                }
            }
            Value::Map(entries) => {
                let Value::Map(carried) = to.get_field_mut(&other) else { continue };
                for (key, entry) in entries {
                    if let (Value::Message(entry), Some(Value::Message(carried))) = (entry, carried.get_mut(key)) {
                        signs(entry, carried);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Takes the sign from each zero in a column of numbers, which does not keep it.
pub(super) fn unsigned(asks: &Asks, around: &str, message: &mut DynamicMessage) {
    let of = message.descriptor();
    // What has no schema is JSON, which keeps it.
    if ["google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"].contains(&of.full_name()) {
        return;
    }
    for field in of.fields() {
        let path = join(around, field.name());
        let path = if field.is_map() { join(&path, "value") } else { path };
        let of_value = match field.kind() {
            Kind::Message(entry) if field.is_map() => entry.map_entry_value_field(),
            _ => field.clone(),
        };
        let keeps =
            |ask: &Ask| matches!(ask.storage, Storage::Bytes | Storage::Json) || ask.encoding == Encoding::FloatBits;
        let whole = asks.of(&join(around, field.name()), &field);
        // A negative zero of implicit presence counts as not set.
        let is_number = matches!(field.kind(), Kind::Double | Kind::Float);
        let may_be_zero = is_number && !field.supports_presence() && !field.is_list();
        if (message.has_field(&field) || may_be_zero) && !keeps(&whole) && !keeps(&asks.of(&path, &of_value)) {
            unsigned_value(asks, &path, message.get_field_mut(&field));
        }
    }
}

fn unsigned_value(asks: &Asks, path: &str, value: &mut Value) {
    match value {
        Value::F32(zero) if *zero == 0.0 => *zero = 0.0,
        Value::F64(zero) if *zero == 0.0 => *zero = 0.0,
        Value::List(items) => items.iter_mut().for_each(|item| unsigned_value(asks, path, item)),
        Value::Map(entries) => entries.values_mut().for_each(|item| unsigned_value(asks, path, item)),
        Value::Message(inner) => unsigned(asks, path, inner),
        _ => {}
    }
}
