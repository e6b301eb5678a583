//! JSON text to values, exactly or not at all.
//!
//! serde_json reads the strings and delimits the numbers. The structure is read here, because its own values keep the
//! last of two equal keys, and turn into something else when another crate of the build enables one of its features.

use std::collections::BTreeMap;

use prost_types::value::Kind as Content;
use prost_types::{ListValue, NullValue, Struct};
use serde_json::Deserializer;

use super::DEEPEST;

/// Returns what a text says, or nothing where it is not one JSON value that a write could have been given.
pub(super) fn document(text: &str) -> Option<Content> {
    let mut reader = Reader::of(text);
    let content = reader.content()?;
    reader.is_at_end().then_some(content)
}

/// Text that is read from left to right.
pub(super) struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// Returns whether nothing is left but white space.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.blank();
        self.rest.is_empty()
    }

    /// Returns the byte that the next value begins with.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.blank();
        self.rest.bytes().next()
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Passes over a token, if it is the next one.
    fn eat(&mut self, token: &str) -> bool {
        self.blank();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn expect(&mut self, token: &str) -> Option<()> {
        self.eat(token).then_some(())
    }

    fn content(&mut self) -> Option<Content> {
        match self.peek()? {
            b'{' => self.object().map(Content::StructValue),
            b'[' => self.array().map(Content::ListValue),
            b'"' => self.string().map(Content::StringValue),
            b'n' => self.expect("null").map(|()| Content::NullValue(NullValue::NullValue.into())),
            b't' => self.expect("true").map(|()| Content::BoolValue(true)),
            b'f' => self.expect("false").map(|()| Content::BoolValue(false)),
            _ => self.number().map(Content::NumberValue),
        }
    }

    fn object(&mut self) -> Option<Struct> {
        let mut fields = BTreeMap::new();
        self.items("{", "}", |reader| {
            let key = reader.key()?;
            let value = reader.content()?.into();
            fields.insert(key, value).is_none().then_some(())
        })?;
        Some(Struct { fields })
    }

    fn array(&mut self) -> Option<ListValue> {
        let mut values = Vec::new();
        self.items("[", "]", |reader| {
            values.push(reader.content()?.into());
            Some(())
        })?;
        Some(ListValue { values })
    }

    /// Reads what is between two brackets.
    pub(super) fn items(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(open)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        if !self.eat(close) {
            item(self)?;
            while !self.eat(close) {
                self.expect(",")?;
                item(self)?;
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// Reads a name and the colon after it.
    pub(super) fn key(&mut self) -> Option<String> {
        self.blank();
        let key = self.string()?;
        self.expect(":").map(|()| key)
    }

    pub(super) fn string(&mut self) -> Option<String> {
        let mut tokens = Deserializer::from_str(self.rest).into_iter::<String>();
        let string = tokens.next()?.ok()?;
        self.rest = &self.rest[tokens.byte_offset()..];
        (!string.contains('\0')).then_some(string)
    }

    fn number(&mut self) -> Option<f64> {
        // serde_json rounds differently unless a feature is set; the standard library reads what it wrote.
        self.token()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Reads a number as it is written.
    pub(super) fn token(&mut self) -> Option<&'t str> {
        let mut tokens = Deserializer::from_str(self.rest).into_iter::<f64>();
        tokens.next()?.ok()?;
        let (number, rest) = self.rest.split_at(tokens.byte_offset());
        self.rest = rest;
        Some(number)
    }
}
