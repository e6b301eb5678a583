//! Answers that are kept by hashes: the same as those that are computed, whatever changes and whatever is damaged.

use protostore_build::{Comparison, Invocation, Project, Report, Request, check, codegen};

use super::lab::{Lab, store};

/// A project that was checked, so that its answer is kept.
struct Kept {
    lab: Lab,
    project: Project,
}

impl Kept {
    /// Makes a project with an import and two versions; `theirs` is a second directory for imports.
    fn new() -> Self {
        let lab = Lab::new();
        let imported = "syntax = \"proto3\";\npackage theirs;\nmessage Size {\n  int64 mb = 1;\n}\n";
        lab.write("theirs/size.proto", imported);
        lab.write("proto/lab.proto", &with_size(&store("Lab")));
        let project = Project { includes: vec![lab.path("theirs")], ..lab.project() };
        let kept = Self { lab, project };
        assert!(kept.computed("codegen").is_ok());
        let text = kept.lab.read("proto/lab.proto").replace("string name = 2;", "string name = 2;\n  int64 more = 4;");
        kept.lab.write("proto/lab.proto", &text);
        assert!(kept.computed("codegen").is_ok());
        assert!(!kept.answered("check").kept, "nothing was kept before");
        kept
    }

    /// Returns what a command answers where answers are kept.
    fn answered(&self, command: &str) -> Report {
        self.run(command, true)
    }

    /// Returns what a command computes.
    fn computed(&self, command: &str) -> Report {
        self.run(command, false)
    }

    fn run(&self, command: &str, is_kept: bool) -> Report {
        let cache = is_kept.then(|| self.lab.path("target"));
        let report = match command {
            "codegen" => codegen(&self.project, Request { cache, ..Request::default() }),
            _ => check(&self.project, &Comparison { cache, ..Comparison::default() }),
        };
        report.unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Returns the paths of the files in which answers are kept.
    fn files(&self) -> Vec<String> {
        self.lab.paths("target")
    }
}

fn with_size(text: &str) -> String {
    let import = "import \"protostore/v1/options.proto\";";
    text.replace(import, &format!("{import}\nimport \"size.proto\";"))
        .replace("string name = 2;", "string name = 2;\n  theirs.Size size = 3;")
}

/// Returns a report as it is where it was computed.
fn same(report: Report) -> Report {
    Report { kept: false, ..report }
}

#[test]
fn what_did_not_change_is_answered_by_hashes_and_is_the_same_answer() {
    let kept = Kept::new();
    for command in ["check", "codegen", "check"] {
        let answer = kept.answered(command);
        assert!(answer.kept && answer.is_ok(), "{answer}");
        assert_eq!(same(answer), kept.computed(command));
    }
    let says = kept.answered("check").to_string();
    assert!(says.ends_with("; everything agrees, and nothing changed since that was found"), "{says}");
    let says = kept.answered("codegen").to_string();
    assert!(says.ends_with("; nothing changed since that was found"), "{says}");
}

#[test]
fn notes_are_part_of_the_answer() {
    let kept = Kept::new();
    kept.lab.write("generated/lab/notes.txt", "mine");
    let computed = kept.answered("codegen");
    assert!(!computed.kept && computed.notes.len() == 1, "{computed}");
    let answer = kept.answered("codegen");
    assert!(answer.kept, "{answer}");
    assert_eq!(same(answer), computed);
    // It is nothing that a check is content with.
    assert_eq!(kept.answered("check").findings.len(), 1);
}

#[test]
fn without_a_directory_everything_is_computed() {
    assert_eq!(Comparison::default().cache, None);
    assert_eq!(Request::default().cache, None);
    let kept = Kept::new();
    assert!(!kept.computed("check").kept);
}

type Change = fn(&mut Kept);

/// What a run depends on, each changed in one way.
const CHANGES: [(&str, Change); 20] = [
    ("a comment in a proto", |kept| edit(kept, "proto/lab.proto", "It has a name.", "It has a good name.")),
    ("a field more", |kept| edit(kept, "proto/lab.proto", "int64 more = 4;", "int64 more = 4;\n  int64 most = 5;")),
    ("a proto that is wrong", |kept| kept.lab.write("proto/other.proto", &store("Lab"))),
    ("a proto of nothing", |kept| kept.lab.write("proto/nothing.proto", "syntax = \"proto3\";\n")),
    ("an import", |kept| edit(kept, "theirs/size.proto", "int64 mb", "sint64 mb")),
    ("an import that hides another", |kept| {
        let text = kept.lab.read("theirs/size.proto").replace("mb = 1", "gb = 1");
        kept.lab.write("proto/size.proto", &text);
    }),
    ("another directory for imports", |kept| kept.project.includes.push(kept.lab.path("proto"))),
    ("the run-time crate", |kept| kept.project.run_time = "version = \"0.1.0\"".to_owned()),
    ("the command", |kept| {
        kept.project.invocation = Invocation { program: "cargo protostore".to_owned(), arguments: String::new() };
    }),
    ("a generated file", |kept| edit(kept, "generated/lab/src/lib.rs", "Lab", "Lob")),
    ("a byte of the descriptors", |kept| {
        let path = kept.lab.path("generated/lab/src/proto/descriptors.bin");
        let mut bytes = std::fs::read(&path).expect("a file");
        bytes[40] ^= 1;
        std::fs::write(path, bytes).expect("a file");
    }),
    ("a generated file that is gone", |kept| remove(kept, "generated/lab/README.md")),
    ("a file of someone else", |kept| kept.lab.write("generated/lab/notes.txt", "mine")),
    ("a directory of someone else", |kept| {
        std::fs::create_dir(kept.lab.path("generated/lab/notes")).expect("a directory");
    }),
    ("a file that is a link now", |kept| link(kept, "generated/lab/README.md")),
    ("an old migration", |kept| edit(kept, "generated/lab/migrations/sqlite/V1__initial.sql", "CREATE", "create")),
    ("an old snapshot", |kept| edit(kept, "generated/lab/schema/0001.json", "name", "nome")),
    ("a chain of the lock", |kept| edit(kept, "generated/lab/schema.lock", "chain = \"", "chain = \"0")),
    ("a release by hand", |kept| edit(kept, "generated/lab/schema.lock", "released = 0", "released = 1")),
    ("the history of another store", |kept| {
        let lock = kept.lab.read("generated/lab/schema.lock").replace("lab.v0.LabStore", "lob.v0.LobStore");
        kept.lab.write("generated/lob/schema.lock", &lock);
    }),
];

fn edit(kept: &Kept, path: &str, from: &str, to: &str) {
    let text = kept.lab.read(path);
    assert!(text.contains(from), "{path} has no {from}");
    kept.lab.write(path, &text.replacen(from, to, 1));
}

fn remove(kept: &Kept, path: &str) {
    std::fs::remove_file(kept.lab.path(path)).expect("a file");
}

fn link(kept: &Kept, path: &str) {
    std::fs::rename(kept.lab.path(path), kept.lab.path("moved")).expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink(kept.lab.path("moved"), kept.lab.path(path)).expect("a link");
}

/// Returns what a check says, or why it says nothing.
fn said(kept: &Kept, is_kept: bool) -> (bool, String) {
    let cache = is_kept.then(|| kept.lab.path("target"));
    match check(&kept.project, &Comparison { cache, ..Comparison::default() }) {
        Ok(report) => (report.kept, same(report).to_string()),
        Err(failure) => (false, failure.to_string()),
    }
}

#[test]
fn whatever_changes_is_computed_anew() {
    for (what, change) in CHANGES {
        let mut kept = Kept::new();
        change(&mut kept);
        let (is_kept, says) = said(&kept, true);
        assert!(!is_kept, "{what} is not noticed");
        assert_eq!(says, said(&kept, false).1, "{what}");
        // Nor does what was found become an answer.
        assert_eq!(said(&kept, true).1, says, "{what}");
    }
}

#[test]
fn what_no_answer_depends_on_is_not_looked_at() {
    let kept = Kept::new();
    kept.lab.write("proto/README.md", "not a proto");
    kept.lab.write("generated/lab/Cargo.lock", "of Cargo");
    kept.lab.write("generated/lab/target/debug/a", "of Cargo");
    kept.lab.write("generated/notes.txt", "of no store");
    kept.lab.write("theirs/unused.proto", "not imported");
    assert!(kept.answered("check").kept);
}

#[test]
fn no_damage_to_what_is_kept_makes_a_check_pass() {
    let kept = Kept::new();
    let whole: Vec<(String, Vec<u8>)> =
        kept.files().into_iter().map(|path| (path.clone(), read(&kept, &path))).collect();
    assert!(whole.iter().any(|(path, _)| path.ends_with(".check")), "{whole:?}");
    remove(&kept, "generated/lab/README.md");
    let says = said(&kept, false).1;
    assert!(says.contains("README.md is missing"), "{says}");
    for (path, bytes) in &whole {
        for at in (0..bytes.len()).step_by(97).chain([bytes.len()]) {
            let mut damaged = bytes.clone();
            match damaged.get_mut(at) {
                Some(byte) => *byte ^= 1,
                None => damaged.clear(),
            }
            std::fs::write(kept.lab.path(path), damaged).expect("a file");
            assert_eq!(said(&kept, true), (false, says.clone()), "byte {at} of {path}");
        }
        std::fs::write(kept.lab.path(path), bytes).expect("a file");
    }
    // Nor does the answer of another project, or of the other command.
    let check = whole.iter().find(|(path, _)| path.ends_with(".check")).expect("an answer");
    std::fs::write(kept.lab.path(check.0.replace(".check", ".codegen")), &check.1).expect("a file");
    assert_eq!(said(&kept, true), (false, says));
}

fn read(kept: &Kept, path: &str) -> Vec<u8> {
    std::fs::read(kept.lab.path(path)).expect("a file")
}

#[test]
fn a_directory_that_cannot_be_written_keeps_nothing() {
    let kept = Kept::new();
    std::fs::remove_dir_all(kept.lab.path("target")).expect("a directory");
    kept.lab.write("target", "a file");
    assert_eq!(said(&kept, true), said(&kept, false));
    assert_eq!(said(&kept, true), said(&kept, false));
}
