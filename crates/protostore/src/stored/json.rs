//! Values without a schema, as canonical JSON text.

pub mod document;
mod read;
mod write;

use prost_types::value::Kind as Content;
use prost_types::{ListValue, Struct};

use self::write::Writer;
use crate::error::{Kind, Result};
use crate::value::{Bad, Bind, Binder, Cell, Value};

/// How many objects and arrays may be nested.
const DEEPEST: usize = 100;

/// A `Struct`, `Value` or `ListValue` as the JSON text that
/// [protobuf's mapping](https://protobuf.dev/programming-guides/json/) gives it.
///
/// The text is canonical: keys in the order of their bytes, no white space, characters as themselves wherever JSON allows
/// it, numbers with the fewest digits that read back to the same bits, and with an exponent only from 10^21 on and below
/// 10^-6. What is read may be spelled otherwise, because PostgreSQL's JSONB and statements written by hand do so; a key
/// that occurs twice, a number beyond `f64` and whatever else a write refuses is [`Bad::Range`].
///
/// Order is not kept. Equal values have equal text, except that -0 is written as such. It is bound as `Json(&value)`.
///
/// Refused with [`Kind::Invalid`]: NaN and infinities, a `Value` without a kind, a null with a number other than 0, NUL in
/// a string or key, and more than 100 objects and arrays within one another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Json<T>(pub T);

/// What is stored as [`Json`]: `Struct`, `Value`, `ListValue`, and references to them.
pub trait Document: write::Write {}

impl Document for prost_types::Value {}
impl Document for Struct {}
impl Document for ListValue {}
impl<T: Document> Document for &T {}

impl<T: Document> Bind for Json<T> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        let mut writer = Writer::default();
        match self.0.write(&mut writer) {
            Ok(()) => b.text(writer.text()),
            Err(why) => Err(b.refuse(Kind::Invalid, why)),
        }
    }
}

/// Returns what the text of a cell says.
fn content(c: Cell<'_>) -> Result<Content, Bad> {
    let Cell::Text(text) = c else { return Err(Bad::Type) };
    read::document(text).ok_or(Bad::Range)
}

impl Value for Json<prost_types::Value> {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        content(c).map(|content| Self(content.into()))
    }
}

impl Value for Json<Struct> {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match content(c)? {
            Content::StructValue(object) => Ok(Self(object)),
            Content::NullValue(_)
            | Content::NumberValue(_)
            | Content::StringValue(_)
            | Content::BoolValue(_)
            | Content::ListValue(_) => Err(Bad::Range),
        }
    }
}

impl Value for Json<ListValue> {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match content(c)? {
            Content::ListValue(list) => Ok(Self(list)),
            Content::NullValue(_)
            | Content::NumberValue(_)
            | Content::StringValue(_)
            | Content::BoolValue(_)
            | Content::StructValue(_) => Err(Bad::Range),
        }
    }
}
