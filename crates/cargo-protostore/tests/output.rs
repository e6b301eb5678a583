//! How the command speaks: to people, to editors and services, and to shells.

use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const RUNTIME: &str = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }");
const BROKEN: &str = "syntax = \"proto3\";\npackage lab;\nimport \"protostore/v1/options.proto\";\n\nmessage LabStore {\n  \
                      option (protostore.v1.store) = {name: \"lab\"};\n  repeated Machine machines = 1;\n}\n\nmessage Machine {\n  \
                      string id = 1;\n}\n";

fn project(proto: &str) -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("proto/lab")).expect("a directory");
    std::fs::write(dir.path().join("proto/lab/lab.proto"), proto).expect("a file");
    std::fs::write(dir.path().join("protostore.toml"), RUNTIME).expect("a file");
    dir
}

fn fixed() -> String {
    BROKEN.replace("machines = 1;", "machines = 1 [(protostore.v1.table) = {primary_key: \"id\"}];")
}

/// Runs a command; returns its exit code, standard output and standard error.
fn run(dir: &TempDir, line: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
    command.current_dir(dir.path()).arg("protostore").args(line.split(' ')).stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

#[test]
fn a_problem_is_at_its_file_line_and_column_from_here() {
    let dir = project(BROKEN);
    let (code, out, err) = run(&dir, "codegen");
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(
        err.starts_with("proto/lab/lab.proto:7:20: the table `machines` has no primary key [protostore::P0301]\n"),
        "{err}"
    );
    assert!(
        err.contains("    repeated Machine machines = 1;\n") || err.contains("repeated Machine machines = 1;"),
        "{err}"
    );
    assert!(!err.contains('│') && !err.contains('\u{1b}'), "boxes and colours are for a terminal: {err}");
    assert!(err.ends_with("error: there is 1 problem in the protos\n"), "{err}");
}

#[test]
fn other_tools_read_a_line_for_each_problem() {
    let (code, out, err) = run(&project(BROKEN), "check --message-format short");
    assert_eq!((code, err.as_str()), (2, ""));
    assert_eq!(out, "proto/lab/lab.proto:7:20: error[protostore::P0301]: the table `machines` has no primary key\n");
}

#[test]
fn programs_read_one_object() {
    let dir = project(BROKEN);
    let (code, out, err) = run(&dir, "check --message-format json");
    assert_eq!((code, err.as_str()), (2, ""));
    let report: serde_json::Value = serde_json::from_str(&out).expect("one object");
    let finding = &report["findings"][0];
    assert_eq!((&report["exit_code"], &finding["line"], &finding["column"]), (&2.into(), &7.into(), &20.into()));
    assert_eq!((&finding["file"], &finding["code"]), (&"proto/lab/lab.proto".into(), &"protostore::P0301".into()));
    assert!(finding["remedy"].as_str().is_some_and(|help| help.contains("primary_key")), "{out}");

    let dir = project(&fixed());
    let (code, out, _) = run(&dir, "codegen --message-format json");
    let report: serde_json::Value = serde_json::from_str(&out).expect("one object");
    let written = report["written"].as_array().expect("a list");
    assert!(code == 0 && written.contains(&"generated/lab/Cargo.toml".into()), "{out}");
}

#[test]
fn sarif_is_for_code_scanning() {
    let (code, out, _) = run(&project(BROKEN), "check --message-format sarif");
    let log: serde_json::Value = serde_json::from_str(&out).expect("one object");
    let run = &log["runs"][0];
    assert_eq!((code, &log["version"]), (2, &"2.1.0".into()));
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "protostore::P0301");
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"protostore::P0301".into(), &"error".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "proto/lab/lab.proto");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&7.into(), &20.into()));
}

#[test]
fn annotations_have_the_column() {
    let (_, out, _) = run(&project(BROKEN), "check --message-format github");
    assert!(
        out.starts_with("::error title=protostore P0301,file=proto/lab/lab.proto,line=7,col=20::the table"),
        "{out}"
    );
}

#[test]
fn files_are_listed_before_and_after_they_are_written() {
    let dir = project(&fixed());
    let (code, out, _) = run(&dir, "codegen --dry-run");
    assert!(code == 0 && out.contains("would write generated/lab/src/lib.rs\n"), "{out}");
    assert!(!dir.path().join("generated").exists());
    let (code, out, _) = run(&dir, "codegen");
    assert!(code == 0 && out.contains("wrote generated/lab/src/lib.rs\n"), "{out}");
    let (_, out, _) = run(&dir, "codegen");
    assert!(!out.contains("wrote ") && out.ends_with("; nothing changed\n"), "{out}");
}

#[test]
fn quiet_says_what_is_wrong_alone() {
    let dir = project(&fixed());
    assert_eq!(run(&dir, "codegen -q"), (0, String::new(), String::new()));
    assert_eq!(run(&dir, "check --quiet"), (0, String::new(), String::new()));
    std::fs::remove_file(dir.path().join("generated/lab/README.md")).expect("a generated file");
    let (code, out, _) = run(&dir, "check -q");
    assert!(code == 1 && out.starts_with("generated/lab/README.md is missing\n") && !out.contains("finding"), "{out}");
}

#[test]
fn a_misspelt_word_has_a_suggestion() {
    let dir = project(&fixed());
    for (line, near) in [
        ("codgen", "'codegen'"),
        ("chekc", "'check'"),
        ("check --agianst main", "'--against'"),
        ("check --message-format jsn", "did you mean `json`?"),
        ("check --color sometimes", "always"),
    ] {
        let (code, _, err) = run(&dir, line);
        assert!(code == 2 && err.contains(near), "{line}: {err}");
    }
}

#[test]
fn colours_are_asked_for_or_not() {
    let dir = project(&fixed());
    let (_, _, err) = run(&dir, "codgen --color always");
    assert!(err.contains("\u{1b}["), "{err:?}");
    let (_, _, err) = run(&dir, "codgen --color=never");
    assert!(!err.contains('\u{1b}'), "{err:?}");
}

#[test]
fn shells_complete_and_man_shows_each_command() {
    let dir = project(&fixed());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, _) = run(&dir, &format!("completions {shell}"));
        assert!(code == 0 && out.contains("codegen") && out.contains("message-format"), "{shell}: {out}");
    }
    let (code, out, _) = run(&dir, "man");
    assert!(code == 0 && out.contains(".TH cargo-protostore 1"), "{out}");
    for command in ["codegen", "check", "export-protos", "explain"] {
        assert!(out.contains(&format!("cargo-protostore {command}")), "{command}: {out}");
    }
}
