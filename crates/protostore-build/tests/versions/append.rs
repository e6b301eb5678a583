//! A schema that changed gets a version more, and the older ones stay as they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use protostore_build::{FailOn, Mode, Release, Request, codegen};
use protostore_evolve::plan::Plan;
use protostore_evolve::{
    History, Lock, MigrationTexts, Version, VersionTexts, down_path, migration_path, plan_path, snapshot_path,
};
use protostore_schema::Schema;

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

/// Writes the lock of the files as they are, as a tool would that wrote them.
pub(crate) fn relocked(lab: &Lab) {
    let before = lock(lab);
    let read = |path: &str| Some(lab.path(format!("generated/lab/{path}"))).filter(|path| path.is_file());
    let read = |path: &str| read(path).map(|path| std::fs::read_to_string(path).expect("a text"));
    let mut texts = Vec::new();
    for locked in &before.versions {
        let up = read(&migration_path("sqlite", locked.version, &locked.slug)).expect("a migration");
        let migration = MigrationTexts { up, down: read(&down_path("sqlite", locked.version, &locked.slug)) };
        texts.push(VersionTexts {
            snapshot: read(&snapshot_path(locked.version)).expect("a snapshot"),
            plan: read(&plan_path(locked.version)),
            migrations: [("sqlite".to_owned(), migration)].into(),
        });
    }
    // What a lock takes of a schema is its mapping, and that of the first is the same.
    let first = Schema::from_snapshot(&texts[0].snapshot.replacen("\"format\": 2", "\"format\": 1", 1));
    let schema = first.expect("a snapshot");
    let versions = before.versions.iter().map(|locked| Version {
        number: locked.version,
        slug: locked.slug.clone(),
        semver: locked.semver.clone(),
        schema: Arc::new(schema.clone()),
        accepted: locked.accepted.clone(),
        hooks: Vec::new(),
        reader: locked.reader,
        writer: locked.writer,
        until: locked.until,
    });
    let mut history = History::first(schema.clone());
    history.versions = versions.collect();
    lab.write("generated/lab/schema.lock", &Lock::new(&history, &texts).render("cargo xtask codegen"));
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
