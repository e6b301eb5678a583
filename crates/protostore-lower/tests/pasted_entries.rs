//! What the help of a diagnostic says to write in a table's list is right: pasted there, it repairs what it is about.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protostore_lower::{Code, Diagnostics, Inputs, compile, lower};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/err");

/// Returns what is wrong with the first store of a file.
fn problems(files: &[(&str, &str)], others: &[(&str, &str)]) -> Option<Diagnostics> {
    let (own, include) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (dir, files) in [(&own, files), (&include, others)] {
        files.iter().for_each(|(name, text)| std::fs::write(dir.path().join(name), text).unwrap());
    }
    let includes = vec![own.path().to_owned(), include.path().to_owned()];
    let compiled = compile(&Inputs { includes, files: vec![PathBuf::from(files[0].0)] }).ok()?;
    lower(&compiled, compiled.stores().first()?).err()
}

/// Returns the tables and entries that a help says to write.
fn entries(help: &str) -> Vec<(&str, &str)> {
    let lines = help.lines().filter_map(|line| line.split_once("in the list of the table `"));
    lines
        .filter_map(|(_, rest)| Some((rest.split_once('`')?.0, rest.split_once(": `")?.1.strip_suffix('`')?)))
        .collect()
}

/// Writes an entry into the options of a table, on the line where they begin.
fn paste(text: &str, table: &str, entry: &str) -> String {
    let at = text.find(&format!(" {table} = ")).unwrap_or_else(|| panic!("no table {table}"));
    let end = at + text[at..].find(['[', ';']).unwrap();
    let options = "(protostore.v1.table) = {";
    if text[end..].starts_with(&format!("[{options}")) {
        let inside = end + 1 + options.len();
        format!("{}{entry} {}", &text[..inside], &text[inside..])
    } else {
        format!("{} [{options}{entry}}}]{}", text[..end].trim_end(), &text[end..])
    }
}

#[test]
fn each_entry_that_a_help_prints_repairs_what_it_is_about() {
    let places = |problems: Option<Diagnostics>| -> BTreeSet<(Code, u32, String)> {
        let problems = problems.iter().flatten();
        // A pasted entry moves what is after it on its line.
        problems.map(|problem| (problem.code, problem.line, problem.message.clone())).collect()
    };
    let mut tried = BTreeSet::new();
    let mut files: Vec<_> = std::fs::read_dir(CASES).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| std::fs::read_to_string(file).is_ok()) {
        let (name, text) =
            (Path::new(file).file_name().unwrap().to_str().unwrap(), std::fs::read_to_string(file).unwrap());
        let Some(found) = problems(&[(name, &text)], &[]) else { continue };
        let before = places(Some(found.clone()));
        for problem in &found {
            let entries = entries(problem.help.as_deref().unwrap_or_default());
            if entries.is_empty() {
                continue;
            }
            let pasted = entries.iter().fold(text.clone(), |text, (table, entry)| paste(&text, table, entry));
            let after = places(problems(&[(name, &pasted)], &[]));
            let new: Vec<_> = after.difference(&before).collect();
            assert!(new.is_empty(), "{name}: {entries:?} cause {new:?}");
            let same = (problem.code, problem.line, problem.message.clone());
            assert!(!after.contains(&same), "{name}: {entries:?} do not repair {problem:?}");
            tried.insert(problem.code);
        }
    }
    let expected = [
        Code::StoreAsType,
        Code::RecordInside,
        Code::Recursion,
        Code::WellKnownType,
        Code::Group,
        Code::RequiredMessage,
        Code::TooDeep,
    ];
    assert!(expected.iter().all(|code| tried.contains(code)), "tried {tried:?}");
}

/// The file of others is not changed, so the help speaks of the table's list alone, and names each way.
#[test]
fn a_message_of_others_is_repaired_in_the_list_of_the_table() {
    let theirs = "syntax = \"proto3\"; package theirs; message Top { string id = 1; A first = 2; B second = 3; }\n\
        message A { B b = 1; } message B { C c = 1; } message C { repeated C more = 1; string v = 2; }";
    let own = "syntax = \"proto3\"; import \"protostore/v1/options.proto\"; import \"theirs.proto\";\n\
        message S { option (protostore.v1.store) = {};\n\
        repeated theirs.Top tops = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; }";
    let found = problems(&[("own.proto", own)], &[("theirs.proto", theirs)]).expect("a message that contains itself");
    assert_eq!(found.len(), 1);
    let problem = found.iter().next().unwrap();
    assert_eq!(problem.message, "`C` contains itself: C -> C, at `tops.first.b.c.more` and `tops.second.c.more`");
    let help = problem.help.clone().unwrap();
    assert!(!help.contains("on the field"), "{help}");
    let pasted = entries(&help).iter().fold(own.to_owned(), |text, (table, entry)| paste(&text, table, entry));
    assert!(pasted.contains("column: {field: \"first.b.c.more\" storage: BYTES}"), "{pasted}");
    assert!(problems(&[("own.proto", &pasted)], &[("theirs.proto", theirs)]).is_none(), "{pasted}");

    let line =
        help.lines().find_map(|line| line.strip_prefix("or for all of them, in the list of a table or of the store: "));
    let entry = line.expect(&help).trim_matches('`');
    assert_eq!(entry, "column: {message: \"theirs.C\" field: \"more\" storage: BYTES}");
    let of_table = paste(own, "tops", entry);
    let of_store = own.replace("store) = {}", &format!("store) = {{{entry}}}"));
    for pasted in [of_table, of_store] {
        assert!(problems(&[("own.proto", &pasted)], &[("theirs.proto", theirs)]).is_none(), "{pasted}");
    }
}
