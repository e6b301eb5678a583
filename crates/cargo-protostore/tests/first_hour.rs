//! The first hour of the README, as it is typed, in a project outside of this workspace: begun, built, run, killed, changed
//! and checked.
#![allow(clippy::print_stderr, reason = "how long each step takes is shown")]

#[path = "page/mod.rs"]
mod page;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use page::{Done, follow};

const README: &str = include_str!("../../../README.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Where the project is built: below the target directory of this workspace, so that its dependencies are built once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-hour")
}

/// Returns cargo in a directory. Crates are those that this workspace has, and nothing is looked up.
fn cargo(dir: &Path, words: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(dir).args(words).env("CARGO_TARGET_DIR", target()).env("CARGO_NET_OFFLINE", "true");
    cargo
}

fn ran(mut command: Command) -> String {
    let output = command.output().expect("the command runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {out}\n{err}");
    out.into_owned()
}

#[test]
fn the_first_hour_of_the_readme_ends_with_a_record_that_survives() {
    let around = tempfile::tempdir().expect("a temporary directory");
    let dir = around.path().join("shopd");
    std::os::unix::fs::symlink(root(), around.path().join("protostore")).expect("the clone beside it");
    ran(cargo(around.path(), &["new", "--quiet", "--vcs", "none", "shopd"]));
    // Its dependencies have the versions of this workspace.
    std::fs::copy(root().join("Cargo.lock"), dir.join("Cargo.lock")).expect("a lock");

    let (_, section) = README.split_once("### The first hour\n").expect("the section");
    let (section, _) = section.split_once("\n### ").expect("another section");
    let start = Instant::now();
    let (begin, rest) = section.split_once("```console\n$ openssl").expect("a block");
    let begun = follow(&dir, begin);
    assert_eq!(begun, Done { files: 1, edits: 0, commands: 2 });
    eprintln!("first hour: {:.1} s for the store and its crate", start.elapsed().as_secs_f64());
    if std::env::var_os("PROTOSTORE_OPENSSL").is_some_and(|which| which == "vendored") {
        let manifest = std::fs::read_to_string(dir.join("Cargo.toml")).expect("a manifest");
        let vendored = "[workspace.metadata.protostore]\nfeatures = [\"sqlcipher-vendored\"]";
        let manifest = manifest.replace("[workspace.metadata.protostore]", vendored);
        std::fs::write(dir.join("Cargo.toml"), manifest).expect("a manifest");
        ran(page::command(&dir, "cargo protostore codegen"));
    }

    let building = Instant::now();
    ran(cargo(&dir, &["build", "--quiet", "--package", "shop"]));
    eprintln!("first hour: {:.1} s for the dependencies and the generated crate", building.elapsed().as_secs_f64());
    let running = Instant::now();
    // The commands of a page are given to a shell, in which cargo is this one.
    let done = page::follow_in(&dir, &format!("```console\n$ openssl{rest}"), &|command| {
        command.env("CARGO_TARGET_DIR", target()).env("CARGO_NET_OFFLINE", "true");
    });
    assert_eq!(done, Done { files: 0, edits: 0, commands: 4 });
    eprintln!("first hour: {:.1} s for the key, the program and two runs of it", running.elapsed().as_secs_f64());

    // Killed as soon as it has answered.
    let mut program = Command::new(target().join("debug/shopd"));
    let mut child = program.current_dir(&dir).args(["add", "desk"]).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut answer = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut answer).expect("an answer");
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    assert_eq!(answer, "added desk\n");
    let list = || ran(cargo(&dir, &["run", "--quiet"]));
    let said = list();
    assert!(said.contains("id: \"desk\"") && said.contains("id: \"lamp\""), "{said}");
    let bytes = std::fs::read(dir.join("shop.db")).expect("the file");
    assert!(!bytes.windows(4).any(|four| four == b"desk" || four == b"lamp"), "the file can be read");
    eprintln!("first hour: {:.1} s in all, and the record has survived", start.elapsed().as_secs_f64());

    // A change: the data stays, and the check agrees.
    let proto = dir.join("proto/shop/v1/item.proto");
    let text = std::fs::read_to_string(&proto).expect("a proto");
    std::fs::write(&proto, text.replace("string title = 2", "string name = 2")).expect("a proto");
    let check = page::command(&dir, "cargo protostore check").output().expect("the command runs");
    assert_eq!(check.status.code(), Some(1), "the check notices: {}", String::from_utf8_lossy(&check.stdout));
    let said = ran(page::command(&dir, "cargo protostore codegen"));
    assert!(said.contains("shop: version 2 `rename_items_title`") || said.contains("version 2 `"), "{said}");
    ran(page::command(&dir, "cargo protostore check"));
    let said = list();
    assert!(said.contains("id: \"desk\"") && said.contains("name: \"\""), "{said}");
}
