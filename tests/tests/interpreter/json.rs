//! Messages and whole fields as the protobuf JSON that a column holds.

mod names;

pub(crate) use names::Names;
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, ReflectMessage as _, Value};

/// Returns a message as JSON, or says what JSON cannot carry.
pub(crate) fn message(message: &DynamicMessage) -> Result<String, String> {
    let text = serde_json::to_string(message).map_err(|e| e.to_string())?;
    if has_nul(&serde_json::from_str(&text).map_err(|e| e.to_string())?) {
        return Err("JSON holds no NUL".to_owned());
    }
    // Without zeros that were set where unset is the same.
    let plain = DynamicMessage::decode(message.descriptor(), message.encode_to_vec().as_slice());
    // By their bytes, because no NaN is equal to another.
    let back = read(&Names::default(), message.descriptor(), &text)?;
    if super::bytes::of(&back) == super::bytes::of(&plain.map_err(|e| e.to_string())?) {
        Ok(text)
    } else {
        Err("it comes back as another".to_owned())
    }
}

fn has_nul(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(has_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}

/// Returns the field that a message is around, a list or a map, as JSON.
pub(crate) fn field(around: &DynamicMessage, field: &FieldDescriptor) -> Result<String, String> {
    let whole: serde_json::Value = serde_json::from_str(&message(around)?).map_err(|e| e.to_string())?;
    let empty = if field.is_map() { "{}" } else { "[]" };
    Ok(whole.get(field.json_name()).map_or_else(|| empty.to_owned(), ToString::to_string))
}

/// Returns the message of a column.
pub(crate) fn read_message(names: &Names, of: MessageDescriptor, text: &str) -> DynamicMessage {
    read(names, of, text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn read(names: &Names, of: MessageDescriptor, text: &str) -> Result<DynamicMessage, String> {
    if names.is_empty() {
        let mut json = serde_json::Deserializer::from_str(text);
        return DynamicMessage::deserialize(of, &mut json).map_err(|e| e.to_string());
    }
    let json = serde_json::from_str(text).map_err(|e| e.to_string())?;
    DynamicMessage::deserialize(of.clone(), names.present(&of, json)).map_err(|e| e.to_string())
}

/// Returns the list or map of a column.
pub(crate) fn read_field(names: &Names, field: &FieldDescriptor, text: &str) -> Value {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let whole = serde_json::json!({ field.json_name(): value });
    let around = read_message(names, field.parent_message().clone(), &whole.to_string());
    around.get_field(field).into_owned()
}
