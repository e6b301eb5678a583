//! The references of a table, of one field or of several, as a check of the life of rows goes through them.

use super::super::Report;
use super::super::draft::{Draft, Target};
use crate::diagnostic::Place;

/// A reference of one field or of several.
pub(super) struct Reference<'d> {
    pub(super) target: &'d Target,
    /// What it is called, `mentions.fact_id`.
    pub(super) name: String,
    /// The field with a table of its own whose element has it, which goes alone.
    pub(super) child: Option<usize>,
    pub(super) place: Place,
}

/// Returns the references of a table, also those of its lists.
pub(super) fn references<'d>(draft: &'d Draft, report: &Report<'_>) -> Vec<Reference<'d>> {
    let table = draft.field.name();
    let of_one = draft.spots.iter().filter_map(|spot| {
        let (target, said) = spot.column.reference.as_ref()?;
        let place = said.place(report.sources, &[("references", 0)]);
        Some(Reference { target, name: format!("{table}.{}", spot.dotted()), child: spot.child, place })
    });
    let of_several = draft.foreign_keys.iter().map(|key| {
        let paths: Vec<String> = key.spots.iter().map(|i| draft.spots[*i].dotted()).collect();
        let place = draft.place(report.sources, &[("foreign_key", key.number), ("references", 0)]);
        let name = format!("{table}.({})", paths.join(", "));
        Reference { target: &key.target, name, child: key.child, place }
    });
    of_one.chain(of_several).collect()
}
