//! A list of keys as one parameter: a JSON array, which `json_each` turns into rows.
//!
//! An element is a key: a scalar, or an array where the key has several parts. Bytes are upper-case hexadecimal text.

use std::fmt::Write;

use crate::error::{Error, Kind, Result};
use crate::record::Record;
use crate::value::{Bind, Binder};

/// A list of keys as JSON text.
#[derive(Debug)]
pub struct Keys(String);

impl Keys {
    /// Writes the keys of these records.
    pub(super) fn of<R: Record>(records: &[R]) -> Result<Self> {
        let parts = R::TABLE.key.len() > 1;
        let mut json = Json(String::with_capacity(2 + records.len() * 24));
        json.0.push('[');
        for record in records {
            json.comma();
            if parts {
                json.0.push('[');
            }
            record.key().bind(&mut json)?;
            if parts {
                json.0.push(']');
            }
        }
        json.0.push(']');
        Ok(Self(json.0))
    }
}

impl Bind for Keys {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.text(&self.0)
    }
}

/// Writes JSON values, with commas between them.
struct Json(String);

impl Json {
    fn comma(&mut self) {
        // No value ends with either.
        if !self.0.ends_with(['[', ',']) {
            self.0.push(',');
        }
    }
}

impl Binder for Json {
    fn null(&mut self) -> Result<()> {
        self.comma();
        self.0.push_str("null");
        Ok(())
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.comma();
        // Writing to a String never fails.
        let _ = write!(self.0, "{v}");
        Ok(())
    }

    fn real(&mut self, _: f64) -> Result<()> {
        Err(Error::new(Kind::Engine, "a key is never a real number"))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.comma();
        self.0.push('"');
        if !v.bytes().any(|b| b < b' ' || b == b'"' || b == b'\\') {
            self.0.push_str(v);
            self.0.push('"');
            return Ok(());
        }
        for c in v.chars() {
            match c {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                c if c < ' ' => {
                    let _ = write!(self.0, "\\u{:04x}", u32::from(c));
                }
                c => self.0.push(c),
            }
        }
        self.0.push('"');
        Ok(())
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.comma();
        self.0.push('"');
        for byte in v {
            let _ = write!(self.0, "{byte:02X}");
        }
        self.0.push('"');
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
        let mut json = Json("[".to_owned());
        ("a\"b\\c\n\u{1f}é😀", -7i64, vec![0u8, 255]).bind(&mut json).expect("binds");
        assert_eq!(json.0, "[\"a\\\"b\\\\c\\u000a\\u001fé😀\",-7,\"00FF\"");
    }
}
