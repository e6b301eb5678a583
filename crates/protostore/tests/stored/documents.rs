//! Values without a schema, as JSON.

use fastrand::Rng;
use prost_types::value::Kind as Content;
use prost_types::{ListValue, Struct, Value as Any};
use protostore::Kind;
use protostore::generated::{Bad, Cell, Value};
use protostore::stored::Json;
use rusqlite::types::Value as Sql;

use crate::table::{Table, bound};
use crate::{bad, cases, refusal, rng};

fn value(content: impl Into<Content>) -> Any {
    Any { kind: Some(content.into()) }
}

fn number(n: f64) -> Any {
    value(Content::NumberValue(n))
}

fn string(s: &str) -> Any {
    value(Content::StringValue(s.into()))
}

fn list(values: Vec<Any>) -> Any {
    value(Content::ListValue(ListValue { values }))
}

fn object<const N: usize>(fields: [(&str, Any); N]) -> Struct {
    Struct { fields: fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect() }
}

fn text(value: &Any) -> String {
    match bound(&Json(value)).expect("is bound") {
        Sql::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

fn read(text: &str) -> Result<Any, Bad> {
    Json::read(Cell::Text(text)).map(|json| json.0)
}

/// Lists within lists, this many.
fn nested(levels: usize) -> Any {
    (0..levels).fold(number(1.0), |inner, _| list(vec![inner]))
}

fn drawn_string(rng: &mut Rng) -> String {
    let special = ['"', '\\', '/', '\n', '\u{1}', '\u{1f}', '\u{7f}', '\u{2028}', '\u{ffff}', '\u{10ffff}', 'é', ' '];
    let draw = |rng: &mut Rng| if rng.bool() { *rng.choice(&special).expect("some") } else { rng.char('\u{1}'..) };
    (0..rng.usize(..5)).map(|_| draw(rng)).collect()
}

fn drawn_number(rng: &mut Rng) -> f64 {
    let number = match rng.u8(..4) {
        0 => f64::from(rng.i32(..) >> rng.u32(..32)),
        1 => rng.i64(..) as f64,
        2 => f64::from(rng.i16(..)) / 100.0,
        _ => f64::from_bits(rng.u64(..)),
    };
    if number.is_finite() { number } else { -0.0 }
}

fn drawn(rng: &mut Rng, depth: usize) -> Any {
    value(match rng.u8(..if depth < 4 { 6 } else { 4 }) {
        0 => Content::NullValue(0),
        1 => Content::NumberValue(drawn_number(rng)),
        2 => Content::StringValue(drawn_string(rng)),
        3 => Content::BoolValue(rng.bool()),
        4 => Content::StructValue(drawn_object(rng, depth + 1)),
        _ => Content::ListValue(ListValue { values: (0..rng.usize(..4)).map(|_| drawn(rng, depth + 1)).collect() }),
    })
}

fn drawn_object(rng: &mut Rng, depth: usize) -> Struct {
    Struct { fields: (0..rng.usize(..4)).map(|_| (drawn_string(rng), drawn(rng, depth))).collect() }
}

#[test]
fn documents_come_back_and_sqlite_takes_them_for_json() {
    let mut rng = rng();
    let table = Table::of("TEXT");
    let values: Vec<Any> = (0..cases()).map(|_| drawn(&mut rng, 0)).collect();
    let back: Vec<Json<Any>> = table.pass(values.iter().map(Json));
    // Debug tells -0 from 0, as == does not.
    assert!(back.iter().map(|v| format!("{:?}", v.0)).eq(values.iter().map(|v| format!("{v:?}"))));
    assert_eq!(table.take::<i64>("SELECT count(*) FROM t WHERE NOT json_valid(v)"), [0]);
    // SQLite's own minifier has nothing to take away.
    assert_eq!(table.take::<i64>("SELECT count(*) FROM t WHERE json(v) <> v"), [0]);

    let values: Vec<Struct> = (0..cases()).map(|_| drawn_object(&mut rng, 0)).collect();
    let back: Vec<Json<Struct>> = table.pass(values.iter().map(Json));
    assert!(back.into_iter().map(|v| v.0).eq(values));

    let values: Vec<ListValue> =
        (0..cases()).map(|_| ListValue { values: vec![drawn(&mut rng, 1), drawn(&mut rng, 1)] }).collect();
    let back: Vec<Json<ListValue>> = table.pass(values.iter().cloned().map(Json));
    assert!(back.into_iter().map(|v| v.0).eq(values));
}

#[test]
fn numbers_come_back_bit_for_bit() {
    let mut rng = rng();
    let edges =
        [0.0, -0.0, f64::MIN_POSITIVE, f64::from_bits(1), f64::MAX, f64::MIN, f64::EPSILON, 9_007_199_254_740_993.0];
    // Values on which a reader that is almost right rounds the other way.
    let hard = [2.225_073_858_507_201e-308, 1.797_693_134_862_315_7e308, 5e-324, 9.5e-7, 1e23, 8.41e21, 0.1 + 0.2];
    let drawn = (0..cases() * 10).map(|_| drawn_number(&mut rng));
    let numbers: Vec<f64> = edges.into_iter().chain(hard).chain(drawn).collect();
    let back: Vec<Json<Any>> = Table::of("TEXT").pass(numbers.iter().map(|n| Json(number(*n))));
    for (before, after) in numbers.iter().zip(back) {
        let Some(Content::NumberValue(after)) = after.0.kind else { panic!("{after:?}") };
        assert_eq!(before.to_bits(), after.to_bits(), "{before} {after}");
    }
}

#[test]
fn numbers_have_the_spelling_of_ecmascript() {
    for (n, text_of) in [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-7.0, "-7"),
        (1.5, "1.5"),
        (0.1, "0.1"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (1e20, "100000000000000000000"),
        (999_999_999_999_999_900_000.0, "999999999999999900000"),
        (1e21, "1e+21"),
        (-1.5e21, "-1.5e+21"),
        (0.000_001, "0.000001"),
        (0.000_001_5, "0.0000015"),
        (0.000_000_95, "9.5e-7"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
    ] {
        assert_eq!(text(&number(n)), text_of);
    }
}

#[test]
fn text_is_canonical() {
    let all = object([
        (
            "b",
            list(vec![value(Content::NullValue(0)), value(Content::BoolValue(true)), value(Content::BoolValue(false))]),
        ),
        ("a", number(1.0)),
        ("é", string("\"\\/\u{8}\u{c}\n\r\t\u{1f}\u{7f}é\u{2028}😀")),
        ("", value(Content::StructValue(Struct::default()))),
        ("B", list(Vec::new())),
    ]);
    let Sql::Text(text) = bound(&Json(&all)).expect("is bound") else { panic!("is text") };
    let written = "{\"\":{},\"B\":[],\"a\":1,\"b\":[null,true,false],\
        \"é\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\u{7f}é\u{2028}😀\"}";
    assert_eq!(text, written);
    assert_eq!(Json::<Struct>::read(Cell::Text(written)).expect("is read").0, all);
}

#[test]
fn what_json_cannot_carry_is_refused() {
    let refused = |value: Any| {
        let alone = refusal(bound(&Json(&value)).map(drop));
        let within = refusal(bound(&Json(object([("a", list(vec![value]))]))).map(drop));
        assert_eq!(alone, within);
        assert_eq!(alone.0, Kind::Invalid);
        alone.1
    };
    let nan = "must not hold NaN or an infinity, for which JSON has no number: store it as BYTES";
    for n in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(refused(number(n)), nan);
    }
    assert_eq!(refused(Any { kind: None }), "must not hold a value without a kind");
    assert_eq!(refused(value(Content::NullValue(1))), "must not hold a null with a number other than 0");
    assert_eq!(refused(string("a\0")), "must not contain the character NUL");
    assert_eq!(
        refused(value(Content::StructValue(object([("\0", number(1.0))])))),
        "must not contain the character NUL"
    );
}

#[test]
fn a_hundred_levels_are_kept_and_one_more_is_refused() {
    let deepest = nested(100);
    assert_eq!(read(&text(&deepest)), Ok(deepest));
    let (kind, why) = refusal(bound(&Json(nested(101))).map(drop));
    assert_eq!((kind, &*why), (Kind::Invalid, "must not hold more than 100 objects and arrays within one another"));
    assert_eq!(read(&("[".repeat(101) + &"]".repeat(101))), Err(Bad::Range));
    assert_eq!(read(&"[".repeat(1_000_000)), Err(Bad::Range));
    assert_eq!(read(&"{\"a\":".repeat(1_000_000)), Err(Bad::Range));
    // Siblings are no levels.
    let wide = list(vec![nested(50); 1000]);
    assert_eq!(read(&text(&wide)), Ok(wide));
}

#[test]
fn another_spelling_of_the_same_value_is_read() {
    let same = list(vec![
        number(1000.0),
        string("é"),
        value(Content::StructValue(object([("b", number(1.0)), ("a", number(-0.0))]))),
    ]);
    for spelled in [
        "[1000,\"é\",{\"a\":-0,\"b\":1}]",
        " [ 1e3 , \"\\u00e9\" , { \"b\" : 1.0 , \"a\" : -0.0 } ] ",
        "\t[\n1000.00E0,\"é\",{\"b\":10e-1,\r\n\"a\":-0e9}]\n",
    ] {
        let read = read(spelled).expect("is read");
        assert_eq!(format!("{read:?}"), format!("{same:?}"), "{spelled}");
    }
    assert_eq!(read("\"\\ud83d\\ude00\""), Ok(string("😀")));
    // The number that SQLite and PostgreSQL may write out.
    assert_eq!(read(&format!("1{}", "0".repeat(300))), Ok(number(1e300)));
}

#[test]
fn the_private_names_of_other_crates_are_plain_keys() {
    let odd = object([("$serde_json::private::Number", string("1")), ("$serde_json::private::RawValue", string("x"))]);
    let Sql::Text(text) = bound(&Json(&odd)).expect("is bound") else { panic!("is text") };
    assert_eq!(Json::<Struct>::read(Cell::Text(&text)), Ok(Json(odd)));
}

#[test]
fn what_is_no_document_is_damage() {
    for text in [
        "",
        " ",
        "nul",
        "nullx",
        "null null",
        "True",
        "undefined",
        "NaN",
        "Infinity",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1_0",
        "1e400",
        "-1e400",
        "1 2",
        "1,",
        "'a'",
        "a",
        "\"",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "\"a\"b",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\" 1}",
        "{\"a\":1]",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u0000\":1}",
        "[]x",
        "{}{}",
        "\u{feff}1",
        "\u{a0}1",
        "//\n1",
    ] {
        assert_eq!(read(text), Err(Bad::Range), "{text:?}");
    }
    for cell in [Cell::Null, Cell::Int(1), Cell::Real(1.0), Cell::Blob(b"1")] {
        assert_eq!(bad::<Json<Any>>(cell), Some(Bad::Type));
        assert_eq!(bad::<Json<Struct>>(cell), Some(Bad::Type));
        assert_eq!(bad::<Json<ListValue>>(cell), Some(Bad::Type));
    }
    for text in ["null", "1", "\"a\"", "true", "[]"] {
        assert_eq!(bad::<Json<Struct>>(Cell::Text(text)), Some(Bad::Range), "{text}");
    }
    for text in ["null", "1", "\"a\"", "true", "{}"] {
        assert_eq!(bad::<Json<ListValue>>(Cell::Text(text)), Some(Bad::Range), "{text}");
    }
}

#[test]
fn hostile_text_is_read_to_a_value_that_can_be_written_or_not_at_all() {
    let mut rng = rng();
    for _ in 0..cases() {
        let mut hostile = text(&drawn(&mut rng, 0)).into_bytes();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(..hostile.len());
            hostile[at] = *rng.choice(b"{}[]\",:\\u0019eE.+-ntf \x1f").expect("some");
        }
        let hostile = String::from_utf8_lossy(&hostile);
        if let Ok(value) = read(&hostile) {
            let again = read(&text(&value)).expect("what was read is written and read");
            assert_eq!(format!("{again:?}"), format!("{value:?}"), "{hostile:?}");
        }
    }
}
