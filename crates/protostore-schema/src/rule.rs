//! What an API says of the values of a column or list, beside their type.

use serde::{Deserialize, Serialize};

/// The rules of one column's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Whether the zero value breaks none of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub but_zero: bool,
    /// The rules; a value must keep each of them.
    pub all: Vec<Rule>,
}

/// One rule, by its name in the API: `uint32.gte`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub asks: Asks,
}

/// What a rule asks of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Asks {
    /// It is this.
    Is(RuleValue),
    /// It is one of these.
    In(Vec<RuleValue>),
    /// It is none of these.
    NotIn(Vec<RuleValue>),
    /// It is on the right side of one bound, or of two.
    Range(Range),
    /// It is neither infinite nor NaN.
    Finite,
    /// Its size is between these two, both included.
    Size {
        /// What is counted.
        of: Unit,
        /// The least.
        min: u64,
        /// The most; none where there is no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
    /// It begins with this.
    Prefix(RuleValue),
    /// It ends in this.
    Suffix(RuleValue),
    /// This is in it.
    Contains(RuleValue),
    /// This is not in it.
    NotContains(RuleValue),
    /// This regular expression matches somewhere in it. It is written as the run time reads it.
    Pattern(String),
    /// It is of a form that many texts have.
    Format(Format),
    /// It is before the time of the write.
    Past,
    /// It is after the time of the write.
    Future,
    /// It is at most this far from the time of the write.
    Within(RuleValue),
}

impl Asks {
    /// Returns whether SQL cannot state it, and rows that were there before it can be held to it: a pattern, or a form. What
    /// is asked of the time of a write says nothing of them.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        matches!(self, Self::Pattern(_) | Self::Format(_))
    }
}

/// One bound, or two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The lower bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Bound>,
    /// The upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Bound>,
    /// Whether the upper bound is below the lower one, and what is asked for outside of the two.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// Where it is.
    pub at: RuleValue,
    /// Whether that value is in the range.
    pub included: bool,
}

/// What the size of a text is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Unit {
    /// Code points.
    Characters,
    /// Bytes.
    Bytes,
}

/// A value as it is written in a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleValue {
    /// Of a bool.
    Bool(bool),
    /// Of an integer with a sign, or the number of an enum's value.
    Int(i64),
    /// Of an integer without a sign.
    Uint(u64),
    /// Of a floating-point number: the shortest text that is read as the same number.
    Float(String),
    /// Of a string.
    Text(String),
    /// Of bytes.
    Bytes(Vec<u8>),
    /// Of a time: seconds, and nanoseconds.
    Time(i64, i32),
}

/// A form that many texts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Format {
    /// An address of mail, as HTML has it.
    Email,
    /// A name of a host.
    Hostname,
    /// An IP address.
    Ip,
    /// An IP address of version 4.
    Ipv4,
    /// An IP address of version 6.
    Ipv6,
    /// A URI, as RFC 3986 has it.
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
    /// An IP address of version 6 as RFC 5952 writes it.
    CanonicalIpv6,
    /// An IP address of either version as it is written in one way only.
    CanonicalIp,
    /// 4 or 16 bytes.
    IpBytes,
    /// 16 bytes.
    UuidBytes,
}

/// How many elements a list or map has, and whether one may be there twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// Whether no element is there twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
}

impl Rules {
    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Counted {
    /// Returns whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Asks {
    /// Returns whether it is asked with a regular expression.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        matches!(self, Self::Pattern(_))
    }
}
