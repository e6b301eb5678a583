//! What every page has: its head, the search, and the list of stores and tables beside it.

use super::SiteStore;
use crate::markup::{Element, el};

/// A page, apart from what it says.
pub(super) struct Page<'a> {
    pub(super) stores: &'a [SiteStore<'a>],
    pub(super) title: &'a str,
    /// The way to the first page: `../../`.
    pub(super) root: &'a str,
    /// The store that it is a page of.
    pub(super) store: Option<&'a SiteStore<'a>>,
    /// What of the list beside it is this page: the SQL name of a table, or nothing.
    pub(super) current: &'a str,
}

impl Page<'_> {
    /// Returns the page around its content.
    pub(super) fn print(&self, content: Element) -> String {
        let root = self.root;
        let head = el("head")
            .with(el("meta").set("charset", "utf-8"))
            .with(el("meta").set("name", "viewport").set("content", "width=device-width, initial-scale=1"))
            .with(el("title").text(self.title))
            .with(el("link").set("rel", "stylesheet").set("href", format!("{root}site.css")))
            .with(el("script").set("src", format!("{root}search-index.js")).set("defer", "defer"))
            .with(el("script").set("src", format!("{root}search.js")).set("defer", "defer"));
        let body = el("body")
            .with(el("a").set("class", "skip").set("href", "#main").text("Skip to the content"))
            .with(self.header())
            .with(el("div").set("class", "columns").with(self.nav()).with(content));
        let html = el("html").set("lang", "en").set("data-root", root).with(head).with(body);
        format!("<!DOCTYPE html>\n{}", html.print())
    }

    /// The search is shown by its script, without which it finds nothing.
    fn header(&self) -> Element {
        let input = el("input")
            .set("id", "search")
            .set("type", "search")
            .set("role", "combobox")
            .set("aria-label", "Search tables, columns, functions and values")
            .set("aria-expanded", "false")
            .set("aria-controls", "results")
            .set("aria-autocomplete", "list")
            .set("autocomplete", "off")
            .set("placeholder", "Search (press /)");
        let results = el("ul").set("id", "results").set("role", "listbox").set("aria-label", "Results");
        let search = el("form")
            .set("role", "search")
            .set("hidden", "hidden")
            .with(input)
            .with(results.set("hidden", "hidden"))
            .with(el("p").set("id", "found").set("role", "status"));
        let theme = el("button").set("id", "theme").set("type", "button").set("hidden", "hidden").text("Colours");
        let start = el("a").set("class", "start").set("href", format!("{}index.html", self.root)).text("Stores");
        el("header").with(start).with(search).with(theme)
    }

    fn nav(&self) -> Element {
        let items = self.stores.iter().map(|store| {
            let name = &store.schema.name;
            let is_own = self.store.is_some_and(|own| own.schema.name == *name);
            let link = el("a").set("href", format!("{}{name}/index.html", self.root)).text(name);
            let link = if is_own && self.current.is_empty() { link.set("aria-current", "page") } else { link };
            let item = el("li").with(link);
            if is_own { item.with(self.tables(store)) } else { item }
        });
        el("nav").set("aria-label", "Stores and tables").with(el("ul").all(items))
    }

    fn tables(&self, store: &SiteStore<'_>) -> Element {
        let link = |href: &str, text: &str, is_current: bool| {
            let link = el("a").set("href", format!("{}{}/{href}", self.root, store.schema.name)).text(text);
            el("li").with(if is_current { link.set("aria-current", "page") } else { link })
        };
        let tables = store.schema.tables.iter().map(|table| {
            let name = &table.name.sql;
            link(&format!("tables/{name}.html"), name, *name == self.current)
        });
        let enums = (!store.schema.enums.is_empty()).then(|| link("enums.html", "Enums", self.current == "/enums"));
        el("ul").all(tables).all(enums)
    }
}

/// Returns the main part of a page with its heading.
pub(super) fn main(title: &str, kind: Option<&str>) -> Element {
    let heading = match kind {
        Some(kind) => el("h1").with(el("span").set("class", "kind").text(kind)).text(" ").with(el("code").text(title)),
        None => el("h1").text(title),
    };
    el("main").set("id", "main").set("tabindex", "-1").with(heading)
}

/// Returns a section with a heading.
pub(super) fn section(id: &str, title: &str) -> Element {
    el("section").set("id", id).with(el("h2").text(title))
}

/// Returns a table, which can be scrolled where it is wider than the page.
pub(super) fn table_of(heads: &[&str], rows: impl IntoIterator<Item = Element>) -> Element {
    let head = |text: &&str| el("th").set("scope", "col").text(*text);
    let heads = el("thead").with(el("tr").all(heads.iter().map(head)));
    let table = el("table").with(heads).with(el("tbody").all(rows));
    el("div").set("class", "wide").with(table)
}
