//! Texts and bytes that keep the rules of a column, as far as SQL can state them.

use protostore_schema::{Asks, Format, RuleValue, Rules};

/// Returns a text; another one for another seed.
pub(super) fn of(rules: &Rules, seed: u32) -> String {
    let (mut begin, mut middle, mut end, mut min) = (String::new(), String::new(), String::new(), 0);
    for rule in &rules.all {
        match &rule.asks {
            Asks::Is(RuleValue::Text(text)) => return text.clone(),
            Asks::In(values) => {
                if let Some(RuleValue::Text(text)) = values.get(seed as usize % values.len().max(1)) {
                    return text.clone();
                }
            }
            Asks::Format(format) => return formatted(*format, seed),
            Asks::Prefix(RuleValue::Text(text)) => begin.clone_from(text),
            Asks::Suffix(RuleValue::Text(text)) => end.clone_from(text),
            Asks::Contains(RuleValue::Text(text)) => middle.clone_from(text),
            Asks::Size { min: least, .. } => min = min.max(*least),
            _ => {}
        }
    }
    let letter = letter(seed);
    let short = begin.chars().count() + middle.chars().count() + end.chars().count();
    let missing = usize::try_from(min).unwrap_or(0).min(1 << 16).saturating_sub(short).max(1);
    begin + &middle + &letter.to_string().repeat(missing) + &end
}

/// Returns bytes; others for another seed.
pub(super) fn bytes(rules: &Rules, seed: u32) -> Vec<u8> {
    let (mut begin, mut end, mut least, mut most) = (Vec::new(), Vec::new(), 1, 32);
    for rule in &rules.all {
        match &rule.asks {
            Asks::Is(RuleValue::Bytes(bytes)) => return bytes.clone(),
            Asks::In(values) => {
                if let Some(RuleValue::Bytes(bytes)) = values.get(seed as usize % values.len().max(1)) {
                    return bytes.clone();
                }
            }
            Asks::Format(Format::IpBytes) => most = 4,
            Asks::Format(Format::UuidBytes) => most = 16,
            Asks::Prefix(RuleValue::Bytes(bytes)) => begin.clone_from(bytes),
            Asks::Suffix(RuleValue::Bytes(bytes)) => end.clone_from(bytes),
            Asks::Size { min, max, .. } => {
                least = least.max(*min);
                most = most.min(max.unwrap_or(most));
            }
            _ => {}
        }
    }
    let size = usize::try_from(most.max(least)).unwrap_or(0).min(1 << 16);
    let missing = size.saturating_sub(begin.len() + end.len());
    let fill = vec![u8::try_from(seed % 250).unwrap_or(0) + 1; missing];
    [begin, fill, end].concat()
}

fn letter(seed: u32) -> char {
    char::from(b'a' + u8::try_from(seed % 26).unwrap_or(0))
}

/// Returns a text of a form that many texts have.
fn formatted(format: Format, seed: u32) -> String {
    let (n, c) = (seed % 9 + 1, letter(seed));
    match format {
        Format::Email => format!("{c}@example.com"),
        Format::Hostname => format!("{c}.example.com"),
        Format::Uri => format!("https://example.com/{c}"),
        Format::UriRef => format!("/{c}"),
        Format::Ip | Format::Ipv4 | Format::Address | Format::CanonicalIpv4 | Format::CanonicalIp => {
            format!("192.0.2.{n}")
        }
        Format::Ipv6 | Format::CanonicalIpv6 => format!("2001:db8::{n}"),
        Format::Uuid | Format::Uuid4 => format!("00000000-0000-4000-8000-00000000000{n}"),
        Format::Tuuid => format!("0000000000004000800000000000000{n}"),
        Format::IpWithPrefixlen | Format::Ipv4WithPrefixlen => format!("192.0.2.{n}/24"),
        Format::Ipv6WithPrefixlen => format!("2001:db8::{n}/64"),
        Format::IpPrefix | Format::Ipv4Prefix => format!("192.0.{n}.0/24"),
        Format::Ipv6Prefix => format!("2001:db8:{n}::/48"),
        Format::HostAndPort => format!("{c}.example.com:8080"),
        Format::Ulid => format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}"),
        Format::ProtobufFqn => format!("a.{c}"),
        Format::ProtobufDotFqn => format!(".a.{c}"),
        Format::HeaderName | Format::HeaderNameLoose => format!("x-{c}"),
        Format::HeaderValue | Format::HeaderValueLoose => format!("{c}"),
        Format::IpBytes | Format::UuidBytes => format!("{c}"),
    }
}
