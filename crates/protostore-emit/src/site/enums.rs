//! The page of the enums that columns use.

use protostore_schema::{Enum, EnumValue};

use super::index::{Entry, Kind};
use super::page::{Page, main, table_of};
use super::{SiteStore, prose};
use crate::markup::{Element, el};

/// Returns the page, and adds the enums and their values to what can be found.
pub(super) fn page(stores: &[SiteStore<'_>], store: &SiteStore<'_>, entries: &mut Vec<Entry>) -> String {
    let place = format!("{}/enums.html", store.schema.name);
    let stored = el("p").text("An enum is stored as its number; one without a name is kept.");
    let mut content = main("Enums", None).with(stored);
    for Enum { name, docs, values, source: _ } in &store.schema.enums {
        let sentence = crate::page::sentence(docs);
        entries.push(Entry::new(
            Kind::Enum,
            &name.proto,
            &store.schema.name,
            format!("{place}#{}", name.proto),
            sentence,
        ));
        let mut row = |value: &EnumValue| row(value, &name.proto, &place, entries);
        let rows: Vec<Element> = values.iter().map(&mut row).collect();
        content = content.with(
            el("section")
                .set("id", &name.proto)
                .with(el("h2").with(el("code").text(&name.proto)))
                .all(prose::paragraphs(docs))
                .with(table_of(&["Number", "Value", "In Rust", ""], rows)),
        );
    }
    let title = format!("{}: enums", store.schema.name);
    Page { stores, title: &title, root: "../", store: Some(store), current: "/enums" }.print(content)
}

fn row(value: &EnumValue, of: &str, place: &str, entries: &mut Vec<Entry>) -> Element {
    let EnumValue { name, number, docs } = value;
    let id = format!("{of}.{}", name.proto);
    let sentence = crate::page::sentence(docs);
    entries.push(Entry::new(Kind::Value, &name.proto, of, format!("{place}#{id}"), sentence));
    el("tr")
        .set("id", id)
        .with(el("td").text(number.to_string()))
        .with(el("td").with(el("code").text(&name.proto)))
        .with(el("td").with(el("code").text(&name.rust)))
        .with(prose::inline(el("td"), docs))
}
