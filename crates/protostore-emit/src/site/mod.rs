//! The site of a project's stores: pages that a browser reads from disk, with search, without a network.
//!
//! Every page is whole without scripts; those find things and remember whether the page is dark.

mod columns;
mod enums;
mod functions;
mod index;
mod notes;
mod page;
mod prose;
mod store;
mod table;

use protostore_schema::{Schema, UnstoredMessage};

use crate::Files;
use crate::markup::el;
use page::{Page, main, table_of};

/// A store of a site.
#[derive(Clone, Copy, Debug)]
pub struct SiteStore<'a> {
    /// The schema today.
    pub schema: &'a Schema,
    /// The versions of the schema, oldest first; none where nothing was generated yet.
    pub versions: &'a [SiteVersion<'a>],
    /// The messages of the API's files that no table holds.
    pub unstored: &'a [UnstoredMessage],
}

/// A version of a store's schema, as a page names it.
#[derive(Clone, Copy, Debug)]
pub struct SiteVersion<'a> {
    /// From 1, without gaps.
    pub number: u32,
    /// What changed, in snake_case: `initial`.
    pub slug: &'a str,
    /// The version of the data, and of the generated crate.
    pub semver: &'a str,
}

/// Returns the files of the site: `index.html`, what all pages share, and of each store a directory of its name.
///
/// ```
/// # fn pages(schema: &protostore_schema::Schema) {
/// use protostore_emit::{SiteStore, site};
///
/// let files = site(&[SiteStore { schema, versions: &[], unstored: &[] }]);
/// assert!(files.contains_key("index.html"));
/// # }
/// ```
#[must_use]
pub fn site(stores: &[SiteStore<'_>]) -> Files {
    let mut files = Files::new();
    let mut entries = Vec::new();
    for store in stores {
        files.extend(store::pages(stores, store, &mut entries));
    }
    files.insert("index.html".to_owned(), start(stores).into_bytes());
    files.insert("search-index.js".to_owned(), index::file(&entries).into_bytes());
    files.insert("search.js".to_owned(), include_str!("search.js").as_bytes().to_vec());
    files.insert("site.css".to_owned(), include_str!("site.css").as_bytes().to_vec());
    files
}

/// Returns the first page, which lists the stores.
fn start(stores: &[SiteStore<'_>]) -> String {
    let row = |store: &SiteStore<'_>| {
        let Schema { name, docs, tables, store: message, .. } = store.schema;
        let link = el("a").set("href", format!("{name}/index.html")).text(name);
        el("tr")
            .with(el("td").with(link))
            .with(el("td").with(el("code").text(message)))
            .with(el("td").text(tables.len().to_string()))
            .with(el("td").text(crate::page::sentence(docs)))
    };
    let list = table_of(&["Store", "Message", "Tables", ""], stores.iter().map(row));
    let content = main("Stores", None).with(list);
    Page { stores, title: "Stores", root: "", store: None, current: "" }.print(content)
}
