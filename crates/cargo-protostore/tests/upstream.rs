//! Updates of protos that the project does not own: what `upstream` says before they are taken, the lines that answer it,
//! and that nothing is written.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const STORE: &str = r#"syntax = "proto3";

package mine.v1;

import "acme/item.proto";
import "protostore/v1/options.proto";

message DeskStore {
  option (protostore.v1.store) = {name: "desk"};
  repeated acme.v1.Item items = 1 [(protostore.v1.table) = {
    primary_key: "id"
  }];
}
"#;

const BEFORE: &str =
    "  string id = 1;\n  string name = 2;\n  int64 size = 3;\n  string owner = 4;\n  string colour = 5;\n";

/// A project with one store of a message that is another's.
struct Desk(TempDir);

impl Desk {
    /// Makes it, with the first version written.
    fn new() -> Self {
        let desk = Self(TempDir::new().expect("a temporary directory"));
        let runtime = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }");
        desk.write("protostore.toml", &format!("include = [\"theirs\"]\n{runtime}\n"));
        desk.write("proto/mine/store.proto", STORE);
        desk.theirs("theirs", BEFORE);
        assert_eq!(desk.run("codegen").0, 0);
        desk
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn theirs(&self, dir: &str, fields: &str) {
        let text = format!("syntax = \"proto3\";\n\npackage acme.v1;\n\nmessage Item {{\n{fields}}}\n");
        self.write(&format!("{dir}/acme/item.proto"), &text);
    }

    /// Says more at the table.
    fn answer(&self, lines: &[&str]) {
        let key = "    primary_key: \"id\"\n";
        let more: String = lines.iter().map(|line| format!("    {line}\n")).collect();
        self.write("proto/mine/store.proto", &STORE.replace(key, &(key.to_owned() + &more)));
    }

    fn run(&self, line: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
        command.current_dir(self.0.path()).arg("protostore").args(line.split(' '));
        let Output { status, stdout, stderr } = command.output().expect("the command runs");
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code().expect("an exit code"), said)
    }

    /// Returns all files below a directory.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn add(dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
            for entry in std::fs::read_dir(dir).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    add(&path, found);
                } else {
                    found.insert(path.display().to_string(), std::fs::read(&path).expect("a file"));
                }
            }
        }
        let mut found = BTreeMap::new();
        add(self.0.path(), &mut found);
        found
    }

    /// Tries an update, which writes nothing; returns the exit code, and what is said.
    fn upstream(&self, fields: &str) -> (i32, String) {
        self.theirs("newer", fields);
        let before = self.files();
        let answer = self.run("upstream newer");
        assert!(self.files() == before, "nothing is written");
        answer
    }

    /// Takes the update; returns the SQL of the version that it makes.
    fn take(&self, fields: &str) -> String {
        self.theirs("theirs", fields);
        let (code, said) = self.run("codegen");
        assert_eq!(code, 0, "{said}");
        let folder = self.0.path().join("generated/desk/migrations/sqlite");
        let second = std::fs::read_dir(folder).expect("migrations").flatten().map(|entry| entry.path());
        let mut second =
            second.filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("V2__")));
        std::fs::read_to_string(second.next().expect("a second version")).expect("a migration")
    }
}

#[track_caller]
fn says((code, said): &(i32, String), expected: i32, words: &[&str]) {
    assert_eq!(*code, expected, "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in\n{said}");
    }
}

#[test]
fn fields_that_were_added_and_renamed_are_shown_and_ask_nothing() {
    let desk = Desk::new();
    let newer = BEFORE.replace("string owner", "string holder") + "  int32 weight = 6;\n";
    let found = desk.upstream(&newer);
    says(
        &found,
        0,
        &["N01", "items.owner is now called items.holder", "A01", "items.weight", "the update can be taken"],
    );
    assert_eq!(desk.run("upstream newer --fail-on breaking").0, 3, "JSON clients know the former name");
    assert!(desk.take(&newer).contains("RENAME COLUMN \"owner\" TO \"holder\""));
}

#[test]
fn an_update_that_changes_nothing_stored_says_so() {
    let desk = Desk::new();
    let newer = format!("  // Said better.\n{BEFORE}");
    says(&desk.upstream(&newer), 0, &["`desk`: the update changes nothing that it stores", "the update can be taken"]);
}

#[test]
fn a_field_that_is_gone_is_dropped_by_a_line_of_the_store_message() {
    let desk = Desk::new();
    let newer = BEFORE.replace("  string colour = 5;\n", "");
    let line = "dropped: {path: [5] field: \"colour\"}";
    says(&desk.upstream(&newer), 1, &["D02", "number 5 of acme.v1.Item is gone", line, "proto/mine/store.proto"]);
    // The line is about the update: with the files of before, it says what is not so.
    desk.answer(&[line]);
    says(&desk.run("upstream newer"), 2, &["still has the field `colour`"]);
    assert!(desk.take(&newer).contains("DROP COLUMN \"colour\""));
}

#[test]
fn a_field_that_was_given_another_number_keeps_its_values_by_two_lines() {
    let desk = Desk::new();
    let newer = BEFORE.replace("string owner = 4", "string owner = 7");
    let lines =
        ["column: {field: \"owner\" backfill: {sql: \"\\\"owner\\\"\"}}", "dropped: {path: [4] field: \"owner\"}"];
    says(&desk.upstream(&newer), 1, &["N11", "items.owner was number 4, and is number 7 now", lines[0], lines[1]]);
    desk.answer(&lines);
    let sql = desk.take(&newer);
    assert!(sql.contains("\"owner\"") && !sql.contains("the values of owner"), "{sql}");
}

#[test]
fn a_number_that_became_another_field_says_what_can_be_done_about_a_file_of_others() {
    let desk = Desk::new();
    let newer = BEFORE.replace("  int64 size = 3;\n", "  repeated string labels = 3;\n");
    let what = ["N12", "another name, type and label are another field", "the file is another's", "NOT_STORED"];
    says(&desk.upstream(&newer), 1, &what);
    desk.answer(&["column: {field: \"labels\" storage: NOT_STORED}"]);
    desk.theirs("theirs", &newer);
    says(&desk.run("codegen"), 1, &["D04", "--accept drop:items.labels"]);
    says(&desk.run("codegen --accept drop:items.labels"), 0, &["N12", "which is not stored"]);
}

#[test]
fn an_update_that_does_not_compile_names_the_line_of_the_store_message() {
    let desk = Desk::new();
    desk.write("newer/acme/thing.proto", "syntax = \"proto3\";\npackage acme.v1;\nmessage Thing { string id = 1; }\n");
    let found = desk.run("upstream newer");
    says(&found, 2, &["proto/mine/store.proto:5:", "acme/item.proto"]);
}

#[test]
fn what_is_replaced_must_be_known_and_the_project_in_order() {
    let desk = Desk::new();
    let two = |desk: &Desk| {
        let text = std::fs::read_to_string(desk.0.path().join("protostore.toml")).expect("a file");
        desk.write("protostore.toml", &text.replace("[\"theirs\"]", "[\"theirs\", \"others\"]"));
        desk.write("others/notes", "");
    };
    desk.theirs("newer", BEFORE);
    two(&desk);
    says(&desk.run("upstream newer"), 2, &["the project includes theirs, others", "--replaces DIR"]);
    says(&desk.run("upstream newer --replaces nowhere"), 2, &["nowhere is not included"]);
    says(&desk.run("upstream newer --replaces theirs"), 0, &["the update can be taken"]);
    says(&desk.run("upstream nowhere --replaces theirs"), 2, &["does not exist"]);
    // A change of one's own is not told as one of the update.
    desk.answer(&["column: {field: \"colour\" index: true}"]);
    let own = ["the protos of `desk` changed since version 1 already, without the update", "codegen"];
    says(&desk.run("upstream newer --replaces theirs"), 1, &own);
}
