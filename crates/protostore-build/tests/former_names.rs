//! A type keeps the Rust name that it has in the newest snapshot, whatever types of its name come later.

use std::path::Path;

use protostore_build::{Comparison, Invocation, Mode, Project, Protos, check, codegen};

fn project(dir: &Path) -> Project {
    Project {
        protos: Protos::Below(dir.join("proto")),
        includes: Vec::new(),
        out: dir.join("generated"),
        run_time: "path = \"protostore\"".to_owned(),
        crates: protostore_build::CrateOptions::default(),
        allow: Vec::new(),
        invocation: Invocation { program: "cargo xtask".to_owned(), arguments: String::new() },
    }
}

fn write(dir: &Path, name: &str, package: &str, text: &str) {
    std::fs::create_dir_all(dir.join("proto")).expect("a directory");
    let text = format!("syntax = \"proto3\";\npackage {package};\n{text}\n");
    std::fs::write(dir.join("proto").join(name), text).expect("a proto");
}

fn store(dir: &Path, imports: &[&str], fields: &str) {
    let imports: String = imports.iter().map(|name| format!("import \"{name}\";\n")).collect();
    let text = format!(
        "import \"protostore/v1/options.proto\";\n{imports}message S {{\n  option (protostore.v1.store) = {{name: \"s\"}};\n  \
         repeated Unit units = 1 [(protostore.v1.table) = {{primary_key: \"id\"}}];\n}}\n\
         message Unit {{\n  string id = 1;\n{fields}}}"
    );
    write(dir, "store.proto", "store.v1", &text);
}

fn exports(dir: &Path) -> String {
    let text = std::fs::read_to_string(dir.join("generated/s/src/lib.rs")).expect("the crate's root");
    text.lines().map(str::trim).filter(|line| line.starts_with("pub use records::")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_type_keeps_its_name_when_a_version_comes() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let dir = dir.path();
    write(dir, "v1.proto", "api.v1", "message Spec { int32 a = 1; }");
    write(dir, "v2.proto", "api.v2", "message Spec { int32 a = 1; }");
    store(dir, &["v1.proto"], "  api.v1.Spec old = 2;\n");
    assert!(codegen(&project(dir), Mode::Write).is_ok_and(|report| report.is_ok()));
    assert_eq!(exports(dir), "pub use records::unit::{Spec, Unit};");

    store(dir, &["v1.proto", "v2.proto"], "  api.v1.Spec old = 2;\n  api.v2.Spec new = 3;\n");
    assert!(codegen(&project(dir), Mode::Amend).is_ok_and(|report| report.is_ok()));
    assert_eq!(exports(dir), "pub use records::unit::{Spec, Unit, V2Spec};");
    assert!(check(&project(dir), &Comparison::default()).is_ok_and(|report| report.is_ok()));

    // Without a version before, the two are named together.
    std::fs::remove_dir_all(dir.join("generated")).expect("the crate is removed");
    assert!(codegen(&project(dir), Mode::Write).is_ok_and(|report| report.is_ok()));
    assert_eq!(exports(dir), "pub use records::unit::{Unit, V1Spec, V2Spec};");
}
