//! What is wrong with each file in `cases/err`, in the words that the user sees.
//!
//! The first line of a case may be a directive: `// limits: depth=4`, `// include: later`, `// store: a.b.Store`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protostore_lower::{Code, Diagnostics, Inputs, Limits, compile_within, lower};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");

/// Returns the argument of a directive.
fn directive<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().next()?.strip_prefix("// ")?.strip_prefix(name)?.strip_prefix(": ")
}

fn limits(text: &str) -> Limits {
    let mut limits = Limits::default();
    if let Some((key, value)) = directive(text, "limits").and_then(|limit| limit.split_once('=')) {
        let value = value.parse().unwrap();
        match key {
            "file_bytes" => limits.file_bytes = value,
            "files" => limits.files = value,
            "depth" => limits.depth = value,
            "tables" => limits.tables = value,
            "store_tables" => limits.store_tables = value,
            "store_fields" => limits.store_fields = value,
            "values" => limits.values = value,
            "ways" => limits.ways = u64::try_from(value).expect("a limit"),
            _ => panic!("no such limit: {key}"),
        }
    }
    limits
}

/// Compiles a case and lowers the store that it names, or all of its stores.
fn problems(file: &Path) -> Diagnostics {
    let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
    let mut includes = vec![PathBuf::from(format!("{CASES}/err"))];
    includes.extend(directive(&text, "include").map(|dir| PathBuf::from(format!("{CASES}/{dir}"))));
    let compiled = match compile_within(&Inputs { includes, files: vec![file.to_owned()] }, &limits(&text)) {
        Ok(compiled) => compiled,
        Err(problems) => return problems,
    };
    let store = directive(&text, "store").map(str::to_owned).or_else(|| compiled.stores().first().cloned());
    lower(&compiled, &store.unwrap()).err().unwrap_or_else(|| panic!("{} is lowered", file.display()))
}

#[test]
fn each_problem_is_said_with_place_and_repair() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(format!("{CASES}/err")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();

    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/err");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut seen = BTreeSet::new();
    settings.bind(|| {
        for file in &files {
            let problems = problems(file);
            seen.extend(problems.iter().map(|problem| problem.code));
            for problem in &problems {
                assert!(problem.help.is_some() || problem.code == Code::DoesNotCompile, "no help: {problem:?}");
            }
            insta::assert_snapshot!(file.file_stem().unwrap().to_str().unwrap(), problems.render_plain());
        }
    });
    let unseen: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no case in cases/err for {unseen:?}");
}

#[test]
fn each_code_has_a_section_in_the_page_of_diagnostics() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diagnostics.md")).unwrap();
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let expected: Vec<String> = Code::ALL.iter().map(|code| format!("{}: {}", code.id(), code.title())).collect();
    assert_eq!(sections, expected);
}
