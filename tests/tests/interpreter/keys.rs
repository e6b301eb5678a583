//! Messages with a key: a part of a key is never empty, and most differ.

use fastrand::Rng;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use protostore_schema::Table;

use super::drawer::Drawer;
use super::same;

/// Returns a message with a key.
pub(crate) fn keyed(rng: &mut Rng, drawer: &Drawer<'_>, table: &Table, of: &MessageDescriptor) -> DynamicMessage {
    let mut message = drawer.message(rng, of);
    for path in key_fields(table) {
        set_key(rng, drawer, &mut message, &path, "");
    }
    message
}

/// Returns the paths of the fields of a table's key.
pub(crate) fn key_fields(table: &Table) -> Vec<String> {
    if table.singleton.is_some() {
        return Vec::new();
    }
    table.key_columns().into_iter().map(|column| column.name.proto.clone()).collect()
}

/// Sets a part of the key, which may not be empty.
fn set_key(rng: &mut Rng, drawer: &Drawer<'_>, message: &mut DynamicMessage, path: &str, around: &str) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = message.descriptor().get_field_by_name(name).expect("a part of the key is a field");
    let full = same::join(around, name);
    if let Some(rest) = rest {
        let value = message.get_field_mut(&field);
        let Value::Message(inner) = value else { panic!("{full} is a message") };
        return set_key(rng, drawer, inner, rest, &full);
    }
    let value = key_value(rng, drawer, &field, &full);
    message.set_field(&field, value);
}

fn key_value(rng: &mut Rng, drawer: &Drawer<'_>, field: &FieldDescriptor, path: &str) -> Value {
    let any = rng.u64(..);
    let ask = drawer.asks.of(path, field);
    if ask.generated.is_none() {
        match field.kind() {
            Kind::String => return Value::String(format!("{any:x}")),
            Kind::Bytes => return Value::Bytes(any.to_be_bytes().to_vec().into()),
            _ => {}
        }
    }
    drawer.value(rng, field, path, &ask, 1).expect("a key names no row")
}
