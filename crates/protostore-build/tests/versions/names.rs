//! The names of a store: a message that is renamed keeps its history, and another directory is never a second version 1.

use protostore_build::Mode;

use crate::lab::{Lab, store};
use crate::versions::append::{edit, lock, relocked, written};

#[test]
fn a_renamed_store_message_is_among_the_former_names() {
    let lab = Lab::generated();
    let before = lock(&lab);
    edit(&lab, "message LabStore", "message BenchStore");
    written(&lab, Mode::Write);
    let after = lock(&lab);
    assert_eq!((after.store.as_str(), after.head), ("lab.v0.BenchStore", 1));
    assert_eq!(after.formerly, ["lab.v0.LabStore"]);
    assert_eq!(after.versions[0].dialect, before.versions[0].dialect);
    assert!(lab.read("generated/lab/src/lib.rs").contains("formerly: &[\"lab.v0.LabStore\"]"));
    assert_eq!(lab.findings(), "");

    edit(&lab, "message BenchStore", "message LabStore");
    written(&lab, Mode::Write);
    assert_eq!(
        (lock(&lab).store.as_str(), lock(&lab).formerly),
        ("lab.v0.LabStore", vec!["lab.v0.BenchStore".to_owned()])
    );
    assert_eq!(lab.findings(), "");
}

#[test]
fn another_message_and_another_directory_at_once_begin_no_second_history() {
    let lab = Lab::generated();
    lab.write(
        "proto/lab.proto",
        &store("Lab").replace("LabStore", "BenchStore").replace("name: \"lab\"", "name: \"bench\""),
    );
    let report = lab.codegen();
    assert!(!report.is_ok() && report.written.is_empty(), "{report}");
    let finding = lab.short(&report.findings[0].to_string());
    assert!(finding.contains("has the tables of the history in generated/lab"), "{finding}");
    assert!(finding.contains("`git mv generated/lab generated/bench`"), "{finding}");
    std::fs::rename(lab.path("generated/lab"), lab.path("generated/bench")).expect("the directory is renamed");
    written(&lab, Mode::Write);
    assert!(lab.read("generated/bench/schema.lock").contains("formerly = [\"lab.v0.LabStore\"]"));
    assert_eq!(lab.findings(), "");
}

#[test]
fn what_a_newer_tool_wrote_is_rejected_by_name_and_not_rewritten() {
    let formats = ("\"format\": 1,", "\"format\": 2,");
    let newer = [
        ("schema.lock", ("format = 1\n", "format = 2\n")),
        ("schema.lock", ("mapping = 1\n", "mapping = 2\n")),
        ("schema/0002.json", formats),
        ("schema/0002.plan.json", formats),
    ];
    for (file, (from, to)) in newer {
        let lab = Lab::generated();
        edit(&lab, "string name = 2;", "string label = 2;");
        written(&lab, Mode::Write);
        let place = format!("generated/lab/{file}");
        let text = lab.read(&place);
        assert!(text.contains(from), "{file} has no {from:?}: {}", &text[..200]);
        lab.write(&place, &text.replacen(from, to, 1));
        if file != "schema.lock" {
            // By hand it is an edit, which the lock says, whatever it reads.
            assert!(lab.findings().contains(&format!("{file} was edited")), "{}", lab.findings());
            relocked(&lab);
        }
        let findings = lab.findings();
        assert!(findings.contains(&format!("{file} was written by a newer version of protostore: ")), "{findings}");
        assert!(findings.contains("-> run the version of protostore that wrote it, or a newer one"), "{findings}");
        assert!(!findings.contains("--amend"), "{findings}");
        edit(&lab, "string label = 2;", "string title = 2;");
        for report in [lab.amend(), lab.codegen()] {
            assert!(!report.is_ok() && report.written.is_empty(), "{report}");
            assert!(report.to_string().contains("was written by a newer version of protostore: "), "{report}");
        }
    }
}
