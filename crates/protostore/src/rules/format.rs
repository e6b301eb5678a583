//! Forms that many texts have, each by the definition that protovalidate names for it.

mod ip;
mod uri;

use ip::Version;

/// A form that many texts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An address of mail, as [HTML](https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address) has it.
    Email,
    /// A name of a host: labels of letters, digits and inner hyphens, the last not of digits alone.
    Hostname,
    /// An IP address.
    Ip,
    /// An IP address of version 4.
    Ipv4,
    /// An IP address of version 6, with or without a zone.
    Ipv6,
    /// A URI, as [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) has it.
    Uri,
    /// A URI or a relative reference.
    UriRef,
    /// A name of a host, or an IP address.
    Address,
    /// A UUID in lower case, with hyphens.
    Uuid,
    /// A UUID without hyphens.
    Tuuid,
    /// An IP address with the length of its prefix.
    IpWithPrefixlen,
    /// The same, of version 4.
    Ipv4WithPrefixlen,
    /// The same, of version 6.
    Ipv6WithPrefixlen,
    /// The same, with no bit set behind the prefix.
    IpPrefix,
    /// The same, of version 4.
    Ipv4Prefix,
    /// The same, of version 6.
    Ipv6Prefix,
    /// A host and a port.
    HostAndPort,
    /// A ULID.
    Ulid,
    /// A full name of protobuf.
    ProtobufFqn,
    /// The same after a dot.
    ProtobufDotFqn,
    /// The name of a header of HTTP.
    HeaderName,
    /// The same, without NUL and line ends.
    HeaderNameLoose,
    /// The value of a header of HTTP.
    HeaderValue,
    /// The same, without NUL and line ends.
    HeaderValueLoose,
    /// A UUID of version 4 in lower case, with hyphens.
    Uuid4,
    /// An IP address of version 4 as it is written in one way only.
    CanonicalIpv4,
    /// An IP address of version 6 as [RFC 5952](https://www.rfc-editor.org/rfc/rfc5952) writes it.
    CanonicalIpv6,
    /// An IP address of either version as it is written in one way only.
    CanonicalIp,
    /// 4 or 16 bytes.
    IpBytes,
    /// 16 bytes.
    UuidBytes,
}

impl Format {
    /// Every form, by the name that a snapshot has for it.
    #[cfg(feature = "prost")]
    const ALL: [(&str, Self); 30] = [
        ("email", Self::Email),
        ("hostname", Self::Hostname),
        ("ip", Self::Ip),
        ("ipv4", Self::Ipv4),
        ("ipv6", Self::Ipv6),
        ("uri", Self::Uri),
        ("uri_ref", Self::UriRef),
        ("address", Self::Address),
        ("uuid", Self::Uuid),
        ("tuuid", Self::Tuuid),
        ("ip_with_prefixlen", Self::IpWithPrefixlen),
        ("ipv4_with_prefixlen", Self::Ipv4WithPrefixlen),
        ("ipv6_with_prefixlen", Self::Ipv6WithPrefixlen),
        ("ip_prefix", Self::IpPrefix),
        ("ipv4_prefix", Self::Ipv4Prefix),
        ("ipv6_prefix", Self::Ipv6Prefix),
        ("host_and_port", Self::HostAndPort),
        ("ulid", Self::Ulid),
        ("protobuf_fqn", Self::ProtobufFqn),
        ("protobuf_dot_fqn", Self::ProtobufDotFqn),
        ("header_name", Self::HeaderName),
        ("header_name_loose", Self::HeaderNameLoose),
        ("header_value", Self::HeaderValue),
        ("header_value_loose", Self::HeaderValueLoose),
        ("uuid4", Self::Uuid4),
        ("canonical_ipv4", Self::CanonicalIpv4),
        ("canonical_ipv6", Self::CanonicalIpv6),
        ("canonical_ip", Self::CanonicalIp),
        ("ip_bytes", Self::IpBytes),
        ("uuid_bytes", Self::UuidBytes),
    ];

    /// Returns the form that a snapshot calls so.
    #[cfg(feature = "prost")]
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// Returns whether a text is of this form.
    pub(super) fn has(self, text: &str) -> bool {
        match self {
            Self::Email => email(text),
            Self::Hostname => hostname(text),
            Self::Ip => ip::address(text, Version::Any),
            Self::Ipv4 => ip::address(text, Version::V4),
            Self::Ipv6 => ip::address(text, Version::V6),
            Self::Uri => uri::absolute(text),
            Self::UriRef => uri::reference(text),
            Self::Address => hostname(text) || ip::address(text, Version::Any),
            Self::Uuid => crate::generate::is_canonical_uuid(text),
            Self::Uuid4 => crate::generate::is_canonical_uuid(text) && is_version_4(text),
            Self::Tuuid => text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()),
            Self::IpWithPrefixlen => ip::prefix(text, Version::Any, false),
            Self::Ipv4WithPrefixlen => ip::prefix(text, Version::V4, false),
            Self::Ipv6WithPrefixlen => ip::prefix(text, Version::V6, false),
            Self::IpPrefix => ip::prefix(text, Version::Any, true),
            Self::Ipv4Prefix => ip::prefix(text, Version::V4, true),
            Self::Ipv6Prefix => ip::prefix(text, Version::V6, true),
            Self::HostAndPort => host_and_port(text),
            Self::Ulid => ulid(text),
            Self::ProtobufFqn => text.split('.').all(identifier),
            Self::ProtobufDotFqn => text.strip_prefix('.').is_some_and(|name| name.split('.').all(identifier)),
            Self::HeaderName => header_name(text),
            Self::HeaderNameLoose => !text.is_empty() && loose(text),
            Self::HeaderValue => text.chars().all(|c| c == '\t' || !c.is_ascii_control()),
            Self::HeaderValueLoose => loose(text),
            Self::CanonicalIpv4 => ip::canonical(text, Version::V4),
            Self::CanonicalIpv6 => ip::canonical(text, Version::V6),
            Self::CanonicalIp => ip::canonical(text, Version::Any),
            Self::IpBytes | Self::UuidBytes => false,
        }
    }

    /// Returns whether bytes are of this form; only a few forms are of bytes.
    pub(crate) fn has_bytes(self, bytes: &[u8]) -> bool {
        match self {
            Self::IpBytes => matches!(bytes.len(), 4 | 16),
            Self::UuidBytes => bytes.len() == 16,
            other => std::str::from_utf8(bytes).is_ok_and(|text| other.has(text)),
        }
    }

    /// Returns what a value must be, after the field's name.
    pub(super) const fn says(self) -> &'static str {
        match self {
            Self::Email => "must be an email address",
            Self::Hostname => "must be a host name",
            Self::Ip | Self::IpBytes => "must be an IP address",
            Self::Ipv4 => "must be an IPv4 address",
            Self::Ipv6 => "must be an IPv6 address",
            Self::Uri => "must be a URI",
            Self::UriRef => "must be a URI or a relative reference",
            Self::Address => "must be a host name or an IP address",
            Self::Uuid => "must be a UUID in lower case, with hyphens",
            Self::Uuid4 => "must be a UUID of version 4 in lower case, with hyphens",
            Self::UuidBytes => "must be the 16 bytes of a UUID",
            Self::Tuuid => "must be a UUID without hyphens",
            Self::IpWithPrefixlen => "must be an IP address with the length of its prefix",
            Self::Ipv4WithPrefixlen => "must be an IPv4 address with the length of its prefix",
            Self::Ipv6WithPrefixlen => "must be an IPv6 address with the length of its prefix",
            Self::IpPrefix => "must be an IP prefix",
            Self::Ipv4Prefix => "must be an IPv4 prefix",
            Self::Ipv6Prefix => "must be an IPv6 prefix",
            Self::HostAndPort => "must be a host and a port",
            Self::Ulid => "must be a ULID",
            Self::ProtobufFqn => "must be a full name of protobuf",
            Self::ProtobufDotFqn => "must be a full name of protobuf after a dot",
            Self::HeaderName | Self::HeaderNameLoose => "must be the name of an HTTP header",
            Self::HeaderValue | Self::HeaderValueLoose => "must be the value of an HTTP header",
            Self::CanonicalIpv4 => "must be an IPv4 address in its one form",
            Self::CanonicalIpv6 => "must be an IPv6 address in the form of RFC 5952",
            Self::CanonicalIp => "must be an IP address in its one form",
        }
    }
}

fn email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let of_local = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
    !local.is_empty() && local.bytes().all(of_local) && domain.split('.').all(label)
}

/// 1 to 63 letters, digits and hyphens, no hyphen at either end.
fn label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn hostname(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.split('.').all(label) && !last.bytes().all(|b| b.is_ascii_digit())
}

fn host_and_port(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((host, port)) = rest.rsplit_once(']') else { return false };
        return port.strip_prefix(':').is_some_and(is_port) && ip::address(host, Version::V6);
    }
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    is_port(port) && (hostname(host) || ip::address(host, Version::V4))
}

fn is_port(text: &str) -> bool {
    ip::number(text).is_some_and(|port| port <= 65_535)
}

/// The third group of a UUID begins with its version, the fourth with its variant.
fn is_version_4(uuid: &str) -> bool {
    let bytes = uuid.as_bytes();
    bytes.get(14) == Some(&b'4') && bytes.get(19).is_some_and(|b| b"89ab".contains(b))
}

fn ulid(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_alphanumeric() && !b"ILOUilou".contains(&b);
    text.len() == 26 && text.bytes().all(digit) && text.bytes().next().is_some_and(|b| b.is_ascii_digit() && b < b'8')
}

fn identifier(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn header_name(text: &str) -> bool {
    let name = text.strip_prefix(':').unwrap_or(text);
    // From `+` to `.` as in the definition, so the comma is among them.
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+,-.^_|~`".contains(&b))
}

fn loose(text: &str) -> bool {
    !text.contains(['\0', '\n', '\r'])
}
