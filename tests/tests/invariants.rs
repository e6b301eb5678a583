//! What must never be: the absences that the architecture promises.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates of the build-time half, ours and others'.
const BUILD_TIME: [&str; 9] = [
    "protox",
    "prost-reflect",
    "prost-build",
    "protostore-schema",
    "protostore-lower",
    "protostore-evolve",
    "protostore-emit",
    "protostore-stubs",
    "protostore-build",
];

/// Files that may say `unsafe`, each a small module that gives its reason.
const UNSAFE: [&str; 3] = [
    "crates/protostore/src/sqlite/fork.rs",
    "crates/protostore/src/sqlite/held.rs",
    "crates/protostore/src/sqlite/open/ffi.rs",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the crates that a package links or builds with, as cargo resolves it alone.
fn dependencies(package: &str, features: &[&str]) -> BTreeSet<String> {
    let mut tree = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tree.current_dir(root()).args(["tree", "--offline", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--edges", "normal,build", "--package", package]);
    tree.args(features.iter().flat_map(|feature| ["--features", feature]));
    let output = tree.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names of crates");
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    text.lines().map(name).filter(|name| name != package).collect()
}

fn assert_none(package: &str, features: &[&str], forbidden: impl Fn(&str) -> bool) {
    let found: Vec<_> = dependencies(package, features).into_iter().filter(|name| forbidden(name)).collect();
    assert!(found.is_empty(), "{package} depends on {found:?}");
}

fn knows_protobuf(name: &str) -> bool {
    ["prost", "protox", "protobuf", "tonic"].iter().any(|word| name.starts_with(word))
        && !name.starts_with("protostore")
}

/// Returns the Rust files below a directory of the repository, by path from its root.
fn sources(dir: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root().join(dir)];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                found.insert(name, text);
            }
        }
    }
    found
}

/// Returns the lines of code: without comments, which may speak of anything.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default())
}

#[test]
fn a_daemon_links_nothing_of_the_generator() {
    assert_none("protostore", &["grpc,prost"], |name| BUILD_TIME.contains(&name));
    for generated in ["generated", "tests/shapes/generated"] {
        let stores = std::fs::read_dir(root().join(generated)).expect("the directory of the stores");
        for entry in stores.map(|entry| entry.expect("an entry")).filter(|entry| entry.path().is_dir()) {
            assert_none(&entry.file_name().to_string_lossy(), &[], |name| BUILD_TIME.contains(&name));
        }
    }
}

#[test]
fn one_crate_is_in_both_halves_and_has_no_dependencies() {
    assert_none("protostore-sql", &[], |_| true);
    let run_time = dependencies("protostore", &["grpc,prost"]);
    let shared = dependencies("xtask", &[]).into_iter().filter(|name| run_time.contains(name));
    let ours: Vec<_> = shared.filter(|name| name.starts_with("protostore") && name != "protostore-sql").collect();
    assert!(ours.is_empty(), "both halves use {ours:?}");
}

#[test]
fn the_model_knows_no_protobuf() {
    for package in ["protostore-schema", "protostore-sql", "protostore-evolve", "protostore-emit"] {
        assert_none(package, &[], knows_protobuf);
    }
}

#[test]
fn code_generation_needs_no_openssl() {
    for package in ["xtask", "cargo-protostore"] {
        assert_none(package, &[], |name| ["openssl-sys", "openssl-src", "protostore"].contains(&name));
    }
}

/// Says whether a line of code holds SQL as text, or the number of a parameter.
fn says_sql(line: &str) -> bool {
    const WORDS: [&str; 12] =
        ["SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "WHERE", "AND", "OR", "EXISTS", "VALUES", "LIMIT", "ORDER BY"];
    let quoted = line.split('"').skip(1).step_by(2);
    let word = |text: &str, word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    let number = |text: &str, sign: char| {
        text.split(sign).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '{'))
    };
    quoted.into_iter().any(|text| WORDS.iter().any(|w| word(text, w)) || number(text, '?') || number(text, '$'))
}

#[test]
fn the_run_time_writes_no_sql_as_text_above_an_engine() {
    for text in ["format!(\"SELECT {what} FROM {table}\")", "push(\" AND \")", "\"a = ?1\"", "write!(sql, \"${n}\")"] {
        assert!(says_sql(text), "{text} is SQL");
    }
    let sources = sources("crates/protostore/src");
    assert!(sources.len() > 100, "the run time has only {} files", sources.len());
    for (path, text) in sources {
        if !["src/sqlite/", "src/open/"].iter().any(|engine| path.contains(engine)) {
            assert_eq!(code(&text).find(|line| says_sql(line)), None, "{path} writes SQL");
        }
    }
}

/// Returns the name of a dialect that a line of code gives to a field, a function, a variable or a module.
fn named_for_sqlite(line: &str) -> Option<&str> {
    let unquoted = line.split('"').step_by(2);
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut names = unquoted.flat_map(|code| {
        code.match_indices("sqlite").map(move |(at, _)| {
            let begin = code[..at].rfind(|c| !is_part(c)).map_or(0, |before| before + 1);
            let end = code[at..].find(|c| !is_part(c)).map_or(code.len(), |after| at + after);
            (code[..begin].trim_end(), &code[begin..end], &code[end..])
        })
    });
    let is_given = |(before, name, after): &(&str, &str, &str)| {
        let defines = ["fn", "let", "mod", "mut", "const", "static", "macro_rules!"];
        let is_typed = after.starts_with(':') && !after.starts_with("::");
        *name != "rusqlite" && (is_typed || defines.iter().any(|word| before.ends_with(word)))
    };
    names.find(is_given).map(|(_, name, _)| name)
}

#[test]
fn nothing_is_named_for_sqlite_outside_its_engine_and_its_printer() {
    for line in ["    pub sqlite: String,", "fn to_sqlite(&self) {", "let sqlite = 1;", "Version { sqlite: text }"] {
        assert!(named_for_sqlite(line).is_some(), "{line}");
    }
    for line in ["use crate::sqlite::Sqlite;", "rusqlite::version()", "stmt!(1, \"sqlite: text\")", "\"fn sqlite\""] {
        assert_eq!(named_for_sqlite(line), None, "{line}");
    }
    // The engine, the printer, the labels of `stmt!`, and the module of the engine.
    let may = |path: &str, name: &str| {
        let own = ["protostore/src/sqlite/", "protostore-sql/src/print/", "protostore/src/generated/stmt.rs"];
        own.iter().any(|part| path.contains(part)) || (path.ends_with("protostore/src/lib.rs") && name == "sqlite")
    };
    let mut tried = 0;
    for dir in ["crates", "generated", "tests/shapes/generated", "examples", "xtask"] {
        for (path, text) in sources(dir).into_iter().filter(|(path, _)| !path.contains("/tests/")) {
            let found = code(&text).find_map(|line| named_for_sqlite(line).filter(|name| !may(&path, name)));
            assert_eq!(found, None, "{path}");
            let file = path.rsplit('/').next().unwrap_or_default();
            let is_own = path.contains("protostore-sql/src/print/") || path.ends_with("protostore/src/sqlite.rs");
            assert!(is_own || !file.contains("sqlite"), "{path}");
            tried += 1;
        }
    }
    assert!(tried > 500, "only {tried} files were found");
}

#[test]
fn emission_cannot_fail() {
    const EMIT: fn(&protostore_emit::Input<'_>) -> BTreeMap<String, Vec<u8>> = protostore_emit::emit;
    let _ = EMIT;
}

#[test]
fn model_evolution_and_emission_touch_no_system() {
    for name in ["schema", "sql", "evolve", "emit"] {
        let dir = format!("crates/protostore-{name}/src");
        let sources = sources(&dir);
        assert!(!sources.is_empty(), "{dir} is empty");
        for (path, text) in sources {
            for module in ["std::fs", "std::env", "std::net", "std::process", "std::time", "include_bytes!", "HashMap"]
            {
                // Quoted code is text that a generated crate will hold.
                let found = code(&text).find(|line| line.contains(module) && !line.contains('"'));
                assert_eq!(found, None, "{path} uses {module}");
            }
        }
    }
}

/// What reads a clock or takes random numbers, as code names it.
const CHANCE: [&str; 8] =
    ["::now()", ".elapsed()", "clock::", "random::", "uuid_v7()", "uuid_v4()", "generate::v", "RandomState"];

/// Returns the first line of a text, before its tests, that reads a clock or takes random numbers.
fn by_chance(text: &str) -> Option<&str> {
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    code(product).find(|line| CHANCE.iter().any(|what| line.contains(what)))
}

#[test]
fn operations_read_no_clock_and_take_no_random_numbers() {
    let run_time = sources("crates/protostore/src");
    let below = ["ops", "record", "life", "filter", "rules", "value"];
    let is_operation = |path: &str| {
        let inside = path.strip_prefix("crates/protostore/src/").unwrap_or_default();
        below.iter().any(|part| inside.strip_prefix(part).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')))
    };
    let operations: Vec<_> = run_time.iter().filter(|(path, _)| is_operation(path)).collect();
    assert!(operations.len() > 40, "the operations are elsewhere");
    for (path, text) in operations {
        assert_eq!(by_chance(text), None, "{path}: take it from `Fixed`");
    }
    // The one place where both are taken; and the test sees what it looks for.
    assert!(by_chance(&run_time["crates/protostore/src/fixed.rs"]).is_some());
}

#[test]
fn unsafe_stands_where_it_may() {
    let mut found = Vec::new();
    for dir in ["crates", "examples", "generated", "xtask"] {
        for (path, text) in sources(dir) {
            // In quotes it is a keyword that no crate can be called.
            let word =
                |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '"').any(|w| w == "unsafe");
            // A test may well break what it tests.
            if code(&text).any(word) && !path.contains("/tests/") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert_eq!(found, UNSAFE, "a module that needs `unsafe` says so here");
}

/// Tests that would fail where a module with `unsafe` were wrong: the module, the file of the test, and its name.
const OF_UNSAFE: [(&str, &str, &str); 7] = [
    (
        "crates/protostore/src/sqlite/fork.rs",
        "crates/protostore/tests/suite/forks.rs",
        "every_entrance_is_closed_in_a_forked_child_which_harms_nothing",
    ),
    (
        "crates/protostore/src/sqlite/held.rs",
        "crates/protostore/src/sqlite/tests/statements.rs",
        "statements_go_before_their_connection_and_move_with_it",
    ),
    (
        "crates/protostore/src/sqlite/held.rs",
        "crates/protostore/src/sqlite/tests/statements.rs",
        "the_statement_of_another_store_does_not_run",
    ),
    (
        "crates/protostore/src/sqlite/held.rs",
        "crates/protostore/tests/damage.rs",
        "a_flipped_byte_is_damage_and_nothing_else_wherever_it_is",
    ),
    (
        "crates/protostore/src/sqlite/open/ffi.rs",
        "crates/protostore/tests/encryption.rs",
        "records_and_names_cannot_be_read",
    ),
    (
        "crates/protostore/src/sqlite/open/ffi.rs",
        "crates/protostore/tests/memory.rs",
        "a_page_takes_no_more_memory_however_large_what_it_could_hold_is",
    ),
    (
        "crates/protostore/src/sqlite/open/ffi.rs",
        "examples/auraed/tests/daemon/metrics.rs",
        "operations_are_counted_by_table_and_outcome",
    ),
];

#[test]
fn each_unsafe_gives_its_reason_and_has_a_test() {
    for path in UNSAFE {
        let text = std::fs::read_to_string(root().join(path)).expect("a module");
        let lines: Vec<&str> = text.lines().collect();
        let mut places = 0;
        for (at, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let begins = ["unsafe {", "unsafe impl", "unsafe fn"].iter().any(|word| code.contains(word));
            if begins {
                places += 1;
                let before = &lines[at.saturating_sub(5)..at];
                let says = |line: &&str| line.contains("// SAFETY: ") || line.contains("/// # Safety");
                assert!(before.iter().any(says), "{path}:{}: no reason", at + 1);
            }
        }
        assert!(places > 0, "{path} says `unsafe` nowhere");
        let mut tests = OF_UNSAFE.iter().filter(|(module, ..)| *module == path).peekable();
        assert!(tests.peek().is_some(), "{path} has no test");
        for (_, file, test) in tests {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert!(text.contains(&format!("fn {test}()")), "{file} has no test {test}");
        }
    }
}

#[test]
fn only_the_engine_knows_files_and_logs() {
    let sources = sources("crates/protostore/src");
    let knows = |text: &str| {
        let words = ["rusqlite", "checkpoint", "-wal", "std::fs", "std::path"];
        code(text).any(|line| words.iter().any(|word| line.contains(word)))
    };
    // Private keys are files too, and generated code opens one by its path.
    let own = |path: &str| ["src/sqlite", "src/key", "src/generated/"].iter().any(|dir| path.contains(dir));
    let (engine, others): (Vec<_>, Vec<_>) = sources.iter().partition(|(path, _)| own(path));
    assert!(engine.iter().any(|(_, text)| knows(text)), "the words that are looked for are those of the engine");
    let found: Vec<_> = others.iter().filter(|(_, text)| knows(text)).map(|(path, _)| path).collect();
    assert!(found.is_empty(), "{found:?} know of what only `sqlite` does");
}
