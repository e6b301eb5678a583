//! Old versions end by an explicit act: their migrations go, and what a number meant stays.

use protostore_build::{Mode, Release, Report, Request, codegen};

use crate::lab::Lab;
use crate::versions::append::{edit, lock, written};

/// A lab of four versions, of which three are released.
fn four() -> Lab {
    let lab = Lab::generated();
    for (from, to) in [("name = 2", "label = 2"), ("label = 2", "title = 2")] {
        edit(&lab, from, to);
        written(&lab, Mode::Write);
    }
    written(&lab, Request { release: Some(Release::AsItIs), ..Request::default() });
    edit(&lab, "  string title = 2;", "  reserved 2;\n  reserved \"title\";");
    written(&lab, Mode::Write);
    lab
}

fn end(lab: &Lab, oldest: u32) -> Report {
    let request = Request { oldest: Some(oldest), ..Request::default() };
    codegen(&lab.project(), request).expect("the project is computed")
}

fn names(lab: &Lab, dir: &str) -> Vec<String> {
    let dir = format!("generated/lab/{dir}");
    lab.paths(&dir).iter().map(|path| path.trim_start_matches(&format!("{dir}/")).to_owned()).collect()
}

#[test]
fn what_leads_to_versions_below_is_dropped_and_their_snapshots_stay() {
    let lab = four();
    let before = lock(&lab);
    let report = end(&lab, 3);
    assert!(report.is_ok(), "{report}");
    let said = lab.short(&report.to_string());
    assert!(
        said.contains("note: files of `lab` below version 3 are upgraded by the release of version 3, 0.3.0"),
        "{said}"
    );
    let ways = ["V3__rename_machines_title.sql", "V4__drop_machines_title.sql"];
    let downs = ["down/D3__rename_machines_title.sql", "down/D4__drop_machines_title.sql"];
    assert_eq!(names(&lab, "migrations/sqlite"), [ways, downs].concat());
    let snapshots = ["0001.json", "0002.json", "0003.json", "0003.plan.json", "0004.json", "0004.plan.json"];
    assert_eq!(names(&lab, "schema"), snapshots);

    let after = lock(&lab);
    assert_eq!((after.oldest, after.head), (3, 4));
    assert_eq!(after.versions.iter().map(|version| version.until).collect::<Vec<_>>(), [Some(3), Some(3), None, None]);
    for (before, after) in before.versions.iter().zip(&after.versions) {
        assert_eq!(before.dialect, after.dialect, "no chain changes");
    }
    let root = lab.read("generated/lab/src/lib.rs");
    assert_eq!((root.matches("until: Some(3)").count(), root.matches("text: \"\"").count()), (2, 2), "{root}");
    assert!(!root.contains("V1__initial.sql") && root.contains("schema/0001.json"), "{root}");

    // Nothing else differs, and nothing is found.
    assert_eq!(lab.findings(), "");
    assert!(written(&lab, Mode::Write).ends_with("; nothing changed"));
}

#[test]
fn versions_go_on_and_what_a_number_meant_is_known() {
    let lab = four();
    assert!(end(&lab, 2).is_ok());
    edit(&lab, "  string id = 1;", "  string id = 1;\n  int64 weight = 3;");
    written(&lab, Mode::Write);
    edit(&lab, "int64 weight = 3;", "int64 mass = 3;");
    written(&lab, Mode::Amend);
    assert_eq!((lock(&lab).head, lab.findings()), (5, String::new()));
    // A name of a version that was dropped is none that is free.
    edit(&lab, "int64 mass = 3;", "int64 mass = 3;\n  string name = 4;");
    let report = lab.codegen();
    assert!(report.to_string().contains("T11: the name \"name\" was number 2"), "{report}");
    edit(&lab, "\n  string name = 4;", "");

    // A later end leaves the former one to the program that it named.
    assert!(end(&lab, 3).is_ok());
    assert_eq!(
        lock(&lab).versions[..3].iter().map(|version| version.until).collect::<Vec<_>>(),
        [Some(2), Some(3), None]
    );
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_history_that_was_edited_is_found_after_an_end_too() {
    let lab = four();
    assert!(end(&lab, 2).is_ok());
    for (file, from, to) in [
        ("generated/lab/schema.lock", "until = 2", "until = 3"),
        ("generated/lab/schema.lock", "oldest = 2", "oldest = 1"),
        ("generated/lab/schema.lock", "\nuntil = 2", ""),
        ("generated/lab/schema.lock", "writer = 3\n", "writer = 3\nuntil = 4\n"),
        ("generated/lab/schema/0001.json", "\"name\"", "\"nome\""),
        ("generated/lab/migrations/sqlite/V3__rename_machines_title.sql", "title", "tilte"),
    ] {
        let text = lab.read(file);
        assert!(text.contains(from), "{file}");
        lab.write(file, &text.replacen(from, to, 1));
        assert!(lab.findings().contains("was edited"), "{file}: {}", lab.findings());
        let report = lab.codegen();
        assert!(!report.is_ok() && report.written.is_empty(), "{report}");
        lab.write(file, &text);
    }
    assert_eq!(lab.findings(), "");
}

#[test]
fn only_the_program_of_a_released_version_can_upgrade_older_files() {
    let lab = four();
    assert!(end(&lab, 2).is_ok());
    for (oldest, says) in [
        (1, "files of versions below 2 are not upgraded as it is"),
        (2, "files of versions below 2 are not upgraded as it is"),
        (4, "it is the newest version, whose program upgrades the files of older ones"),
        (5, "the newest version is 4"),
    ] {
        let report = end(&lab, oldest);
        let title = format!("version {oldest} of `lab` cannot be the oldest that is upgraded: {says}");
        assert_eq!((report.findings.len(), report.findings[0].title.as_str()), (1, title.as_str()), "{report}");
        assert!(report.written.is_empty());
    }
    let lab = Lab::generated();
    for (from, to) in [("name = 2", "label = 2"), ("label = 2", "title = 2")] {
        edit(&lab, from, to);
        written(&lab, Mode::Write);
    }
    let report = end(&lab, 2);
    assert!(report.findings[0].title.ends_with("no version is released, and its program must be out"), "{report}");
    assert_eq!(lock(&lab).oldest, 1);
}
