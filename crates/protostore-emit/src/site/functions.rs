//! What Rust has for a table: the accessor, the record and the generated functions, with their signatures.

use protostore_schema::{Docs, Schema, Table};

use super::index::{Entry, Kind};
use super::page;
use super::prose::paragraphs;
use crate::markup::{Element, el};
use crate::rust::{Function, Signatures};

/// Returns the section, and adds the functions to what can be found.
pub(super) fn section(
    schema: &Schema,
    table: &Table,
    signatures: &Signatures,
    place: &str,
    entries: &mut Vec<Entry>,
) -> Element {
    let (name, module) = (&schema.name, &table.record.module);
    let code = |text: &str| el("pre").with(el("code").text(text.trim_end()));
    let mut functions = Vec::new();
    for Function { name, signature, docs } in &signatures.functions {
        let id = format!("fn.{name}");
        entries.push(Entry::new(Kind::Function, name, module, format!("{place}#{id}"), docs.join(" ")));
        let part = el("div").set("id", id).with(code(signature)).all(paragraphs(&Docs(docs.clone())));
        functions.push(part.set("class", "function"));
    }
    let accessor = match table.singleton {
        Some(_) => format!("store.{}()", table.name.rust),
        None => {
            format!("store.{}()     // get, insert, update, upsert, delete, list and filters, by key", table.name.rust)
        }
    };
    let none = functions.is_empty().then(|| el("p").text("No index makes further functions."));
    page::section("rust", "In Rust")
        .with(code(&accessor))
        .with(el("details").with(el("summary").text("The record")).with(code(&signatures.record)))
        .with(el("h3").text("Functions of ").with(el("code").text(format!("{name}::{module}"))))
        .all(functions)
        .all(none)
}
