//! The page of a table: what it is, its columns and those of its child tables, indexes, functions and SQL.

use protostore_schema::{ChildTable, Docs, Index, Table};

use super::index::{Entry, Kind};
use super::page::{Page, main, section, table_of};
use super::{SiteStore, columns, functions, notes, prose, store};
use crate::markup::{Element, el};
use crate::page::{Relation, relations};
use crate::picture::{Picture, picture};
use crate::rust::Signatures;

/// Returns the page, and adds what is found on it.
pub(super) fn page(
    stores: &[SiteStore<'_>],
    store: &SiteStore<'_>,
    table: &Table,
    signatures: &Signatures,
    entries: &mut Vec<Entry>,
) -> String {
    let (schema, name) = (store.schema, table.name.sql.as_str());
    let place = format!("{}/tables/{name}.html", schema.name);
    let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
    entries.push(Entry::new(Kind::Table, name, &schema.name, place.clone(), crate::page::sentence(docs)));
    let mut content = main(name, Some("table"))
        .all(prose::paragraphs(docs))
        .with(facts(table))
        .with(own(store, table, &place, entries));
    for child in table.descendants() {
        content = content.with(of_child(store, table, child, &place, entries));
    }
    let content = content
        .with(section("references", "What refers to what").with(neighbours(store, table)))
        .with(functions::section(store.schema, table, signatures, &place, entries))
        .with(sql(table));
    let title = format!("{name}: table of {}", schema.name);
    Page { stores, title: &title, root: "../../", store: Some(store), current: name }.print(content)
}

/// Returns the cell that says what a table's key is.
pub(super) fn key(table: &Table) -> Element {
    if table.singleton.is_some() {
        return el("td").text("at most one row");
    }
    let mut cell = el("td");
    for (at, column) in table.key_columns().into_iter().enumerate() {
        cell = if at > 0 { cell.text(", ") } else { cell };
        cell = cell.with(el("code").text(&column.name.proto));
    }
    cell
}

/// Returns what holds for the table as a whole.
fn facts(table: &Table) -> Element {
    let code = |text: &str| el("td").with(el("code").text(text));
    let fact = |name: &str, cell: Element| el("tr").with(el("th").set("scope", "row").text(name)).with(cell);
    let text = |text: String| prose::with_code(el("td"), &text);
    let mut rows = vec![
        fact("Message", code(&table.record.ty.proto)),
        fact("File", code(&table.record.file)),
        fact("Number", el("td").text(table.number.to_string())),
        fact("Key", key(table)),
    ];
    let by = |column: &str, says: &str| text(format!("{says} `{column}`"));
    rows.extend(table.append_only.then(|| fact("Rows", text("are inserted and never change".to_owned()))));
    rows.extend(table.revision.as_ref().map(|c| fact("Revision", by(c, "every write changes"))));
    rows.extend(table.hash_chain.as_ref().map(|c| fact("Hash chain", by(c, "over this row and all before it, in"))));
    rows.extend(table.expire.as_ref().map(|c| fact("Expiry", by(c, "rows are gone after"))));
    rows.extend(table.soft_delete.as_ref().map(|c| fact("Soft delete", by(c, "deleted rows stay, with the time in"))));
    el("table").set("class", "facts").with(el("tbody").all(rows))
}

/// Returns the columns and indexes of the table itself.
fn own(store: &SiteStore<'_>, table: &Table, place: &str, entries: &mut Vec<Entry>) -> Element {
    let name = table.name.sql.as_str();
    let columns = columns::of(store.schema, table, name, &table.all_columns(), &table.key, place, entries);
    let part = section(name, "Columns").with(columns).all(notes::several(store.schema, name, &table.all_columns()));
    part.all(indexes(&table.indexes, name, place, entries))
}

/// Returns a child table: whose it is, its columns and its indexes.
fn of_child(
    store: &SiteStore<'_>,
    table: &Table,
    child: &ChildTable,
    place: &str,
    entries: &mut Vec<Entry>,
) -> Element {
    let name = child.name.sql.as_str();
    let docs = crate::page::sentence(&child.docs);
    entries.push(Entry::new(Kind::Table, name, &store.schema.name, format!("{place}#{name}"), docs));
    let key: Vec<String> = child.key_columns().into_iter().map(|column| column.name.sql.clone()).collect();
    let what = format!("The elements of `{}`, in a table of their own. {}", child.name.proto, notes::counted(child));
    let columns = columns::of(store.schema, table, name, &child.columns(), &key, place, entries);
    el("section")
        .set("id", name)
        .with(el("h2").text("Child table ").with(el("code").text(name)))
        .all(paragraphs(&child.docs))
        .with(prose::with_code(el("p"), what.trim_end()))
        .with(columns)
        .all(notes::several(store.schema, name, &child.columns()))
        .all(indexes(&child.indexes, name, place, entries))
}

fn paragraphs(docs: &Docs) -> Vec<Element> {
    prose::paragraphs(docs)
}

fn indexes(indexes: &[Index], table: &str, place: &str, entries: &mut Vec<Entry>) -> Option<Element> {
    let mut row = |index: &Index| {
        let Index { name, columns, unique, condition } = index;
        let id = format!("index.{name}");
        entries.push(Entry::new(Kind::Index, name, table, format!("{place}#{id}"), String::new()));
        let part = |c: &protostore_schema::IndexColumn| {
            format!("`{}`{}", c.column, if c.descending { " descending" } else { "" })
        };
        let columns = columns.iter().map(part).collect::<Vec<_>>().join(", ");
        let rows = condition.as_ref().map(crate::sql::shown);
        el("tr")
            .set("id", id)
            .with(el("td").with(el("code").text(name)))
            .with(prose::with_code(el("td"), &columns))
            .with(el("td").text(if *unique { "yes" } else { "" }))
            .with(rows.map_or_else(|| el("td").text("all"), |rows| el("td").with(el("code").text(rows))))
    };
    let rows: Vec<Element> = indexes.iter().map(&mut row).collect();
    if rows.is_empty() {
        return None;
    }
    let table = table_of(&["Index", "Columns", "Unique", "Rows"], rows);
    Some(el("div").with(el("h3").text("Indexes")).with(table))
}

/// Returns the picture of the table, its child tables and what is one line away.
fn neighbours(store: &SiteStore<'_>, table: &Table) -> Element {
    let own: Vec<&str> = std::iter::once(table.name.sql.as_str())
        .chain(table.descendants().into_iter().map(|child| child.name.sql.as_str()))
        .collect();
    let lines = relations(store.schema);
    let mut only = own.clone();
    for Relation { from, to, .. } in &lines {
        for (here, other) in [(from, to), (to, from)] {
            if own.contains(here) && !only.contains(other) {
                only.push(other);
            }
        }
    }
    let link = |record: &str, own: &str| format!("{record}.html#{own}");
    store::framed(picture(store.schema, &Picture { only: Some(&only), link: Some(&link) }))
}

/// Returns the definitions, closed until they are asked for; on paper they are open.
fn sql(table: &Table) -> Element {
    let text = el("pre").with(el("code").text(crate::sql::of_table(table).trim_end()));
    let details = el("details").with(el("summary").text("The definitions for SQLite")).with(text);
    section("sql", "SQL").with(details)
}
