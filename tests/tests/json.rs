//! Canonical JSON against a reader and a writer that are not ours: what is written is read as the same message, and what the
//! other writes is read here.

#[path = "shapes/random.rs"]
mod random;

use fastrand::Rng;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use protostore::generated::{Binder, Cell, Value};
use protostore::stored::document::{Documented, Text};
use protostore::{Bind, Error, Kind, Result};
use shapes::documents::ShapesV1Page as OfPage;
use shapes::proto::shapes::v1 as proto;

type PageText = Text<OfPage, proto::Page>;

/// Takes the text of one column.
#[derive(Default)]
struct Taken(Option<String>);

impl Binder for Taken {
    fn null(&mut self) -> Result<()> {
        unreachable!("a message is text")
    }
    fn int(&mut self, _: i64) -> Result<()> {
        unreachable!("a message is text")
    }
    fn real(&mut self, _: f64) -> Result<()> {
        unreachable!("a message is text")
    }
    fn text(&mut self, text: &str) -> Result<()> {
        self.0 = Some(text.to_owned());
        Ok(())
    }
    fn blob(&mut self, _: &[u8]) -> Result<()> {
        unreachable!("a message is text")
    }
    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

fn written<D: Documented, M: prost::Message + Default>(message: &M) -> Result<String> {
    let mut taken = Taken::default();
    Text::<D, _>::of(message).bind(&mut taken)?;
    Ok(taken.0.expect("text was put"))
}

fn read(text: &str) -> Option<proto::Page> {
    PageText::read(Cell::Text(text)).ok().map(|page| page.0)
}

fn pool() -> DescriptorPool {
    DescriptorPool::decode(shapes::SCHEMA.descriptors).expect("the crate holds its descriptors")
}

/// Makes a message one that JSON carries.
fn normalise(page: &mut proto::Page) {
    page.any = None;
    page.plain_null = 0;
    // The other writes an infinity in a wrapper as null.
    page.double_values.retain(|value| value.is_finite());
    page.float_value = page.float_value.filter(|value| value.is_finite());
    if let Some(mask) = &mut page.mask {
        mask.paths.retain(|path| path == "id" || path == "a.b");
    }
    let way = match &mut page.way {
        Some(proto::page::Way::Left(left)) => Some(&mut **left),
        Some(proto::page::Way::Null(number)) => {
            *number = 0;
            None
        }
        _ => None,
    };
    let next = page.next.as_deref_mut();
    page.list.iter_mut().chain(way).chain(next).for_each(normalise);
}

/// The beginning of a text that may be long.
fn short(text: &str) -> String {
    text.chars().take(2_000).collect()
}

#[test]
fn another_reads_what_is_written_and_writes_what_is_read() {
    let descriptor = pool().get_message_by_name("shapes.v1.Page").expect("is there");
    let cases = std::env::var("PROTOSTORE_CASES").ok().map_or(40, |n| n.parse().expect("a number"));
    let mut rng = Rng::with_seed(0x5eed);
    for case in 0..cases {
        let mut page: proto::Page = random::message(&mut rng, &descriptor).transcode_to().expect("a page");
        normalise(&mut page);
        let text = written::<OfPage, _>(&page).unwrap_or_else(|e| panic!("case {case}: {e}"));
        assert!(read(&text).as_ref() == Some(&page), "case {case}: {}", short(&text));
        let mut json = serde_json::Deserializer::from_str(&text);
        let theirs = DynamicMessage::deserialize(descriptor.clone(), &mut json)
            .unwrap_or_else(|e| panic!("case {case}: {e}: {}", short(&text)));
        json.end().expect("one value");
        assert!(theirs.transcode_to::<proto::Page>().expect("a page") == page, "case {case}: {}", short(&text));
        // Theirs, in every way that the mapping allows.
        let mut dynamic = DynamicMessage::new(descriptor.clone());
        dynamic.transcode_from(&page).expect("the same message");
        let names = rng.bool();
        let options = SerializeOptions::new()
            .use_proto_field_name(names)
            .stringify_64_bit_integers(rng.bool())
            .use_enum_numbers(rng.bool())
            .skip_default_fields(rng.bool());
        let mut out = Vec::new();
        dynamic
            .serialize_with_options(&mut serde_json::Serializer::new(&mut out), &options)
            .unwrap_or_else(|e| panic!("case {case}: {e}"));
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        assert!(read(&text).as_ref() == Some(&page), "case {case}: {}", short(&text));
    }
}

#[test]
fn an_any_is_its_message_beside_its_type() {
    use prost::Message;
    let pool = pool();
    let descriptor = pool.get_message_by_name("shapes.v1.Page").expect("is there");
    let of = |name: &str, value: Vec<u8>| prost_types::Any { type_url: format!("types.example/{name}"), value };
    let point = proto::Point { x: 7, y: Some(0), colour: 1, time: None }.encode_to_vec();
    let time = prost_types::Timestamp { seconds: 1, nanos: 0 }.encode_to_vec();
    for (any, text) in [
        (
            of("shapes.v1.Point", point.clone()),
            r#"{"@type":"types.example/shapes.v1.Point","x":7,"y":0,"colour":"COLOUR_RED"}"#,
        ),
        (
            of("google.protobuf.Timestamp", time),
            r#"{"@type":"types.example/google.protobuf.Timestamp","value":"1970-01-01T00:00:01Z"}"#,
        ),
    ] {
        let page = proto::Page { any: Some(any), ..Default::default() };
        let whole = written::<OfPage, _>(&page).expect("is known");
        assert_eq!(whole, format!("{{\"any\":{text}}}"));
        assert_eq!(read(&whole).as_ref(), Some(&page));
        let mut json = serde_json::Deserializer::from_str(&whole);
        let theirs = DynamicMessage::deserialize(descriptor.clone(), &mut json).expect("another reads it");
        assert_eq!(theirs.transcode_to::<proto::Page>().expect("a page"), page);
    }
    let unusual = [&point[2..], &point[..2]].concat();
    for (any, why) in [
        (of("shapes.v1.NoSuch", Vec::new()), "must not hold an Any of a type"),
        (of("shapes.v1.Point", vec![0xff]), "must not hold bytes"),
        (of("shapes.v1.Point", vec![0x78, 1]), "must not hold a field"),
        (of("shapes.v1.Point", unusual), "must not hold an Any whose bytes"),
    ] {
        let refused = written::<OfPage, _>(&proto::Page { any: Some(any), ..Default::default() }).expect_err(why);
        assert!(refused.to_string().starts_with(why), "{refused}");
    }
}

#[test]
fn what_json_cannot_carry_is_refused() {
    let page = proto::Page::default;
    let mask = |path: &str| Some(prost_types::FieldMask { paths: vec![path.to_owned()] });
    let number = |number| Some(prost_types::Value { kind: Some(prost_types::value::Kind::NumberValue(number)) });
    let time = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    let span = |seconds, nanos| Some(prost_types::Duration { seconds, nanos });
    let nested = (0..101).fold(page(), |inner, _| proto::Page { next: Some(Box::new(inner)), ..page() });
    for (page, why) in [
        (proto::Page { mask: mask("camelCase"), ..page() }, "must not hold a mask"),
        (proto::Page { mask: mask("a__b"), ..page() }, "must not hold a mask"),
        (proto::Page { mask: mask("a,b"), ..page() }, "must not hold a mask"),
        (proto::Page { mask: mask(""), ..page() }, "must not hold a mask"),
        (proto::Page { value: Some(prost_types::Value::default()), ..page() }, "must not hold a value without a kind"),
        (proto::Page { value: number(f64::NAN), ..page() }, "must not hold NaN"),
        (proto::Page { a_double: f64::from_bits(0xfff8_0000_0000_0001), ..page() }, "must not hold a NaN with bits"),
        (proto::Page { a_float: -f32::NAN, ..page() }, "must not hold a NaN with bits"),
        (proto::Page { time: time(253_402_300_800, 0), ..page() }, "must not hold a time outside"),
        (proto::Page { time: time(-62_135_596_801, 0), ..page() }, "must not hold a time outside"),
        (proto::Page { time: time(0, -1), ..page() }, "must not hold a time whose"),
        (proto::Page { span: span(315_576_000_001, 0), ..page() }, "must not hold a duration"),
        (proto::Page { span: span(1, -1), ..page() }, "must not hold a duration"),
        (proto::Page { a_string: "\0".to_owned(), ..page() }, "must not contain the character NUL"),
        (proto::Page { plain_null: 1, ..page() }, "must not hold a null"),
        (nested, "must not be nested deeper"),
    ] {
        let refused = written::<OfPage, _>(&page).expect_err(why);
        assert!(refused.to_string().starts_with(why), "{why}: {refused}");
    }
}

#[test]
fn values_at_their_ends() {
    let page = proto::Page {
        a_double: f64::NAN,
        a_float: f32::NEG_INFINITY,
        maybe_double: Some(-0.0),
        time: Some(prost_types::Timestamp { seconds: -62_135_596_800, nanos: 1_000 }),
        span: Some(prost_types::Duration { seconds: 0, nanos: -500_000_000 }),
        a_bytes: vec![0xff, 0xfe],
        maybe_colour: Some(-5),
        ..Default::default()
    };
    let text = written::<OfPage, _>(&page).expect("is carried");
    assert_eq!(
        text,
        "{\"aFloat\":\"-Infinity\",\"aDouble\":\"NaN\",\"aBytes\":\"//4=\",\"maybeDouble\":-0,\"maybeColour\":-5,\
         \"time\":\"0001-01-01T00:00:00.000001Z\",\"span\":\"-0.500s\"}"
    );
    let again = read(&text).expect("is read");
    assert_eq!(again.a_double.to_bits(), f64::NAN.to_bits());
    assert_eq!(again.maybe_double.map(f64::to_bits), Some((-0.0_f64).to_bits()));
    assert_eq!((again.time, again.span, again.a_bytes), (page.time, page.span, page.a_bytes));
}

#[test]
fn what_nobody_wrote_is_not_read() {
    for text in [
        "",
        "[]",
        "null",
        "{",
        "{} {}",
        "{\"noSuch\":1}",
        "{\"aBool\":1}",
        "{\"aBool\":true,\"a_bool\":true}",
        "{\"anInt32\":2147483648}",
        "{\"anInt32\":1.5}",
        "{\"aUint64\":\"-1\"}",
        "{\"aBytes\":\"A\"}",
        "{\"aBytes\":\"AB\"}",
        "{\"aColour\":\"NO_SUCH\"}",
        "{\"right\":\"\",\"neither\":true}",
        "{\"list\":[null]}",
        "{\"stringsBy\":{\"a\":\"\",\"a\":\"\"}}",
        "{\"time\":\"yesterday\"}",
        "{\"span\":\"1\"}",
        "{\"aDouble\":1e999}",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    for (text, page) in [
        (
            " { \"anInt32\" : 1e1 , \"an_int64\": 7.0 } ",
            proto::Page { an_int32: 10, an_int64: 7, ..Default::default() },
        ),
        ("{\"aBool\":null,\"aBytes\":\"_-4\"}", proto::Page { a_bytes: vec![0xff, 0xee], ..Default::default() }),
        ("{\"aColour\":\"COLOUR_CRIMSON\"}", proto::Page { a_colour: 1, ..Default::default() }),
    ] {
        assert_eq!(read(text), Some(page), "{text}");
    }
}
