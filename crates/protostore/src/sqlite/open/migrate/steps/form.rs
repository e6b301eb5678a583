//! What a column of bytes or JSON holds, and how it is read and written.

use prost::Message as _;
use prost_types::FieldMask;
use rusqlite::types::Value;

use super::Why;
use crate::stored::Paths;
use crate::stored::document::{Catalog, Kind, Scalar, What};
use crate::value::{Cell, Value as _};

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As protobuf's bytes.
    Bytes,
    /// As canonical JSON.
    Json,
    /// A field mask as its paths.
    Paths,
}

/// What a column holds, as a line says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) form: Form,
    /// The full name of the message; none where bytes are the field's own.
    pub(super) message: Option<String>,
    /// The number of its only field that is there: of a list or map, or of a value that becomes one, or was one.
    pub(super) field: Option<u32>,
}

/// The same, with the message as its version knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    form: Form,
    what: What,
}

impl Stored {
    /// Looks the message up.
    pub(super) fn of(&self, catalog: &Catalog) -> Result<Known, Why> {
        let unknown = |name: &str| format!("the snapshot of that version has no {name}");
        let what = match (&self.message, self.field) {
            (None, None) => What::One(Kind::Scalar(Scalar::Bytes)),
            (None, Some(_)) => return Err("a field is of no message".to_owned()),
            (Some(message), None) => What::One(catalog.kind(message).ok_or_else(|| unknown(message))?),
            (Some(owner), Some(number)) => {
                What::All(catalog.field(owner, number).ok_or_else(|| unknown(&format!("field {number} of {owner}")))?)
            }
        };
        Ok(Known { form: self.form, what })
    }
}

impl Known {
    /// Returns whether it is all of a field, which is there with or without values.
    pub(super) fn is_field(&self) -> bool {
        matches!(self.what, What::All(_))
    }

    /// Returns the bytes that this has for what a column of `was` holds; nothing where a field without values becomes a
    /// message, which is not set then.
    pub(super) fn bytes_of(&self, was: &Self, value: &Value) -> Result<Option<Vec<u8>>, Why> {
        let read;
        let bytes = match (was.form, value) {
            (Form::Bytes, Value::Blob(bytes)) => bytes,
            (Form::Json, Value::Text(text)) => {
                read = was.what.bytes_of_json(text)?;
                &read
            }
            (Form::Paths, Value::Text(text)) => {
                let paths = Paths::read(Cell::Text(text)).map_err(|_| "holds a text that is no paths")?;
                read = paths.0.encode_to_vec();
                &read
            }
            _ => return Err("holds neither the bytes nor the text that it must hold".to_owned()),
        };
        was.what.become_of(self.what, bytes)
    }

    /// Returns the value of a column for such bytes.
    pub(super) fn value(&self, bytes: &[u8]) -> Result<Value, Why> {
        Ok(match self.form {
            Form::Bytes => Value::Blob(bytes.to_vec()),
            Form::Json => Value::Text(self.what.json_of_bytes(bytes)?),
            Form::Paths => {
                let mask = FieldMask::decode(bytes).map_err(|_| "holds bytes that are no field mask")?;
                let is_none = |path: &String| path.is_empty() || path.contains([',', '\0']);
                if mask.paths.iter().any(is_none) {
                    return Err("holds a path that is empty, or has a comma or NUL in it".to_owned());
                }
                Value::Text(mask.paths.join(","))
            }
        })
    }
}
