//! In which form a single value is in a column, where that is not the form of its Rust type.
//!
//! A field's annotation names the form, and generated code wraps the value on its way into a statement and out of a row:
//! `b.put(&FullRange(self.quota))`, `r.take::<FullRange>()?.0`. An optional one is wrapped inside of its option,
//! `self.settings.as_ref().map(Json)`; what is not [`Copy`] is bound by reference and never cloned.
//!
//! | form | of | column | order |
//! | --- | --- | --- | --- |
//! | [`FullRange`] | `u64` | integer | kept |
//! | [`FloatBits`], [`DoubleBits`] | `f32`, `f64` | integer | not kept |
//! | [`Seconds`], [`Milliseconds`], [`Microseconds`] | [`Timestamp`](crate::Timestamp), [`Duration`](crate::Duration) | integer | kept |
//! | [`Timestamptz`] | [`Timestamp`](crate::Timestamp) | integer, on PostgreSQL its own type | kept |
//! | [`Rfc3339`] | [`Timestamp`](crate::Timestamp) | text | kept |
//! | [`Utf8`] | `String` | bytes | kept |
//! | `Json` | `Struct`, `Value`, `ListValue` | text | not kept |
//! | `document::Text` | a message, all of a repeated field | text | not kept |
//! | `Encoded` | a message | bytes | not kept |
//! | `Paths` | `FieldMask` | text | not kept |
//!
//! "Kept" means that SQL's `<`, `ORDER BY` and an index order the column as Rust orders the values, so that a filter or a
//! page token goes through the same form. The last four need the feature `prost`.

#[cfg(feature = "prost")]
mod encoded;
#[cfg(feature = "prost")]
mod json;
mod number;
#[cfg(feature = "prost")]
mod paths;
pub(crate) mod rfc3339;
mod timestamptz;
mod unit;
mod utf8;

#[cfg(feature = "prost")]
pub use encoded::{Encoded, only};
#[cfg(feature = "prost")]
pub use json::{Document, Json, document};
pub use number::{DoubleBits, FloatBits, FullRange};
#[cfg(feature = "prost")]
pub use paths::Paths;
pub use rfc3339::Rfc3339;
pub use timestamptz::Timestamptz;
pub(crate) use unit::{Beyond, floor};
pub use unit::{Countable, Microseconds, Milliseconds, Seconds};
pub use utf8::Utf8;
