//! Encoded messages as trees of numbered fields, so that what a descriptor holds beside the known fields is kept.

/// A field of a message: its number, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) value: Value,
}

/// The value of a field as it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(Vec<u8>),
    Fixed32([u8; 4]),
}

/// A message, one level deep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message(pub(super) Vec<Field>);

impl Message {
    /// Reads a message; `None` where the bytes are none, or hold a group.
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes)?;
            let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
            let value = match key & 7 {
                0 => Value::Varint(varint(&mut bytes)?),
                1 => Value::Fixed64(*take(&mut bytes, 8)?.first_chunk()?),
                2 => {
                    let length = usize::try_from(varint(&mut bytes)?).ok()?;
                    Value::Bytes(take(&mut bytes, length)?.to_vec())
                }
                5 => Value::Fixed32(*take(&mut bytes, 4)?.first_chunk()?),
                _ => return None,
            };
            fields.push(Field { number, value });
        }
        Some(Self(fields))
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for Field { number, value } in &self.0 {
            let key = |kind: u64, out: &mut Vec<u8>| write_varint(u64::from(*number) << 3 | kind, out);
            match value {
                Value::Varint(value) => {
                    key(0, &mut out);
                    write_varint(*value, &mut out);
                }
                Value::Fixed64(bytes) => {
                    key(1, &mut out);
                    out.extend_from_slice(bytes);
                }
                Value::Bytes(bytes) => {
                    key(2, &mut out);
                    write_varint(bytes.len() as u64, &mut out);
                    out.extend_from_slice(bytes);
                }
                Value::Fixed32(bytes) => {
                    key(5, &mut out);
                    out.extend_from_slice(bytes);
                }
            }
        }
        out
    }

    /// Returns the last value of a number, as protobuf reads a singular field.
    pub(super) fn varint(&self, number: u32) -> Option<u64> {
        self.0.iter().rev().find_map(|field| match field.value {
            Value::Varint(value) if field.number == number => Some(value),
            _ => None,
        })
    }

    pub(super) fn all(&self, number: u32) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter_map(move |field| match &field.value {
            Value::Bytes(bytes) if field.number == number => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// Returns a string; nothing where there is none.
    pub(super) fn text(&self, number: u32) -> &str {
        self.all(number).last().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Returns a singular message, whose parts protobuf merges; empty where there is none.
    pub(super) fn message(&self, number: u32) -> Self {
        Self::read(&self.all(number).collect::<Vec<_>>().concat()).unwrap_or_default()
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.0.iter().any(|field| field.number == number)
    }

    pub(super) fn remove(&mut self, number: u32) {
        self.0.retain(|field| field.number != number);
    }

    pub(super) fn set(&mut self, number: u32, value: Value) {
        self.remove(number);
        self.0.push(Field { number, value });
    }

    pub(super) fn push(&mut self, number: u32, message: &Self) {
        self.0.push(Field { number, value: Value::Bytes(message.write()) });
    }

    /// Changes each message of a repeated field, with its index; `None` where one cannot be read.
    pub(super) fn each(&mut self, number: u32, mut change: impl FnMut(i32, &mut Self) -> Option<()>) -> Option<()> {
        for (index, field) in (0..).zip(self.0.iter_mut().filter(|field| field.number == number)) {
            let Value::Bytes(bytes) = &mut field.value else { return None };
            let mut message = Self::read(bytes)?;
            change(index, &mut message)?;
            *bytes = message.write();
        }
        Some(())
    }
}

fn take<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = *take(bytes, 1)? else { return None };
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
