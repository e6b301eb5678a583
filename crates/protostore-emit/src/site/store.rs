//! The pages of one store: its picture, its tables and enums, and its versions.

use protostore_schema::{Schema, Table, UnstoredMessage};

use super::index::{Entry, Kind};
use super::page::{Page, main, section, table_of};
use super::{SiteStore, SiteVersion, enums, prose, table};
use crate::Files;
use crate::describe;
use crate::markup::{Element, el};
use crate::picture::{Picture, picture};

/// Returns the pages of a store, and adds what is found on them.
pub(super) fn pages(stores: &[SiteStore<'_>], store: &SiteStore<'_>, entries: &mut Vec<Entry>) -> Files {
    let schema = store.schema;
    let name = &schema.name;
    let mut files = Files::new();
    let docs = crate::page::sentence(&schema.docs);
    entries.push(Entry::new(Kind::Store, name, &schema.store, format!("{name}/index.html"), docs));
    files.insert(format!("{name}/index.html"), overview(stores, store).into_bytes());
    for (table, signatures) in schema.tables.iter().zip(crate::rust::signatures(schema)) {
        let page = table::page(stores, store, table, &signatures, entries);
        files.insert(format!("{name}/tables/{}.html", table.name.sql), page.into_bytes());
    }
    if !schema.enums.is_empty() {
        files.insert(format!("{name}/enums.html"), enums::page(stores, store, entries).into_bytes());
    }
    files
}

fn overview(stores: &[SiteStore<'_>], store: &SiteStore<'_>) -> String {
    let schema = store.schema;
    let link = |record: &str, own: &str| format!("tables/{record}.html#{own}");
    let drawn = picture(schema, &Picture { only: None, link: Some(&link) });
    let content = main(&schema.name, Some("store"))
        .all(prose::paragraphs(&schema.docs))
        .with(el("p").text("The message ").with(el("code").text(&schema.store)).text(" in ").with(file(schema)))
        .with(section("tables", "Tables").with(tables(schema)))
        .with(section("picture", "Picture").with(framed(drawn)))
        .with(coverage(store))
        .all(versions(store.versions));
    let title = format!("{}: tables", schema.name);
    Page { stores, title: &title, root: "../", store: Some(store), current: "" }.print(content)
}

fn file(schema: &Schema) -> Element {
    el("code").text(&schema.source.file)
}

/// Returns a picture in a frame: somewhat smaller where it is wide, and scrolled where that is not enough.
pub(super) fn framed(picture: Element) -> Element {
    let frame = el("div").set("class", "frame").set("tabindex", "0").set("role", "group").set("aria-label", "Picture");
    frame.with(picture)
}

fn tables(schema: &Schema) -> Element {
    let row = |table: &Table| {
        let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
        let name = &table.name.sql;
        el("tr")
            .with(el("td").text(table.number.to_string()))
            .with(el("td").with(el("a").set("href", format!("tables/{name}.html")).text(name)))
            .with(el("td").with(el("code").text(&table.record.ty.rust)))
            .with(table::key(table))
            .with(prose::with_code(el("td"), &crate::page::sentence(docs)))
    };
    table_of(&["Number", "Table", "Record", "Key", ""], schema.tables.iter().map(row))
}

/// Returns what is stored of the API: the fields of records that are not, and the messages that no table holds.
fn coverage(store: &SiteStore<'_>) -> Element {
    let tables = &store.schema.tables;
    let stored: usize = tables.iter().map(|table| describe::fields(&table.record.nodes)).sum();
    let left_out: Vec<String> = tables.iter().flat_map(describe::not_stored).collect();
    let mut part = section("coverage", "Coverage");
    part = part.with(el("p").text(match left_out.len() {
        0 => format!("All of the {stored} fields of the records are stored."),
        missing => format!("{stored} of the {} fields of the records are stored. Not stored:", stored + missing),
    }));
    if !left_out.is_empty() {
        let items = left_out.iter().map(|field| el("li").with(el("code").text(field)));
        part = part.with(el("ul").all(items));
    }
    if store.unstored.is_empty() {
        return part.with(el("p").text("Each message of the API is in a record, a request or a response."));
    }
    let row = |UnstoredMessage { proto, file, fields }: &UnstoredMessage| {
        let cells = [el("code").text(proto), el("code").text(file), el("span").text(fields.join(", "))];
        el("tr").all(cells.into_iter().map(|cell| el("td").with(cell)))
    };
    part.with(el("p").text("Messages that no table holds, requests and responses aside:"))
        .with(table_of(&["Message", "File", "Fields"], store.unstored.iter().map(row)))
}

fn versions(versions: &[SiteVersion<'_>]) -> Option<Element> {
    let row = |version: &SiteVersion<'_>| {
        let SiteVersion { number, slug, semver } = version;
        let cells = [number.to_string(), (*semver).to_owned(), slug.replace('_', " ")];
        el("tr").all(cells.into_iter().map(|cell| el("td").text(cell)))
    };
    let rows = || table_of(&["Version", "Of the data", "What changed"], versions.iter().rev().map(row));
    (!versions.is_empty()).then(|| section("versions", "Versions").with(rows()))
}
