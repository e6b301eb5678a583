//! Where an option is in its file: what a diagnostic points at.

use prost_reflect::{FieldDescriptor, MessageDescriptor, OneofDescriptor};

use crate::diagnostic::Place;
use crate::option_text::{self, Step};
use crate::sources::Sources;

const STORE: i32 = 233_037_591;
const COLUMN: i32 = 233_037_591;
const TABLE: i32 = 233_037_592;
const FIELD_BEHAVIOR: i32 = 1052;
const RESOURCE_REFERENCE: i32 = 1055;
const VALIDATE: i32 = 1159;

/// Number of the `options` of a message, a field and a oneof in their descriptors.
const MESSAGE_OPTIONS: i32 = 7;
const FIELD_OPTIONS: i32 = 8;
const ONEOF_OPTIONS: i32 = 2;

/// Where an option is: on what, and under which number.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    file: String,
    element: Vec<i32>,
    option: Vec<i32>,
}

pub(crate) fn validation_anchor(field: &FieldDescriptor) -> Anchor {
    anchor_field(field, VALIDATE)
}

pub(crate) fn message_validation_anchor(message: &MessageDescriptor) -> Anchor {
    anchor(message.parent_file().name(), message.path(), MESSAGE_OPTIONS, VALIDATE)
}

pub(crate) fn oneof_validation_anchor(oneof: &OneofDescriptor) -> Anchor {
    anchor(oneof.parent_file().name(), oneof.path(), ONEOF_OPTIONS, VALIDATE)
}

pub(crate) fn store_anchor(message: &MessageDescriptor) -> Anchor {
    anchor(message.parent_file().name(), message.path(), MESSAGE_OPTIONS, STORE)
}

pub(crate) fn message_set_anchor(message: &MessageDescriptor) -> Anchor {
    anchor(message.parent_file().name(), message.path(), MESSAGE_OPTIONS, 1)
}

pub(crate) fn table_anchor(field: &FieldDescriptor) -> Anchor {
    anchor_field(field, TABLE)
}

pub(crate) fn column_anchor(field: &FieldDescriptor) -> Anchor {
    anchor_field(field, COLUMN)
}

/// Anchors the `index`th behaviour of a field.
pub(crate) fn behavior_anchor(field: &FieldDescriptor, index: usize) -> Anchor {
    let mut anchor = anchor_field(field, FIELD_BEHAVIOR);
    anchor.option.extend(i32::try_from(index));
    anchor
}

pub(crate) fn resource_reference_anchor(field: &FieldDescriptor) -> Anchor {
    anchor_field(field, RESOURCE_REFERENCE)
}

pub(crate) fn field_info_anchor(field: &FieldDescriptor) -> Anchor {
    anchor_field(field, 291_403_980)
}

fn anchor_field(field: &FieldDescriptor, number: i32) -> Anchor {
    anchor(field.parent_file().name(), field.path(), FIELD_OPTIONS, number)
}

fn anchor(file: &str, element: &[i32], options: i32, number: i32) -> Anchor {
    Anchor { file: file.to_owned(), element: element.to_vec(), option: vec![options, number] }
}

impl Anchor {
    /// Returns the place of the value at `steps` inside the option, or the nearest that is written in the file.
    ///
    /// An option may be written as one value, `(x) = {a: {b: 1}}`, or part by part, `(x).a.b = 1`.
    pub(crate) fn place(&self, sources: &Sources, steps: &[Step]) -> Place {
        let path: Vec<i32> = self.element.iter().chain(&self.option).copied().collect();
        let text = sources.text(&self.file).map_or("", |text| text);
        let whole = sources.span(&self.file, &path).map(|span| {
            let inner = sources.option(&self.file, &span).and_then(|value| option_text::find(&value, steps));
            inner.map_or(span.clone(), |inner| span.start + inner.start..span.start + inner.end)
        });
        let key = steps.first().map(|(key, _)| format!(".{key}"));
        let in_parts = || {
            let parts: Vec<_> = sources.below(&self.file, &path).map(|(_, span)| span).collect();
            let named = key.and_then(|key| {
                parts.iter().find(|span| {
                    let left = text.get((*span).clone()).unwrap_or_default().split('=').next().unwrap_or_default();
                    left.split_whitespace().collect::<String>().contains(&key)
                })
            });
            named.or(parts.first()).cloned()
        };
        match whole.or_else(in_parts) {
            Some(span) => Place { file: self.file.clone(), span: Some(span) },
            None => sources.place(&self.file, &self.element),
        }
    }
}
