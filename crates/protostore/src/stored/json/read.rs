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
    let mut reader = Reader { rest: text, depth: 0 };
    let content = reader.content()?;
    reader.blank();
    reader.rest.is_empty().then_some(content)
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
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

    fn expect(&mut self, token: &str) -> Option<()> {
        self.eat(token).then_some(())
    }

    fn content(&mut self) -> Option<Content> {
        self.blank();
        match self.rest.as_bytes().first()? {
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
            reader.blank();
            let key = reader.string()?;
            reader.expect(":")?;
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

    /// Reads what stands between two brackets.
    fn items(&mut self, open: &str, close: &str, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
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

    fn string(&mut self) -> Option<String> {
        let mut tokens = Deserializer::from_str(self.rest).into_iter::<String>();
        let string = tokens.next()?.ok()?;
        self.rest = &self.rest[tokens.byte_offset()..];
        (!string.contains('\0')).then_some(string)
    }

    fn number(&mut self) -> Option<f64> {
        let mut tokens = Deserializer::from_str(self.rest).into_iter::<f64>();
        tokens.next()?.ok()?;
        let (number, rest) = self.rest.split_at(tokens.byte_offset());
        self.rest = rest;
        // serde_json rounds differently unless a feature is set; the standard library reads what it wrote.
        number.parse().ok().filter(|number: &f64| number.is_finite())
    }
}
