//! A point in time as legible text that sorts.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339 as Notation;

use crate::error::{Kind, Result};
use crate::time::Timestamp;
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// A [`Timestamp`] as text of 30 characters, `2026-11-20T23:41:22.000000000Z`: the notation of
/// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), in UTC, always with nine digits of a second.
///
/// Order is kept, because the width is fixed. It is exact from the year 1 to 9999, which is all that protobuf allows;
/// other years are refused with [`Kind::OutOfRange`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rfc3339(pub Timestamp);

impl Rfc3339 {
    /// The first second of the year 1.
    pub(crate) const FIRST: i64 = -62_135_596_800;
    /// The last second of the year 9999.
    pub(crate) const LAST: i64 = 253_402_300_799;
}

/// Returns the one text of a time, or nothing where its year does not have four digits.
pub(crate) fn text(time: Timestamp) -> Option<String> {
    if !(Rfc3339::FIRST..=Rfc3339::LAST).contains(&time.seconds()) {
        return None;
    }
    let utc = OffsetDateTime::from_unix_timestamp(time.seconds()).ok()?;
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    let (hour, minute, second, nanos) = (utc.hour(), utc.minute(), utc.second(), time.nanos());
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z"))
}

impl Bind for Rfc3339 {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        match text(self.0) {
            Some(text) => b.text(&text),
            None => Err(b.refuse(Kind::OutOfRange, "must be between the years 1 and 9999")),
        }
    }
}

impl Value for Rfc3339 {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        let Cell::Text(stored) = c else { return Err(Bad::Type) };
        let utc = OffsetDateTime::parse(stored, &Notation).map_err(|_| Bad::Range)?;
        let time = Timestamp::new(utc.unix_timestamp(), utc.nanosecond().cast_signed()).ok_or(Bad::Range)?;
        // The notation has many texts for one time, and only one of them sorts.
        if text(time).as_deref() == Some(stored) { Ok(Self(time)) } else { Err(Bad::Range) }
    }
}
