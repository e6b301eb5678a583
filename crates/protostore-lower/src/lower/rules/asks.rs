//! What each rule of a type asks, by its name.

use prost_reflect::Kind;
use protostore_schema::{Asks, Bound, Format, Range, Rule, RuleValue, Unit};

use super::{KEEP_ELSEWHERE, pattern, possible};
use crate::Code;
use crate::annotations::Asked;

/// A rule that is not read; `text` follows its name.
pub(super) struct Refused {
    pub(super) code: Code,
    pub(super) text: String,
    pub(super) help: &'static str,
}

/// Returns what rules of values of a kind are called; none where there are no such rules that are kept.
pub(super) fn word(kind: &Kind) -> Option<String> {
    let word = match kind {
        Kind::Double => "double",
        Kind::Float => "float",
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Sint32 => "sint32",
        Kind::Sint64 => "sint64",
        Kind::Fixed32 => "fixed32",
        Kind::Fixed64 => "fixed64",
        Kind::Sfixed32 => "sfixed32",
        Kind::Sfixed64 => "sfixed64",
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Enum(_) => "enum",
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.BoolValue" => "bool",
            "google.protobuf.Int32Value" => "int32",
            "google.protobuf.Int64Value" => "int64",
            "google.protobuf.UInt32Value" => "uint32",
            "google.protobuf.UInt64Value" => "uint64",
            "google.protobuf.FloatValue" => "float",
            "google.protobuf.DoubleValue" => "double",
            "google.protobuf.StringValue" => "string",
            "google.protobuf.BytesValue" => "bytes",
            "google.protobuf.Timestamp" => "timestamp",
            "google.protobuf.Duration" => "duration",
            "google.protobuf.Any" => "any",
            _ => return None,
        },
    };
    Some(word.to_owned())
}

/// Reads the rules of one type, in the order of their numbers.
pub(super) fn read(of: &str, rules: &[(String, Asked)], kind: &Kind) -> Result<Vec<Rule>, Refused> {
    let is_strict = !rules.iter().any(|(name, asked)| name == "strict" && !truth(asked));
    let mut all = Vec::new();
    let mut range = Range { low: None, high: None, outside: false };
    let mut names = Vec::new();
    for (name, asked) in rules {
        let asks = match (name.as_str(), asked) {
            ("example" | "strict", _) => continue,
            ("lt" | "lte" | "gt" | "gte", Asked::One(at)) => {
                let bound = Bound { at: at.clone(), included: name.ends_with('e') };
                *(if name.starts_with('l') { &mut range.high } else { &mut range.low }) = Some(bound);
                names.push(name.as_str());
                continue;
            }
            ("const", Asked::One(value)) => Asks::Is(value.clone()),
            ("in", Asked::Many(values)) => Asks::In(values.clone()),
            ("not_in", Asked::Many(values)) => Asks::NotIn(values.clone()),
            ("prefix", Asked::One(part)) => Asks::Prefix(part.clone()),
            ("suffix", Asked::One(part)) => Asks::Suffix(part.clone()),
            ("contains", Asked::One(part)) => Asks::Contains(part.clone()),
            ("not_contains", Asked::One(part)) => Asks::NotContains(part.clone()),
            ("within", Asked::One(span)) => Asks::Within(span.clone()),
            ("pattern", Asked::One(RuleValue::Text(text))) => match pattern::read(text) {
                Ok(pattern) => Asks::Pattern(pattern),
                Err(why) => {
                    let text = format!("has the pattern `{text}`, {why}");
                    let help = "write it as RE2 has it: https://github.com/google/re2/wiki/Syntax";
                    return Err(Refused { code: Code::BadPattern, text, help });
                }
            },
            ("well_known_regex", Asked::One(RuleValue::Int(number))) => match (number, is_strict) {
                (0, _) => continue,
                (1, true) => Asks::Format(Format::HeaderName),
                (1, false) => Asks::Format(Format::HeaderNameLoose),
                (2, true) => Asks::Format(Format::HeaderValue),
                (2, false) => Asks::Format(Format::HeaderValueLoose),
                _ => return Err(unknown(name)),
            },
            (_, Asked::One(RuleValue::Uint(n))) => size(of, name, *n).ok_or_else(|| unknown(name))?,
            // A form that is not asked for.
            (_, Asked::One(RuleValue::Bool(false))) => continue,
            ("defined_only", _) => Asks::In(numbers(kind)),
            (_, Asked::One(RuleValue::Bool(true))) => flag(of, name).ok_or_else(|| unknown(name))?,
            _ => return Err(unknown(name)),
        };
        all.push(Rule { name: format!("{of}.{name}"), asks });
    }
    if let (Some(low), Some(high)) = (&range.low, &range.high) {
        range.outside = possible::is_less(&high.at, &low.at);
    }
    if !names.is_empty() {
        // As the public definitions name the pair.
        names.sort_unstable_by_key(|name| name.starts_with('l'));
        let exclusive = if range.outside { "_exclusive" } else { "" };
        all.push(Rule { name: format!("{of}.{}{exclusive}", names.join("_")), asks: Asks::Range(range) });
    }
    Ok(all)
}

fn unknown(name: &str) -> Refused {
    Refused { code: Code::ValidationRule, text: format!("has `{name}`, which is not known"), help: KEEP_ELSEWHERE }
}

fn size(of: &str, name: &str, n: u64) -> Option<Asks> {
    let (of, min, max) = match (of, name) {
        ("string", "len") => (Unit::Characters, n, Some(n)),
        ("string", "min_len") => (Unit::Characters, n, None),
        ("string", "max_len") => (Unit::Characters, 0, Some(n)),
        ("string", "len_bytes") | ("bytes", "len") => (Unit::Bytes, n, Some(n)),
        ("string", "min_bytes") | ("bytes", "min_len") => (Unit::Bytes, n, None),
        ("string", "max_bytes") | ("bytes", "max_len") => (Unit::Bytes, 0, Some(n)),
        _ => return None,
    };
    Some(Asks::Size { of, min, max })
}

fn flag(of: &str, name: &str) -> Option<Asks> {
    let exactly = |n| Asks::Size { of: Unit::Bytes, min: n, max: Some(n) };
    Some(match (of, name) {
        ("float" | "double", "finite") => Asks::Finite,
        ("timestamp", "lt_now") => Asks::Past,
        ("timestamp", "gt_now") => Asks::Future,
        ("bytes", "ip") => Asks::Format(Format::IpBytes),
        ("bytes", "ipv4") => exactly(4),
        ("bytes", "ipv6" | "uuid") => exactly(16),
        ("string", name) => Asks::Format(match name {
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "ip" => Format::Ip,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "uri" => Format::Uri,
            "uri_ref" => Format::UriRef,
            "address" => Format::Address,
            "uuid" => Format::Uuid,
            "tuuid" => Format::Tuuid,
            "ip_with_prefixlen" => Format::IpWithPrefixlen,
            "ipv4_with_prefixlen" => Format::Ipv4WithPrefixlen,
            "ipv6_with_prefixlen" => Format::Ipv6WithPrefixlen,
            "ip_prefix" => Format::IpPrefix,
            "ipv4_prefix" => Format::Ipv4Prefix,
            "ipv6_prefix" => Format::Ipv6Prefix,
            "host_and_port" => Format::HostAndPort,
            "ulid" => Format::Ulid,
            "protobuf_fqn" => Format::ProtobufFqn,
            "protobuf_dot_fqn" => Format::ProtobufDotFqn,
            _ => return None,
        }),
        _ => return None,
    })
}

/// Returns the numbers that an enum has names for.
fn numbers(kind: &Kind) -> Vec<RuleValue> {
    let mut numbers: Vec<i64> =
        kind.as_enum().into_iter().flat_map(|e| e.values().map(|v| v.number().into()).collect::<Vec<_>>()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(RuleValue::Int).collect()
}

pub(super) fn count(asked: &Asked) -> Option<u64> {
    match asked {
        Asked::One(RuleValue::Uint(n)) => Some(*n),
        Asked::One(_) | Asked::Many(_) | Asked::Rules(_) | Asked::Other => None,
    }
}

pub(super) fn truth(asked: &Asked) -> bool {
    matches!(asked, Asked::One(RuleValue::Bool(true)))
}
