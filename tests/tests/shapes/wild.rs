//! Random values without regard to what a column of their own could hold: every bit, every time, every text.

use fastrand::Rng;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

use super::asked::Encoding;
use super::random;

/// Returns a message that holds others at most `deep` deep.
pub(crate) fn message(rng: &mut Rng, descriptor: &MessageDescriptor, deep: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    let fields = descriptor.fields().filter(|f| deep > 1 || !matches!(f.kind(), Kind::Message(_)));
    for drawn in fields {
        let required = drawn.cardinality() == prost_reflect::Cardinality::Required;
        // The last member of a oneof that is set stays.
        if required || rng.bool() {
            let value = field(rng, &drawn, deep - 1);
            message.set_field(&drawn, value);
        }
    }
    message
}

/// Returns a whole field: a list, a map or one value.
pub(crate) fn field(rng: &mut Rng, field: &FieldDescriptor, deep: usize) -> Value {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let (key, of) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            let entries =
                (0..rng.usize(0..4)).filter_map(|_| Some((value(rng, &key, 1).into_map_key()?, value(rng, &of, deep))));
            Value::Map(entries.collect::<std::collections::HashMap<MapKey, Value>>())
        }
        _ if field.is_list() => Value::List((0..rng.usize(0..4)).map(|_| value(rng, field, deep)).collect()),
        _ => value(rng, field, deep),
    }
}

/// Returns one value.
pub(crate) fn value(rng: &mut Rng, field: &FieldDescriptor, deep: usize) -> Value {
    match field.kind() {
        Kind::Uint64 | Kind::Fixed64 => {
            let any = rng.u64(..);
            Value::U64(*rng.choice(&[0, 1, (1 << 63) - 1, 1 << 63, u64::MAX, any]).expect("a choice"))
        }
        Kind::Float => {
            let any = rng.u32(..);
            let bits = [0, 1 << 31, 1, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0001, 0x7f80_0001, any];
            Value::F32(quiet(f32::from_bits(*rng.choice(&bits).expect("a choice"))))
        }
        Kind::Double => {
            let any = rng.u64(..);
            let bits = [0, 1 << 63, 1, 0x7ff0 << 48, 0xfff0 << 48, 0x7ff8 << 48, 0x7ff0_dead_beef_0001, any];
            Value::F64(f64::from_bits(*rng.choice(&bits).expect("a choice")))
        }
        Kind::String if rng.u8(0..4) == 0 => Value::String("a\0b\0".to_owned()),
        Kind::Message(of) => Value::Message(message(rng, &of, deep.max(1))),
        _ => random::value(rng, field, 1),
    }
}

/// A signalling NaN may be made quiet by a mere copy on some machines, hence is not drawn.
fn quiet(v: f32) -> f32 {
    if v.is_nan() { f32::from_bits(v.to_bits() | 0x0040_0000) } else { v }
}

/// The beginning of 24 November 4714 BC.
const FIRST_OF_POSTGRESQL: i64 = -210_866_803_200;

/// Returns a point in time that the encoding holds, its ends among them.
pub(crate) fn timestamp(rng: &mut Rng, of: &MessageDescriptor, encoding: Encoding) -> DynamicMessage {
    const YEAR_1: i64 = -62_135_596_800;
    const YEAR_9999: i64 = 253_402_300_799;
    let (least, most) = match encoding {
        Encoding::Own => {
            let ends = [(-9_223_372_037, 145_224_192), (9_223_372_036, 854_775_807)];
            if rng.u8(0..6) == 0 {
                let (seconds, nanos) = *rng.choice(&ends).expect("a choice");
                return time(of, seconds, nanos);
            }
            (-9_223_372_036, 9_223_372_035)
        }
        Encoding::Seconds => (i64::MIN, i64::MAX),
        Encoding::Milliseconds => (i64::MIN / 1_000, i64::MAX / 1_000 - 1),
        Encoding::Microseconds => (i64::MIN / 1_000_000, i64::MAX / 1_000_000 - 1),
        Encoding::Timestamptz => (FIRST_OF_POSTGRESQL, i64::MAX / 1_000_000 - 1),
        Encoding::Rfc3339 | Encoding::FullRange | Encoding::FloatBits => (YEAR_1, YEAR_9999),
    };
    let any = rng.i64(least..=most);
    let seconds = *rng.choice(&[least, most, 0, -1, 1, any]).expect("a choice");
    time(of, seconds, nanos(rng, encoding))
}

/// Returns a span that the encoding holds, its ends among them.
pub(crate) fn duration(rng: &mut Rng, of: &MessageDescriptor, encoding: Encoding) -> DynamicMessage {
    let most = match encoding {
        Encoding::Seconds => i64::MAX,
        Encoding::Milliseconds => i64::MAX / 1_000 - 1,
        Encoding::Microseconds => i64::MAX / 1_000_000 - 1,
        _ => {
            if rng.u8(0..6) == 0 {
                let sign = if rng.bool() { 1 } else { -1 };
                return time(of, sign * 9_223_372_036, i32::try_from(sign).expect("a sign") * 854_775_807);
            }
            9_223_372_035
        }
    };
    let any = rng.i64(-most..=most);
    let seconds = *rng.choice(&[-most, most, 0, -1, 1, any]).expect("a choice");
    let nanos = nanos(rng, encoding);
    time(of, seconds, if seconds < 0 || (seconds == 0 && rng.bool()) { -nanos } else { nanos })
}

fn nanos(rng: &mut Rng, encoding: Encoding) -> i32 {
    let step = match encoding {
        Encoding::Seconds => return 0,
        Encoding::Milliseconds => 1_000_000,
        Encoding::Microseconds | Encoding::Timestamptz => 1_000,
        _ => 1,
    };
    let most = 1_000_000_000 / step;
    let any = rng.i32(0..most);
    *rng.choice(&[0, 1, most - 1, any]).expect("a choice") * step
}

/// Returns a `Timestamp` or `Duration` of these parts.
pub(crate) fn time(of: &MessageDescriptor, seconds: i64, nanos: i32) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    message.set_field_by_name("seconds", Value::I64(seconds));
    message.set_field_by_name("nanos", Value::I32(nanos));
    message
}
