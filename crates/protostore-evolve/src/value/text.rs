//! Text and bytes.

use protostore_schema::{Form, Kind};

use super::kind::changed;
use super::{Rewrite, ValueChange, ValueType};
use crate::plan::{ChangeKind, Conversion, DataEffect, Previous, Word};

/// Returns what becomes of text as bytes and of bytes as text; none where it is not carried.
pub(super) fn change(old: ValueType<'_>, new: ValueType<'_>) -> Option<ValueChange> {
    let base = ValueChange { previous: Previous::Neither, ..changed(old, new) };
    let to_bytes = |data, rewrite| ValueChange { kind: ChangeKind::K09, data, rewrite, ..base.clone() };
    Some(match ((old.scalar(), old.form), (new.scalar(), new.form)) {
        ((Kind::String, Form::Own), (Kind::Bytes, Form::Own)) => {
            to_bytes(DataEffect::Exact, Rewrite::Sql(Conversion::TextToBytes))
        }
        // Its UTF-8 is what the column holds.
        ((Kind::String, Form::Bytes), (Kind::Bytes, Form::Own)) => to_bytes(DataEffect::Untouched, Rewrite::None),
        ((Kind::Bytes, Form::Own), (Kind::String, Form::Own)) => {
            let (data, asks) = (DataEffect::Guarded, vec![Word::Narrow]);
            ValueChange { kind: ChangeKind::K10, data, asks, rewrite: Rewrite::Text, ..base }
        }
        _ => return None,
    })
}
