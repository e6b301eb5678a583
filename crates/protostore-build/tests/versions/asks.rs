//! Questions: nothing is written, all are printed at once, each with its line; an answer is given once and kept.

use protostore_build::{Accept, Comparison, FailOn, Mode, Request, check, codegen};

use crate::lab::Lab;
use crate::versions::append::{edit, lock, written};

fn accept(words: &[&str]) -> Request {
    let accept = words.iter().map(|word| word.parse().expect("an answer")).collect();
    Request { accept, ..Request::default() }
}

/// A store with three fields, of which two are made narrower and one goes.
fn asked() -> Lab {
    let lab = Lab::new();
    edit(&lab, "string name = 2;", "string name = 2;\n  int64 weight = 3;\n  int64 height = 4;");
    assert!(lab.codegen().is_ok());
    edit(&lab, "  string name = 2;\n", "");
    edit(&lab, "int64 weight", "int32 weight");
    edit(&lab, "int64 height", "int32 height");
    lab
}

#[test]
fn all_questions_come_at_once_and_nothing_is_written() {
    let lab = asked();
    let before = lab.paths("generated");
    let report = codegen(&lab.project(), Mode::Write).expect("the project is computed");
    let said = lab.short(&report.to_string());
    assert_eq!(report.findings.len(), 3, "{said}");
    assert!(said.contains("-> write `reserved 2; reserved \"name\";` after line "), "{said}");
    for field in ["weight", "height"] {
        let command = format!("-> if that is meant, run `cargo xtask codegen --accept narrow:machines.{field}`");
        assert!(said.contains(&command), "{said}");
    }
    assert!(said.contains("`--accept` can be given several times"), "{said}");
    assert!(said.ends_with("; 3 findings, so nothing was written"), "{said}");
    assert_eq!(report.exit_code(FailOn::Nothing), 1);
    assert_eq!(lab.paths("generated"), before);
    assert_eq!(lock(&lab).head, 1);

    let checked = check(&lab.project(), &Comparison::default()).expect("the project is computed");
    let titles: Vec<_> = checked.findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles[0], "the protos of `lab` changed since version 1");
    assert_eq!(titles.len(), 4, "{titles:?}");
}

#[test]
fn answers_are_in_the_lock_and_in_its_chain() {
    let lab = asked();
    edit(&lab, "  string id = 1;\n", "  string id = 1;\n  reserved 2;\n  reserved \"name\";\n");
    let one = codegen(&lab.project(), accept(&["narrow:machines.weight"])).expect("the project is computed");
    assert_eq!(one.findings.len(), 1, "{one}");
    assert!(one.findings[0].remedy.contains("--accept narrow:machines.weight --accept narrow:machines.height"));
    written(&lab, accept(&["narrow:machines.weight", "narrow:machines.height"]));
    let lock = lock(&lab);
    assert_eq!(lock.versions[1].accepted, ["narrow 1:3 int64 int32", "narrow 1:4 int64 int32"]);
    assert_eq!(lab.findings(), "");
}

#[test]
fn an_answer_to_nothing_is_an_error() {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string label = 2;");
    let report = codegen(&lab.project(), accept(&["narrow:machines.label"])).expect("the project is computed");
    assert_eq!(report.findings[0].title, "`--accept narrow:machines.label` answers nothing that a change asks");
    assert!(report.written.is_empty() && lock(&lab).head == 1);
    let unknown = "small:machines.label".parse::<Accept>().expect_err("no word");
    assert!(unknown.starts_with("`small` is none of the words narrow, sign, "), "{unknown}");
    assert!("narrow".parse::<Accept>().is_err() && "narrow:".parse::<Accept>().is_err());
}

#[test]
fn a_version_that_is_rewritten_keeps_its_answers() {
    let lab = asked();
    edit(&lab, "  string id = 1;\n", "  string id = 1;\n  reserved 2;\n  reserved \"name\";\n");
    written(&lab, accept(&["narrow:machines.weight", "narrow:machines.height"]));
    let before = lab.read("generated/lab/schema.lock");
    edit(&lab, "int32 height = 4;", "int32 height = 4;\n  int64 depth = 5;");
    written(&lab, Mode::Amend);
    assert_eq!(lock(&lab).versions[1].accepted, ["narrow 1:3 int64 int32", "narrow 1:4 int64 int32"]);
    // What is not asked any more is not answered any more.
    edit(&lab, "int32 height = 4;", "int64 height = 4;");
    written(&lab, Mode::Amend);
    assert_eq!(lock(&lab).versions[1].accepted, ["narrow 1:3 int64 int32"]);
    assert_ne!(lab.read("generated/lab/schema.lock"), before);
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_command_to_run_repeats_no_answer_to_nothing() {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string name = 2;\n  int64 weight = 3;");
    written(&lab, Mode::Write);
    edit(&lab, "int64 weight = 3;", "int32 weight = 3;");
    let accept = vec!["narrow:machines.wieght".parse().expect("an answer")];
    let report = codegen(&lab.project(), Request { accept, ..Request::default() }).expect("the project is computed");
    let said = report.to_string();
    assert!(said.contains("`--accept narrow:machines.wieght` answers nothing that a change asks"), "{said}");
    assert!(said.contains("run `cargo xtask codegen --accept narrow:machines.weight`\n"), "{said}");
}
