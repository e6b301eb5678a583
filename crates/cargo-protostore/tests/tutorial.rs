//! The tutorial of the README, as it is typed: each edit is made, each command run, and each answer is the one it shows.

use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../../README.md");

/// A block of code of the page: its language and its lines.
struct Block<'t> {
    language: &'t str,
    lines: Vec<&'t str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
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
fn edit(text: &str, lines: &[&str]) -> String {
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

/// Runs the commands of a block, and compares what they say with what the page says.
fn run(dir: &Path, lines: &[&str]) -> usize {
    let starts: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("$ ")).collect();
    for (at, start) in starts.iter().enumerate() {
        let command = lines[*start].strip_prefix("$ cargo protostore ").expect("a command of this program");
        let shown = &lines[start + 1..starts.get(at + 1).copied().unwrap_or(lines.len())];
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"))
            .current_dir(dir)
            .arg("protostore")
            .args(command.split(' '))
            .output()
            .expect("the command runs");
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Vec<&str> = answer.lines().collect();
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(has(&answer, shown), "{command} says\n{}\n{failed}\nthe page\n{}", answer.join("\n"), shown.join("\n"));
    }
    starts.len()
}

#[test]
fn the_tutorial_is_what_the_commands_say() {
    let (_, section) = README.split_once("## Changing a store\n").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    let dir = tempfile::tempdir().expect("a temporary directory");
    let proto = dir.path().join("proto/shop.proto");
    std::fs::create_dir(dir.path().join("proto")).expect("a directory");
    let (mut commands, mut edits) = (0, 0);
    for Block { language, lines } in blocks(section) {
        match language {
            "proto" => {
                assert_eq!(lines[0], "// proto/shop.proto");
                // The first line names the file, and is none of it.
                std::fs::write(&proto, lines[1..].join("\n") + "\n").expect("a file");
            }
            "diff" => {
                let text = std::fs::read_to_string(&proto).expect("a file");
                std::fs::write(&proto, edit(&text, &lines)).expect("a file");
                edits += 1;
            }
            "console" => commands += run(dir.path(), &lines),
            other => panic!("a block of {other}"),
        }
    }
    assert_eq!((edits, commands), (5, 7), "the tutorial renames, drops and requires");
}

#[test]
fn an_answer_that_differs_is_noticed() {
    assert!(has(&["a", "b", "c"], &["a", "…"]) && has(&["a"], &["…", "a", "…"]));
    assert!(is("a: 3 b; c", "a: …; c") && !is("a: 3; d", "a: …; c") && !is("b: 3; c", "a: …; c"));
    assert!(!has(&["a", "b"], &["a"]) && !has(&["a"], &["b", "…"]) && !has(&["a", "b"], &["…", "c"]));
}
