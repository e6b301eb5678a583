//! One mistake is one diagnostic: each case that can be lowered is broken in one place at a time, in every place.

use std::path::{Path, PathBuf};

use protostore_lower::{Code, Diagnostics, Inputs, compile, lower};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/ok");

/// Returns name and text of each case.
fn cases() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(CASES).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|file| (name(file), std::fs::read_to_string(file).unwrap())).collect()
}

/// Returns what is wrong with the store of a file.
fn problems(dir: &Path, name: &str, text: &str) -> Option<Diagnostics> {
    std::fs::write(dir.join(name), text).unwrap();
    let includes = vec![dir.to_owned(), PathBuf::from(CASES)];
    match compile(&Inputs { includes, files: vec![PathBuf::from(name)] }) {
        Ok(compiled) => compiled.stores().first().and_then(|store| lower(&compiled, store).err()),
        Err(problems) => Some(problems),
    }
}

/// Breaks each case in all the ways that `broken` returns, and asserts that each is at most one diagnostic, of these
/// codes, and that each code occurs.
fn each_is_one(broken: impl Fn(&str) -> Vec<String>, codes: &[Code]) {
    let dir = tempfile::tempdir().unwrap();
    let (mut seen, mut several) = (Vec::new(), Vec::new());
    for (name, text) in cases() {
        for broken in broken(&text) {
            let Some(found) = problems(dir.path(), &name, &broken) else { continue };
            seen.extend(found.iter().map(|problem| problem.code));
            if found.len() != 1 || found.iter().any(|problem| !codes.contains(&problem.code)) {
                let at = text.bytes().zip(broken.bytes()).position(|(a, b)| a != b).unwrap_or_default();
                let line = broken[broken[..at].rfind('\n').unwrap_or_default()..].lines().nth(1).unwrap_or_default();
                several.push(format!("{name}: {}\n{found}", line.trim()));
            }
        }
    }
    assert!(several.is_empty(), "{} mistakes are several diagnostics:\n{}", several.len(), several.join("\n\n"));
    let unseen: Vec<_> = codes.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no mistake of these: {unseen:?}");
}

/// Returns the text with each occurrence of a piece replaced, one at a time.
fn replaced_once(text: &str, from: &str, to: &str) -> Vec<String> {
    let places = text.match_indices(from).map(|(at, _)| at);
    places.map(|at| format!("{}{to}{}", &text[..at], &text[at + from.len()..])).collect()
}

/// Returns where the store message is.
fn store(text: &str) -> std::ops::Range<usize> {
    let option = text.find("option (protostore.v1.store)").expect("a store");
    let start = text[..option].rfind("message ").expect("a message");
    start..option + text[option..].find("\n}").expect("its end")
}

#[test]
fn an_import_is_missing() {
    let without = |text: &str| {
        let imports: Vec<&str> = text.lines().filter(|line| line.starts_with("import ")).collect();
        imports.iter().map(|import| text.replacen(import, "", 1)).collect()
    };
    each_is_one(without, &[Code::DoesNotCompile]);
}

#[test]
fn a_path_or_a_table_is_misspelt() {
    let misspelt = |text: &str| {
        let mut broken = Vec::new();
        for key in
            ["primary_key: \"", "field: \"", "fields: \"", "fields: [\"", "table: \"", "expire: \"", "soft_delete: \""]
        {
            broken.extend(replaced_once(text, key, &format!("{key}x")));
        }
        broken
    };
    each_is_one(misspelt, &[Code::UnknownPath, Code::UnknownTable]);
}

#[test]
fn the_key_of_a_table_is_missing() {
    let without = |text: &str| {
        let (from, to) = ("primary_key: \"id\"", "");
        replaced_once(text, from, to)
    };
    each_is_one(without, &[Code::NoKey]);
}

#[test]
fn a_table_with_a_key_is_not_repeated() {
    let single = |text: &str| {
        let store = store(text);
        let places = text[store.clone()].match_indices("\n  repeated ").map(|(at, _)| store.start + at + 3);
        let with_key = |at: &usize| {
            let field = &text[*at..];
            let end = field.find(";\n").unwrap_or(field.len());
            field[..end].contains("primary_key")
        };
        places.filter(with_key).map(|at| format!("{}{}", &text[..at], &text[at + "repeated ".len()..])).collect()
    };
    // proto2 asks for a label first.
    each_is_one(single, &[Code::SingletonTable, Code::DoesNotCompile]);
}

/// The type of each field of a record in turn is one that no column holds.
#[test]
fn a_field_has_a_type_that_is_not_stored() {
    let broken = |text: &str| {
        let import = "import \"google/protobuf/type.proto\";\n";
        let with_import = match text.contains(import) {
            true => text.to_owned(),
            false => text.replacen(
                "import \"protostore/v1/options.proto\";\n",
                &format!("{import}import \"protostore/v1/options.proto\";\n"),
                1,
            ),
        };
        let store = store(&with_import);
        let mut broken = Vec::new();
        let mut at = 0;
        for line in with_import.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let indent = line.len() - line.trim_start().len();
            let mut words = line.split_whitespace();
            let (Some(ty), Some(name), Some("=")) = (words.next(), words.next(), words.next()) else { continue };
            let number = words.next().and_then(|word| word.strip_suffix(';')).is_some_and(|n| n.parse::<u32>().is_ok());
            let is_type = ty.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '_');
            // Paths go on through the messages of others, and option definitions are not about records.
            let is_around = text.contains(&format!("{name}.")) || text.contains("extend google.protobuf");
            if store.contains(&start) || !number || !is_type || is_around || indent == 0 {
                continue;
            }
            let from = start + indent;
            broken.push(format!("{}google.protobuf.Type{}", &with_import[..from], &with_import[from + ty.len()..]));
        }
        broken
    };
    each_is_one(broken, &[Code::WellKnownType]);
}
