//! Beside a commit of git: its versions are as they were, and what came since is shown.

use std::process::Command;

use protostore_build::{Comparison, FailOn, Failure, Mode, Report, Request, check, codegen};

use crate::lab::Lab;
use crate::versions::append::{edit, relocked, written};

fn git(lab: &Lab, arguments: &[&str]) {
    let identity = ["-c", "user.name=lab", "-c", "user.email=lab@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    let output = command.current_dir(lab.path(".")).args(identity).args(arguments).output().expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A lab whose generated files are in the commit `base`.
fn committed() -> Lab {
    let lab = Lab::generated();
    git(&lab, &["init", "-q", "-b", "base"]);
    git(&lab, &["add", "-A"]);
    git(&lab, &["commit", "-q", "-m", "one"]);
    git(&lab, &["checkout", "-q", "-b", "topic"]);
    lab
}

fn against(lab: &Lab) -> Report {
    let with = Comparison { against: Some("base".to_owned()), cache: None };
    check(&lab.project(), &with).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn versions_that_came_since_are_shown_and_fail_where_that_is_asked() {
    let lab = committed();
    assert_eq!((against(&lab).versions.len(), against(&lab).exit_code(FailOn::Any)), (0, 0));
    edit(&lab, "string name = 2;", "string name = 2;\n  int64 weight = 3;");
    written(&lab, Mode::Write);
    let added = against(&lab);
    let code =
        |report: &Report| [FailOn::Nothing, FailOn::Breaking, FailOn::Any].map(|fail_on| report.exit_code(fail_on));
    assert!(added.is_ok() && code(&added) == [0, 0, 3], "{added}");
    edit(&lab, "string name = 2;", "string label = 2;");
    written(&lab, Mode::Write);
    let renamed = against(&lab);
    assert_eq!(renamed.versions.iter().map(|version| version.plan.to).collect::<Vec<_>>(), [2, 3]);
    assert!(renamed.is_ok() && code(&renamed) == [0, 3, 3], "{renamed}");
    let alone = check(&lab.project(), &Comparison::default()).expect("the project is computed");
    assert_eq!(alone.versions, []);
}

#[test]
fn a_version_that_codegen_has_not_made_yet_is_shown_once_and_missed_nowhere() {
    let lab = committed();
    edit(&lab, "string name = 2;", "string label = 2;");
    let report = against(&lab);
    let titles: Vec<_> = report.findings.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["the protos of `lab` changed since version 1"], "{report}");
    assert_eq!(report.versions.iter().map(|version| version.plan.to).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_version_whose_plan_cannot_be_read_is_not_left_out() {
    let lab = committed();
    edit(&lab, "string name = 2;", "string label = 2;");
    written(&lab, Mode::Write);
    let (plan, lock) = ("generated/lab/schema/0002.plan.json", "generated/lab/schema.lock");
    // Once with a lock that vouches for it, and once edited by hand: each is one finding.
    for vouched in [true, false] {
        let texts = (lab.read(plan), lab.read(lock));
        lab.write(plan, &texts.0.replace("\"N01\"", "\"N99\""));
        if vouched {
            relocked(&lab);
        }
        let report = against(&lab);
        assert_eq!(report.versions.len(), 0, "{report}");
        // With another lock the crate differs too, which is said by itself.
        let about: Vec<_> = report.findings.iter().filter(|found| found.title.contains("0002.plan.json")).collect();
        assert_eq!(about.len(), 1, "{report}");
        let said = lab.short(&about[0].to_string());
        assert!(said.contains("-> restore generated/lab/schema/0002.plan.json with git"), "{said}");
        let words = if vouched { "cannot be shown" } else { "was edited" };
        assert!(said.contains(words), "{said}");
        lab.write(plan, &texts.0);
        lab.write(lock, &texts.1);
    }
}

#[test]
fn a_version_that_the_commit_has_is_not_rewritten() {
    let lab = committed();
    edit(&lab, "string name = 2;", "string label = 2;");
    let request = Request { mode: Mode::Amend, against: Some("base".to_owned()), ..Request::default() };
    let report = codegen(&lab.project(), request).expect("the project is computed");
    assert!(!report.is_ok() && report.written.is_empty(), "{report}");
    let said = lab.short(&report.to_string());
    assert!(said.contains("version 1 of `lab` is not version 1 `initial` of base in lab"), "{said}");
    assert!(said.contains("`git checkout base -- generated/lab`"), "{said}");

    written(&lab, Mode::Amend);
    let report = against(&lab);
    assert_eq!(report.findings.len(), 1, "{report}");
    assert_eq!(report.exit_code(FailOn::Nothing), 1);
    git(&lab, &["checkout", "base", "--", "generated/lab"]);
    written(&lab, Mode::Write);
    assert!(against(&lab).is_ok());
}

#[test]
fn a_store_that_is_gone_and_a_commit_that_is_not_there() {
    let lab = committed();
    lab.write("proto/other.proto", &crate::lab::store("Other"));
    std::fs::remove_file(lab.path("proto/lab.proto")).expect("a store");
    std::fs::remove_dir_all(lab.path("generated/lab")).expect("a crate");
    written(&lab, Mode::Write);
    let report = against(&lab);
    assert_eq!(report.findings.len(), 1, "{report}");
    assert!(report.findings[0].title.starts_with("base has the store `lab.v0.LabStore` in lab"), "{report}");

    for unknown in ["no-such-branch", "--help"] {
        let with = Comparison { against: Some(unknown.to_owned()), cache: None };
        let failure = check(&lab.project(), &with).expect_err("no such commit");
        assert!(matches!(failure, Failure::Git { .. }), "{failure}");
        assert!(failure.to_string().starts_with(&format!("`{unknown}` cannot be compared with: ")), "{failure}");
    }
}
