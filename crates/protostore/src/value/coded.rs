//! Values as bytes that leave the process, each with its kind and its length.

use super::{Bad, Bind, Binder, Cell, Decode, Kept, Row};
use crate::error::{Error, Kind, Result};

/// Writes a value.
pub(crate) fn put_value(bytes: &mut Vec<u8>, value: &Kept) {
    match value {
        Kept::Null => put(bytes, b'n', &[]),
        Kept::Int(v) => put(bytes, b'i', &v.to_le_bytes()),
        Kept::Real(v) => put(bytes, b'r', &v.to_le_bytes()),
        Kept::Text(v) => put(bytes, b't', v.as_bytes()),
        Kept::Blob(v) => put(bytes, b'b', v),
    }
}

/// Reads the values to the end; nothing where it is not what [`put_value`] wrote.
pub(crate) fn take_values(mut bytes: &[u8]) -> Option<Vec<Kept>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        values.push(match take(&mut bytes)? {
            (b'n', []) => Kept::Null,
            (b'i', v) => Kept::Int(i64::from_le_bytes(v.try_into().ok()?)),
            // NaN is in no column, and SQLite takes it for NULL.
            (b'r', v) => Kept::Real(Some(f64::from_le_bytes(v.try_into().ok()?)).filter(|v| !v.is_nan())?),
            (b't', v) => Kept::Text(String::from_utf8(v.to_vec()).ok()?),
            (b'b', v) => Kept::Blob(v.to_vec()),
            _ => return None,
        });
    }
    Some(values)
}

/// Writes what follows, its length and itself.
pub(crate) fn put(bytes: &mut Vec<u8>, tag: u8, content: &[u8]) {
    bytes.push(tag);
    bytes.extend((content.len() as u64).to_le_bytes());
    bytes.extend(content);
}

/// Reads one of what [`put`] wrote.
pub(crate) fn take<'b>(bytes: &mut &'b [u8]) -> Option<(u8, &'b [u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some((*tag, content))
}

/// Returns a parameter list, such as a key, as bytes.
pub(crate) fn to_bytes(list: &impl Bind) -> Result<Vec<u8>> {
    let mut writer = Writer(Vec::new());
    list.bind(&mut writer)?;
    Ok(writer.0)
}

/// Reads what [`to_bytes`] wrote as a value of that type; nothing where it is of another.
pub(crate) fn from_bytes<T: Decode>(bytes: &[u8]) -> Option<T> {
    let mut row = Values { values: take_values(bytes)?, next: 0 };
    let list = T::decode(&mut row).ok()?;
    (row.next == row.values.len()).then_some(list)
}

struct Writer(Vec<u8>);

impl Binder for Writer {
    fn null(&mut self) -> Result<()> {
        put_value(&mut self.0, &Kept::Null);
        Ok(())
    }

    fn int(&mut self, v: i64) -> Result<()> {
        put_value(&mut self.0, &Kept::Int(v));
        Ok(())
    }

    fn real(&mut self, v: f64) -> Result<()> {
        put_value(&mut self.0, &Kept::Real(v));
        Ok(())
    }

    fn text(&mut self, v: &str) -> Result<()> {
        put(&mut self.0, b't', v.as_bytes());
        Ok(())
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        put(&mut self.0, b'b', v);
        Ok(())
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

struct Values {
    values: Vec<Kept>,
    next: usize,
}

impl Row for Values {
    fn cell(&mut self) -> Result<Cell<'_>> {
        let value = self.values.get(self.next).ok_or_else(|| self.bad(Bad::Type))?;
        self.next += 1;
        Ok(match value {
            Kept::Null => Cell::Null,
            Kept::Int(v) => Cell::Int(*v),
            Kept::Real(v) => Cell::Real(*v),
            Kept::Text(v) => Cell::Text(v),
            Kept::Blob(v) => Cell::Blob(v),
        })
    }

    fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    fn bad(&self, _: Bad) -> Error {
        Error::new(Kind::Invalid, "is of another type")
    }
}
