//! What becomes of a value when the form of its column changes.

/// A change of form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recode {
    /// An integer times `up`, divided by `down` toward zero: `a * 1000`, `a / 1000`.
    Scaled {
        /// The factor.
        up: i64,
        /// The divisor.
        down: i64,
    },
    /// The UTF-8 of a text: `CAST(a AS BLOB)`; `convert_to(a, 'UTF8')`.
    Utf8,
    /// A number of units since 1970 as RFC 3339 with nine digits of a second, 30 characters.
    ToRfc3339 {
        /// How many units are a second.
        per_second: i64,
    },
    /// That text as a number of units since 1970; digits that are finer are left out.
    FromRfc3339 {
        /// How many units are a second.
        per_second: i64,
    },
}
