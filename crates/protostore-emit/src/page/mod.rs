//! The pages beside the code: git's attributes, the manifest, and the README with its diagram and its columns.

mod attributes;
mod columns;
mod diagram;
mod manifest;
mod readme;
mod relations;

pub(crate) use attributes::attributes;
pub(crate) use diagram::type_name;
pub(crate) use manifest::manifest;
pub(crate) use readme::{readme, start};
pub(crate) use relations::{Relation, Rows, Target, relations};

use protostore_schema::Docs;

/// Returns the first sentence of a comment.
pub(crate) fn sentence(docs: &Docs) -> String {
    let text = docs.0.iter().map(String::as_str).take_while(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |i| i + 1);
    text[..end].to_owned()
}

/// Returns the first sentence of a comment, fit for a cell of a table in Markdown.
fn cell(docs: &Docs) -> String {
    sentence(docs).replace('|', "\\|")
}
