//! A list of keys as one parameter: a JSON array, which every engine turns into rows.
//!
//! An element is a key: a scalar, or an array where the key has several parts. Bytes are upper-case hexadecimal text.

use std::fmt::Write;

use protostore_sql::ParamRole;

use crate::error::{Error, Kind, Result};
use crate::record::Record;
use crate::value::{Bind, Binder, Target};

/// A list of keys as one parameter, however long it is: `["vm-1","vm-2"]`, and `[["eu",1],["eu",2]]` of keys of two parts.
#[derive(Debug)]
pub struct Keys(String);

impl Keys {
    /// Writes these keys; one that no column holds is refused, by the path of its field.
    pub(crate) fn of<'k, R: Record>(keys: impl Iterator<Item = R::KeyRef<'k>>) -> Result<Self> {
        let parts = R::TABLE.key.len() > 1;
        let mut json = Json { text: String::with_capacity(2 + keys.size_hint().0 * 24), part: 0 };
        json.text.push('[');
        for key in keys {
            json.comma();
            if parts {
                json.text.push('[');
            }
            json.part = 0;
            key.bind(&mut json).map_err(|e| refused::<R>(e, json.part))?;
            if parts {
                json.text.push(']');
            }
        }
        json.text.push(']');
        Ok(Self(json.text))
    }
}

impl Bind for Keys {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        let values = b.aim(Target::of(ParamRole::Keys));
        b.text(&self.0)?;
        b.aim(values);
        Ok(())
    }
}

/// Names the part of a key that is refused.
#[cold]
fn refused<R: Record>(e: Error, part: usize) -> Error {
    let column = R::TABLE.key.get(part).and_then(|key| R::TABLE.layout.columns.iter().find(|c| c.name == *key));
    let e = e.in_table(R::TABLE.layout.name);
    match column {
        Some(column) => e.at(column.field),
        None => e,
    }
}

/// Writes JSON values, with commas between them.
struct Json {
    text: String,
    /// How many parts of a key are there.
    part: usize,
}

impl Json {
    fn comma(&mut self) {
        self.part += 1;
        // No value ends with either.
        if !self.text.ends_with(['[', ',']) {
            self.text.push(',');
        }
    }
}

impl Binder for Json {
    fn null(&mut self) -> Result<()> {
        self.comma();
        self.text.push_str("null");
        Ok(())
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.comma();
        // Writing to a String never fails.
        let _ = write!(self.text, "{v}");
        Ok(())
    }

    fn real(&mut self, _: f64) -> Result<()> {
        Err(Error::new(Kind::Engine, "a key is never a real number"))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.comma();
        self.text.push('"');
        if !v.bytes().any(|b| b < b' ' || b == b'"' || b == b'\\') {
            self.text.push_str(v);
            self.text.push('"');
            return Ok(());
        }
        for c in v.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                c if c < ' ' => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(c));
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
        Ok(())
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.comma();
        self.text.push('"');
        for byte in v {
            let _ = write!(self.text, "{byte:02X}");
        }
        self.text.push('"');
        Ok(())
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_takes_any_text() {
        let mut json = Json { text: "[".to_owned(), part: 0 };
        ("a\"b\\c\n\u{1f}é😀", -7i64, vec![0u8, 255]).bind(&mut json).expect("binds");
        assert_eq!(json.text, "[\"a\\\"b\\\\c\\u000a\\u001fé😀\",-7,\"00FF\"");
    }
}
