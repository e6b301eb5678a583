//! Values as bytes that leave the process, each with its kind and its length.

use super::Kept;

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
