//! The check notices: each edit of a proto, of the history or of a generated file is found, named and fixed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use protostore_build::{Comparison, Invocation, Mode, Project, Protos, Report, check, codegen};
use protostore_evolve::{History, Lock, MigrationTexts, VersionTexts};
use protostore_schema::Schema;
use tempfile::TempDir;

const V1: &str = "generated/lab/migrations/sqlite/V1__initial.sql";
const SNAPSHOT: &str = "generated/lab/schema/0001.json";
const LOCK: &str = "generated/lab/schema.lock";
const SCHEMA: &str = "generated/lab/schema.sqlite.sql";
const PROTO: &str = "proto/lab/v0/lab.proto";

/// A small project in a directory of its own, generated and in order.
struct Lab {
    root: TempDir,
}

impl Lab {
    fn new() -> Self {
        let lab = Self { root: TempDir::new().expect("a temporary directory") };
        let text = include_str!("../cases/drift/lab/v0/lab.proto");
        lab.write(PROTO, text);
        assert_eq!(lab.codegen(Mode::Write).findings, []);
        assert_eq!(lab.findings(), "");
        lab
    }

    fn project(&self) -> Project {
        Project {
            protos: Protos::Below(self.path("proto")),
            includes: Vec::new(),
            out: self.path("generated"),
            run_time: "path = \"protostore\"".to_owned(),
            crates: protostore_build::CrateOptions::default(),
            allow: Vec::new(),
            invocation: Invocation { program: "cargo xtask".to_owned(), arguments: String::new() },
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).expect("a file to remove");
    }

    fn codegen(&self, mode: Mode) -> Report {
        codegen(&self.project(), mode).unwrap_or_else(|failure| panic!("{:?}", miette::Report::new(failure)))
    }

    fn check(&self) -> Report {
        check(&self.project(), &Comparison::default())
            .unwrap_or_else(|failure| panic!("{:?}", miette::Report::new(failure)))
    }

    /// What the check finds, with paths from the project's root.
    fn findings(&self) -> String {
        let findings: Vec<_> = self.check().findings.iter().map(ToString::to_string).collect();
        findings.join("\n").replace(&format!("{}/", self.root.path().display()), "")
    }

    /// Asserts that the check says that the schema changed, and all of this, and that `codegen --amend` rewrites version 1.
    fn changed_and_amends(&self, said: &[&str]) {
        let findings = self.findings();
        for words in said.iter().chain([&"the protos of `lab` changed since version 1"]) {
            assert!(findings.contains(words), "{words:?} is not said:\n{findings}");
        }
        let amended = self.codegen(Mode::Amend);
        assert!(amended.is_ok(), "{amended}");
        assert_eq!(self.findings(), "");
        assert!(!self.path("generated/lab/schema/0002.json").exists());
    }

    /// Asserts that the check fails and says all of it, and that `codegen --amend` fixes it.
    fn finds_and_amends(&self, said: &[&str]) {
        let findings = self.findings();
        for words in said {
            assert!(findings.contains(words), "{words:?} is not said:\n{findings}");
        }
        let refused = self.codegen(Mode::Write);
        assert!(!refused.is_ok(), "codegen went over it:\n{refused}");
        assert!(refused.written.is_empty() && refused.removed.is_empty(), "{refused}");
        let amended = self.codegen(Mode::Amend);
        assert!(amended.is_ok(), "{amended}");
        assert_eq!(self.findings(), "");
    }

    /// Asserts that the check fails and says all of it, and that plain `codegen` fixes it.
    fn finds_and_writes(&self, said: &[&str]) {
        let findings = self.findings();
        for words in said {
            assert!(findings.contains(words), "{words:?} is not said:\n{findings}");
        }
        assert!(!findings.contains("--amend"), "{findings}");
        let written = self.codegen(Mode::Write);
        assert!(written.is_ok(), "{written}");
        assert_eq!(self.findings(), "");
    }
}

const APPEND: &str = "to make version 2 of it, run `cargo xtask codegen`; if no database has version 1 yet, \
    `cargo xtask codegen --amend` rewrites it";
const RESTORE: &str = "with git, or, if no database has version 1 yet, run `cargo xtask codegen --amend`";

#[test]
fn a_renamed_field() {
    let lab = Lab::new();
    lab.edit(PROTO, "mem_size_mb", "memory_mb");
    lab.changed_and_amends(&["N01 machines.mem_size_mb is now called machines.memory_mb", APPEND]);
    assert!(lab.read(V1).contains("\"memory_mb\" INTEGER"));
}

#[test]
fn a_changed_type() {
    let lab = Lab::new();
    lab.edit(PROTO, "uint32 mem", "uint64 mem");
    lab.changed_and_amends(&["machines.mem_size_mb", APPEND]);
    assert!(lab.read(SNAPSHOT).contains("\"uint64\""));
}

#[test]
fn a_new_table_and_a_field_that_is_gone() {
    let lab = Lab::new();
    let line = "repeated Network networks = 2 [(protostore.v1.table) = {primary_key: \"id\"}];";
    let drives = "repeated Drive drives = 4 [(protostore.v1.table) = {primary_key: \"image_path\"}];";
    lab.edit(PROTO, "  Drive root_drive = 5;\n", "");
    lab.changed_and_amends(&["D02: ", "write `reserved 5; reserved \"root_drive\";`", "answer what is asked; "]);
    lab.edit(PROTO, line, &format!("{line}\n  {drives}"));
    lab.changed_and_amends(&["T06 ", "drives", APPEND]);
}

#[test]
fn a_table_that_is_gone_takes_its_files_along() {
    let lab = Lab::new();
    let line = "  repeated Network networks = 2 [(protostore.v1.table) = {primary_key: \"id\"}];\n";
    lab.edit(PROTO, line, "  reserved 2;\n  reserved \"networks\";\n");
    assert!(lab.findings().contains("T08 "), "{}", lab.findings());
    let amended = lab.codegen(Mode::Amend);
    assert!(amended.removed.iter().any(|path| path.ends_with("src/records/network.rs")), "{amended}");
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_migration_edited_by_hand() {
    let lab = Lab::new();
    lab.edit(V1, "\"mem_size_mb\" INTEGER NOT NULL", "\"mem_size_mb\" INTEGER");
    lab.finds_and_amends(&[
        "migrations/sqlite/V1__initial.sql was edited: its SHA-256 is not the one in schema.lock",
        "-  \"mem_size_mb\" INTEGER DEFAULT 0",
        "+  \"mem_size_mb\" INTEGER NOT NULL DEFAULT 0",
        RESTORE,
        "the migrations make column \"mem_size_mb\" of \"machines\" as `INTEGER DEFAULT 0`",
    ]);
}

#[test]
fn a_migration_with_other_line_endings() {
    let lab = Lab::new();
    lab.write(V1, &lab.read(V1).replace('\n', "\r\n"));
    lab.finds_and_writes(&["1 generated file has CRLF line endings", V1, "`* text eol=lf`"]);
}

#[test]
fn a_migration_that_is_no_text() {
    let lab = Lab::new();
    let mut bytes = lab.read(V1).into_bytes();
    bytes.push(0xff);
    std::fs::write(lab.path(V1), bytes).expect("a file");
    let edited = "migrations/sqlite/V1__initial.sql was edited: its SHA-256 is not the one in schema.lock";
    lab.finds_and_amends(&[edited, RESTORE]);
}

#[test]
fn a_second_migration_that_nobody_made() {
    let lab = Lab::new();
    let second = "generated/lab/migrations/sqlite/V2__mine.sql";
    lab.write(second, "CREATE TABLE \"mine\" (\"id\" TEXT) STRICT;\n");
    let findings = lab.findings();
    assert!(findings.contains("migrations/sqlite/V2__mine.sql is not in schema.lock"), "{findings}");
    lab.remove(second);
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_snapshot_edited_by_hand() {
    let lab = Lab::new();
    lab.edit(SNAPSHOT, "\"uint32\"", "\"int32\"");
    lab.finds_and_amends(&["schema/0001.json was edited", "\"type\": \"int32\",", RESTORE]);
}

#[test]
fn a_missing_migration_and_a_missing_lock() {
    let lab = Lab::new();
    lab.remove(V1);
    lab.finds_and_amends(&["V1__initial.sql is missing, but schema.lock names it", RESTORE]);
    lab.remove(LOCK);
    lab.finds_and_amends(&["schema.lock is missing, but there are migrations or snapshots", RESTORE]);
}

#[test]
fn a_lock_edited_by_hand() {
    let lab = Lab::new();
    lab.edit(LOCK, "slug = \"initial\"", "slug = \"first\"");
    lab.finds_and_amends(&["schema.lock was edited: the chain for sqlite breaks at version 1", RESTORE]);
    lab.edit(LOCK, "head = 1", "head = 2");
    lab.finds_and_amends(&["schema.lock was edited: its head is not its last version", RESTORE]);
    lab.edit(LOCK, "oldest = 1", "oldest = 2");
    lab.finds_and_amends(&["schema.lock was edited: its seal is not that of its lines", RESTORE]);
    lab.edit(LOCK, "head = 1", "head is 1");
    lab.finds_and_amends(&["schema.lock was edited: not a lock", RESTORE]);
}

#[test]
fn a_generated_file_edited_or_deleted() {
    let lab = Lab::new();
    lab.edit("generated/lab/src/records/machine.rs", "pub mem_size_mb: u32", "pub mem_size_mb: u64");
    lab.finds_and_writes(&[
        "generated/lab/src/records/machine.rs is not what the protos say",
        "-    pub mem_size_mb: u64,",
        "+    pub mem_size_mb: u32,",
        "-> to write it, run `cargo xtask codegen`",
    ]);
    lab.edit(SCHEMA, "CREATE TABLE \"networks\"", "CREATE TABLE \"subnets\"");
    lab.finds_and_writes(&["generated/lab/schema.sqlite.sql is not what the protos say"]);
    lab.remove("generated/lab/src/lib.rs");
    lab.finds_and_writes(&["generated/lab/src/lib.rs is missing", "-> to write it, run `cargo xtask codegen`"]);
}

#[test]
fn a_store_that_was_never_generated() {
    let lab = Lab::new();
    std::fs::remove_dir_all(lab.path("generated")).expect("the generated files");
    let findings = lab.findings();
    assert_eq!(findings, "generated/lab is missing\n  -> to write it, run `cargo xtask codegen`\n");
}

#[test]
fn a_stray_file_is_reported_and_a_stale_one_removed() {
    let lab = Lab::new();
    let stale = "generated/lab/src/records/old/pod.rs";
    lab.write(stale, "//! @generated by cargo xtask codegen from lab/v0/lab.proto; do not edit\n");
    lab.finds_and_writes(&[
        "generated/lab/src/records/old/pod.rs is stale",
        "-> to remove it, run `cargo xtask codegen`",
    ]);
    assert!(!lab.path("generated/lab/src/records/old").exists());

    let stray = "generated/lab/src/mine.rs";
    lab.write(stray, "//! By hand.\n");
    let findings = lab.findings();
    assert!(findings.contains("generated/lab/src/mine.rs is not generated"), "{findings}");
    assert!(findings.contains("codegen leaves it alone: move it out of generated/lab"), "{findings}");
    let written = lab.codegen(Mode::Amend);
    assert!(written.is_ok() && written.to_string().contains("src/mine.rs is not generated, and was left alone"));
    assert_eq!(lab.read(stray), "//! By hand.\n");
}

#[test]
fn without_a_change_nothing_is_touched() {
    let lab = Lab::new();
    let before = times(&lab.path("generated"));
    let report = lab.codegen(Mode::Write);
    assert!(report.summary().starts_with("codegen: 1 store, 2 tables, "), "{report}");
    assert!(report.summary().ends_with("; nothing changed"), "{report}");
    assert!(lab.codegen(Mode::Amend).summary().ends_with("; nothing changed"));
    assert!(lab.check().summary().ends_with("; everything agrees"));
    assert_eq!(times(&lab.path("generated")), before);
}

fn times(dir: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let entry = entry.expect("an entry");
        found.push((entry.path(), entry.metadata().and_then(|data| data.modified()).expect("a time")));
        if entry.path().is_dir() {
            found.extend(times(&entry.path()));
        }
    }
    found.sort();
    found
}

#[test]
fn comments_alone_make_no_version() {
    let lab = Lab::new();
    let (migration, snapshot, lock) = (lab.read(V1), lab.read(SNAPSHOT), lab.read(LOCK));
    lab.edit(PROTO, "The name chosen by the caller.", "A name of the caller's own choice.");
    lab.finds_and_writes(&["generated/lab/schema.sqlite.sql is not what the protos say"]);
    assert!(lab.read(SCHEMA).contains("-- A name of the caller's own choice."));
    assert_eq!((lab.read(V1), lab.read(SNAPSHOT), lab.read(LOCK)), (migration, snapshot, lock));
}

/// What an older version of the tool wrote into version 1 stays, since it may have run somewhere.
#[test]
fn another_tool_makes_no_version() {
    let lab = Lab::new();
    let older = lab.read(V1).replace("CREATE TABLE", "CREATE  TABLE");
    let snapshot = lab.read(SNAPSHOT);
    let history = History::first(Schema::from_snapshot(&snapshot).expect("a snapshot"));
    let migration = MigrationTexts { up: older.clone(), down: None };
    let migrations = [("sqlite".to_owned(), migration)].into();
    let lock = Lock::new(&history, &[VersionTexts { snapshot, plan: None, migrations }]);
    lab.write(V1, &older);
    lab.write(LOCK, &lock.render("cargo xtask codegen"));
    // The crate names the chain of its versions.
    lab.finds_and_writes(&["generated/lab/src/lib.rs is not what the protos say"]);
    assert!(lab.codegen(Mode::Write).summary().ends_with("; nothing changed"));
    assert_eq!(lab.read(V1), older);
}

#[test]
fn the_order_of_fields_makes_no_version() {
    let lab = Lab::new();
    let migration = lab.read(V1);
    lab.edit(
        PROTO,
        "    string kernel = 6;\n    string image = 7;\n",
        "    string image = 7;\n    string kernel = 6;\n",
    );
    lab.edit(
        PROTO,
        "  uint32 mem_size_mb = 2;\n  State state = 3;\n",
        "  State state = 3;\n  uint32 mem_size_mb = 2;\n",
    );
    lab.edit(
        PROTO,
        "  string image_path = 1;\n  optional bool read_only = 2;\n",
        "  optional bool read_only = 2;\n  string image_path = 1;\n",
    );
    let report = lab.codegen(Mode::Write);
    assert!(report.is_ok(), "{report}");
    assert_eq!(lab.findings(), "");
    assert_eq!(lab.read(V1), migration);
}
