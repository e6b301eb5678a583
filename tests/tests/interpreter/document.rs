//! Values without a schema as prost has them; by hand, because a decoder ends before the depth that a store refuses.

use prost_reflect::{DynamicMessage, Value};
use prost_types::value::Kind;
use prost_types::{ListValue, Struct};

/// Returns a `google.protobuf.Struct`.
pub(crate) fn object(message: &DynamicMessage) -> Struct {
    let fields = message.get_field_by_name("fields").expect("a Struct has fields");
    let entries = fields.as_map().expect("fields are a map").iter();
    let entries = entries.map(|(key, inner)| {
        (key.as_str().expect("a key is text").to_owned(), value(inner.as_message().expect("a Value")))
    });
    Struct { fields: entries.collect() }
}

/// Returns a `google.protobuf.ListValue`.
pub(crate) fn list(message: &DynamicMessage) -> ListValue {
    let values = message.get_field_by_name("values").expect("a ListValue has values");
    let values = values.as_list().expect("values are a list").iter();
    ListValue { values: values.map(|inner| value(inner.as_message().expect("a Value"))).collect() }
}

/// Returns a `google.protobuf.Value`.
pub(crate) fn value(message: &DynamicMessage) -> prost_types::Value {
    let mut fields = message.fields();
    let kind = fields.next().map(|(_, set)| match set {
        Value::EnumNumber(number) => Kind::NullValue(*number),
        Value::F64(number) => Kind::NumberValue(*number),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Bool(v) => Kind::BoolValue(*v),
        Value::Message(inner) if inner.has_field_by_name("fields") => Kind::StructValue(object(inner)),
        Value::Message(inner) if inner.get_field_by_name("values").is_some() => Kind::ListValue(list(inner)),
        Value::Message(inner) => Kind::StructValue(object(inner)),
        other => panic!("{other:?} is no kind of Value"),
    });
    prost_types::Value { kind }
}
