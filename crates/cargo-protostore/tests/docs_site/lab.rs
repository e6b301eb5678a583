//! Sites that are made by the command, and their pages as trees.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Runs `cargo protostore docs` in a directory; returns whether it succeeded, and what it said.
pub(crate) fn docs(project: &Path, site: &Path) -> (bool, String) {
    run(project, &["docs", &site.display().to_string()])
}

/// Runs `cargo protostore` in a directory; returns whether it succeeded, and what it said.
pub(crate) fn run(project: &Path, words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
    let output = command.current_dir(project).arg("protostore").args(words).output();
    let Output { status, stdout, stderr } = output.expect("the command runs");
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// Returns the files below a directory, by path below it.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, String> {
    fn visit(root: &Path, dir: &Path, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                visit(root, &path, found);
            } else {
                let name = path.strip_prefix(root).expect("it is below").display().to_string();
                found.insert(name, std::fs::read_to_string(&path).expect("a page is text"));
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(dir, dir, &mut found);
    found
}

/// What a page has, as a parser reads it.
pub(crate) struct Parsed {
    pub(crate) elements: usize,
    pub(crate) ids: BTreeSet<String>,
    /// Where links and scripts lead.
    pub(crate) links: Vec<String>,
    /// The names of the elements.
    pub(crate) names: BTreeSet<String>,
}

/// Parses a page strictly: every element ends, every attribute is quoted, every id is there once.
pub(crate) fn parse(path: &str, text: &str) -> Parsed {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document =
        roxmltree::Document::parse_with_options(text, options).unwrap_or_else(|e| panic!("{path}: {e}\n{text}"));
    let elements: Vec<_> = document.descendants().filter(roxmltree::Node::is_element).collect();
    let (mut ids, mut links) = (BTreeSet::new(), Vec::new());
    for element in &elements {
        if let Some(id) = element.attribute("id") {
            assert!(ids.insert(id.to_owned()), "{path}: two elements have the id {id}");
        }
        let on = element.attributes().find(|attribute| attribute.name().starts_with("on"));
        assert!(on.is_none(), "{path}: {on:?} is a script");
        links.extend(["href", "src"].into_iter().filter_map(|name| element.attribute(name)).map(str::to_owned));
    }
    let names = elements.iter().map(|element| element.tag_name().name().to_owned()).collect();
    Parsed { elements: elements.len(), ids, links, names }
}

/// Returns the page that a link of a page leads to, and the place on it.
pub(crate) fn target(page: &str, link: &str) -> (String, String) {
    let (file, place) = link.split_once('#').unwrap_or((link, ""));
    if file.is_empty() {
        return (page.to_owned(), place.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop().expect("a link stays on the site")),
            part => parts.push(part),
        }
    }
    (parts.join("/"), place.to_owned())
}
