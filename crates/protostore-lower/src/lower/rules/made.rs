//! Refuses a rule that no value keeps which the store makes.

use protostore_schema::{Asks, Format, Generated, Range, RuleValue};

use super::super::Report;
use super::super::draft::Draft;
use crate::Code;

/// How long the text of a UUID is, in characters and in bytes.
const UUID_LENGTH: u64 = 36;

/// Compares the rules of a table's fields with what is made for them.
pub(in super::super) fn check(draft: &Draft, report: &mut Report<'_>) {
    for spot in &draft.spots {
        let Some((generated, said)) = &spot.column.generated else { continue };
        let Some(rule) = spot.rules.all.iter().find(|rule| !can_keep(*generated, &rule.asks)) else { continue };
        let what = match generated {
            Generated::UuidV7 => "a UUID of version 7",
            Generated::UuidV4 => "a UUID of version 4",
            Generated::Sequence => "a number from 1 on",
            Generated::CreateTime | Generated::UpdateTime => "the time of the write",
        };
        let text = format!("`{}` is made by the store: {what}, which never keeps `{}`", spot.dotted(), rule.name);
        let help = match &rule.asks {
            Asks::Format(Format::Uuid4) => "write `generated: UUID_V4`, or `string.uuid`, which takes every version",
            _ => "take the rule away, or `generated`",
        };
        report.add(Code::NeverMade, said.place(report.sources, &[("generated", 0)]), text, help);
    }
}

/// Returns whether some value that is made keeps a rule.
fn can_keep(generated: Generated, asks: &Asks) -> bool {
    match generated {
        Generated::UuidV7 | Generated::UuidV4 => match asks {
            Asks::Format(format) => can_be(*format, generated),
            Asks::Size { of: _, min, max } => *min <= UUID_LENGTH && max.is_none_or(|max| max >= UUID_LENGTH),
            // What is made is new each time.
            Asks::Is(_) | Asks::In(_) => false,
            _ => true,
        },
        Generated::Sequence => match asks {
            Asks::Range(Range { high: Some(high), outside: false, .. }) => match high.at {
                RuleValue::Int(at) => at > 1 || at == 1 && high.included,
                RuleValue::Uint(at) => at > 1 || at == 1 && high.included,
                _ => true,
            },
            _ => true,
        },
        Generated::CreateTime | Generated::UpdateTime => !matches!(asks, Asks::Future),
    }
}

/// Returns whether the text of a UUID is of a form.
fn can_be(format: Format, generated: Generated) -> bool {
    match format {
        Format::Uuid4 => generated == Generated::UuidV4,
        Format::Uuid | Format::Hostname | Format::Address | Format::UriRef => true,
        Format::HeaderName | Format::HeaderNameLoose | Format::HeaderValue | Format::HeaderValueLoose => true,
        Format::Email | Format::Uri | Format::Tuuid | Format::Ulid | Format::HostAndPort => false,
        Format::Ip | Format::Ipv4 | Format::Ipv6 => false,
        Format::IpWithPrefixlen | Format::Ipv4WithPrefixlen | Format::Ipv6WithPrefixlen => false,
        Format::IpPrefix | Format::Ipv4Prefix | Format::Ipv6Prefix => false,
        Format::CanonicalIp | Format::CanonicalIpv4 | Format::CanonicalIpv6 => false,
        Format::ProtobufFqn | Format::ProtobufDotFqn | Format::IpBytes | Format::UuidBytes => false,
    }
}
