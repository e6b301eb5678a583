//! What a command asks on a terminal: a pseudo-terminal, as `script` of util-linux makes one.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::home::Home;

/// Goes back on a terminal, where the answer is typed once the question is there. Returns the exit code, and what the terminal
/// showed.
fn downgrade(home: &Home, answer: &str) -> (i32, String) {
    let line = format!("'{}' downgrade installs.db --to 3", env!("CARGO_BIN_EXE_protostore"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--echo", "never", "--command", &line, "/dev/null"]);
    script.current_dir(home.path()).env("TERM", "dumb").env_remove("PROTOSTORE_KEY");
    let mut child =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script of util-linux is installed");
    let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut shown = Vec::new();
    while !text(&shown).contains("go back? Type yes: ") {
        let mut bytes = [0; 256];
        match output.read(&mut bytes).expect("reads") {
            0 => panic!("nothing is asked:\n{}", text(&shown)),
            read => shown.extend(&bytes[..read]),
        }
    }
    assert!(text(&shown).contains("loses the values of templates.language"), "{}", text(&shown));
    input.write_all(format!("{answer}\n").as_bytes()).expect("types");
    // An end of the input would be taken for a hang-up, so it stays open until the command has ended.
    output.read_to_end(&mut shown).expect("reads");
    drop(input);
    (child.wait().expect("ends").code().expect("an exit code"), text(&shown))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

#[test]
fn a_downgrade_is_made_where_yes_is_typed_after_it_said_what_is_lost() {
    let home = Home::new();
    let (code, shown) = downgrade(&home, "yes");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("the database has version 3 of its schema again"), "{shown}");
    let status = crate::session::run("protostore status installs.db", &home);
    assert!(status.contains("version     3 (0.3.0)"), "{status}");
}

/// Anything but the whole word is a no; control-D ends the input.
#[test]
fn any_other_answer_changes_no_byte() {
    let home = Home::new();
    let read = || std::fs::read(home.path().join("installs.db")).expect("a database");
    let before = read();
    for answer in ["", "y", "no", "yes please", "\u{4}"] {
        let (code, shown) = downgrade(&home, answer);
        assert_eq!(code, 1, "{answer:?}: {shown}");
        assert!(shown.contains("nothing was changed") && read() == before, "{answer:?}: {shown}");
    }
}
