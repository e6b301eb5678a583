//! Records that keep every rule but for one field, which takes values at, below and above each boundary.

use protostore::{Duration, Timestamp};
use rules::{Colour, Form, Number, Text, Tree, TreeChoice, TreeLeaf, TreeLeafKind};

/// What one record differs in from one that keeps every rule, and the record.
pub(crate) type Varied<R> = Vec<(&'static str, R)>;

macro_rules! vary {
    ($base:expr, $($field:ident: $values:expr),* $(,)?) => {{
        let base = $base;
        let mut all = vec![("", base.clone())];
        $(for value in $values {
            let mut record = base.clone();
            record.$field = value.into();
            all.push((stringify!($field), record));
        })*
        all
    }};
}

fn time(seconds: i64, nanos: i32) -> Timestamp {
    Timestamp::new(seconds, nanos).expect("a time")
}

fn span(seconds: i64, nanos: i32) -> Duration {
    Duration::new(seconds, nanos).expect("a span")
}

pub(crate) fn numbers() -> Varied<Number> {
    let base = Number {
        id: "a".to_owned(),
        a_sfixed32: 4,
        a_uint64: 2,
        a_double: 3.0,
        a_bool: true,
        wrapped: 1,
        ..Number::default()
    };
    let unknown = |n: i32| Colour::from(n);
    vary!(
        base,
        an_int32: [i32::MIN, -4, -3, 3, 4, i32::MAX],
        a_sint32: [Some(-2), Some(-1), Some(2), Some(7), None],
        a_sfixed32: [-4, -3, 0, 3, 4],
        an_int64: [2, 3, 4, i64::MIN, i64::MAX],
        a_sint64: [1, 2, 3],
        a_sfixed64: [-1, 0, 1, 3],
        a_uint32: [0_u32, 1, 2, 3, 4],
        a_fixed32: [2_u32, 3, u32::MAX],
        a_uint64: [0_u64, 1, 2, 3],
        a_fixed64: [0_u64, 1, 3, u64::MAX, u64::MAX - 1],
        a_float: [-1.500_000_1_f32, -1.5, 0.5, 1.5, 1.500_000_1, f32::INFINITY],
        a_double: [-2.0, -2.000_000_000_1, 2.0, 2.000_000_000_1, f64::INFINITY, f64::NEG_INFINITY],
        some_bits: [1.0, 2.9, 3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        a_bool: [false, true],
        closed: [0, 1, 77, 2, -1].map(unknown),
        picked: [Some(1), Some(77), Some(0), Some(5), None].map(|n: Option<i32>| n.map(unknown)),
        time: [time(-1, 499_999_999), time(-1, 500_000_000), time(1, 999_999_999), time(2, 0)],
        past: [Timestamp::now(), time(Timestamp::now().seconds() + 100, 0), time(0, 0)],
        near: [Timestamp::now(), time(Timestamp::now().seconds() + 3_700, 0), time(Timestamp::now().seconds() - 3_700, 0)],
        span: [span(-1, 0), span(0, -999_999_999), span(1, 0), span(2, 0), span(2, 1)],
        coarse: [span(0, 0), span(1, 0), span(2, 0), span(3, 0)],
        wrapped: [-1, 0, 1],
    )
}

pub(crate) fn texts() -> Varied<Text> {
    let base = Text { id: "a".to_owned(), long: "a".to_owned(), wide: "aa".to_owned(), ..Text::default() };
    let any = |url: &str| Some(prost_types::Any { type_url: url.to_owned(), value: vec![1] });
    vary!(
        base,
        id: ["b".repeat(40), "b".repeat(41), "é".repeat(40)],
        exact: ["", "it's", "its", "it''s"],
        long: ["", "a", "abc", "abcd", "äöü", "äöüß"],
        four: [Some(""), Some("a"), Some("ab"), Some("ää"), Some("abc"), None].map(|v| v.map(str::to_owned)),
        wide: ["", "a", "aa", "aaaa", "aaaaa", "ää", "äää", "ä"],
        both: [Some("aa"), Some("aaa"), Some("ää"), Some("aä"), Some("€")].map(|v| v.map(str::to_owned)),
        parts: ["a'é", "a'", "'é", "aé", "ax'é", "A'é", "a", "", "a'xé"].map(|v| Some(v.to_owned())),
        one_of: ["a", "b", "it's", "A", ""].map(|v| Some(v.to_owned())),
        pattern: ["a", "abc1", "", "d", "abc12", "ab\u{661}", "a\n", "xa"].map(|v| Some(v.to_owned())),
        blob: [&b""[..], b"ab", b"abc", b"abcd", b"\0\0\0"].map(<[u8]>::to_vec),
        start: [&b"\x01ab"[..], b"\x01b", b"ab", b"\x01a", b"\x01a\0b"].map(|v| Some(v.to_vec())),
        sized: [&b""[..], b"a", b"a\0", b"abc"].map(|v| Some(v.to_vec())),
        address: [&b""[..], b"abc", b"abcd", b"abcde", b"0123456789abcdef"].map(|v| Some(v.to_vec())),
        raw: ["", "a", "a\0b", "abcd", "b", "aä"].map(|v| Some(v.to_owned())),
        coded: ["", "a", "aa", "ba", "aä", "aää", "ax", "a\0"].map(|v| Some(v.to_owned())),
        detail: ["type.test/a", "type.test/b", "type.test/c", ""].map(any),
    )
}

pub(crate) fn trees() -> Varied<Tree> {
    let leaf = |value, kind, rings: usize| TreeLeaf { value, kind, rings: vec![7; rings] };
    let one = |n| Some(TreeLeafKind::One(n));
    let good = || leaf(1, one(2), 0);
    let base = Tree {
        id: "a".to_owned(),
        must: good(),
        words: vec!["a".to_owned()],
        choice: Some(TreeChoice::Plain(false)),
        needed: vec![String::new()],
        ..Tree::default()
    };
    let bad = [leaf(0, one(2), 0), leaf(1, None, 0), leaf(1, one(3), 0), leaf(1, one(0), 2), leaf(1, one(0), 3)];
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let number = |n: i32| Colour::from(n);
    vary!(
        base,
        leaf: bad.clone().map(Some),
        must: bad.clone(),
        apart: bad.clone().map(Some),
        leaves: [vec![good()], vec![good(), good()], vec![good(); 3], vec![good(), bad[0].clone()]],
        words: [words(&[]), words(&["a", "b", "c"]), words(&["a", "b", "c", "d"]), words(&["a", "a"]), words(&[""])],
        sizes: [
            vec![("a".to_owned(), 1)],
            vec![("abc".to_owned(), 1)],
            vec![("a".to_owned(), 0)],
            vec![("a".to_owned(), 1), ("b".to_owned(), 1), ("c".to_owned(), 1)],
        ].map(|entries| entries.into_iter().collect::<std::collections::BTreeMap<_, _>>()),
        by_number: bad.clone().map(|leaf| std::collections::BTreeMap::from([(3, leaf)])),
        choice: [
            None,
            Some(TreeChoice::Text(String::new())),
            Some(TreeChoice::Text("a".to_owned())),
            Some(TreeChoice::Inner(good())),
            Some(TreeChoice::Inner(bad[1].clone())),
        ],
        needed: [words(&[]), words(&["", ""])],
        colours: [vec![number(0), number(1)], vec![number(1), number(1)], vec![number(5)]],
    )
}

/// Texts of which each is of some of the forms.
const FORMS: &[&str] = &[
    "",
    " ",
    ".",
    "-",
    "a",
    "a b",
    "ä",
    "A.b",
    "a@b",
    "a@b.c",
    "a@-b",
    "a@b-",
    "a@b..c",
    "@b",
    "a@",
    "a@b@c",
    "a b@c",
    ".@b",
    "ä@b",
    "a.",
    "a..b",
    "a-b.c",
    "-a.b",
    "a-.b",
    "a.1",
    "a.1b",
    "1",
    "1.2.3.4",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1.2.3.4/24",
    "1.2.3.0/24",
    "1.2.3.4/33",
    "1.2.3.4/032",
    "1.2.3.4/32",
    "0.0.0.0/0",
    "1.2.3.4/",
    "::",
    "::1",
    "1::8",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "::ffff:1.2.3.4",
    "::1.2.3.256",
    "fe80::1%eth0",
    "fe80::1%",
    "::1%a%b",
    "FE80::1",
    "0:0:0:0:0:0:0:1",
    "::1/64",
    "::/64",
    "1::/16",
    "::1/128",
    "::1/129",
    "::1%a/64",
    "12345::",
    "[::1]",
    "[::1]:80",
    "[::1]:",
    "[::1%a]:80",
    "[1.2.3.4]:80",
    "1.2.3.4:80",
    "a:80",
    "a:080",
    "a:65535",
    "a:65536",
    "a:",
    ":80",
    "a:b",
    "a.b:0",
    "http://a",
    "http://a/b?c=d#e",
    "http://a:80/",
    "http://a:/",
    "http://a:b",
    "HTTP:",
    "1http://a",
    "a+b.c-d:e",
    "mailto:a@b",
    "http://[::1]/",
    "http://[::1",
    "http://[::1]:80",
    "http://[::1%25eth0]/",
    "http://[::1%eth0]/",
    "http://[v1.a]/",
    "http://[v.a]/",
    "http://a b",
    "http://a/%41",
    "http://a/%4",
    "http://a/%zz",
    "http://%c3%a4/",
    "http://%c3/",
    "http://a@b@c",
    "http://a:b@c",
    "//a",
    "/a",
    "a/b",
    "a:b/c",
    "./a:b",
    "?a",
    "#a",
    "#a#b",
    "?a?b",
    "/a b",
    "http:///a",
    "http:a",
    "http:/a",
    "urn:a:b",
    "é",
    "/é",
    "%",
    "/[a]",
    "0d5c5a38-8d0e-4b56-a6fe-5d9c5a1b2c3d",
    "0d5c5a38-8d0e-7b56-a6fe-5d9c5a1b2c3d",
    "0d5c5a388d0e4b56a6fe5d9c5a1b2c3d",
    "0d5c5a38-8d0e-4b56-a6fe-5d9c5a1b2c3",
    "0d5c5a388d0e4b56a6fe5d9c5a1b2c3g",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01arz3ndektsv4rrffq69g5fav",
    "81ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FAU",
    "01ARZ3NDEKTSV4RRFFQ69G5FA",
    "a.b.C_1",
    ".a.b",
    "..a",
    "a.",
    "1a",
    "_a",
    "a.1",
    ":a",
    ":",
    "a:b",
    "Content-Type",
    "a,b",
    "a\tb",
    "a\nb",
    "a\rb",
    "a\u{7f}",
    "a\u{1}",
    "*+`|~",
    "a/b",
];

pub(crate) fn forms() -> Varied<Form> {
    let base = Form { id: "a".to_owned(), ..Form::default() };
    let all = || FORMS.iter().map(|form| Some((*form).to_owned()));
    vary!(
        base,
        email: all(), hostname: all(), ip: all(), ipv4: all(), ipv6: all(), uri: all(), uri_ref: all(), address: all(),
        uuid: all(), tuuid: all(), ip_with_prefixlen: all(), ipv4_with_prefixlen: all(), ipv6_with_prefixlen: all(),
        ip_prefix: all(), ipv4_prefix: all(), ipv6_prefix: all(), host_and_port: all(), ulid: all(), protobuf_fqn: all(),
        protobuf_dot_fqn: all(), header_name: all(), header_value: all(), loose_value: all(),
    )
}
