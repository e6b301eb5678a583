//! A schema that changed gets a version more, and the older ones stay as they are.

use std::collections::BTreeMap;

use protostore_build::{FailOn, Mode, Release, Request, codegen};
use protostore_evolve::Lock;
use protostore_evolve::plan::Plan;

use crate::lab::Lab;

const PROTO: &str = "proto/lab.proto";

/// Edits the proto of a lab.
pub(crate) fn edit(lab: &Lab, from: &str, to: &str) {
    let text = lab.read(PROTO);
    assert!(text.contains(from), "{from:?} is not in\n{text}");
    lab.write(PROTO, &text.replace(from, to));
}

/// Runs codegen, which has nothing against it.
#[track_caller]
pub(crate) fn written(lab: &Lab, request: impl Into<Request>) -> String {
    let report = codegen(&lab.project(), request).expect("the project is computed");
    assert!(report.is_ok(), "{report}");
    lab.short(&report.to_string())
}

pub(crate) fn lock(lab: &Lab) -> Lock {
    Lock::from_text(&lab.read("generated/lab/schema.lock")).expect("a lock")
}

fn history(lab: &Lab) -> BTreeMap<String, String> {
    let paths = lab.paths("generated/lab/schema").into_iter().chain(lab.paths("generated/lab/migrations"));
    paths.map(|path| (path.clone(), lab.read(&path))).collect()
}

#[test]
fn a_renamed_field_is_a_second_version() {
    let lab = Lab::generated();
    let before = history(&lab);
    edit(&lab, "string name = 2;", "string label = 2;");
    let said = written(&lab, Mode::Write);
    assert!(said.starts_with("lab: version 2 `rename_machines_label`, 0.2.0\n  N01 "), "{said}");
    assert!(said.contains("JSON breaks") && said.contains("rename column machines.name to label"), "{said}");
    assert!(said.contains("cost: no pass over a table\n"), "{said}");
    assert!(said.contains("the program of version 1 cannot open the new file"), "{said}");

    let after = history(&lab);
    for (path, text) in &before {
        assert_eq!(after.get(path), Some(text), "{path} stays byte for byte");
    }
    let new: Vec<_> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert_eq!(
        new,
        [
            "generated/lab/migrations/sqlite/V2__rename_machines_label.sql",
            "generated/lab/migrations/sqlite/down/D2__rename_machines_label.sql",
            "generated/lab/schema/0002.json",
            "generated/lab/schema/0002.plan.json",
        ]
    );
    let plan = Plan::from_file(&lab.read("generated/lab/schema/0002.plan.json")).expect("a plan");
    assert_eq!((plan.from, plan.to, plan.reader, plan.writer), (1, 2, 2, 2));
    let lock = lock(&lab);
    assert_eq!((lock.head, lock.semver.as_str(), lock.versions.len()), (2, "0.2.0", 2));
    assert!(lab.read("generated/lab/src/lib.rs").contains(&lock.versions[1].dialect["sqlite"].chain));
    assert!(lab.read("generated/lab/Cargo.toml").contains("version = \"0.2.0\""));

    assert_eq!(lab.findings(), "");
    assert!(written(&lab, Mode::Write).ends_with("; nothing changed"));
}

#[test]
fn versions_follow_one_another_and_a_third_keeps_both() {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string label = 2;");
    written(&lab, Mode::Write);
    let before = history(&lab);
    edit(&lab, "string label = 2;", "string label = 2;\n  int64 weight = 3;");
    let said = written(&lab, Mode::Write);
    assert!(said.contains("version 3") && said.contains("0.2.1") && said.contains("A01 "), "{said}");
    assert!(said.contains("the program of version 2 reads and writes the new file"), "{said}");
    let after = history(&lab);
    assert!(before.iter().all(|(path, text)| after.get(path) == Some(text)));
    let lock = lock(&lab);
    let of: Vec<_> = lock.versions.iter().map(|version| (version.reader, version.writer)).collect();
    assert_eq!(of, [(1, 1), (2, 2), (2, 2)], "cumulative: what version 2 keeps out stays out");
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_dry_run_prints_the_plan_with_its_sql_and_writes_nothing() {
    let lab = Lab::generated();
    let before = lab.paths("generated");
    edit(&lab, "string name = 2;", "string label = 2;");
    let said = written(&lab, Request { dry_run: true, ..Request::default() });
    for words in
        ["N01 ", "  steps:\n", "  up:\n", "  down:\n", "ALTER TABLE \"machines\" RENAME COLUMN \"name\" TO \"label\""]
    {
        assert!(said.contains(words), "{words:?} is not in\n{said}");
    }
    assert!(said.ends_with("; nothing was written, as asked"), "{said}");
    assert_eq!(lab.paths("generated"), before);
    assert_eq!(lock(&lab).head, 1);
}

#[test]
fn a_version_is_called_as_it_is_named() {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string label = 2;");
    let named = Request { name: Some("say_label".parse().expect("a slug")), ..Request::default() };
    let said = written(&lab, named.clone());
    assert!(said.starts_with("lab: version 2 `say_label`, "), "{said}");
    assert!(lab.path("generated/lab/migrations/sqlite/V2__say_label.sql").is_file());
    assert_eq!(lab.findings(), "");
    let again = codegen(&lab.project(), named).expect("the project is computed");
    assert_eq!(again.findings[0].title, "`--name say_label` names no version: no store changed");
    assert_eq!(again.exit_code(FailOn::Nothing), 1);
}

#[test]
fn a_release_leaves_0_x_and_changes_no_chain() {
    let lab = Lab::generated();
    let before = lock(&lab);
    written(&lab, Request { release: Some(Release::Stable), ..Request::default() });
    let after = lock(&lab);
    assert_eq!((after.released, after.semver.as_str()), (1, "1.0.0"));
    assert_eq!(after.versions[0].dialect, before.versions[0].dialect);
    assert!(lab.read("generated/lab/Cargo.toml").contains("version = \"1.0.0\""));
    assert_eq!(lab.findings(), "");

    edit(&lab, "string name = 2;", "string label = 2;");
    written(&lab, Mode::Write);
    assert_eq!(lock(&lab).semver, "2.0.0");
    let again = Request { release: Some(Release::Stable), ..Request::default() };
    let again = codegen(&lab.project(), again).expect("the project is computed");
    assert_eq!(again.findings[0].title, "the data of `lab` has left 0.x already");
    written(&lab, Request { release: Some(Release::AsItIs), ..Request::default() });
    assert_eq!((lock(&lab).released, lock(&lab).semver.as_str()), (2, "2.0.0"));
}

#[test]
fn comments_make_no_version() {
    let lab = Lab::generated();
    edit(&lab, "// It has a name.", "// It is called something.");
    let said = written(&lab, Mode::Write);
    assert!(!said.contains("version 2"), "{said}");
    assert_eq!(lock(&lab).head, 1);
    assert_eq!(lab.findings(), "");
}
