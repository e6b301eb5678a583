//! Values to JSON text, exactly or not at all.

use std::fmt::{Display, LowerExp};

use prost_types::value::Kind as Content;
use prost_types::{ListValue, NullValue, Struct};

use super::DEEPEST;
use crate::value::Look;

/// Why a value has no text.
type Refusal = &'static str;

/// Text in the making.
#[derive(Default)]
pub struct Writer {
    text: String,
    depth: usize,
}

/// How a part of a document is written.
pub trait Write {
    /// Appends it.
    fn write(&self, to: &mut Writer) -> Result<(), Refusal>;
}

impl Writer {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Appends text as it is.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends what is between two brackets, with commas.
    pub(super) fn nest<I: Iterator>(
        &mut self,
        brackets: [char; 2],
        items: I,
        mut item: impl FnMut(&mut Self, I::Item) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if self.depth == DEEPEST {
            return Err(Look::DEEP_VALUE);
        }
        self.depth += 1;
        self.text.push(brackets[0]);
        for (at, next) in items.enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            item(self, next)?;
        }
        self.text.push(brackets[1]);
        self.depth -= 1;
        Ok(())
    }

    pub(super) fn string(&mut self, string: &str) -> Result<(), Refusal> {
        // PostgreSQL's JSONB cannot hold NUL either, escaped or not.
        if string.contains('\0') {
            return Err("must not contain the character NUL");
        }
        self.text.push_str(&serde_json::to_string(string).map_err(|_| "must be a string")?);
        Ok(())
    }

    /// Appends a number as ECMAScript, and so protobuf's own libraries, spell it; but -0 keeps its sign.
    pub(super) fn number(&mut self, number: f64) -> Result<(), Refusal> {
        if !number.is_finite() {
            return Err("must not hold NaN or an infinity, for which JSON has no number: store it as BYTES");
        }
        self.spell(number, &number);
        Ok(())
    }

    /// Appends a finite number of single precision, with the digits that such a one needs.
    pub(super) fn single(&mut self, number: f32) {
        if number.abs() == f32::MAX {
            // Its fewest digits are beyond it in double precision, in which others read them.
            self.spell(number.into(), &f64::from(number));
        } else {
            self.spell(number.into(), &number);
        }
    }

    /// Both notations of the standard library have the fewest digits that read back to the same bits.
    fn spell(&mut self, value: f64, number: &(impl Display + LowerExp)) {
        if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
            self.text.push_str(&number.to_string());
        } else {
            let scientific = format!("{number:e}");
            let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            let sign = if exponent.starts_with('-') { "e" } else { "e+" };
            self.text.extend([digits, sign, exponent]);
        }
    }
}

impl Write for prost_types::Value {
    fn write(&self, to: &mut Writer) -> Result<(), Refusal> {
        match self.kind.as_ref().ok_or("must not hold a value without a kind")? {
            Content::NullValue(number) if *number == NullValue::NullValue as i32 => to.text.push_str("null"),
            Content::NullValue(_) => return Err("must not hold a null with a number other than 0"),
            Content::NumberValue(number) => to.number(*number)?,
            Content::StringValue(string) => to.string(string)?,
            Content::BoolValue(yes) => to.text.push_str(if *yes { "true" } else { "false" }),
            Content::StructValue(object) => object.write(to)?,
            Content::ListValue(list) => list.write(to)?,
        }
        Ok(())
    }
}

impl Write for Struct {
    fn write(&self, to: &mut Writer) -> Result<(), Refusal> {
        to.nest(['{', '}'], self.fields.iter(), |to, (key, value)| {
            to.string(key)?;
            to.text.push(':');
            value.write(to)
        })
    }
}

impl Write for ListValue {
    fn write(&self, to: &mut Writer) -> Result<(), Refusal> {
        to.nest(['[', ']'], self.values.iter(), |to, value| value.write(to))
    }
}

impl<T: Write> Write for &T {
    fn write(&self, to: &mut Writer) -> Result<(), Refusal> {
        (**self).write(to)
    }
}
