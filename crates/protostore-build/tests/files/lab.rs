//! A small project in a directory of its own.

use std::path::{Path, PathBuf};

use protostore_build::{Comparison, Failure, Invocation, Mode, Project, Protos, Report, check, codegen};
use tempfile::TempDir;

/// A small project in a directory of its own.
pub(crate) struct Lab {
    pub(crate) root: TempDir,
}

impl Lab {
    /// Makes a project with one store, `lab`, that was not generated yet.
    pub(crate) fn new() -> Self {
        let lab = Self { root: TempDir::new().expect("a temporary directory") };
        lab.write("proto/lab.proto", &store("Lab"));
        lab
    }

    /// Makes the same project, generated and in order.
    pub(crate) fn generated() -> Self {
        let lab = Self::new();
        assert_eq!(lab.codegen().findings, []);
        assert_eq!(lab.findings(), "");
        lab
    }

    pub(crate) fn project(&self) -> Project {
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

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn codegen(&self) -> Report {
        codegen(&self.project(), Mode::Write).unwrap_or_else(|failure| panic!("{}", said(failure)))
    }

    pub(crate) fn amend(&self) -> Report {
        codegen(&self.project(), Mode::Amend).unwrap_or_else(|failure| panic!("{}", said(failure)))
    }

    pub(crate) fn check(&self) -> Report {
        check(&self.project(), &Comparison::default()).unwrap_or_else(|failure| panic!("{}", said(failure)))
    }

    /// Returns why the plan of a project cannot be computed, with paths from its root.
    pub(crate) fn failure(&self) -> String {
        let failure = check(&self.project(), &Comparison::default()).expect_err("the project is computed");
        self.short(&said(failure))
    }

    /// Returns what the check finds, with paths from the project's root.
    pub(crate) fn findings(&self) -> String {
        let findings: Vec<_> = self.check().findings.iter().map(ToString::to_string).collect();
        self.short(&findings.join("\n"))
    }

    /// Returns a text with paths from the project's root.
    pub(crate) fn short(&self, text: &str) -> String {
        let real = self.root.path().canonicalize().expect("a directory");
        text.replace(&format!("{}/", self.root.path().display()), "").replace(&format!("{}/", real.display()), "")
    }

    /// Returns the paths of all files and links below a directory, sorted.
    pub(crate) fn paths(&self, dir: &str) -> Vec<String> {
        fn visit(dir: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(dir).expect("a directory") {
                let entry = entry.expect("an entry");
                match entry.file_type().expect("a type").is_dir() {
                    true => visit(&entry.path(), found),
                    false => found.push(entry.path()),
                }
            }
        }
        let mut found = Vec::new();
        visit(&self.path(dir), &mut found);
        let mut found: Vec<_> = found.iter().map(|path| self.short(&path.display().to_string())).collect();
        found.sort();
        found
    }
}

/// Returns a file with a store of one table; the store is named as the message in lower case.
pub(crate) fn store(name: &str) -> String {
    let lower = name.to_lowercase();
    format!(
        "syntax = \"proto3\";\npackage {lower}.v0;\nimport \"protostore/v1/options.proto\";\n\n// What is kept.\n\
         message {name}Store {{\n  option (protostore.v1.store) = {{name: \"{lower}\"}};\n  \
         repeated Machine machines = 1 [(protostore.v1.table) = {{primary_key: \"id\"}}];\n}}\n\n\
         // A machine.\n//\n// It has a name.\nmessage Machine {{\n  string id = 1;\n  string name = 2;\n}}\n"
    )
}

fn said(failure: Failure) -> String {
    format!("{:?}", miette::Report::new(failure))
}
