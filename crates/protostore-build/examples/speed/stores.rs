//! The stores that are measured, as directories with `proto` and `generated`, and the commands on them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const TYPES: [&str; 7] = ["string", "uint64", "int32", "bool", "double", "optional int64", "optional string"];

/// A directory with a store of so many tables.
pub(crate) struct Store {
    pub(crate) dir: PathBuf,
    tables: usize,
    /// Fields of a table, the list aside.
    fields: usize,
    /// Whether each table has a list, which is a table of its own.
    lists: bool,
}

impl Store {
    /// Returns the store of a new directory, without protos.
    pub(crate) fn new(dir: PathBuf, tables: usize, fields: usize, lists: bool) -> Self {
        std::fs::create_dir_all(dir.join("target")).expect("a directory");
        Self { dir, tables, fields, lists }
    }

    /// Writes the protos, whose first tables have a field more each, so many in all.
    pub(crate) fn write(&self, more: usize) {
        let mut store = String::new();
        let mut messages = String::new();
        for table in 0..self.tables {
            let _ =
                writeln!(store, "  repeated Record{table} t{table} = {} [(protostore.v1.table) = {{}}];", table + 1);
            let _ = writeln!(messages, "// A record.\nmessage Record{table} {{");
            let _ = writeln!(messages, "  string id = 1 [(google.api.field_behavior) = IDENTIFIER];");
            for field in 2..=self.fields {
                let _ = writeln!(messages, "  {} f{field} = {field};", TYPES[field % TYPES.len()]);
            }
            if self.lists {
                let _ = writeln!(messages, "  repeated string list = {};", self.fields + 1);
            }
            if table < more {
                let _ = writeln!(messages, "  int64 added = {};", self.fields + 2);
            }
            messages.push_str("}\n");
        }
        let text = format!(
            "syntax = \"proto3\";\npackage large;\nimport \"google/api/field_behavior.proto\";\n\
             import \"protostore/v1/options.proto\";\n\
             message LargeStore {{\n  option (protostore.v1.store) = {{name: \"large\"}};\n{store}}}\n{messages}"
        );
        std::fs::create_dir_all(self.dir.join("proto")).expect("a directory");
        std::fs::write(self.dir.join("proto/large.proto"), text).expect("a file");
    }

    /// Removes what was generated.
    pub(crate) fn clear(&self) {
        // A first run begins with nothing.
        let _ = std::fs::remove_dir_all(self.dir.join("generated"));
    }

    /// Copies what was generated for another store over what this one has.
    pub(crate) fn restore(&self, from: &Self) {
        self.clear();
        copy(&from.dir.join("generated"), &self.dir.join("generated"));
    }

    /// Returns the command that codegen or check is.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["run", words[0]]).arg(&self.dir).args(&words[1..]);
        command
    }

    /// Runs a command, which must succeed.
    pub(crate) fn run(&self, words: &[&str]) {
        let output = self.command(words).output().expect("a process");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
    }

    /// Returns `protoc` on the same files.
    pub(crate) fn protoc(&self) -> Command {
        let mut protoc = Command::new("protoc");
        protoc.arg("--descriptor_set_out").arg(self.dir.join("descriptors.bin")).arg("-I").arg(self.dir.join("proto"));
        protoc.args(["-I", concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto"), "large.proto"]);
        protoc
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
