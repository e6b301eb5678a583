//! Which files below the root are read: regular ones, also behind links, and nothing is left out in silence.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use protostore_build::{Comparison, Protos, check};

use super::lab::{Lab, store};

fn make_pipe(lab: &Lab, path: &str) {
    let made = Command::new("mkfifo").arg(lab.path(path)).status().expect("mkfifo runs");
    assert!(made.success());
}

/// Returns the note about a path, without the rest.
fn note(lab: &Lab, path: &str) -> String {
    let notes: Vec<_> = lab.check().notes.iter().map(|note| lab.short(note)).collect();
    let found = notes.iter().find_map(|note| note.strip_prefix(&format!("{path} was left out: ")));
    found.unwrap_or_else(|| panic!("{path} is not said to be left out: {notes:?}")).to_owned()
}

#[test]
fn stores_in_linked_directories_and_files_are_generated_and_checked() {
    let lab = Lab::new();
    lab.write("ext/other/other.proto", &store("Other"));
    lab.write("ext/file.proto", &store("File"));
    symlink("../ext/other", lab.path("proto/linked")).expect("a link");
    symlink("../ext/file.proto", lab.path("proto/file.proto")).expect("a link");
    let report = lab.codegen();
    assert!(report.is_ok() && report.stores == 3, "{report}");
    assert_eq!(report.notes, [""; 0]);
    assert!(lab.read("generated/other/src/lib.rs").contains("linked/other.proto"));
    assert_eq!(lab.findings(), "");
    std::fs::remove_file(lab.path("generated/file/README.md")).expect("a generated file");
    assert!(lab.findings().contains("generated/file/README.md is missing"));
}

#[test]
fn links_in_a_circle_and_second_names_end() {
    let lab = Lab::new();
    lab.write("proto/a/a.proto", &store("A"));
    lab.write("ext/b/b.proto", &store("B"));
    symlink(".", lab.path("proto/itself")).expect("a link");
    symlink("../a", lab.path("proto/a/again")).expect("a link");
    symlink("a/a.proto", lab.path("proto/second_name.proto")).expect("a link");
    symlink("../ext/b", lab.path("proto/b")).expect("a link");
    symlink("../../proto/b", lab.path("ext/b/back")).expect("a link");
    symlink("../../proto", lab.path("ext/b/root")).expect("a link");
    let report = lab.codegen();
    assert!(report.is_ok() && report.stores == 3, "{report}");
    assert_eq!(report.notes, [""; 0], "all of it is read by another name");
}

#[test]
fn what_cannot_be_read_is_said_to_be_left_out() {
    let lab = Lab::new();
    symlink("../submodule/proto", lab.path("proto/submodule")).expect("a link");
    symlink("loop.proto", lab.path("proto/loop.proto")).expect("a link");
    symlink("../..", lab.path("proto/up")).expect("a link");
    symlink("/dev/null", lab.path("proto/null.proto")).expect("a link");
    std::fs::write(lab.path(PathBuf::from(std::ffi::OsStr::from_bytes(b"proto/\xff.proto"))), "").expect("a file");
    let _socket = UnixListener::bind(lab.path("proto/socket.proto")).expect("a socket");
    let report = lab.codegen();
    assert!(report.is_ok() && report.stores == 1 && report.notes.len() == 6, "{report}");
    assert!(note(&lab, "proto/submodule").starts_with("it is a link to ../submodule/proto, which cannot be opened: "));
    assert!(note(&lab, "proto/loop.proto").starts_with("it is a link to loop.proto, which cannot be opened: "));
    assert!(note(&lab, "proto/up").ends_with(", which is around the protos"));
    assert_eq!(note(&lab, "proto/null.proto"), "it is a link to a device");
    assert_eq!(note(&lab, "proto/\u{fffd}.proto"), "its name is not UTF-8");
    assert_eq!(note(&lab, "proto/socket.proto"), "it is a socket");
}

#[test]
fn what_was_left_out_is_said_where_no_store_is_found() {
    let lab = Lab::new();
    std::fs::remove_file(lab.path("proto/lab.proto")).expect("the store");
    symlink("../gone", lab.path("proto/gone")).expect("a link");
    let said = lab.failure();
    assert!(said.contains("no file below proto holds a store message"), "{said}");
    assert!(said.contains("proto/gone was left out: it is a link to ../gone"), "{said}");
}

/// A pipe that is opened would wait for a writer permanently; here one waits for a reader, and finds out.
#[test]
fn a_pipe_is_never_opened() {
    let lab = Lab::generated();
    make_pipe(&lab, "proto/pipe.proto");
    make_pipe(&lab, "pipe");
    symlink("../pipe", lab.path("proto/linked.proto")).expect("a link");
    make_pipe(&lab, "generated/lab/src/pipe");
    let pipes = ["proto/pipe.proto", "pipe", "generated/lab/src/pipe"].map(|path| lab.path(path));
    let writers = pipes.clone().map(|pipe| std::thread::spawn(move || std::fs::write(pipe, "opened")));

    assert_eq!(note(&lab, "proto/pipe.proto"), "it is a pipe");
    assert_eq!(note(&lab, "proto/linked.proto"), "it is a link to a pipe");
    assert!(lab.findings().contains("generated/lab/src/pipe is a pipe, and not generated"));
    let report = lab.codegen();
    assert!(report.is_ok() && report.to_string().contains("src/pipe is not generated, and was left alone"), "{report}");

    // As an import, and as a file that is given.
    lab.write("proto/lab.proto", &store("Lab").replace("protostore/v1/options.proto", "pipe.proto"));
    let mut project = lab.project();
    project.protos = Protos::Files(vec!["lab.proto".into()]);
    project.includes = vec![lab.path("proto")];
    let said =
        format!("{:?}", miette::Report::new(check(&project, &Comparison::default()).expect_err("an import of a pipe")));
    assert!(said.contains("`pipe.proto` cannot be read: it is a pipe, not a regular file"), "{said}");
    project.protos = Protos::Files(vec!["pipe.proto".into()]);
    assert!(check(&project, &Comparison::default()).is_err());

    for (pipe, writer) in pipes.iter().zip(writers) {
        assert!(!writer.is_finished(), "{} was opened", pipe.display());
        assert_eq!(std::fs::read_to_string(pipe).expect("the writer waits"), "opened");
        writer.join().expect("no panic").expect("written");
    }
}

#[test]
fn a_directory_that_is_not_there_is_named_with_its_full_path() {
    let lab = Lab::new();
    let mut project = lab.project();
    project.protos = Protos::Below(lab.path("proto/../prto"));
    let said =
        |project| lab.short(&format!("{}", check(&project, &Comparison::default()).expect_err("no such directory")));
    assert_eq!(said(project.clone()), "the directory prto does not exist");
    project.protos = Protos::Below(lab.path("proto/lab.proto"));
    assert_eq!(said(project), "proto/lab.proto is not a directory");
    let mut project = lab.project();
    project.includes = vec![lab.path("third_party")];
    assert_eq!(said(project), "the directory third_party does not exist");
    let mut project = lab.project();
    project.protos = Protos::Below("no_such_directory".into());
    let here = std::env::current_dir().expect("a directory");
    assert_eq!(said(project), format!("the directory {}/no_such_directory does not exist", here.display()));
}
