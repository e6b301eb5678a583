//! Mistakes on purpose, each with an answer that lets a reader continue who knows only protobuf and cargo.
//!
//! A file of `mistakes` begins with a sentence that says what is wrong. `@edit`, `@write`, `@move` and `@remove` change a small
//! project, `@do` runs a command that succeeds, and below `@run` are the exit code and all that the command says.
//! `PROTOSTORE_UPDATE=1` writes what it says anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const SHOP: &str = include_str!("mistakes/shop.proto");
const RUNTIME: &str = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }\n");

/// A step of a case, with the lines below it.
struct Step<'t> {
    words: Vec<&'t str>,
    lines: Vec<&'t str>,
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in text.lines().skip(1) {
        match (line.strip_prefix('@'), steps.last_mut()) {
            (Some(words), _) => steps.push(Step { words: words.split(' ').collect(), lines: Vec::new() }),
            (None, Some(step)) => step.lines.push(line),
            (None, None) => panic!("a line before the first step: {line}"),
        }
    }
    steps
}

fn project() -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("proto/shop/v1")).expect("a directory");
    std::fs::write(dir.path().join("proto/shop/v1/shop.proto"), SHOP).expect("a file");
    std::fs::write(dir.path().join("protostore.toml"), RUNTIME).expect("a file");
    dir
}

fn run(dir: &Path, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
    // Git must not find the repository around the temporary directory.
    command.current_dir(dir).arg("protostore").args(words).env("GIT_CEILING_DIRECTORIES", dir.parent().unwrap_or(dir));
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    let real = dir.canonicalize().expect("a directory");
    let text = text.replace(&format!("{}/", dir.display()), "").replace(&format!("{}/", real.display()), "");
    // What differs from version to version of SQLite says nothing here.
    let lines = text.lines().filter(|line| !line.starts_with("wrote ")).map(|line| {
        match line.split_once(" statements tried on ") {
            Some((before, after)) => {
                let (counts, _) = before.rsplit_once(", ").unwrap_or_default();
                format!("{counts}{}", after.split_once("; ").map(|(_, end)| format!("; {end}")).unwrap_or_default())
            }
            None => line.trim_end().to_owned(),
        }
    });
    (status.code().expect("an exit code"), lines.collect::<Vec<_>>().join("\n").trim_end().to_owned())
}

fn edit(path: &Path, lines: &[&str]) {
    let part = |sign: char| -> String {
        lines.iter().filter_map(|line| line.strip_prefix(sign)).map(|line| format!("{line}\n")).collect()
    };
    let (old, new) = (part('-'), part('+'));
    let text = std::fs::read_to_string(path).expect("a file");
    // A part of a line is given without its end.
    let (old, new) =
        if text.contains(&old) { (old, new) } else { (old.trim_end().to_owned(), new.trim_end().to_owned()) };
    assert_eq!(text.matches(&old).count(), 1, "the edit does not fit once: {old}");
    std::fs::write(path, text.replace(&old, &new)).expect("a file");
}

/// Carries a case out; returns its text with what the commands say.
fn carry_out(text: &str) -> String {
    let dir = project();
    let path = |at: &str| dir.path().join(at);
    let mut said = text.lines().next().unwrap_or_default().to_owned() + "\n";
    for Step { words, lines } in steps(text) {
        said += &format!("@{}\n", words.join(" "));
        let keep = lines.iter().map(|line| format!("{line}\n"));
        match words[..] {
            ["edit", file] => edit(&path(file), &lines),
            ["write", file] => std::fs::write(path(file), lines.join("\n") + "\n").expect("a file"),
            ["move", from, to] => std::fs::rename(path(from), path(to)).expect("a file"),
            ["remove", at] if path(at).is_dir() => std::fs::remove_dir_all(path(at)).expect("a directory"),
            ["remove", at] => std::fs::remove_file(path(at)).expect("a file"),
            ["do", ref words @ ..] => {
                let (code, said) = run(dir.path(), words);
                assert_eq!(code, 0, "{said}");
            }
            ["run", ref words @ ..] => {
                let (code, now) = run(dir.path(), words);
                said += &format!("exit {code}\n{now}\n");
                continue;
            }
            _ => panic!("no step: {}", words.join(" ")),
        }
        said.extend(keep);
    }
    said
}

#[test]
fn each_mistake_says_how_to_go_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("a directory").flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(files.len() >= 50, "{} cases", files.len());
    let updates = std::env::var_os("PROTOSTORE_UPDATE").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a case");
        let said = carry_out(&text);
        if said == text {
            continue;
        }
        if updates {
            std::fs::write(&file, said).expect("a case");
        } else {
            wrong.push(format!("{}:\n{said}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "PROTOSTORE_UPDATE=1 writes them anew:\n{}", wrong.join("\n"));
}

#[test]
fn the_project_is_in_order_without_a_mistake() {
    let dir = project();
    assert_eq!(run(dir.path(), &["codegen"]).0, 0);
    assert_eq!(run(dir.path(), &["check"]), (0, "check: 1 store, 2 tables; everything agrees".to_owned()));
}

#[test]
fn another_answer_is_noticed() {
    let case = "Nothing is wrong.\n@run explain P0301\nexit 0\nno explanation\n";
    assert_ne!(carry_out(case), case);
}
