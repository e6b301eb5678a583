//! The condition of a partial index: columns compared with literals, in the form in which they are stored.

use serde::{Deserialize, Serialize};

/// Which rows an index holds.
///
/// A comparison with NULL does not hold, and [`Condition::Not`] turns what does not hold into what does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// A column compared with a literal.
    Compare {
        /// SQL name of the column.
        column: String,
        /// How.
        operator: Operator,
        /// With what.
        literal: Literal,
    },
    /// Whether a column is not NULL.
    Set {
        /// SQL name of the column.
        column: String,
        /// Whether it is asked to be set, or to be NULL.
        set: bool,
    },
    /// All of them hold.
    All(Vec<Self>),
    /// One of them holds.
    Any(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
}

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A value as it is in its column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Literal {
    /// Of a column of integers: a number, a bool, an enum's number, a time in its unit.
    Integer(i64),
    /// Of a column of floating-point numbers: the shortest decimal that is read as this number.
    Real(String),
    /// Of a column of text.
    Text(String),
    /// Of a column of bytes.
    Bytes(Vec<u8>),
}

impl Condition {
    /// Returns the SQL names of its columns, in the order of the text; one that is named twice comes twice.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Compare { column, .. } | Self::Set { column, .. } => vec![column],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::columns).collect(),
            Self::Not(inner) => inner.columns(),
        }
    }

    /// Returns the same condition over columns of other names.
    #[must_use]
    pub fn renamed(&self, name: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Compare { column, operator, literal } => {
                Self::Compare { column: name(column), operator: *operator, literal: literal.clone() }
            }
            Self::Set { column, set } => Self::Set { column: name(column), set: *set },
            Self::All(parts) => Self::All(parts.iter().map(|part| part.renamed(name)).collect()),
            Self::Any(parts) => Self::Any(parts.iter().map(|part| part.renamed(name)).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.renamed(name))),
        }
    }

    /// Returns it in words that can be in a name, `status_is_1`, of which `word` gives those for a comparison.
    #[must_use]
    pub fn words(&self, word: &impl Fn(&str, Operator, &Literal) -> String) -> String {
        let joined = |parts: &[Self], by: &str| parts.iter().map(|p| p.words(word)).collect::<Vec<_>>().join(by);
        match self {
            Self::Compare { column, operator, literal } => word(column, *operator, literal),
            Self::Set { column, set } => format!("{column}_is_{}", if *set { "set" } else { "unset" }),
            Self::All(parts) => joined(parts, "_and_"),
            Self::Any(parts) => joined(parts, "_or_"),
            Self::Not(inner) => format!("not_{}", inner.words(word)),
        }
    }

    /// Returns the words of a comparison, unless something better is known of the column.
    #[must_use]
    pub fn word(column: &str, operator: Operator, literal: &Literal) -> String {
        let negative = matches!(literal, Literal::Integer(i) if *i < 0);
        let value = match literal {
            Literal::Integer(i) => format!("{}{}", if negative { "minus_" } else { "" }, i.unsigned_abs()),
            Literal::Text(text) if text.is_empty() => "empty".to_owned(),
            Literal::Bytes(bytes) if bytes.is_empty() => "empty".to_owned(),
            Literal::Real(text) | Literal::Text(text) => {
                text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
            }
            Literal::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        format!("{column}_{}_{value}", operator.word())
    }

    /// Returns whether another condition may have the same [`words`](Self::words).
    pub(crate) fn is_ambiguous(&self) -> bool {
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        match self {
            Self::Compare { literal: Literal::Text(text), .. } => !is_plain(text) || text == "empty",
            Self::Compare { literal: Literal::Real(_), .. } => true,
            Self::Compare { literal: Literal::Integer(_) | Literal::Bytes(_), .. } | Self::Set { .. } => false,
            Self::All(parts) => parts.iter().any(|part| !part.is_leaf() || part.is_ambiguous()),
            Self::Any(_) | Self::Not(_) => true,
        }
    }

    fn is_leaf(&self) -> bool {
        matches!(self, Self::Compare { .. } | Self::Set { .. })
    }
}

impl Operator {
    /// Returns it in words that can be in a name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Equal => "is",
            Self::NotEqual => "is_not",
            Self::Less => "is_below",
            Self::LessOrEqual => "is_at_most",
            Self::Greater => "is_above",
            Self::GreaterOrEqual => "is_at_least",
        }
    }
}
