//! Names that prost or tonic would spell alike are rejected at their line, wherever they are in the API; what generated
//! code has a use for itself is renamed.

use std::collections::BTreeMap;

use protostore_lower::{Code, Compiled, Diagnostics, Inputs, compile, lower};

const STORE: &str = "message S { option (protostore.v1.store) = {}; \
    repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; }\nmessage Unit { string id = 1; }\n";

/// Compiles the file of a store with `text` in it, and a second file that it imports.
fn compiled(text: &str, other: &str) -> Compiled {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = format!(
        "syntax = \"proto3\"; package a.v1; import \"protostore/v1/options.proto\"; import \"other.proto\";\n{STORE}{text}\n"
    );
    std::fs::write(dir.path().join("store.proto"), store).expect("a file");
    std::fs::write(dir.path().join("other.proto"), format!("syntax = \"proto3\";\n{other}\n")).expect("a file");
    let files = vec![dir.path().join("store.proto")];
    compile(&Inputs { includes: vec![dir.path().to_path_buf()], files })
        .unwrap_or_else(|e| panic!("{}", e.render_plain()))
}

fn problems(text: &str, other: &str) -> Diagnostics {
    let lowered = lower(&compiled(text, other), "a.v1.S").map(|_| ());
    lowered.expect_err(&format!("{text}\n{other}"))
}

#[test]
fn names_that_are_one_in_rust_are_rejected_outside_of_records_too() {
    let other = "package b.v1; message Other { int32 a = 1; }";
    for (text, both) in [
        ("message FooBar { int32 a = 1; }\nmessage Foo_bar { int32 a = 1; }", "FooBar"),
        ("message Foo { int32 a = 1; }\nenum foo { A = 0; }", "Foo"),
        ("enum Level { LEVEL_NONE = 0; LEVEL_HIGH = 1; HIGH = 2; }", "High"),
        ("message X { int32 a = 1; oneof A { int32 b = 2; } }", "a"),
        ("message X { oneof a_b { int32 c = 1; } oneof aB { int32 d = 2; } }", "AB"),
        ("message X { message Foo { int32 a = 1; } enum foo { B = 0; } }", "Foo"),
        ("message X { message Y { int32 z = 1; } } message x_ { message W { int32 z = 1; } }", "x"),
        ("enum E { A = 0; }\nmessage X { E state = 1; optional string set_state = 2; }", "set_state"),
        ("enum E { A = 0; }\nmessage X { repeated E state = 1; E push_state = 2; }", "push_state"),
        ("enum E { A = 0; }\nmessage X { map<string, E> state = 1; optional bool get_state = 2; }", "get_state"),
        ("service X { rpc GetFoo(Unit) returns (Unit); rpc get_foo(Unit) returns (Unit); }", "get_foo"),
        ("service X { rpc New(Unit) returns (Unit); rpc NewMethod(Unit) returns (Unit); }", "new_method"),
        ("service X { rpc Get(Unit) returns (Unit); }\nservice x { rpc Get(Unit) returns (Unit); }", "x_client"),
        ("service X { rpc Get(Unit) returns (Unit); }\nmessage XServer { message Y { int32 z = 1; } }", "x_server"),
    ] {
        let problems = problems(text, other);
        let said = format!("are both `{both}` in Rust");
        let found = problems.iter().filter(|p| p.code == Code::RustNameTaken && p.message.ends_with(&said));
        assert!(found.count() > 0, "{text}: {}", problems.render_plain());
        assert!(problems.iter().all(|p| p.line > 2 && p.file == "store.proto"), "{}", problems.render_plain());
    }
}

#[test]
fn a_module_that_is_also_a_package_is_rejected() {
    for (text, other) in [
        ("message Sub { message Part { int32 b = 1; } }", "package a.v1.sub; message Other { int32 a = 1; }"),
        ("service Sub { rpc Get(Unit) returns (Unit); }", "package a.v1.sub_client; message Other { int32 a = 1; }"),
    ] {
        let text = format!("message Holder {{ {}.Other other = 1; }}\n{text}", other.split([' ', ';']).nth(1).unwrap());
        let problems = problems(&text, other);
        assert!(problems.iter().any(|p| p.code == Code::RustNameTaken && p.line > 0), "{}", problems.render_plain());
        assert!(problems.render_plain().contains("the package `a.v1.sub"), "{}", problems.render_plain());
    }
}

#[test]
fn names_without_a_letter_are_rejected() {
    for text in [
        "message X { int32 __ = 1; }",
        "message X { oneof _ { int32 a = 1; } }",
        "message _1 { int32 a = 1; }",
        "enum __ { A = 0; }",
        "service _2 { rpc Get(Unit) returns (Unit); }",
        "service X { rpc __(Unit) returns (Unit); }",
    ] {
        let problems = problems(text, "package b.v1;");
        let codes: Vec<Code> = problems.iter().map(|p| p.code).collect();
        assert_eq!(codes, [Code::BadName], "{text}: {}", problems.render_plain());
        assert!(problems.iter().all(|p| p.line > 3), "{}", problems.render_plain());
    }
    let problems = problems("message X { a.__.Y y = 1; }", "package a.__; message Y { int32 a = 1; }");
    assert!(problems.iter().all(|p| p.code == Code::BadName && p.file == "other.proto"), "{}", problems.render_plain());
}

#[test]
fn services_and_methods_give_way_to_what_tonic_has() {
    let text = "service Body { rpc New(Unit) returns (Unit); rpc Connect(Unit) returns (Unit); \
                rpc SendCompressed(Unit) returns (Unit); rpc AcceptGzip(Unit) returns (Unit); }\n\
                service GetSvc { rpc Get(Unit) returns (Unit); }";
    let compiled = compiled(text, "package b.v1;");
    let schema = lower(&compiled, "a.v1.S").unwrap_or_else(|e| panic!("{}", e.render_plain()));
    let expected = [
        ("a.v1.Body", "BodyService"),
        ("a.v1.Body.AcceptGzip", "accept_gzip"),
        ("a.v1.Body.Connect", "connect_method"),
        ("a.v1.Body.New", "new_method"),
        ("a.v1.Body.SendCompressed", "send_compressed_method"),
        ("a.v1.GetSvc", "GetSvcService"),
        ("a.v1.GetSvc.Get", "get"),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    assert_eq!(compiled.service_names(&schema), expected);
}

#[test]
fn a_record_gives_way_to_the_prelude() {
    let text = "message T { option (protostore.v1.store) = {}; \
                repeated AsRef refs = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; }\n\
                message AsRef { string id = 1; Clone clone = 2; oneof drop { int32 a = 3; } }\nenum Clone { C = 0; }";
    let schema = lower(&compiled(text, "package b.v1;"), "a.v1.T").unwrap_or_else(|e| panic!("{}", e.render_plain()));
    assert_eq!(schema.tables[0].record.ty.rust, "AsRefMessage");
    assert_eq!(schema.type_names()["a.v1.Clone"], "CloneEnum");
}
