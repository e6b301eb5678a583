//! What becomes of a value when its field gets another kind, or its column another form.
//!
//! One rule settles it. Where protobuf calls a change of kind compatible, the new value is what a new program reads from
//! the bytes that an old one wrote, and the upgrade stops where that loses something. Elsewhere a value is carried over
//! only if it is exactly the same number or text. Every other change is rejected by name.
//!
//! The same rule serves columns, elements of lists, keys and values of maps, and fields of messages inside columns.

mod form;
mod integer;
mod kind;
mod misfit;
mod real;
mod stored;
mod text;
mod wire;

pub use kind::{value_change, wrapped};
pub use misfit::Misfit;
pub(crate) use stored::stored_as;
pub use wire::{Notation, Wire};

use protostore_schema::{Form, Kind, Type};

use crate::plan::{ChangeKind, Conversion, DataEffect, Effect, Previous, Word};

/// What a schema says of the values in a column.
///
/// ```
/// use protostore_evolve::value::{ValueType, value_change};
/// use protostore_evolve::plan::{ChangeKind, Word};
/// use protostore_schema::{Form, Kind, Type};
///
/// let old = ValueType { kind: &Kind::Int64, ty: &Type::Int64, form: Form::Own };
/// let new = ValueType { kind: &Kind::Int32, ty: &Type::Int32, form: Form::Own };
/// let change = value_change(old, new).unwrap().unwrap();
/// assert_eq!((change.kind, change.asks), (ChangeKind::K03, vec![Word::Narrow]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueType<'a> {
    /// What the proto file says: a wrapper and a time are messages.
    pub kind: &'a Kind,
    /// The type of the column.
    pub ty: &'a Type,
    /// The form in which the value is in the column.
    pub form: Form,
}

/// A change of kind or form that keeps what each value says, or stops where it cannot.
///
/// The way back is the change with both ends exchanged; it restores every value or stops, and loses none.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueChange {
    /// The row of the tables of changes.
    pub kind: ChangeKind,
    /// To clients that speak protobuf's bytes.
    pub wire: Effect,
    /// To clients that speak its JSON.
    pub json: Effect,
    /// To stored data.
    pub data: DataEffect,
    /// What the previous program may do with the new values.
    pub previous: Previous,
    /// The risks that must be accepted.
    pub asks: Vec<Word>,
    /// What is done to the column.
    pub rewrite: Rewrite,
    /// The stored values that do not fit, if there can be any.
    pub misfit: Option<Misfit>,
}

/// What is done to a column whose values change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Nothing: what is stored is the same; only constraints differ.
    None,
    /// SQL converts each value.
    Sql(Conversion),
    /// The run time makes text of bytes: UTF-8 without NUL, or it stops.
    Text,
    /// The run time makes bits of floating-point numbers, or numbers of bits.
    Bits {
        /// Whether the new form is the bits.
        into: bool,
    },
    /// The run time reads each message or list, and writes it in the other form.
    Reform,
}

/// A change that keeps no values, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The row of the tables of changes that it would be.
    pub kind: ChangeKind,
    /// Why, and what to do instead, as a sentence that follows the field's name.
    pub why: String,
}

impl<'a> ValueType<'a> {
    /// Returns the kind of the value itself: of a wrapper, that of its field `value`.
    #[must_use]
    pub fn scalar(self) -> &'a Kind {
        wrapped(self.kind).unwrap_or(self.kind)
    }

    /// Returns how people call it: `int32`, `uint64 in full range`, `google.protobuf.Timestamp in seconds`.
    #[must_use]
    pub fn words(self) -> String {
        let kind = match self.kind {
            Kind::Enum(name) | Kind::Message(name) => name.as_str(),
            other => other.word(),
        };
        match form::words(self.form) {
            Some(form) => format!("{kind} {form}"),
            None => kind.to_owned(),
        }
    }
}

impl ValueChange {
    /// Returns full passes over a table that it takes: its guard, its conversion, and the CHECK of the new type.
    #[must_use]
    pub fn passes(&self) -> u8 {
        let rewrite = match self.rewrite {
            Rewrite::None if self.kind == ChangeKind::S10 => 0,
            Rewrite::None => 1,
            Rewrite::Sql(_) | Rewrite::Text | Rewrite::Bits { .. } | Rewrite::Reform => 3,
        };
        rewrite + u8::from(self.misfit.is_some())
    }
}
