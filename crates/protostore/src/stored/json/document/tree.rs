//! JSON text as a tree, its numbers as they are written.

use prost_types::value::Kind as Content;
use prost_types::{ListValue, NullValue, Struct};

use super::super::read::Reader;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Returns what a text says, or nothing where it is not one JSON value.
pub(super) fn of(text: &str) -> Option<Tree> {
    let mut reader = Reader::of(text);
    let tree = next(&mut reader)?;
    reader.is_at_end().then_some(tree)
}

fn next(reader: &mut Reader<'_>) -> Option<Tree> {
    Some(match reader.peek()? {
        b'{' => {
            let mut fields: Vec<(String, Tree)> = Vec::new();
            reader.items("{", "}", |reader| {
                let name = reader.key()?;
                let value = next(reader)?;
                fields.push((name, value));
                Some(())
            })?;
            Tree::Object(fields)
        }
        b'[' => {
            let mut items = Vec::new();
            reader.items("[", "]", |reader| {
                items.push(next(reader)?);
                Some(())
            })?;
            Tree::List(items)
        }
        b'"' => Tree::Text(reader.string()?),
        b'n' => reader.expect("null").map(|()| Tree::Null)?,
        b't' => reader.expect("true").map(|()| Tree::Bool(true))?,
        b'f' => reader.expect("false").map(|()| Tree::Bool(false))?,
        _ => Tree::Number(reader.token()?.to_owned()),
    })
}

impl Tree {
    /// Returns it as a value without a schema.
    pub(super) fn content(&self) -> Option<Content> {
        Some(match self {
            Self::Null => Content::NullValue(NullValue::NullValue.into()),
            Self::Bool(yes) => Content::BoolValue(*yes),
            Self::Number(number) => Content::NumberValue(number.parse().ok().filter(|n: &f64| n.is_finite())?),
            Self::Text(text) => Content::StringValue(text.clone()),
            Self::List(_) => Content::ListValue(self.list()?),
            Self::Object(_) => Content::StructValue(self.object()?),
        })
    }

    /// Returns it as a list of values without a schema.
    pub(super) fn list(&self) -> Option<ListValue> {
        let Self::List(items) = self else { return None };
        let values = items.iter().map(|item| item.content().map(Into::into)).collect::<Option<_>>()?;
        Some(ListValue { values })
    }

    /// Returns it as an object of values without a schema; a key that occurs twice is none.
    pub(super) fn object(&self) -> Option<Struct> {
        let Self::Object(fields) = self else { return None };
        let mut object = Struct::default();
        for (name, value) in fields {
            if object.fields.insert(name.clone(), value.content()?.into()).is_some() {
                return None;
            }
        }
        Some(object)
    }
}
