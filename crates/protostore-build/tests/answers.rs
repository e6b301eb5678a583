//! `backfill` and `dropped` answer what a version asks, are read once, and are said to be left behind afterwards.

use std::path::Path;

use protostore_build::{Comparison, Failure, Invocation, Project, Protos, Report, Request, check, codegen};
use tempfile::TempDir;

/// A project with a store of its own over messages that it does not own.
struct Lab(TempDir);

impl Lab {
    fn new() -> Self {
        let lab = Self(TempDir::new().expect("a temporary directory"));
        lab.own("", "");
        lab.theirs("  string mems = 1;\n  string partition = 2;\n");
        lab
    }

    /// Writes the store, with more in the options of its table and more fields in the message of its other table.
    fn own(&self, options: &str, fields: &str) {
        let text = format!(
            "syntax = \"proto3\";\npackage own.v1;\nimport \"google/api/field_behavior.proto\";\n\
             import \"protostore/v1/options.proto\";\nimport \"theirs.proto\";\n\nmessage OwnStore {{\n  \
             option (protostore.v1.store) = {{name: \"own\"}};\n  \
             repeated theirs.v1.Cell cells = 1 [(protostore.v1.table) = {{primary_key: \"name\"{options}}}];\n  \
             repeated Machine machines = 2 [(protostore.v1.table) = {{primary_key: \"id\"}}];\n}}\n\n\
             message Machine {{\n  string id = 1;\n{fields}}}\n"
        );
        self.write("proto/own.proto", &text);
    }

    fn theirs(&self, cpuset: &str) {
        let text = format!(
            "syntax = \"proto3\";\npackage theirs.v1;\n\nmessage Cell {{\n  string name = 1;\n  Cpuset cpuset = 3;\n}}\n\n\
             message Cpuset {{\n{cpuset}}}\n"
        );
        self.write("theirs/theirs.proto", &text);
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn project(&self) -> Project {
        let path = |path: &str| self.0.path().join(path);
        Project {
            protos: Protos::Below(path("proto")),
            includes: vec![path("theirs")],
            out: path("generated"),
            run_time: "path = \"protostore\"".to_owned(),
            crates: protostore_build::CrateOptions::default(),
            allow: Vec::new(),
            invocation: Invocation { program: "cargo xtask".to_owned(), arguments: String::new() },
        }
    }

    fn codegen(&self) -> Report {
        codegen(&self.project(), Request::default()).unwrap_or_else(|failure| panic!("{}", said(failure)))
    }

    /// Writes a version, with nothing against it, and returns its notes.
    fn appended(&self) -> Vec<String> {
        let report = self.codegen();
        assert_eq!(found(&report), "");
        report.notes
    }

    /// Returns the migrations, by their names.
    fn migrations(&self) -> Vec<String> {
        let dir = self.0.path().join("generated/own/migrations/sqlite");
        let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut names: Vec<_> =
            std::fs::read_dir(dir).expect("migrations").map(|e| name(&e.expect("one").path())).collect();
        names.sort();
        names
    }

    /// Returns the migration that leads to a version.
    fn migration(&self, version: u32) -> String {
        let begins = format!("V{version}__");
        let names = self.migrations();
        let name = names.iter().find(|name| name.starts_with(&begins)).unwrap_or_else(|| panic!("{names:?}"));
        self.read(&format!("generated/own/migrations/sqlite/{name}"))
    }

    fn in_order(&self) -> Vec<String> {
        let report =
            check(&self.project(), &Comparison::default()).unwrap_or_else(|failure| panic!("{}", said(failure)));
        assert_eq!(found(&report), "");
        report.notes
    }
}

fn found(report: &Report) -> String {
    report.findings.iter().map(ToString::to_string).collect()
}

fn said(failure: Failure) -> String {
    format!("{:?}", miette::Report::new(failure))
}

#[test]
fn a_backfill_fills_a_required_field_and_is_left_behind_afterwards() {
    let lab = Lab::new();
    lab.appended();
    let owner = |more: &str| format!("  string owner = 2 [(google.api.field_behavior) = REQUIRED{more}];\n");
    lab.own("", &owner(""));
    let asked = found(&lab.codegen());
    assert!(asked.contains("backfill"), "{asked}");
    assert!(lab.migrations().iter().all(|name| !name.starts_with("V2__")), "nothing is written");

    let backfill = ", (protostore.v1.column) = {backfill: {sql: \"'root of ' || id\"}}";
    lab.own("", &owner(backfill));
    assert_eq!(lab.appended(), Vec::<String>::new());
    assert!(lab.migration(2).contains("'root of ' || id"), "{}", lab.migration(2));
    assert!(!lab.read("generated/own/schema/0002.json").contains("root of"), "a snapshot has no answers");

    // It is read once.
    let notes = lab.in_order();
    let note = "the `backfill` of `machines.owner` has nothing left to do; take it away";
    assert!(notes.len() == 1 && notes[0].ends_with(note) && notes[0].contains("own.proto:15:"), "{notes:?}");
    assert_eq!(lab.codegen().written, Vec::<String>::new());
    // Without it nothing differs: no version, no file, no finding.
    lab.own("", &owner(""));
    assert_eq!(lab.in_order(), Vec::<String>::new());
    let report = lab.codegen();
    assert_eq!((report.written.len(), report.versions.len()), (0, 0), "{report}");
    // Nor where the option had nothing else, or an entry of the table.
    for (options, field) in [
        ("", "  string label = 3 [(protostore.v1.column) = {backfill: {sql: \"id\"}}];\n"),
        (" column: {field: \"cpuset.mems\" backfill: {sql: \"name\"}}", "  string label = 3;\n"),
    ] {
        lab.own("", &format!("{}  string label = 3;\n", owner("")));
        lab.codegen();
        lab.own(options, &format!("{}{field}", owner("")));
        assert_eq!(lab.codegen().written, Vec::<String>::new(), "{options} {field}");
    }
}

#[test]
fn a_backfill_that_sqlite_refuses_stops_before_anything_is_written() {
    let lab = Lab::new();
    lab.appended();
    let owner = |sql: &str| {
        format!(
            "  string owner = 2 [(google.api.field_behavior) = REQUIRED, \
             (protostore.v1.column) = {{backfill: {{sql: \"{sql}\"}}}}];\n"
        )
    };
    for (sql, says) in [("nowhere", "nowhere"), ("1 +", "syntax error"), ("unknown_function(1)", "unknown_function")] {
        lab.own("", &owner(sql));
        let found = found(&lab.codegen());
        assert!(
            found.contains(says) && found.contains("-> correct the `backfill`, which is SQL over"),
            "{sql}: {found}"
        );
        assert!(lab.migrations().iter().all(|name| !name.starts_with("V2__")), "{sql}: nothing is written");
    }
}

#[test]
fn a_field_that_its_owner_removed_is_dropped_by_the_one_who_stores_it() {
    let lab = Lab::new();
    lab.appended();
    lab.theirs("  string mems = 1;\n");
    let asked = found(&lab.codegen());
    assert!(asked.contains("dropped: {path: [3, 2] field: \"cpuset.partition\"}"), "{asked}");

    // Another name is none of that field.
    lab.own(" dropped: {path: [3, 2] field: \"cpuset.part\"}", "");
    let failure = said(codegen(&lab.project(), Request::default()).expect_err("no version had it"));
    assert!(failure.contains("was called `cpuset.partition`, not `cpuset.part`"), "{failure}");
    // Nor is a number that is still there.
    lab.own(" dropped: {path: [3, 1] field: \"cpuset.mems\"}", "");
    let failure = said(codegen(&lab.project(), Request::default()).expect_err("it is still there"));
    assert!(failure.contains("still has the field `mems`"), "{failure}");

    let dropped = " dropped: {path: [3, 2] field: \"cpuset.partition\"}";
    lab.own(dropped, "");
    lab.appended();
    assert!(lab.migration(2).contains("DROP COLUMN \"cpuset__partition\""), "{}", lab.migration(2));
    // The entry stays, so that who reads the store sees that the number is taken.
    assert_eq!(lab.in_order(), Vec::<String>::new());
    assert_eq!(lab.codegen().written, Vec::<String>::new());

    // The number does not come back, whether the entry is there or not.
    lab.theirs("  string mems = 1;\n  string partition = 2;\n");
    let failure = said(codegen(&lab.project(), Request::default()).expect_err("it is still there"));
    assert!(failure.contains("still has the field `partition`"), "{failure}");
    lab.own("", "");
    let again = found(&lab.codegen());
    assert!(again.contains("partition") && !again.is_empty(), "{again}");
    assert_eq!(lab.migrations().iter().filter(|name| name.starts_with("V3__")).count(), 0);
}

#[test]
fn an_entry_about_a_message_drops_its_field_wherever_it_is() {
    let lab = Lab::new();
    lab.appended();
    lab.theirs("  string mems = 1;\n");
    lab.own(" dropped: {message: \"theirs.v1.Cpuset\" path: 2 field: \"partition\"}", "");
    lab.appended();
    assert!(lab.migration(2).contains("DROP COLUMN \"cpuset__partition\""), "{}", lab.migration(2));
    assert_eq!(lab.in_order(), Vec::<String>::new());
}
