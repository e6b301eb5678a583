//! Reads `google.api.resource_reference`: a field that holds the name of a resource refers to the row of that name.
//!
//! A type that is no record of the store leaves a plain string, and so do `*` and `child_type`, which name no table.
//! A reference in a field that is OUTPUT_ONLY is not enforced: its row may outlive the row that it references.

use std::collections::{BTreeMap, BTreeSet};

use protostore_schema::{OnDelete, Type};

use super::Report;
use super::draft::{Draft, Said, Target};
use crate::{Code, annotations};

/// A record of the store that is a resource.
struct Resource {
    table: String,
    /// Whether the table's key is the resource's name, and nothing else.
    by_name: bool,
    /// The field that holds the name.
    name_field: String,
}

/// Makes references of the fields that name resources of the store, unless `references` says it already.
pub(super) fn read(drafts: &mut [Draft], report: &mut Report<'_>) {
    let resources: BTreeMap<String, Resource> = drafts.iter().filter_map(resource).collect();
    if resources.is_empty() {
        return;
    }
    let tables: BTreeSet<String> = drafts.iter().map(|draft| draft.field.name().to_owned()).collect();
    for draft in drafts {
        for i in 0..draft.spots.len() {
            // A table that is not there is said where references are checked.
            let written = draft.spots[i].column.reference.as_ref().map(|(target, _)| target.table.as_str());
            if written.is_some_and(|table| !table.is_empty() && !tables.contains(table)) {
                continue;
            }
            let named = annotations::resource_reference(&draft.spots[i].field);
            let resource = named.and_then(|named| Some((resources.get(&named)?, named)));
            if let Some((resource, named)) = resource {
                refer(draft, i, resource, &named, report);
            }
        }
    }
}

fn resource(draft: &Draft) -> Option<(String, Resource)> {
    let resource = annotations::resource_type(&draft.message)?;
    let name_field = annotations::resource_name_field(&draft.message)?;
    let by_name = match draft.key.as_slice() {
        [one] => draft.spots[*one].parent.is_none() && draft.spots[*one].field.name() == name_field,
        _ => draft.key_unknown,
    };
    Some((resource, Resource { table: draft.field.name().to_owned(), by_name, name_field }))
}

fn refer(draft: &mut Draft, i: usize, resource: &Resource, named: &str, report: &mut Report<'_>) {
    let Resource { table, by_name, name_field } = resource;
    // The row may outlive what the service found it to refer to.
    let enforced = !draft.is_output_only(i);
    let spot = &mut draft.spots[i];
    let path = spot.dotted();
    if spot.shape_is_absent() {
        return;
    }
    let is_written = spot.column.reference.is_some();
    match &mut spot.column.reference {
        Some((target, _)) if target.table.is_empty() => table.clone_into(&mut target.table),
        Some((target, said)) if target.table != *table => {
            let text =
                format!("`{path}` names `{named}`, the record of `{table}`, but its `references` `{}`", target.table);
            let place = said.place(report.sources, &[("references", 0)]);
            report.add(Code::Contradiction, place, text, format!("write `table: \"{table}\"`, or take the one away"));
            return;
        }
        // Said by hand, the value is the key, whatever the key is.
        Some(_) => return,
        None => {
            let said = Said { anchor: annotations::resource_reference_anchor(&spot.field), entry: None };
            let target = Target { table: table.clone(), on_delete: OnDelete::Restrict, enforced };
            spot.column.reference = Some((target, said));
        }
    }
    let Some((target, said)) = &spot.column.reference else { return };
    let place = said.place(report.sources, &[]);
    if let Some((_, made)) = &spot.column.generated {
        let text = format!("`{path}` names a `{named}`, which a value that is made would not name");
        let place = made.place(report.sources, &[("generated", 0)]);
        report.add(Code::CannotGenerate, place, text, "take `generated` away: a reference names a row that is there");
        spot.column.reference = None;
    } else if spot.ty() != Some(&Type::String) {
        let text = format!("`{path}` is no string, so it cannot hold the name of a `{named}`");
        report.add(Code::CannotApply, place, text, "put `resource_reference` on a string, or on a list of strings");
        spot.column.reference = None;
    } else if !by_name && (target.enforced || !is_written) {
        let text = format!("`{path}` holds the name of a `{named}`, but the key of `{table}` is not `{name_field}`");
        let help = format!(
            "make `{name_field}` the key of `{table}`; or, where the value is the key, say so: `column: {{field: \
             \"{path}\" references: {{table: \"{table}\"}}}}`"
        );
        report.add(Code::ResourceKey, place, text, help);
        spot.column.reference = None;
    }
}
