//! Whether a message came back as it went in: every bit, and every presence.

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, Value};

use super::asked::{Asks, Encoding, Storage};

/// Returns the path of the first field in which two messages differ, presence included.
pub(crate) fn same(asks: &Asks, a: &DynamicMessage, b: &DynamicMessage) -> Result<(), String> {
    inner(asks, "", a, b, false)
}

/// `exact` says that the messages are in bytes, where not even the sign of a zero is lost.
fn inner(asks: &Asks, around: &str, a: &DynamicMessage, b: &DynamicMessage, exact: bool) -> Result<(), String> {
    for field in a.descriptor().fields() {
        let path = join(around, field.name());
        match (a.has_field(&field), b.has_field(&field)) {
            (false, false) => continue,
            (true, true) => {}
            _ => return Err(format!("the presence of {path}")),
        }
        let exact = exact || asks.of(&path, &field).storage == Storage::Bytes;
        value(asks, &path, &field, (&a.get_field(&field), &b.get_field(&field)), exact)?;
    }
    Ok(())
}

fn value(
    asks: &Asks,
    path: &str,
    field: &FieldDescriptor,
    (a, b): (&Value, &Value),
    exact: bool,
) -> Result<(), String> {
    let is_same = match (a, b) {
        (Value::Message(a), Value::Message(b)) => return inner(asks, path, a, b, exact),
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            return a.iter().zip(b).try_for_each(|pair| value(asks, path, field, pair, exact));
        }
        (Value::Map(a), Value::Map(b)) if a.len() == b.len() => {
            let kind = field.kind();
            let of = kind.as_message().expect("a map has entries").map_entry_value_field();
            let path = join(path, "value");
            // In bytes, prost writes no zero into an entry, be it negative or not.
            let exact = of.kind().as_message().is_some() && (exact || asks.of(&path, &of).storage == Storage::Bytes);
            return a.iter().try_for_each(|(key, a)| {
                let b = b.get(key).ok_or_else(|| format!("{path}: no {key:?}"))?;
                value(asks, &path, &of, (a, b), exact)
            });
        }
        (Value::F32(a), Value::F32(b)) => {
            a.to_bits() == b.to_bits() || (*a == 0.0 && *b == 0.0 && !is_bits(asks, path, field, exact))
        }
        (Value::F64(a), Value::F64(b)) => {
            a.to_bits() == b.to_bits() || (*a == 0.0 && *b == 0.0 && !is_bits(asks, path, field, exact))
        }
        (a, b) => a == b,
    };
    if is_same { Ok(()) } else { Err(format!("{path} ({a:?}, {b:?})")) }
}

/// Returns whether even the sign of a zero is kept; the one inside a wrapper is the wrapper's.
fn is_bits(asks: &Asks, path: &str, field: &FieldDescriptor, exact: bool) -> bool {
    let around = path.strip_suffix(".value").filter(|_| field.parent_message().full_name().ends_with("Value"));
    exact || asks.of(around.unwrap_or(path), field).encoding == Encoding::FloatBits
}

/// Returns the path of a field inside a message.
pub(crate) fn join(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}
