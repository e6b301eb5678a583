//! A page as it is typed: its edits are made, its commands run, and their answers are those that it shows.
#![allow(dead_code, reason = "each test of a page uses a part of it")]

use std::path::Path;
use std::process::Command;

/// A block of code of a page: its language and its lines.
pub(crate) struct Block<'t> {
    pub(crate) language: &'t str,
    pub(crate) lines: Vec<&'t str>,
}

/// What was done of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) files: usize,
    pub(crate) edits: usize,
    pub(crate) commands: usize,
}

/// Says in a directory where the run-time crate is, which the pages take for granted.
pub(crate) fn configure(dir: &Path) {
    let run_time = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }\n");
    std::fs::write(dir.join("protostore.toml"), run_time).expect("a file");
}

/// Does in a directory what the blocks of a text say: a proto is a file, a diff an edit of the last one, a console commands.
pub(crate) fn follow(dir: &Path, text: &str) -> Done {
    follow_in(dir, text, &|_| ())
}

/// Does the same, with commands that are prepared: what is in their environment.
pub(crate) fn follow_in(dir: &Path, text: &str, prepare: &dyn Fn(&mut Command)) -> Done {
    let mut done = Done::default();
    let mut file = None;
    for Block { language, lines } in blocks(text) {
        match language {
            "proto" => {
                // The first line names the file, and is none of it.
                let path = dir.join(lines[0].strip_prefix("// ").expect("the path of a file"));
                std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
                std::fs::write(&path, lines[1..].join("\n") + "\n").expect("a file");
                file = Some(path);
                done.files += 1;
            }
            "diff" => {
                let path = file.as_ref().expect("a file before its edits");
                let text = std::fs::read_to_string(path).expect("a file");
                std::fs::write(path, edit(&text, &lines)).expect("a file");
                done.edits += 1;
            }
            "console" => done.commands += run(dir, &lines, prepare),
            other => panic!("a block of {other}"),
        }
    }
    done
}

/// Returns the blocks of a text.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { language, lines: block });
        }
    }
    blocks
}

/// Makes an edit: the lines with `-`, or those that have no sign, become those with `+`.
pub(crate) fn edit(text: &str, lines: &[&str]) -> String {
    let part = |marks: &[char]| -> String {
        let of = lines.iter().filter(|line| line.starts_with(marks));
        of.map(|line| format!("{}\n", &line[1..])).collect()
    };
    let (old, new) = (part(&['-', ' ']), part(&['+', ' ']));
    assert_eq!(text.matches(&old).count(), 1, "the edit does not fit once:\n{old}\nin\n{text}");
    text.replace(&old, &new)
}

/// Returns whether a line is the one that is shown, in which `…` means any words.
fn is(line: &str, shown: &str) -> bool {
    match shown.split_once('…') {
        Some((start, end)) => line.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => line == shown,
    }
}

/// Returns whether an answer has these lines, of which one that is `…` means any lines.
fn has(answer: &[&str], shown: &[&str]) -> bool {
    match shown {
        [] => answer.is_empty(),
        ["…", rest @ ..] => (0..=answer.len()).any(|at| has(&answer[at..], rest)),
        [line, rest @ ..] => answer.first().is_some_and(|first| is(first, line)) && has(&answer[1..], rest),
    }
}

/// Runs the commands of a block, and compares what they say with what the page says; returns how many there were. A comment
/// behind a command says something about it.
fn run(dir: &Path, lines: &[&str], prepare: &dyn Fn(&mut Command)) -> usize {
    let starts: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("$ ")).collect();
    for (at, start) in starts.iter().enumerate() {
        let typed = lines[*start].trim_start_matches("$ ").split(" # ").next().unwrap_or_default().trim();
        let shown = &lines[start + 1..starts.get(at + 1).copied().unwrap_or(lines.len())];
        let mut command = command(dir, typed);
        prepare(&mut command);
        let output = command.output().expect("the command runs");
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Vec<&str> = answer.lines().collect();
        let failed = String::from_utf8_lossy(&output.stderr);
        let is_silent = shown.is_empty() && output.status.success();
        assert!(
            is_silent || has(&answer, shown),
            "{typed} says\n{}\n{failed}\nthe page\n{}",
            answer.join("\n"),
            shown.join("\n")
        );
    }
    starts.len()
}

/// Returns a command as it is typed in a directory: that of this package, or another program of the shell.
pub(crate) fn command(dir: &Path, typed: &str) -> Command {
    let mut command = match typed.strip_prefix("cargo protostore ") {
        Some(own) => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
            command.arg("protostore").args(own.split(' '));
            command
        }
        None => {
            let mut command = Command::new("sh");
            command.args(["-ec", typed]);
            command
        }
    };
    command.current_dir(dir);
    command
}

#[test]
fn an_answer_that_differs_is_noticed() {
    assert!(has(&["a", "b", "c"], &["a", "…"]) && has(&["a"], &["…", "a", "…"]));
    assert!(is("a: 3 b; c", "a: …; c") && !is("a: 3; d", "a: …; c") && !is("b: 3; c", "a: …; c"));
    assert!(!has(&["a", "b"], &["a"]) && !has(&["a"], &["b", "…"]) && !has(&["a", "b"], &["…", "c"]));
}
