//! The command as it is typed: what it prints, and whether it succeeds.

use std::path::Path;
use std::process::{Command, Output};

fn cargo_protostore(arguments: &[&str], out: &Path) -> (bool, String) {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/foreign");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
    command.current_dir(case).arg("protostore").args(arguments);
    if arguments[0] != "explain" {
        command.args(["--proto-root", "mine"]).arg("--out").arg(out);
    }
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[test]
fn codegen_and_check_end_in_a_sentence() {
    let out = tempfile::tempdir().expect("a temporary directory");
    let (ok, said) = cargo_protostore(&["codegen", "-I", "theirs"], out.path());
    assert!(ok && said.contains("codegen: 1 store, 1 table, "), "{said}");
    assert!(said.trim_end().ends_with("files written"), "{said}");
    let (ok, said) = cargo_protostore(&["check", "-I", "theirs"], out.path());
    assert!(ok && said.trim_end().ends_with("; everything agrees"), "{said}");

    std::fs::remove_file(out.path().join("desk/README.md")).expect("a generated file");
    let (ok, said) = cargo_protostore(&["check", "-I", "theirs"], out.path());
    assert!(!ok && said.contains("README.md is missing"), "{said}");
    assert!(said.contains("run `cargo protostore codegen --proto-root mine -I theirs --out "), "{said}");
    assert!(said.trim_end().ends_with("; 1 finding"), "{said}");
}

#[test]
fn a_file_can_be_named() {
    let out = tempfile::tempdir().expect("a temporary directory");
    let store = ["codegen", "-I", "theirs", "--store-file", "mine/desk/v1/store.proto"];
    let (ok, said) = cargo_protostore(&store, out.path());
    assert!(ok, "{said}");
    assert!(out.path().join("desk/schema.lock").exists());
}

#[test]
fn what_is_wrong_is_said_once_and_nothing_is_written() {
    let out = tempfile::tempdir().expect("a temporary directory");
    let (ok, said) = cargo_protostore(&["codegen"], out.path());
    assert!(!ok && said.contains("acme/inventory/v1/item.proto"), "{said}");
    assert!(std::fs::read_dir(out.path()).is_ok_and(|mut entries| entries.next().is_none()));
}

#[test]
fn a_code_is_explained() {
    let (ok, said) = cargo_protostore(&["explain", "P0301"], Path::new(""));
    assert!(ok && said.starts_with("P0301: "), "{said}");
    let (ok, said) = cargo_protostore(&["explain", "P9999"], Path::new(""));
    assert!(!ok && said.contains("P0301: "), "{said}");
}
