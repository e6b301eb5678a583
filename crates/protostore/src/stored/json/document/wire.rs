//! Protobuf's bytes, field by field.

use prost::encoding::{decode_varint, encode_varint};

/// What is under a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload<'b> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'b [u8]),
    /// The fields of a group of proto2, without the tags around.
    Group(&'b [u8]),
}

/// How deep groups may be in one another, as in prost.
const DEEPEST: u8 = 100;

impl<'b> Payload<'b> {
    /// Returns whether it is what a plain field leaves out.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Varint(v) | Self::Fixed64(v) => *v == 0,
            Self::Fixed32(v) => *v == 0,
            Self::Bytes(v) => v.is_empty(),
            Self::Group(_) => false,
        }
    }

    /// Returns the bytes, if it has a length, or is a group.
    pub(crate) fn bytes(&self) -> Option<&'b [u8]> {
        if let Self::Bytes(bytes) | Self::Group(bytes) = self { Some(bytes) } else { None }
    }

    /// Appends it under a number.
    pub(crate) fn put(&self, number: u32, to: &mut Vec<u8>) {
        let wire_type = match self {
            Self::Varint(_) => 0,
            Self::Fixed64(_) => 1,
            Self::Bytes(_) => 2,
            Self::Group(_) => 3,
            Self::Fixed32(_) => 5,
        };
        encode_varint(u64::from(number << 3 | wire_type), to);
        if let Self::Bytes(bytes) = self {
            encode_varint(bytes.len() as u64, to);
        }
        self.put_bare(to);
        if let Self::Group(_) = self {
            encode_varint(u64::from(number << 3 | 4), to);
        }
    }

    /// Appends it without number and length, as it is in a packed field.
    pub(crate) fn put_bare(&self, to: &mut Vec<u8>) {
        match self {
            Self::Varint(v) => encode_varint(*v, to),
            Self::Fixed64(v) => to.extend(v.to_le_bytes()),
            Self::Fixed32(v) => to.extend(v.to_le_bytes()),
            Self::Bytes(v) | Self::Group(v) => to.extend(*v),
        }
    }
}

/// Returns the fields of a message in their order; nothing where the bytes are no message.
pub(crate) fn fields(mut bytes: &[u8]) -> Option<Vec<(u32, Payload<'_>)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = decode_varint(&mut bytes).ok()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
        fields.push((number, any(&mut bytes, key, DEEPEST)?));
    }
    Some(fields)
}

/// Takes the values of a packed field.
pub(crate) fn unpacked(mut bytes: &[u8], like: u64) -> Option<Vec<Payload<'_>>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        values.push(take(&mut bytes, like)?);
    }
    Some(values)
}

/// Takes what follows a tag, a group too.
fn any<'b>(bytes: &mut &'b [u8], key: u64, deepest: u8) -> Option<Payload<'b>> {
    if key & 7 != 3 {
        return take(bytes, key & 7);
    }
    let (start, deeper) = (*bytes, deepest.checked_sub(1)?);
    loop {
        let before = bytes.len();
        let inner = decode_varint(bytes).ok()?;
        if inner & 7 == 4 {
            return (inner >> 3 == key >> 3).then(|| Payload::Group(&start[..start.len() - before]));
        }
        any(bytes, inner, deeper)?;
    }
}

fn take<'b>(bytes: &mut &'b [u8], wire_type: u64) -> Option<Payload<'b>> {
    Some(match wire_type {
        0 => Payload::Varint(decode_varint(bytes).ok()?),
        1 => Payload::Fixed64(u64::from_le_bytes(split(bytes, 8)?.try_into().ok()?)),
        2 => {
            let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
            Payload::Bytes(split(bytes, length)?)
        }
        5 => Payload::Fixed32(u32::from_le_bytes(split(bytes, 4)?.try_into().ok()?)),
        _ => return None,
    })
}

fn split<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}
