//! Whatever a file holds, compiling and lowering it end in a schema or in diagnostics.

use std::path::PathBuf;

use protostore_lower::{Code, Compiled, Diagnostics, Inputs, compile, lower};
use protostore_schema::Schema;

/// Compiles files of a temporary directory; the first is the one that is given.
fn compiled(files: &[(&str, &[u8])]) -> Result<Compiled, Diagnostics> {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    compile(&Inputs { includes: vec![dir.path().to_owned()], files: vec![PathBuf::from(files[0].0)] })
}

fn codes(result: Result<Compiled, Diagnostics>) -> Vec<Code> {
    result.err().map_or_else(Vec::new, |problems| problems.iter().map(|problem| problem.code).collect())
}

fn codes_of(text: &str) -> Vec<Code> {
    codes(compiled(&[("a.proto", text.as_bytes())]))
}

fn lowered(text: &str) -> Result<Schema, Diagnostics> {
    let compiled = compiled(&[("a.proto", text.as_bytes())])?;
    lower(&compiled, compiled.stores().first().map_or("", String::as_str))
}

#[test]
fn brackets_nested_deep_are_refused_before_they_are_parsed() {
    let head = "syntax = \"proto3\"; import \"google/protobuf/descriptor.proto\"; \
                extend google.protobuf.MessageOptions { M m = 50000; } message M { M m = 1; repeated M n = 2; }";
    let n = 200_000;
    for (open, close) in [
        ("message A {", "}"),
        ("option (m) = { m {", "}}"),
        ("option (m) = { m: <", ">"),
        ("option (m) = { n: [", "]"),
        ("{[", "]}"),
        ("((", "))"),
        ("map<", ">"),
        ("/**/{", "}"),
        ("# {\n", "}"),
        ("' ' {", "}"),
    ] {
        let text = format!("{head} message X {{ {} {} }}", open.repeat(n), close.repeat(n));
        assert_eq!(codes_of(&text), [Code::NestedTooDeep], "{open}");
        let open_only = format!("{head} {}", open.repeat(n));
        assert_eq!(codes_of(&open_only), [Code::NestedTooDeep], "{open}");
    }
    let long_name = format!("{head} message X {{ option (m){} = 1; }}", ".m".repeat(n));
    assert_eq!(codes_of(&long_name), [Code::NestedTooDeep]);
    let long_type = format!("{head} message X {{ A{} a = 1; }}", " /* */ . A".repeat(n));
    assert_eq!(codes_of(&long_type), [Code::NestedTooDeep]);
}

#[test]
fn what_only_looks_deep_is_accepted() {
    let comment = "{".repeat(1000);
    let text = format!(
        "syntax = \"proto3\";\n// {comment}\n/* {comment} */\nimport \"google/protobuf/descriptor.proto\";\n\
         extend google.protobuf.MessageOptions {{ string s = 50000; repeated double d = 50001; }}\n\
         message A {{ option (s) = \"{comment} \\\" {comment}\"; {} }}\n",
        "option (d) = 1.5; ".repeat(1000)
    );
    assert_eq!(codes_of(&text), []);
}

#[test]
fn signs_and_words_without_end_are_an_error_like_any_other() {
    let n = 100_000;
    for text in [
        format!("syntax = \"proto3\"; option a = {};", "- ".repeat(n)),
        format!("syntax = \"proto3\"; option a = {} \"b\";", "\"a\" ".repeat(n)),
        format!("syntax = \"{}\";", "\\x".repeat(n)),
        format!("syntax = \"proto3\"; message {} {{}}", "A".repeat(n)),
        format!("syntax = \"proto3\"; {}", "message ".repeat(n)),
        format!("syntax = \"proto3\"; {}", "]".repeat(n)),
        "/*".repeat(n),
        "\"".repeat(n),
        "\u{feff}syntax = \"proto3\";".to_owned(),
    ] {
        assert!(codes_of(&text).len() <= 100);
    }
}

#[test]
fn files_that_are_no_text_or_too_large_are_refused() {
    assert_eq!(codes(compiled(&[("a.proto", &[0xff, 0xfe, 0, 1])])), [Code::NotUtf8]);
    assert_eq!(codes(compiled(&[("a.proto", &vec![b' '; (8 << 20) + 1])])), [Code::FileTooLarge]);
    assert_eq!(codes(compiled(&[("a.proto", b"\0\x01\x02")])).first(), Some(&Code::DoesNotCompile));
    assert_eq!(codes(compiled(&[("a.proto", b"")])), []);
    let latin = "syntax = \"proto3\"; import \"b.proto\";";
    assert_eq!(codes(compiled(&[("a.proto", latin.as_bytes()), ("b.proto", b"// caf\xe9")])), [Code::NotUtf8]);
}

#[test]
fn imports_stay_below_the_include_paths_and_end() {
    for import in ["../a.proto", "/etc/hostname", "./a.proto", "b//a.proto", "b\\a.proto", "", "b/../a.proto"] {
        let text = format!("syntax = \"proto3\"; import \"{}\";", import.replace('\\', "\\\\"));
        assert_eq!(codes_of(&text), [Code::DoesNotCompile], "{import}");
    }
    assert_eq!(codes_of("syntax = \"proto3\"; import \"a.proto\";"), [Code::DoesNotCompile]);

    let chain: Vec<(String, String)> = (0..3000)
        .map(|i| (format!("f{i}.proto"), format!("syntax = \"proto3\"; import \"f{}.proto\";", i + 1)))
        .chain([("f3000.proto".to_owned(), "syntax = \"proto3\";".to_owned())])
        .collect();
    let files: Vec<_> = chain.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    assert_eq!(codes(compiled(&files)), []);
}

#[test]
fn a_file_is_found_by_its_path_or_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b.proto");
    std::fs::create_dir_all(dir.path().join("a")).unwrap();
    std::fs::create_dir_all(dir.path().join("other/a")).unwrap();
    std::fs::write(&path, "syntax = \"proto3\";").unwrap();
    let include = dir.path().to_owned();
    let with = |includes: Vec<PathBuf>, file: PathBuf| codes(compile(&Inputs { includes, files: vec![file] }));
    assert_eq!(with(vec![include.clone()], path.clone()), []);
    assert_eq!(with(vec![include.clone()], "a/b.proto".into()), []);
    assert_eq!(with(vec![include.join("a/..")], path.clone()), []);
    assert_eq!(with(vec![include.join("other")], path.clone()), [Code::CannotRead]);
    assert_eq!(with(vec![include.clone()], "a/c.proto".into()), [Code::CannotRead]);
    assert_eq!(with(vec![], path.clone()), [Code::CannotRead]);
    std::fs::write(dir.path().join("other/a/b.proto"), "syntax = \"proto3\";").unwrap();
    assert_eq!(with(vec![include.join("other"), include], path), [Code::CannotRead]);
}

#[test]
fn another_options_proto_on_the_include_path_changes_nothing() {
    let own = b"syntax = \"proto3\"; package protostore.v1;";
    let text = include_bytes!("../../../tests/cases/ok/scalars.proto");
    assert_eq!(codes(compiled(&[("a.proto", text), ("protostore/v1/options.proto", own)])), []);
}

#[test]
fn a_descriptor_proto_that_is_none_is_an_error_like_any_other() {
    let text = include_bytes!("../../../tests/cases/ok/indexes.proto");
    for descriptor in [
        "syntax = \"proto2\"; package google.protobuf;",
        "syntax = \"proto2\"; package google.protobuf; message FieldOptions {} message MessageOptions {}",
        "syntax = \"proto2\"; package google.protobuf; message FieldOptions { extensions 1 to max; } \
         message MessageOptions { optional string deprecated = 3; extensions 1000 to max; }",
    ] {
        let files: [(&str, &[u8]); 2] =
            [("a.proto", text), ("google/protobuf/descriptor.proto", descriptor.as_bytes())];
        if let Ok(compiled) = compiled(&files) {
            let _ = compiled.stores().iter().map(|store| lower(&compiled, store)).collect::<Vec<_>>();
        }
    }
}

#[test]
fn messages_that_double_at_each_step_end() {
    let mut text = String::from(
        "syntax = \"proto3\"; import \"protostore/v1/options.proto\"; message S { option (protostore.v1.store) = {}; \
         repeated M0 t = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } message M0 { string id = 9; M1 a = 1; }",
    );
    for i in 1..60 {
        let next = i + 1;
        text += &format!("message M{i} {{ M{next} a = 1; M{next} b = 2; repeated M{next} c = 3; }}");
    }
    text += "message M60 {}";
    let problems = lowered(&text).unwrap_err();
    let mut codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    codes.sort();
    assert_eq!(codes, [Code::TooManyColumns, Code::TooDeep, Code::TooDeep, Code::TooDeep], "once for each field");
}

#[test]
fn messages_of_no_record_that_double_or_follow_one_another_end() {
    let store = "syntax = \"proto3\"; import \"protostore/v1/options.proto\"; message S { option (protostore.v1.store) = {}; \
                 repeated T t = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; } message T { string id = 1; } message M0 {}";
    let messages = |count: usize, fields: &dyn Fn(usize) -> String| -> String {
        (1..count).map(|i| format!("message M{i} {{ {} }}", fields(i - 1))).collect()
    };
    let codes = |messages: String| match lowered(&format!("{store} {messages}")) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
    };
    let twice = |next| format!("M{next} a = 1; M{next} b = 2;");
    assert_eq!(codes(messages(64, &twice)), [Code::TooManyWays]);
    assert_eq!(codes(messages(12, &twice)), []);
    let once = |next| format!("M{next} a = 1;");
    assert_eq!(codes(messages(5_000, &once)), [Code::TooManyWays]);
    assert_eq!(codes(messages(500, &once)), []);
    // Neither a list nor a way back is followed.
    assert_eq!(codes(messages(64, &|next| format!("repeated M{next} a = 1; repeated M{next} b = 2;"))), []);
    assert_eq!(codes(messages(64, &|next| format!("M{next} a = 1; M{} b = 2;", (next + 2).min(63)))), []);
}

const STORE: &str = "syntax = \"proto3\"; import \"protostore/v1/options.proto\"; ";

/// Returns the codes of what is wrong with a store of these tables, each `T<n>` with the key `id`, and these messages.
fn codes_of_store(tables: &[&str], messages: &str) -> Vec<Code> {
    let key = "[(protostore.v1.table) = {primary_key: \"id\"}]";
    let fields: String = (1..).zip(tables).map(|(n, of)| format!("repeated {of} t{n} = {n} {key}; ")).collect();
    let text = format!("{STORE} message S {{ option (protostore.v1.store) = {{}}; {fields} }} {messages}");
    lowered(&text).map_or_else(|problems| problems.iter().map(|problem| problem.code).collect(), |_| Vec::new())
}

/// Returns messages that each hold the next one several times, down to one with lists, and `M0` that holds the first.
fn fan(levels: usize, uses: usize, lists: usize) -> String {
    let mut text = "message M0 { M1 m = 1; string id = 9999; }".to_owned();
    for level in 1..levels {
        let fields: String = (1..=uses).map(|n| format!("M{} f{n} = {n}; ", level + 1)).collect();
        text += &format!("message M{level} {{ {fields} }}");
    }
    let fields: String = (1..=lists).map(|n| format!("repeated string f{n} = {n}; ")).collect();
    text + &format!("message M{levels} {{ {fields} }}")
}

/// The key is after the limit in the order of the file, and is not said to be missing.
#[test]
fn records_that_become_too_many_tables_are_said_once() {
    assert_eq!(codes_of_store(&["M0"], &fan(1, 0, 998)), []);
    assert_eq!(codes_of_store(&["M0"], &fan(1, 0, 1000)), [Code::TooManyTables]);
    assert_eq!(codes_of_store(&["M0"], &fan(5, 4, 10)), [Code::TooManyTables]);
    assert_eq!(codes_of_store(&["M0"], &fan(2, 150, 100)), [Code::TooManyTables]);
    let lists =
        (0..10).map(|n| format!("message M{n} {{ repeated M{0} a = 1; repeated M{0} b = 2; string id = 9; }}", n + 1));
    let lists = lists.collect::<String>() + "message M10 { string x = 1; }";
    assert_eq!(codes_of_store(&["M0"], &lists), [Code::TooManyTables]);
}

#[test]
fn stores_that_become_too_many_tables_are_said_once() {
    let records: Vec<String> = (0..11).map(|n| format!("message R{n} {{ M1 m = 1; string id = 2; }}")).collect();
    let tables: Vec<String> = (0..11).map(|n| format!("R{n}")).collect();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    assert_eq!(codes_of_store(&tables, &(fan(1, 0, 950) + &records.concat())), [Code::TooManyTables]);
}

#[test]
fn enums_of_too_many_values_are_said_once_wherever_they_occur() {
    let values = |count: usize| (0..count).map(|n| format!("V{n} = {n}; ")).collect::<String>();
    let record = "message M0 { string id = 1; E e = 2; repeated E list = 3; map<string, E> map = 4; }";
    let with = |count: usize| format!("{record} enum E {{ {} }}", values(count));
    assert_eq!(codes_of_store(&["M0"], &with(10_000)), []);
    assert_eq!(codes_of_store(&["M0"], &with(10_001)), [Code::TooManyValues]);
    let elsewhere = format!("message M0 {{ string id = 1; }} message Request {{ enum E {{ {} }} }}", values(10_001));
    assert_eq!(codes_of_store(&["M0"], &elsewhere), [Code::TooManyValues]);
}

/// Each of these fields is met on more ways than there are fields in a record.
#[test]
fn rejected_fields_are_work_too() {
    let own: String = (1..=500).map(|n| format!("repeated Leaf r{n} = {n}; ")).collect();
    let fan = "message M0 { string id = 1; L1 a = 2; } message Leaf { Leaf l = 1; }".to_owned()
        + &(1..8).map(|n| format!("message L{n} {{ L{0} a = 1; L{0} b = 2; }}", n + 1)).collect::<String>();
    let problems = codes_of_store(&["M0"], &format!("{fan} message L8 {{ {own} }}"));
    assert_eq!(problems, [Code::TooManyColumns, Code::Recursion]);
    let groups: String = (1..=500).map(|n| format!("google.protobuf.Type r{n} = {n}; ")).collect();
    let text = format!("{fan} message L8 {{ {groups} }}");
    let tables = "repeated M0 t = 1 [(protostore.v1.table) = {primary_key: \"id\"}];";
    let text = format!(
        "{STORE} import \"google/protobuf/type.proto\"; message S {{ option (protostore.v1.store) = {{}}; {tables} }} {text}"
    );
    let problems = lowered(&text).expect_err("a type that is not stored");
    let count = |code| problems.iter().filter(|problem| problem.code == code).count();
    assert_eq!((count(Code::WellKnownType), count(Code::TooManyColumns)), (500, 1));
}

/// Replaces, drops and doubles pieces of the cases, in a sequence that is the same each time.
#[test]
fn broken_cases_end_in_diagnostics() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/ok");
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    let words = [
        "{",
        "}",
        "repeated ",
        "string ",
        "= 1",
        ";",
        "\"",
        "oneof x {",
        "id",
        "reserved ",
        "é",
        ".",
        "-1",
        "[",
        "optional ",
    ];
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        for _ in 0..20 {
            let mut tokens: Vec<&str> = text.split_inclusive([' ', '\n', '.', '"']).collect();
            for _ in 0..=random(3) {
                let (at, other) = (random(tokens.len()), random(tokens.len()));
                match random(4) {
                    0 => tokens[at] = words[random(words.len())],
                    1 => tokens.swap(at, other),
                    2 => tokens.insert(at, words[random(words.len())]),
                    _ => drop(tokens.remove(at)),
                }
            }
            if let Err(problems) = lowered(&tokens.concat()) {
                assert!(!problems.is_empty());
                let _ = format!("{problems:?}{problems}{}", problems.render_plain());
            }
        }
    }
}

#[test]
fn a_record_of_more_fields_than_are_walked_is_rejected_even_where_each_table_is_narrow() {
    for (field, count) in [("map<string, string>", 700), ("repeated string", 2_100), ("string", 2_100)] {
        let fields: String = (2..count).map(|n| format!("{field} f{n} = {n}; ")).collect();
        let text = format!(
            "syntax = \"proto3\"; import \"protostore/v1/options.proto\";\n\
             message S {{ option (protostore.v1.store) = {{}};\n\
             repeated R rs = 1 [(protostore.v1.table) = {{primary_key: \"id\"}}]; }}\n\
             message R {{ string id = 1; {fields} }}\n"
        );
        let problems = lowered(&text).expect_err(field);
        let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
        assert!(matches!(codes[..], [Code::TooManyColumns | Code::TooManyTables]), "{field}: {problems:?}");
    }
}
