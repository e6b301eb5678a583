//! Expressions and conditions.

use crate::{Clock, Column, Lit, Name, Param, ParamRole, Qualifier, Recode, Select, Ty};

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// Equal, where NULL equals NULL: `IS`; `(a = $1 OR ($1 IS NULL AND a IS NULL))`, which an index serves.
    Same,
    /// Not equal, where NULL equals NULL: `IS NOT`; `IS DISTINCT FROM`.
    Differs,
}

/// The unit in which a value is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// `length(c)`.
    Characters,
    /// Of a text, `length(CAST(c AS BLOB))`; `octet_length(c)`.
    BytesOfText,
    /// Of bytes, `length(c)`; `octet_length(c)`.
    Bytes,
}

/// Where a text or bytes must hold a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// `substr(c, 1, n) = part`.
    First,
    /// `substr(c, -n) = part`; `right(c, n)`.
    Last,
    /// `instr(c, part) > 0`; `strpos`, `position(… IN …)`.
    Within,
    /// `instr(c, part) = 0`.
    Nowhere,
}

/// How a view makes a value legible. Each dialect prints it with its own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Show {
    /// A bool as `true` and `false`.
    Truth,
    /// Bytes as hexadecimal digits.
    Hex,
    /// Bytes as the text that they encode.
    Text,
    /// The bits of a float as hexadecimal digits.
    Bits {
        /// How many.
        digits: u8,
    },
    /// A signed number that encodes the unsigned `value XOR 2^63`.
    Unsigned,
    /// A number of units since 1970.
    Instant {
        /// How many units are a second.
        per_second: i64,
    },
    /// A number of units.
    Duration {
        /// How many units are a second.
        per_second: i64,
    },
    /// A number of microseconds; TIMESTAMPTZ.
    Timestamptz,
    /// A number beside arms that are text: the number; `c::text`.
    Number,
}

/// `WHEN … THEN …`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arm<'a>(pub Expr<'a>, pub Expr<'a>);

/// Values that several rows of a table have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repeated<'a> {
    /// The values.
    pub of: Vec<Expr<'a>>,
    /// The table.
    pub table: Name<'a>,
    /// Which of its rows are compared.
    pub rows: Vec<Expr<'a>>,
}

/// A value or a condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expr<'a> {
    /// A column.
    Column(Column<'a>),
    /// A parameter.
    Param(Param<'a>),
    /// A constant.
    Lit(Lit<'a>),
    /// `(a, b)`.
    Tuple(Vec<Self>),
    /// `excluded."c"`.
    Excluded(Name<'a>),

    /// TRUE, FALSE.
    Const(bool),
    /// Joined by AND; TRUE where there are none. Many are joined in halves, as SQLite bounds the depth of an
    /// expression.
    All(Vec<Self>),
    /// Joined by OR; FALSE where there are none.
    Any(Vec<Self>),
    /// `NOT a`: NULL stays NULL.
    Not(Box<Self>),
    /// `(a) IS NOT TRUE`: NULL counts as false.
    NotTrue(Box<Self>),
    /// `a IS TRUE`.
    IsTrue(Box<Self>),
    /// `a IS NULL`.
    IsNull(Box<Self>),
    /// `a IS NOT NULL`.
    NotNull(Box<Self>),
    /// Two values compared.
    Compare(Box<Self>, Op, Box<Self>),
    /// `a BETWEEN 1 AND 9`.
    Between(Box<Self>, Lit<'a>, Lit<'a>),
    /// `a IN (1, 2)`; FALSE where there are no values.
    In(Box<Self>, Vec<Self>),
    /// `a NOT IN (1, 2)`; TRUE where there are no values.
    NotIn(Box<Self>, Vec<Self>),
    /// `a IN (SELECT …)`.
    InRows(Box<Self>, Box<Select<'a>>),
    /// `EXISTS (SELECT …)`.
    Exists(Box<Select<'a>>),
    /// A condition that the column's type implies where the dialect has such a type: printed for SQLite alone.
    ByType(Box<Self>),

    /// `coalesce(a, b)`.
    Coalesce(Box<Self>, Box<Self>),
    /// `max(a)` over rows.
    Max(Box<Self>),
    /// `count(*)`.
    Count,
    /// `a + 1`.
    Plus(Box<Self>, i64),
    /// How many conditions hold: `a + (b IS NOT NULL)`; `CAST(a AS INT4) + …`.
    HowMany(Vec<Self>),
    /// `CASE [a] WHEN … THEN … ELSE … END`.
    Case(Option<Box<Self>>, Vec<Arm<'a>>, Option<Box<Self>>),
    /// Keeps the planner from the column's index: `+a`; `a`.
    Plain(Box<Self>),
    /// `CAST(a AS BIGINT)`.
    Cast(Box<Self>, Ty),
    /// How long a text or bytes are.
    Length(Length, Box<Self>),
    /// Whether a text or bytes hold a part, which is not empty.
    Has(Match, Box<Self>, Lit<'a>),
    /// Whether a text has the form of an RFC 3339 time of 30 characters: GLOB; `~`.
    Rfc3339(Box<Self>),
    /// `(SELECT …)`.
    Value(Box<Select<'a>>),
    /// A key of a list of keys, or one part of it: `o.value`, `o.value ->> 0`, `unhex(…)`; `(o.v ->> 0)::INT8`.
    Key {
        /// The alias of the list; none where it is the only source of the statement.
        of: Option<&'static str>,
        /// Which part of a key of several.
        part: Option<usize>,
        /// The type of the column that it is compared with.
        ty: Ty,
    },
    /// The place of a key in its list, from 0: `o.key`; `o.n - 1`.
    KeyPlace {
        /// The alias of the list.
        of: &'static str,
    },
    /// A value made legible, in views.
    Shown(Show, Box<Self>),

    /// NULL.
    Null,
    /// `nullif(a, b)`.
    NullIf(Box<Self>, Box<Self>),
    /// `min(a)` over rows.
    Min(Box<Self>),
    /// `a + b`.
    Sum(Vec<Self>),
    /// Values as one text: `a || ', ' || b`; `concat_ws(', ', a, b)`.
    Listed(Vec<Self>),
    /// The number of a row among those that agree in some values, in the order of others, from 1: `row_number() OVER
    /// (…)`.
    RowNumber {
        /// The values in which rows agree.
        within: Vec<Self>,
        /// The order.
        by: Vec<Self>,
    },
    /// Whether several rows of the statement's table have these values:
    /// `(a, b) IN (SELECT a, b FROM t WHERE … GROUP BY a, b HAVING count(*) > 1)`.
    Repeated(Box<Repeated<'a>>),
    /// The present time, as the database has it.
    Now(Clock),
    /// What becomes of a value in another form.
    Recoded(Recode, Box<Self>),
    /// Whether 32 bits of IEEE 754 hold a number exactly.
    IsSingle(Box<Self>),
    /// An expression that a developer wrote in the dialect, in parentheses.
    Written(Name<'a>),
}

impl<'a> Expr<'a> {
    /// Returns a column of the only table: `"id"`.
    #[must_use]
    pub fn column(name: impl Into<Name<'a>>) -> Self {
        Self::Column(Column { of: Qualifier::Own, name: name.into() })
    }

    /// Returns a column of the table of an alias: `t."id"`.
    #[must_use]
    pub fn of(alias: impl Into<Name<'a>>, name: impl Into<Name<'a>>) -> Self {
        Self::Column(Column { of: Qualifier::Alias(alias.into()), name: name.into() })
    }

    /// Returns a column of the row before the write.
    #[must_use]
    pub fn old(name: impl Into<Name<'a>>) -> Self {
        Self::Column(Column { of: Qualifier::Old, name: name.into() })
    }

    /// Returns a column of the row after the write.
    #[must_use]
    pub fn new(name: impl Into<Name<'a>>) -> Self {
        Self::Column(Column { of: Qualifier::New, name: name.into() })
    }

    /// Returns the parameter that carries the value of a field.
    #[must_use]
    pub fn value(field: impl Into<Name<'a>>) -> Self {
        Self::param(field, ParamRole::Value)
    }

    /// Returns a parameter.
    #[must_use]
    pub fn param(field: impl Into<Name<'a>>, role: ParamRole) -> Self {
        Self::Param(Param { field: field.into(), role, ty: None })
    }

    /// Returns a constant text.
    #[must_use]
    pub fn text(text: impl Into<Name<'a>>) -> Self {
        Self::Lit(Lit::Text(text.into()))
    }

    /// Returns a constant integer.
    #[must_use]
    pub fn int(number: i64) -> Self {
        Self::Lit(Lit::Int(number))
    }

    /// Returns the comparison of two values.
    #[must_use]
    pub fn compare(self, op: Op, other: Self) -> Self {
        Self::Compare(Box::new(self), op, Box::new(other))
    }

    /// Returns `self = other`.
    #[must_use]
    pub fn equals(self, other: Self) -> Self {
        self.compare(Op::Equal, other)
    }

    /// Returns `self IS NULL`.
    #[must_use]
    pub fn is_null(self) -> Self {
        Self::IsNull(Box::new(self))
    }

    /// Returns `self IS NOT NULL`.
    #[must_use]
    pub fn not_null(self) -> Self {
        Self::NotNull(Box::new(self))
    }

    /// Returns `NOT self`, which is NULL where `self` is.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "an operator would hide that it is not `NotTrue`")]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Returns `(self) IS NOT TRUE`: NULL counts as false.
    #[must_use]
    pub fn not_true(self) -> Self {
        Self::NotTrue(Box::new(self))
    }

    /// Returns conditions joined by AND.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::All(parts.into_iter().collect())
    }

    /// Returns conditions joined by OR.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::Any(parts.into_iter().collect())
    }

    /// Returns `coalesce(self, other)`.
    #[must_use]
    pub fn coalesce(self, other: Self) -> Self {
        Self::Coalesce(Box::new(self), Box::new(other))
    }

    /// Returns the value, kept from the planner's choice of an index.
    #[must_use]
    pub fn plain(self) -> Self {
        Self::Plain(Box::new(self))
    }

    /// Returns the condition as one that the column's type implies.
    #[must_use]
    pub fn by_type(self) -> Self {
        Self::ByType(Box::new(self))
    }

    /// Returns `self IN (SELECT …)`.
    #[must_use]
    pub fn in_rows(self, rows: Select<'a>) -> Self {
        Self::InRows(Box::new(self), Box::new(rows))
    }

    /// Returns `(a, b)`; of one part, the part.
    #[must_use]
    pub fn tuple(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut parts: Vec<Self> = parts.into_iter().collect();
        if parts.len() == 1 { parts.remove(0) } else { Self::Tuple(parts) }
    }
}
