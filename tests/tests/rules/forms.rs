//! Which texts are of which form.

use protostore::{Record, Timestamp};
use rules::Form;

use super::values;

/// Returns the texts that a field takes.
fn taken(field: &str) -> Vec<String> {
    let varied = values::forms();
    let of_field = varied.into_iter().filter(|(name, _)| *name == field);
    let good = of_field.filter(|(_, form)| {
        (0..Form::TABLE.fields.len()).try_for_each(|m| form.check_field(m, Timestamp::now())).is_ok()
    });
    good.map(|(_, form)| value(&form, field)).collect()
}

fn value(form: &Form, field: &str) -> String {
    let text = format!("{form:?}");
    let at = text.find(&format!(" {field}: Some(")).expect("the field is set");
    let rest = &text[at + field.len() + 8..];
    rest[..rest.find("\")").expect("it ends") + 1].to_owned()
}

fn assert_taken(field: &str, expected: &str) {
    assert_eq!(taken(field).join(" "), expected, "{field}");
}

#[test]
fn mail_and_hosts() {
    assert_taken("email", r#""a@b" "a@b.c" ".@b""#);
    assert_taken("host_and_port", r#""[::1]:80" "[::1%a]:80" "1.2.3.4:80" "a:80" "a:65535" "a.b:0""#);
    let hosts = taken("hostname");
    assert!(["a", "A.b", "a.", "a-b.c", "a.1b"].iter().all(|host| hosts.contains(&format!("{host:?}"))), "{hosts:?}");
    assert!(
        ["", ".", "a..b", "-a.b", "a-.b", "a.1", "1", "ä"].iter().all(|host| !hosts.contains(&format!("{host:?}")))
    );
}

#[test]
fn addresses_and_prefixes() {
    let v6 = r#""::" "::1" "1::8" "1:2:3:4:5:6:7:8" "1:2:3:4:5:6:7::" "::2:3:4:5:6:7:8" "::ffff:1.2.3.4" "fe80::1%eth0" "::1%a%b" "FE80::1" "0:0:0:0:0:0:0:1" "::1%a/64""#;
    assert_taken("ipv4", r#""1.2.3.4""#);
    assert_taken("ipv6", v6);
    assert_taken("ip", &format!("\"1.2.3.4\" {v6}"));
    let (v4, v6) = (r#""1.2.3.4/24" "1.2.3.0/24" "1.2.3.4/32" "0.0.0.0/0""#, r#""::1/64" "::/64" "1::/16" "::1/128""#);
    assert_taken("ipv4_with_prefixlen", v4);
    assert_taken("ipv6_with_prefixlen", v6);
    assert_taken("ip_with_prefixlen", &format!("{v4} {v6}"));
    let (v4, v6) = (r#""1.2.3.0/24" "1.2.3.4/32" "0.0.0.0/0""#, r#""::/64" "1::/16" "::1/128""#);
    assert_taken("ipv4_prefix", v4);
    assert_taken("ipv6_prefix", v6);
    assert_taken("ip_prefix", &format!("{v4} {v6}"));
}

#[test]
fn uris() {
    let expected = [
        "FE80::1",
        "a:80",
        "a:080",
        "a:65535",
        "a:65536",
        "a:",
        "a:b",
        "a.b:0",
        "http://a",
        "http://a/b?c=d#e",
        "http://a:80/",
        "http://a:/",
        "HTTP:",
        "a+b.c-d:e",
        "mailto:a@b",
        "http://[::1]/",
        "http://[::1]:80",
        "http://[::1%25eth0]/",
        "http://[v1.a]/",
        "http://a/%41",
        "http://%c3%a4/",
        "http://a:b@c",
        "a:b/c",
        "http:///a",
        "http:a",
        "http:/a",
        "urn:a:b",
        "a:b",
    ];
    assert_taken("uri", &expected.map(|uri| format!("{uri:?}")).join(" "));
    let references = taken("uri_ref");
    assert!(["", "//a", "/a", "a/b", "./a:b", "?a", "#a"].iter().all(|uri| references.contains(&format!("{uri:?}"))));
    assert!([":80", "#a#b", "/a b", "é", "%", "/[a]"].iter().all(|uri| !references.contains(&format!("{uri:?}"))));
}

#[test]
fn identifiers() {
    assert_taken("uuid", r#""0d5c5a38-8d0e-4b56-a6fe-5d9c5a1b2c3d" "0d5c5a38-8d0e-7b56-a6fe-5d9c5a1b2c3d""#);
    assert_taken("tuuid", r#""0d5c5a388d0e4b56a6fe5d9c5a1b2c3d""#);
    assert_taken("ulid", r#""01ARZ3NDEKTSV4RRFFQ69G5FAV" "01arz3ndektsv4rrffq69g5fav""#);
    assert_taken("protobuf_fqn", r#""a" "A.b" "a.b.C_1" "_a""#);
    assert_taken("protobuf_dot_fqn", r#"".a.b""#);
}

#[test]
fn headers() {
    let (names, values, loose) = (taken("header_name"), taken("header_value"), taken("loose_value"));
    assert!([":a", "Content-Type", "a,b", "*+`|~"].iter().all(|text| names.contains(&format!("{text:?}"))));
    assert!(["", ":", "a b", "a:b", "ä", "a\tb"].iter().all(|text| !names.contains(&format!("{text:?}"))));
    assert!(["a\nb", "a\rb", "a\u{7f}", "a\u{1}"].iter().all(|text| !values.contains(&format!("{text:?}"))));
    assert!(["", "a b", "a\tb", "ä"].iter().all(|text| values.contains(&format!("{text:?}"))));
    assert!(["a\nb", "a\rb"].iter().all(|text| !loose.contains(&format!("{text:?}"))));
    assert!(["", "a\u{7f}", "a\u{1}"].iter().all(|text| loose.contains(&format!("{text:?}"))));
}
