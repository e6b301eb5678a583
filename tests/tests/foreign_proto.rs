//! Protos of others, outside the project and not edited, become tables through a store message that imports them.

use std::path::{Path, PathBuf};

use protostore_build::{Comparison, Invocation, Mode, Project, Protos, check, codegen};

fn case(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/foreign").join(path)
}

fn project(out: &Path, includes: Vec<PathBuf>) -> Project {
    Project {
        protos: Protos::Below(case("mine")),
        includes,
        out: out.to_owned(),
        run_time: "path = \"protostore\"".to_owned(),
        crates: protostore_build::CrateOptions::default(),
        allow: Vec::new(),
        invocation: Invocation { program: "cargo protostore".to_owned(), arguments: "-I theirs".to_owned() },
    }
}

#[test]
fn a_message_of_others_is_a_table() {
    let theirs = case("theirs/acme/inventory/v1/item.proto");
    let before = std::fs::read(&theirs).expect("their file");
    let out = tempfile::tempdir().expect("a temporary directory");
    let project = project(out.path(), vec![case("theirs")]);
    let report = codegen(&project, Mode::Write).unwrap_or_else(|failure| panic!("{:?}", miette::Report::new(failure)));
    assert!(report.is_ok(), "{report}");

    let read = |path: &str| std::fs::read_to_string(out.path().join("desk").join(path)).expect(path);
    let sql = read("schema.sqlite.sql");
    for line in
        ["CREATE TABLE \"items\" (", "\"price_cents\" INTEGER", "CREATE TABLE \"items__labels\" (", "\"shelf__hall\""]
    {
        assert!(sql.contains(line), "{line} is not in\n{sql}");
    }
    assert!(read("src/records/item.rs").contains("pub struct Item {"));
    assert!(read("src/proto/acme.inventory.v1.rs").contains("pub struct Item {"));
    assert!(check(&project, &Comparison::default()).is_ok_and(|report| report.is_ok()));
    assert_eq!(std::fs::read(&theirs).expect("their file"), before);
}

#[test]
fn without_the_include_path_the_import_is_named() {
    let out = tempfile::tempdir().expect("a temporary directory");
    let failure = codegen(&project(out.path(), Vec::new()), Mode::Write).expect_err("the import cannot be found");
    let said = format!("{:?}", miette::Report::new(failure));
    assert!(said.contains("acme/inventory/v1/item.proto"), "{said}");
    assert!(std::fs::read_dir(out.path()).is_ok_and(|mut entries| entries.next().is_none()));
}
