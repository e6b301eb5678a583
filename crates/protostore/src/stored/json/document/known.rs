//! The messages of `google.protobuf` that have a notation of their own.

use prost::Message as _;
use prost_types::{Duration, FieldMask, ListValue, Struct, Timestamp, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::write::{Write, Writer};
use super::scalar::{self, GARBLED};
use super::tree::Tree;
use super::wire;
use super::{Kind, Refusal, Scalar};

/// Seconds of the longest duration, 10,000 years.
const LONGEST: u64 = 315_576_000_000;

/// Returns the message of that full name, if it has a notation of its own.
pub(super) fn kind(name: &str) -> Option<Kind> {
    Some(match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => Kind::Timestamp,
        "Duration" => Kind::Duration,
        "FieldMask" => Kind::FieldMask,
        "Struct" => Kind::Struct,
        "Value" => Kind::Value,
        "ListValue" => Kind::ListValue,
        "Empty" => Kind::Empty,
        "BoolValue" => Kind::Wrapper(Scalar::Bool),
        "Int32Value" => Kind::Wrapper(Scalar::Int32),
        "Int64Value" => Kind::Wrapper(Scalar::Int64),
        "UInt32Value" => Kind::Wrapper(Scalar::Uint32),
        "UInt64Value" => Kind::Wrapper(Scalar::Uint64),
        "FloatValue" => Kind::Wrapper(Scalar::Float),
        "DoubleValue" => Kind::Wrapper(Scalar::Double),
        "StringValue" => Kind::Wrapper(Scalar::String),
        "BytesValue" => Kind::Wrapper(Scalar::Bytes),
        _ => return None,
    })
}

/// Appends a message.
pub(super) fn write(to: &mut Writer, kind: Kind, bytes: &[u8]) -> Result<(), Refusal> {
    match kind {
        Kind::Wrapper(of) => {
            let fields = wire::fields(bytes).ok_or(GARBLED)?;
            let value = fields.iter().rev().find(|(number, _)| *number == 1).map(|(_, payload)| *payload);
            scalar::write(to, of, &value.unwrap_or_else(|| of.zero()))
        }
        Kind::Timestamp => to.string(&timestamp(&decoded(bytes)?)?),
        Kind::Duration => to.string(&duration(&decoded(bytes)?)?),
        Kind::FieldMask => to.string(&mask(&decoded(bytes)?)?),
        Kind::Struct => decoded::<Struct>(bytes)?.write(to),
        Kind::Value => decoded::<Value>(bytes)?.write(to),
        Kind::ListValue => decoded::<ListValue>(bytes)?.write(to),
        Kind::Empty if bytes.is_empty() => {
            to.push("{}");
            Ok(())
        }
        Kind::Empty
        | Kind::Scalar(_)
        | Kind::Enum(_)
        | Kind::Message(_)
        | Kind::Group(_)
        | Kind::Null
        | Kind::Any(_)
        | Kind::Later(_) => Err(GARBLED),
    }
}

fn decoded<M: prost::Message + Default>(bytes: &[u8]) -> Result<M, Refusal> {
    M::decode(bytes).map_err(|_| GARBLED)
}

/// Returns the bytes of a message.
pub(super) fn read(kind: Kind, tree: &Tree) -> Option<Vec<u8>> {
    Some(match (kind, tree) {
        (Kind::Wrapper(of), tree) => {
            let value = scalar::read(of, tree)?;
            let mut bytes = Vec::new();
            if !value.payload().is_zero() {
                value.payload().put(1, &mut bytes);
            }
            bytes
        }
        (Kind::Timestamp, Tree::Text(text)) => {
            let utc = OffsetDateTime::parse(text, &Rfc3339).ok()?;
            let (seconds, nanos) = (utc.unix_timestamp(), utc.nanosecond().cast_signed());
            Timestamp { seconds, nanos }.encode_to_vec()
        }
        (Kind::Duration, Tree::Text(text)) => from_duration(text)?.encode_to_vec(),
        (Kind::FieldMask, Tree::Text(text)) => {
            let paths = if text.is_empty() { Vec::new() } else { text.split(',').map(snake).collect() };
            FieldMask { paths }.encode_to_vec()
        }
        (Kind::Struct, tree) => tree.object()?.encode_to_vec(),
        (Kind::Value, tree) => Value { kind: Some(tree.content()?) }.encode_to_vec(),
        (Kind::ListValue, tree) => tree.list()?.encode_to_vec(),
        (Kind::Empty, Tree::Object(members)) if members.is_empty() => Vec::new(),
        _ => return None,
    })
}

fn timestamp(time: &Timestamp) -> Result<String, Refusal> {
    let far = "must not hold a time outside of the years 1 to 9999";
    let nanos = u32::try_from(time.nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    let nanos = nanos.ok_or("must not hold a time whose nanoseconds are not within a second")?;
    let utc = OffsetDateTime::from_unix_timestamp(time.seconds).map_err(|_| far)?;
    if !(1..=9999).contains(&utc.year()) {
        return Err(far);
    }
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
    let fraction = fraction(nanos);
    Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
}

fn duration(span: &Duration) -> Result<String, Refusal> {
    let (seconds, nanos) = (span.seconds.unsigned_abs(), span.nanos.unsigned_abs());
    let signs_agree = span.seconds.signum() * i64::from(span.nanos.signum()) >= 0;
    let fits = seconds < LONGEST || (seconds == LONGEST && nanos == 0);
    if !signs_agree || !fits || nanos >= 1_000_000_000 {
        return Err("must not hold a duration beyond 10,000 years, or one that is not normalised");
    }
    let sign = if span.seconds < 0 || span.nanos < 0 { "-" } else { "" };
    Ok(format!("{sign}{seconds}{}s", fraction(nanos)))
}

/// Returns the fraction of a second in none, three, six or nine digits.
fn fraction(nanos: u32) -> String {
    match nanos {
        0 => String::new(),
        _ if nanos.is_multiple_of(1_000_000) => format!(".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => format!(".{:06}", nanos / 1_000),
        _ => format!(".{nanos:09}"),
    }
}

fn from_duration(text: &str) -> Option<Duration> {
    let number = text.strip_suffix('s')?;
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 9 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let nanos: i32 = format!("{fraction:0<9}").parse().ok()?;
    let sign = if negative { -1 } else { 1 };
    Some(Duration { seconds: seconds * sign, nanos: nanos * i32::try_from(sign).ok()? })
}

fn mask(mask: &FieldMask) -> Result<String, Refusal> {
    let paths: Vec<String> = mask.paths.iter().map(|path| camel(path)).collect();
    let keeps = |(path, camel): (&String, &String)| !path.is_empty() && !path.contains(',') && snake(camel) == *path;
    if mask.paths.iter().zip(&paths).all(keeps) {
        return Ok(paths.join(","));
    }
    Err("must not hold a mask with a path that is not in snake_case, which JSON does not keep: store it as BYTES")
}

fn camel(path: &str) -> String {
    let mut after_underscore = false;
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if !after_underscore && c == '_' {
            after_underscore = true;
        } else {
            out.push(if after_underscore { c.to_ascii_uppercase() } else { c });
            after_underscore = false;
        }
    }
    out
}

fn snake(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 4);
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
