//! Replays a session: the lines that begin with `$ ` are typed, what else is there is what they print.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::home::Home;

/// Runs each command of a session, and returns the session with what is printed now.
pub(crate) fn replay(session: &str, home: &Home) -> String {
    let mut printed = String::new();
    for line in session.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            printed += &format!("$ {command}\n{}", run(command, home));
        } else if line.starts_with('#')
            || (line.is_empty() && printed.lines().last().is_some_and(|l| l.starts_with('#')))
        {
            printed += &format!("{line}\n");
        }
    }
    printed
}

/// Runs a command as a shell reads it: words, quotes, `NAME=value` before it, `<<< text` as its input, and `> FILE` for its output. Returns what it
/// prints, without what differs from run to run, and its exit code where that is not 0.
pub(crate) fn run(line: &str, home: &Home) -> String {
    let (line, into) = line.rsplit_once(" > ").map_or((line, None), |(line, into)| (line, Some(into)));
    let (line, input) = line.split_once(" <<< ").map_or((line, None), |(line, input)| (line, Some(input)));
    let words = words(line);
    let mut command = Command::new(env!("CARGO_BIN_EXE_protostore"));
    command.current_dir(home.path()).env_remove("PROTOSTORE_KEY").env_remove("NO_COLOR");
    let mut words = words.into_iter().peekable();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        command.env(name, value);
        words.next();
    }
    assert_eq!(words.next().as_deref(), Some("protostore"), "{line}");
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command runs");
    let text = input.map(|input| self::words(input).join(" ").replace("\\n", "\n")).unwrap_or_default();
    // A command that does not read its input may have ended.
    let _ = child.stdin.take().expect("a pipe").write_all(text.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().expect("the command ends");
    let stdout = match into {
        Some(file) => std::fs::write(home.path().join(file), stdout).map(|()| Vec::new()).expect("a file"),
        None => stdout,
    };
    let said = String::from_utf8(stdout).expect("text") + &String::from_utf8(stderr).expect("text");
    let mut said = steady(&said, home);
    if !said.is_empty() && !said.ends_with('\n') {
        said.push('\n');
    }
    match status.code() {
        Some(0) => said,
        code => format!("{said}[{}]\n", code.expect("no signal ended it")),
    }
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Returns a text without what differs from run to run: the directory, this process and its name, ids of keys, times of
/// today, and sizes and sequences, which other changes of the store move.
fn steady(text: &str, home: &Home) -> String {
    let dir = home.path().canonicalize().expect("the directory");
    let process = std::process::id().to_string();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap_or_default();
    let text = text.replace(&dir.display().to_string(), "HOME");
    let text = text.replace(&format!("process {process} ({})", name.trim_end()), "process PROCESS (NAME)");
    let is_part = |c: char| c.is_alphanumeric() || "-:._".contains(c);
    let (mut steady, mut before) = (String::new(), String::new());
    for word in text.split_inclusive(|c: char| !is_part(c)) {
        let end = word.trim_end_matches(|c: char| !is_part(c)).len();
        let (bare, rest) = word.split_at(end);
        // In JSON the colon after a name begins the word of a number.
        let (colon, bare) = bare.strip_prefix(':').map_or(("", bare), |bare| (":", bare));
        let is_hex = |digits: usize| bare.len() == digits && bare.chars().all(|c| c.is_ascii_hexdigit());
        // Records have times of noon.
        let is_time = bare.len() >= 20 && bare.ends_with('Z') && bare.contains('T') && !bare.contains("T12:00:0");
        let is_number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
        let differs = ["sequence", "size", "log", "reserve", "which", "is", "took_ms"].contains(&before.as_str())
            || before.ends_with("bytes");
        steady += colon;
        match () {
            () if is_hex(16) => steady += "KEY-ID",
            () if is_hex(64) => steady += "CHAIN",
            () if is_time => steady += "2026-01-01T00:00:00Z",
            () if is_number && differs => steady += "N",
            // Nanoseconds of today, as a column has them.
            () if is_number && bare.len() == 19 && !bare.starts_with("179604") => steady += "N",
            () => steady += bare,
        }
        steady += rest;
        if !bare.is_empty() {
            bare.clone_into(&mut before);
        }
    }
    steady
}
