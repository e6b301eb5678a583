//! `stmt!`: how generated code writes a statement.

/// Makes a statement: its slot, its parameters, its text.
///
/// A parameter is the path of a field, whose value it carries, with a word before it where it carries anything else.
/// A path with dots, or one that is a word of this notation or of Rust, is in quotes:
///
/// ```
/// # use protostore::generated::{Stmt, stmt};
/// // The machine's value, then the address at which the page before ended, then how many rows.
/// static AFTER: Stmt = stmt!(
///     105,
///     [machine_id, after mac_address, limit],
///     r#"SELECT … WHERE "machine_id" = $1 AND "mac_address" > $2 ORDER BY "mac_address" LIMIT $3"#
/// );
/// // A list of keys, and the present time in nanoseconds.
/// static LISTED: Stmt = stmt!(7, [keys, now nanos], "…");
/// static NAMED: Stmt = stmt!(8, ["boot.image_id", "limit"], "…");
/// assert_eq!(NAMED.params[1].field, "limit");
/// ```
///
/// | parameter | carries |
/// | --- | --- |
/// | `id`, `"boot.image_id"` | the value of the field |
/// | `place tags` | the place of an element in the list or map `tags` |
/// | `after id` | the value of the field in the last row of the page before |
/// | `to id` | the value of the field in the last row of a range, which begins at `id` |
/// | `keys`, `keys network_ids` | a list of keys, of a field if one is named |
/// | `now nanos`, `now seconds`, `now millis`, `now micros`, `now instant`, `now rfc3339` | the present time |
/// | `limit`, `offset` | the greatest number of rows, and how many rows come before |
///
/// The list is left out where the parameters are the columns of the row that is written, in their order:
///
/// ```
/// # use protostore::generated::{Stmt, stmt};
/// static INSERT: Stmt = stmt!(1, r#"INSERT INTO "nics" ("mac_address", "machine_id") VALUES ($1, $2)"#);
/// ```
///
/// One text serves every dialect. Where it does not, each is given, and the binary holds that of its engine alone:
///
/// ```
/// # use protostore::generated::{Stmt, stmt};
/// static SAME: Stmt = stmt!(
///     3,
///     [network_id],
///     sqlite: r#"DELETE FROM "nics" WHERE "network_id" IS $1"#,
///     postgres: r#"DELETE FROM "nics" WHERE ("network_id" = $1 OR ($1 IS NULL AND "network_id" IS NULL))"#
/// );
/// assert!(SAME.text.ends_with("IS $1"), "the engine of this build is SQLite");
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __stmt {
    (@params [$($done:tt)*]) => { &[$($done)*] };
    (@params [$($done:tt)*] limit $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param Limit ""),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] offset $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param Offset ""),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] keys $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param Keys ""),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] keys $field:tt $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param Keys $field),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] after $field:tt $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param After $field),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] to $field:tt $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param To $field),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] place $field:tt $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param Place $field),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] now $clock:tt $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@now $clock),] $($($rest)*)?)
    };
    (@params [$($done:tt)*] $field:tt $(, $($rest:tt)*)?) => {
        $crate::generated::stmt!(@params [$($done)* $crate::generated::stmt!(@param Value $field),] $($($rest)*)?)
    };
    (@param $role:ident $field:tt) => {
        $crate::generated::Param {
            role: $crate::generated::ParamRole::$role,
            field: $crate::generated::stmt!(@field $field),
        }
    };
    (@now nanos) => { $crate::generated::stmt!(@clock Nanos) };
    (@now seconds) => { $crate::generated::stmt!(@clock Seconds) };
    (@now millis) => { $crate::generated::stmt!(@clock Millis) };
    (@now micros) => { $crate::generated::stmt!(@clock Micros) };
    (@now instant) => { $crate::generated::stmt!(@clock Instant) };
    (@now rfc3339) => { $crate::generated::stmt!(@clock Rfc3339) };
    (@clock $clock:ident) => {
        $crate::generated::Param {
            role: $crate::generated::ParamRole::Now($crate::generated::Clock::$clock),
            field: "",
        }
    };
    (@field $field:ident) => { stringify!($field) };
    (@field $field:literal) => { $field };
    ($slot:expr, [$($params:tt)*], sqlite: $sqlite:expr, postgres: $postgres:expr $(,)?) => {
        $crate::generated::stmt!($slot, [$($params)*], $crate::generated::of_engine($sqlite, $postgres))
    };
    ($slot:expr, sqlite: $sqlite:expr, postgres: $postgres:expr $(,)?) => {
        $crate::generated::stmt!($slot, [], $crate::generated::of_engine($sqlite, $postgres))
    };
    ($slot:expr, [$($params:tt)*], $text:expr $(,)?) => {
        $crate::generated::Stmt {
            slot: $slot,
            text: $text,
            params: $crate::generated::stmt!(@params [] $($params)*),
        }
    };
    ($slot:expr, $text:expr $(,)?) => { $crate::generated::stmt!($slot, [], $text) };
}

/// Returns the text that this build keeps of a statement that dialects spell differently: that of its engine, SQLite.
#[must_use]
pub const fn of_engine(of_sqlite: &'static str, _of_postgres: &'static str) -> &'static str {
    of_sqlite
}
