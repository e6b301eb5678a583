//! Reads `buf.validate` rules and `google.api.field_info` into plain values; what they mean is decided while lowering.

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, OneofDescriptor, ReflectMessage, Value};
use protostore_schema::{Format, RuleValue};

use super::{extension, sub_message, truth, value};

/// The rules of a field, of an element, or of a part of a map's entries.
#[derive(Debug, Default)]
pub(crate) struct FieldRules {
    /// Whether it must be set.
    pub(crate) required: bool,
    pub(crate) ignore: Ignore,
    /// The type that the rules are of, as they have it: `uint32`.
    pub(crate) of: Option<String>,
    /// The rules of the type, by name.
    pub(crate) rules: Vec<(String, Asked)>,
    /// The first of the options that say what no list of rules can: a rule in CEL, a rule of one's own.
    pub(crate) custom: Option<String>,
}

/// When rules are left aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ignore {
    #[default]
    Unset,
    Zero,
    Always,
    Unknown,
}

/// What is behind the name of a rule.
#[derive(Debug)]
pub(crate) enum Asked {
    One(RuleValue),
    Many(Vec<RuleValue>),
    Rules(FieldRules),
    /// A value that no rule known here has.
    Other,
}

/// Returns the rules of a field, if any are written.
pub(crate) fn field_rules(field: &FieldDescriptor) -> Option<FieldRules> {
    Some(read(&sub_message(extension(&field.options(), "buf.validate.field")?)?))
}

/// Returns what a message says beside what its fields say, by the name of the option.
pub(crate) fn message_rule(message: &MessageDescriptor) -> Option<String> {
    let rules = sub_message(extension(&message.options(), "buf.validate.message")?)?;
    let known = rules.fields().map(|(field, _)| field.name().to_owned()).next();
    known.or_else(|| foreign(&rules))
}

/// Returns whether one member of a oneof must be set, or the option that says something else.
pub(crate) fn oneof_required(oneof: &OneofDescriptor) -> Result<bool, String> {
    let Some(rules) = extension(&oneof.options(), "buf.validate.oneof").and_then(sub_message) else { return Ok(false) };
    foreign(&rules).map_or_else(|| Ok(truth(&rules, "required")), Err)
}

/// Returns the format of `google.api.field_info`; `Err` with its number where it is not known.
pub(crate) fn format(field: &FieldDescriptor) -> Result<Option<Format>, i32> {
    let info = extension(&field.options(), "google.api.field_info").and_then(sub_message);
    match info.as_ref().and_then(|info| value(info, "format")).and_then(|v| v.as_enum_number()) {
        None | Some(0) => Ok(None),
        Some(1) => Ok(Some(Format::Uuid4)),
        Some(2) => Ok(Some(Format::CanonicalIpv4)),
        Some(3) => Ok(Some(Format::CanonicalIpv6)),
        Some(4) => Ok(Some(Format::CanonicalIp)),
        Some(number) => Err(number),
    }
}

fn read(options: &DynamicMessage) -> FieldRules {
    let mut rules = FieldRules { custom: foreign(options), ..FieldRules::default() };
    for (field, value) in options.fields() {
        match (field.name(), value) {
            ("required", value) => rules.required = value.as_bool().unwrap_or_default(),
            ("ignore", value) => {
                rules.ignore = match value.as_enum_number() {
                    Some(0) => Ignore::Unset,
                    Some(1) => Ignore::Zero,
                    Some(3) => Ignore::Always,
                    _ => Ignore::Unknown,
                }
            }
            (name, Value::Message(of_type)) if field.containing_oneof().is_some() => {
                rules.of = Some(name.to_owned());
                rules.custom = rules.custom.take().or_else(|| foreign(of_type));
                rules.rules = of_type.fields().map(|(f, value)| (f.name().to_owned(), asked(value))).collect();
            }
            (name, _) => rules.custom = Some(name.to_owned()),
        }
    }
    rules
}

/// Returns an extension, or a field that the definitions do not know.
fn foreign(options: &DynamicMessage) -> Option<String> {
    let extension = options.extensions().map(|(e, _)| format!("({})", e.full_name())).next();
    extension.or_else(|| options.unknown_fields().map(|f| f.number().to_string()).next())
}

fn asked(value: &Value) -> Asked {
    match value {
        Value::List(values) => values.iter().map(literal).collect::<Option<Vec<_>>>().map_or(Asked::Other, Asked::Many),
        Value::Message(message) if message.descriptor().full_name() == "buf.validate.FieldRules" => {
            Asked::Rules(read(message))
        }
        value => literal(value).map_or(Asked::Other, Asked::One),
    }
}

fn literal(value: &Value) -> Option<RuleValue> {
    Some(match value {
        Value::Bool(v) => RuleValue::Bool(*v),
        Value::I32(v) | Value::EnumNumber(v) => RuleValue::Int((*v).into()),
        Value::I64(v) => RuleValue::Int(*v),
        Value::U32(v) => RuleValue::Uint((*v).into()),
        Value::U64(v) => RuleValue::Uint(*v),
        Value::F32(v) => RuleValue::Float(format!("{:?}", f64::from(*v))),
        Value::F64(v) => RuleValue::Float(format!("{v:?}")),
        Value::String(v) => RuleValue::Text(v.clone()),
        Value::Bytes(v) => RuleValue::Bytes(v.to_vec()),
        Value::Message(message) => {
            let part = |name| message.get_field_by_name(name);
            let (seconds, nanos) = (part("seconds")?.as_i64()?, part("nanos")?.as_i32()?);
            RuleValue::Time(seconds, nanos)
        }
        Value::List(_) | Value::Map(_) => return None,
    })
}
