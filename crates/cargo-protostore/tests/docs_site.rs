//! `cargo protostore docs`: every table and column has its place, every link leads somewhere, what a comment says is text,
//! and a browser finds things without a network.
//!
//! Without a browser the last test says so and passes, unless `PROTOSTORE_BROWSER=required` is set, as it is in CI.
#![allow(clippy::print_stderr, reason = "what is not tried is said")]

#[path = "docs_site/browser.rs"]
mod browser;
#[path = "docs_site/lab.rs"]
mod lab;

use std::collections::BTreeMap;
use std::path::PathBuf;

use browser::Browser;
use lab::{Parsed, docs, files, parse, root, target};
use protostore_lower::{Inputs, compile, lower};
use serde_json::json;
use tempfile::TempDir;

const CONFIG: &str = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }\n");

/// A store whose comments are what an attacker would write.
const HOSTILE: &str = r#"syntax = "proto3";
package lab;
import "protostore/v1/options.proto";

// </title></style><script>window.hacked = 1</script> & "quotes" ' `code` <!-- -->
message LabStore {
  option (protostore.v1.store) = {name: "lab"};
  // </pre></script><script>window.hacked = 2</script><img src="x" onerror="window.hacked = 3">
  repeated Machine machines = 1 [(protostore.v1.table) = {primary_key: "id"}];
}

// </table><script>window.hacked = 4</script> ]]> `
message Machine {
  // "><script>window.hacked = 5</script>
  string id = 1;
  // <svg onload=window.hacked=6> and javascript:window.hacked=7
  Kind kind = 2;
  // <b>bold</b>
  repeated string tags = 3;
}

// <iframe src="javascript:window.hacked=8"></iframe>
enum Kind {
  // <a href="https://example.com">elsewhere</a>
  KIND_UNSPECIFIED = 0;
}
"#;

fn project(proto: &str) -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("proto")).expect("a directory");
    std::fs::write(dir.path().join("proto/lab.proto"), proto).expect("a file");
    std::fs::write(dir.path().join("protostore.toml"), CONFIG).expect("a file");
    dir
}

/// Makes the site of a project; returns its directory and its parsed pages.
fn site(project: &std::path::Path) -> (TempDir, PathBuf, BTreeMap<String, Parsed>) {
    let dir = TempDir::new().expect("a temporary directory");
    let site = dir.path().join("site");
    let (ok, said) = docs(project, &site);
    assert!(ok, "{said}");
    let pages = files(&site).into_iter().filter(|(path, _)| path.ends_with(".html"));
    let pages = pages.map(|(path, text)| {
        let parsed = parse(&path, &text);
        (path, parsed)
    });
    let pages = pages.collect();
    (dir, site, pages)
}

/// Checks that every link of every page leads to a file, and to a place on it.
fn assert_links(files: &BTreeMap<String, String>, pages: &BTreeMap<String, Parsed>) {
    for (path, page) in pages {
        for link in &page.links {
            assert!(!link.contains(':') && !link.starts_with("//"), "{path}: {link} leads away");
            let (file, place) = target(path, link);
            assert!(files.contains_key(&file), "{path}: no file at {link}");
            let is_there = place.is_empty() || pages[&file].ids.contains(&place);
            assert!(is_there, "{path}: no place at {link}");
        }
    }
}

/// Returns what the search can find: kind, name, what it is in, page and place, comment.
fn entries(index: &str) -> Vec<[String; 5]> {
    let data = index.split_once('=').expect("the index is a list").1.trim().trim_end_matches(';');
    serde_json::from_str(data).expect("the index is JSON")
}

#[test]
fn every_table_and_column_of_the_stores_has_its_place_and_every_link_leads_somewhere() {
    let (_dir, site, pages) = site(&root());
    let files = files(&site);
    assert_links(&files, &pages);
    let found = entries(&files["search-index.js"]);
    for [kind, name, _, place, _] in &found {
        let (file, place) = target("index.html", place);
        let ids = &pages.get(&file).unwrap_or_else(|| panic!("{kind} {name}: no page {file}")).ids;
        assert!(place.is_empty() || ids.contains(&place), "{kind} {name}: no place {place} on {file}");
    }
    let has = |kind: &str, name: &str, of: &str| found.iter().any(|e| e[0] == kind && e[1] == name && e[2] == of);
    let mut columns = 0;
    for (store, file) in [
        ("aurae.store.v0.AuraeStore", "aurae/store/v0/store.proto"),
        ("autoinstall.store.v1.AutoinstallStore", "autoinstall/store/v1/store.proto"),
        ("mesh.store.v1.MeshStore", "mesh/store/v1/store.proto"),
        ("froyo.store.v1.FroyoStore", "froyo/store/v1/store.proto"),
        ("gantry.store.v1.GantryStore", "gantry/store/v1/store.proto"),
    ] {
        let proto = root().join("proto");
        let compiled = compile(&Inputs { includes: vec![proto.clone()], files: vec![proto.join(file)] });
        let schema = lower(&compiled.expect("the store compiles"), store).expect("a store");
        for table in &schema.tables {
            let path = format!("{}/tables/{}.html", schema.name, table.name.sql);
            let page = pages.get(&path).unwrap_or_else(|| panic!("no page {path}"));
            assert!(has("table", &table.name.sql, &schema.name), "{path} is not found");
            let children = table.descendants().into_iter().map(|child| (child.name.sql.clone(), child.columns()));
            for (name, all) in std::iter::once((table.name.sql.clone(), table.all_columns())).chain(children) {
                for column in all {
                    let id = format!("{name}.{}", column.name.sql);
                    assert!(page.ids.contains(&id), "{path}: no column {id}");
                    assert!(has("column", &column.name.sql, &name), "{id} is not found");
                    columns += 1;
                }
            }
            let indexes = table.indexes.iter().chain(table.descendants().into_iter().flat_map(|child| &child.indexes));
            for index in indexes {
                assert!(page.ids.contains(&format!("index.{}", index.name)), "{path}: no index {}", index.name);
            }
            let rust = format!("generated/{}/src/records/{}.rs", schema.name, table.record.module);
            let rust = std::fs::read_to_string(root().join(rust)).expect("the generated module");
            for line in rust.lines().filter_map(|line| line.strip_prefix("pub fn ")) {
                let name = line.split(['(', '<']).next().unwrap_or_default();
                assert!(page.ids.contains(&format!("fn.{name}")), "{path}: no function {name}");
            }
        }
    }
    assert!(columns > 300, "{columns} columns");
}

#[test]
fn what_a_comment_says_is_text() {
    let project = project(HOSTILE);
    let (_dir, site, pages) = site(project.path());
    let files = files(&site);
    assert_links(&files, &pages);
    for (path, page) in &pages {
        for name in ["img", "iframe", "b", "object", "embed"] {
            assert!(!page.names.contains(name), "{path} has an element {name}");
        }
        let scripts = page.links.iter().filter(|link| link.ends_with(".js")).count();
        assert_eq!(scripts, 2, "{path}: {:?}", page.links);
        assert_eq!(files[path].matches("<script").count(), scripts, "{path} has another script");
    }
    let index = &files["search-index.js"];
    assert!(!index.contains('<') && index.contains("\\u003cb>bold\\u003c/b>"), "{index}");
    assert!(files["lab/tables/machines.html"].contains("&lt;b&gt;bold&lt;/b&gt;"), "the comment is there");
}

#[test]
fn a_site_is_the_same_each_time_and_loses_the_pages_of_what_is_gone() {
    let project = project(HOSTILE);
    let dir = project.path().join("pages");
    let (ok, said) = docs(project.path(), &dir);
    assert!(ok && said.trim_end().ends_with("/pages/index.html"), "{said}");
    assert!(said.starts_with("docs: 1 store, 1 table, "), "{said}");
    let first = files(&dir);
    assert!(docs(project.path(), &dir).0 && files(&dir) == first, "the second run changes nothing");

    std::fs::write(project.path().join("proto/lab.proto"), HOSTILE.replace("machines = 1", "hosts = 1"))
        .expect("a file");
    assert!(docs(project.path(), &dir).0);
    let (tables, second): (Vec<_>, _) = (["lab/tables/machines.html", "lab/tables/hosts.html"].into(), files(&dir));
    assert_eq!(tables.iter().map(|page| second.contains_key(*page)).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_directory_of_someone_else_is_left_alone() {
    let project = project(HOSTILE);
    let dir = project.path().join("mine");
    std::fs::create_dir(&dir).expect("a directory");
    std::fs::write(dir.join("index.html"), "mine").expect("a file");
    let (ok, said) = docs(project.path(), &dir);
    assert!(!ok && said.contains("has files that are not pages of stores"), "{said}");
    assert!(said.contains("help: name a directory that is new or empty"), "{said}");
    assert_eq!(files(&dir), BTreeMap::from([("index.html".to_owned(), "mine".to_owned())]));
}

#[test]
fn the_picture_beside_generated_code_is_checked() {
    let project = project(HOSTILE);
    let (ok, said) = lab::run(project.path(), &["codegen"]);
    assert!(ok, "{said}");
    let picture = project.path().join("generated/lab/schema.svg");
    let text = std::fs::read_to_string(&picture).expect("the picture");
    let Parsed { names, .. } = parse("schema.svg", &text);
    assert!(names.contains("svg") && !names.contains("script"), "{names:?}");
    for name in ["machines", "machines__tags", "_position"] {
        assert!(text.contains(&format!(">{name}<")), "{name} is in the picture");
    }
    std::fs::write(&picture, text.replace(">machines<", ">hosts<")).expect("a file");
    let (ok, said) = lab::run(project.path(), &["check"]);
    assert!(!ok && said.contains("generated/lab/schema.svg is not what the protos say"), "{said}");
    assert!(lab::run(project.path(), &["codegen"]).0 && std::fs::read_to_string(&picture).is_ok_and(|t| t == text));
}

#[test]
fn a_browser_reads_the_pages_as_they_were_written_and_finds_by_the_keyboard() {
    let Some(program) = browser::find() else { return };
    let (_dir, site, pages) = site(&root());
    let mut browser = Browser::start(&program);
    for (path, page) in &pages {
        browser.open(&site.join(path));
        let elements = browser.value("document.querySelectorAll('*').length");
        assert_eq!(elements, json!(page.elements), "{path}: the browser reads other elements");
    }

    browser.open(&site.join("index.html"));
    browser.press("Tab");
    assert_eq!(browser.value("document.activeElement.textContent"), json!("Skip to the content"));
    browser.press("/");
    assert_eq!(browser.value("document.activeElement.id"), json!("search"));
    browser.write("mac_addr");
    assert_eq!(browser.value("document.querySelector('[aria-selected=true] .name').textContent"), json!("mac_address"));
    let count = browser.value("document.querySelectorAll('#results [role=option]').length").as_u64();
    assert!(count.is_some_and(|count| count > 1), "several things are called so");
    browser.press("ArrowDown");
    let second = "document.querySelectorAll('#results [role=option]')[1].getAttribute('aria-selected')";
    assert_eq!(browser.value(second), json!("true"));
    browser.press("ArrowUp");
    browser.press_and_load("Enter");
    assert_eq!(browser.value("location.pathname.split('/').slice(-3).join('/')"), json!("aurae/tables/nics.html"));
    assert_eq!(browser.value("location.hash"), json!("#nics.mac_address"));
    assert_eq!(browser.value("document.querySelector(':target code').textContent"), json!("mac_address"));

    browser.press("/");
    browser.write("nothing-has-this-name");
    assert_eq!(browser.value("document.getElementById('found').textContent"), json!("0 results"));
    browser.press("Escape");
    assert_eq!(browser.value("document.getElementById('results').hidden"), json!(true));

    let paper = "getComputedStyle(document.body).backgroundColor";
    browser.media("screen", "light");
    assert_eq!(browser.value(paper), json!("rgb(255, 255, 255)"));
    browser.media("screen", "dark");
    assert_eq!(browser.value(paper), json!("rgb(15, 20, 27)"));
    browser.value("document.getElementById('theme').click()");
    assert_eq!(browser.value(paper), json!("rgb(255, 255, 255)"), "the page can be light where the browser is dark");
    browser.media("print", "dark");
    assert_eq!(browser.value(paper), json!("rgb(255, 255, 255)"), "paper is white");
    assert_eq!(browser.value("getComputedStyle(document.querySelector('nav')).display"), json!("none"));
    let read = "performance.getEntriesByType('resource').every(({ name }) => name.startsWith('file:'))";
    assert_eq!(browser.value(read), json!(true), "everything is read from disk");
}

#[test]
fn no_comment_runs_in_a_browser() {
    let Some(program) = browser::find() else { return };
    let project = project(HOSTILE);
    let (_dir, site, pages) = site(project.path());
    let mut browser = Browser::start(&program);
    for path in pages.keys() {
        browser.open(&site.join(path));
        browser.press("/");
        browser.write("script");
        assert_eq!(browser.value("typeof window.hacked"), json!("undefined"), "{path}");
        assert!(
            browser
                .value("document.getElementById('results').textContent")
                .as_str()
                .is_some_and(|t| t.contains("<script>"))
        );
    }
}

#[test]
fn a_page_that_is_broken_is_noticed() {
    let is_noticed = |check: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err();
    let site = |link: &str| {
        let text = format!("<html><a href=\"{link}\" id=\"here\">a</a></html>");
        let pages = BTreeMap::from([("index.html".to_owned(), parse("index.html", &text))]);
        assert_links(&BTreeMap::from([("index.html".to_owned(), text)]), &pages);
    };
    assert!(!is_noticed(&|| site("index.html#here")));
    for link in ["gone.html", "#gone", "https://example.com", "//example.com", "../index.html"] {
        assert!(is_noticed(&|| site(link)), "{link}");
    }
    for text in ["<p><br></p>", "<p id=\"a\"><b id=\"a\"/></p>", "<p onclick=\"f()\"/>", "<p>a & b</p>"] {
        assert!(is_noticed(&|| drop(parse("page", text))), "{text}");
    }
}
