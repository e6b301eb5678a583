//! The pages: their links lead somewhere, and the code that they quote is the code that is emitted.

#[path = "cases/mod.rs"]
mod cases;
#[path = "docs/history.rs"]
mod history;
#[path = "docs/snippets.rs"]
mod snippets;

use std::path::{Path, PathBuf};

use protostore_lower::{Inputs, compile, lower};

/// What the README leaves out of its example.
const HEAD: &str = "syntax = \"proto3\";\npackage readme;\n\
    import \"google/api/field_behavior.proto\";\nimport \"google/protobuf/timestamp.proto\";\n\
    import \"protostore/v1/options.proto\";\n";
const RACK: &str = "message Rack { string id = 1 [(google.api.field_behavior) = IDENTIFIER]; }\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Returns the pages below the root, without what is built or hidden.
fn pages(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())) {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What a crate carries along is a page elsewhere.
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(pages(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// Returns the anchor of a heading, as it is made where the pages are shown.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = pages(&root());
    assert!(pages.iter().any(|path| path.ends_with("README.md")), "the pages are not where they were");
    for path in pages {
        let text = page(&path);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let to = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            assert!(to.exists(), "{}: no file at {link}", path.display());
            let has = || page(&to).lines().any(|line| line.starts_with('#') && anchor(line) == fragment);
            assert!(fragment.is_empty() || has(), "{}: no heading at {link}", path.display());
        }
    }
}

/// Wherever a program reads a key, the reader is shown the line that makes one.
#[test]
fn a_page_that_reads_a_key_shows_how_it_is_made() {
    let reads = |text: &str| text.contains("from_pem_file(\"") || text.contains("`server.key`");
    let pages: Vec<_> = pages(&root()).into_iter().filter(|path| reads(&page(path))).collect();
    assert!(pages.len() >= 8, "{pages:?}");
    for path in pages {
        // What changed is no place to learn.
        if !path.ends_with("CHANGELOG.md") && !path.components().any(|part| part.as_os_str() == "adr") {
            let text = page(&path);
            assert!(text.contains("openssl genpkey -algorithm ed25519 -out "), "{}", path.display());
        }
    }
}

/// Returns the first block of a language.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("```{language}\n")).expect("the page has such a block");
    rest.split("```").next().unwrap_or_default()
}

#[test]
fn the_example_of_the_readme_is_what_is_emitted() {
    let text = page(&root().join("README.md"));
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("store.proto");
    std::fs::write(&file, format!("{HEAD}{}{RACK}", block(&text, "proto"))).expect("a file is written");
    let includes = vec![dir.path().to_path_buf(), root().join("proto")];
    let compiled = compile(&Inputs { includes, files: vec![file] }).expect("the example compiles");
    let schema = lower(&compiled, "readme.HostStore").expect("the example is a store");

    let sql = protostore_emit::schema_sql(&schema, "cargo protostore codegen");
    for line in block(&text, "sql").lines() {
        assert!(sql.lines().any(|emitted| emitted == line), "the README quotes, and nothing emits:\n{line}\n{sql}");
    }
    let files = cases::files(&schema);
    let record = String::from_utf8_lossy(&files["src/records/host.rs"]);
    for line in block(&text, "rust").lines().take_while(|line| !line.is_empty()) {
        assert!(record.lines().any(|emitted| emitted == line), "the README quotes, and nothing emits:\n{line}");
    }
    let accessors = String::from_utf8_lossy(&files["src/lib.rs"]);
    assert!(accessors.contains("pub fn hosts(&self)") && record.contains("pub fn list_by_rack_id("));
}

/// What is around the blocks that show a case.
const SNIPPET: (&str, &str) = ("<!-- snippet: ", "<!-- end -->\n");

/// Compares a page with what its snippets become, or writes it; returns what they show.
fn snippets_of(path: &Path, blocks: impl Fn(&str) -> String) -> Vec<String> {
    let text = page(path);
    let mut parts = text.split(SNIPPET.0);
    let mut expected = parts.next().unwrap_or_default().to_owned();
    let mut shown = Vec::new();
    for part in parts {
        let (what, rest) = part.split_once(" -->\n").expect("a comment says what is shown");
        let (_, after) = rest.split_once(SNIPPET.1).unwrap_or_else(|| panic!("{what}: no {}", SNIPPET.1.trim()));
        expected += &format!("{}{what} -->\n{}{}{after}", SNIPPET.0, blocks(what), SNIPPET.1);
        shown.push(what.to_owned());
    }
    if std::env::var_os("PROTOSTORE_UPDATE").is_some() {
        std::fs::write(path, &expected).expect("the page is written");
    } else {
        let update = "PROTOSTORE_UPDATE=1 cargo xtask test --test docs";
        assert!(text == expected, "{} is not what its snippets become: {update}\n{expected}", path.display());
    }
    shown
}

#[test]
fn the_page_of_shapes_shows_what_its_cases_become() {
    let shown = snippets_of(&root().join("docs/shapes.md"), snippets::blocks);
    assert!(shown.len() >= 20, "the page shows only {} snippets", shown.len());
}

/// Each page of a store shows each of its versions: the edit, the command, and what the version is.
#[test]
fn the_pages_of_the_stores_show_their_histories() {
    for (store, dir) in history::STORES {
        let shown = snippets_of(&root().join("examples").join(dir).join("README.md"), history::blocks);
        let versions: Vec<String> = (2..=history::newest(store)).map(|v| format!("history {store} {v}")).collect();
        assert_eq!(shown, versions, "{dir}");
    }
}

/// Returns the text of the files of a directory, at any depth.
fn texts(dir: &Path) -> String {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| if path.is_dir() { texts(&path) } else { std::fs::read_to_string(&path).unwrap_or_default() })
        .collect()
}

#[test]
fn the_page_of_shapes_quotes_refusals_that_are_tested() {
    let tested = texts(&root().join("tests/tests")) + &texts(&root().join("tests/snapshots/err"));
    let page = page(&root().join("docs/shapes.md"));
    let mut quoted = 0;
    for line in page.lines().filter(|line| line.starts_with("| refused")) {
        // A code span in a row of refusals is what is said, or a code.
        for says in line.split('`').skip(1).step_by(2) {
            assert!(tested.contains(says), "no test sees this refusal: {says}");
            quoted += 1;
        }
    }
    assert!(quoted >= 20, "the page quotes only {quoted} refusals");
}
