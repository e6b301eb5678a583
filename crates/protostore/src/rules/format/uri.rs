//! URIs and references, as [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) has them, with zones of RFC 6874.

use std::net::Ipv6Addr;

/// Returns whether a text is a URI.
pub(super) fn absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let begins = scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    begins && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) && relative(rest, true)
}

/// Returns whether a text is a URI or a relative reference.
pub(super) fn reference(text: &str) -> bool {
    absolute(text) || relative(text, false)
}

/// Returns whether a text is what follows a scheme, or a reference without one.
fn relative(text: &str, after_scheme: bool) -> bool {
    let (text, fragment) = text.split_once('#').map_or((text, ""), |(text, fragment)| (text, fragment));
    let (path, query) = text.split_once('?').map_or((text, ""), |(text, query)| (text, query));
    made_of(query, b":@/?") && made_of(fragment, b":@/?") && hierarchy(path, after_scheme)
}

fn hierarchy(text: &str, after_scheme: bool) -> bool {
    if let Some(rest) = text.strip_prefix("//") {
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority_text, path) = rest.split_at(end);
        return authority(authority_text) && made_of(path, b":@/");
    }
    let first = text.split('/').next().unwrap_or_default();
    made_of(text, b":@/") && (after_scheme || !first.contains(':'))
}

fn authority(text: &str) -> bool {
    let (user, host) = text.split_once('@').map_or(("", text), |(user, host)| (user, host));
    made_of(user, b":") && host_and_port(host)
}

fn host_and_port(text: &str) -> bool {
    let digits = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    if let Some(rest) = text.strip_prefix('[') {
        let Some((host, port)) = rest.rsplit_once(']') else { return false };
        return literal(host) && (port.is_empty() || port.strip_prefix(':').is_some_and(digits));
    }
    let (host, port) = text.rsplit_once(':').map_or((text, ""), |(host, port)| (host, port));
    made_of(host, b"") && is_utf8(host) && digits(port)
}

/// What is in brackets: an address of version 6, with a zone behind `%25`, or one of a version to come.
fn literal(text: &str) -> bool {
    if let Some(future) = text.strip_prefix(['v', 'V']) {
        let Some((version, rest)) = future.split_once('.') else { return false };
        let hex = !version.is_empty() && version.bytes().all(|b| b.is_ascii_hexdigit());
        return hex && !rest.is_empty() && !rest.contains('%') && made_of(rest, b":");
    }
    let (address, zone) = text.split_once("%25").map_or((text, None), |(address, zone)| (address, Some(zone)));
    let zone = zone.is_none_or(|zone| {
        let plain = |b: u8| is_unreserved(b) || b == b'%';
        !zone.is_empty() && zone.bytes().all(plain) && made_of(zone, b"") && is_utf8(zone)
    });
    zone && address.parse::<Ipv6Addr>().is_ok()
}

/// Returns whether a text is made of unreserved characters, `sub-delims`, `%` with two digits, and `more`.
fn made_of(text: &str, more: &[u8]) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        at += match b {
            b'%' if bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)) => 3,
            b'%' => return false,
            b if is_unreserved(*b) || b"!$&'()*+,;=".contains(b) || more.contains(b) => 1,
            _ => return false,
        };
    }
    true
}

fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~".contains(&b)
}

/// Returns whether a host is UTF-8 once each `%` with its digits is the byte that it stands for.
fn is_utf8(text: &str) -> bool {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(part.len().min(2));
        bytes.extend(u8::from_str_radix(code, 16));
        bytes.extend(rest.as_bytes());
    }
    std::str::from_utf8(&bytes).is_ok()
}
