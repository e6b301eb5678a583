//! Runs the commands of docs/operating.md from the first to the last, with the programs of the repository.
//!
//! This executable is `protostore` too, where it is called by that name: a link in a directory of the `PATH`. Directories of
//! the page become those of a temporary one, and its port a free one. Recipes for tools that are not installed are left out
//! and named; `PROTOSTORE_SQLCIPHER=required` makes that an error.
#![allow(clippy::print_stdout, reason = "what a harness prints")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Programs that the recipes call beside ours.
const TOOLS: [&str; 5] = ["bash", "curl", "jq", "openssl", "python3"];

/// How long the recipes may take before they hang.
const PATIENCE: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    if called.file_name().is_some_and(|name| name == "protostore") {
        return protostore_cli::main();
    }
    // `cargo test -- --list` and filters mean the tests of harnesses.
    if std::env::args().any(|word| word == "--list") {
        println!("operating_md_runs_from_the_first_command_to_the_last: test");
        return ExitCode::SUCCESS;
    }
    if let Some(missing) = TOOLS.iter().find(|tool| !runs(&format!("command -v {tool}"))) {
        println!("operating.md: NOT RUN, since {missing} is not installed");
        return if is_required() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    control();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating.md");
    let page = fs::read_to_string(page).expect("the page");
    let blocks = blocks(&page);
    assert!(blocks.len() > 10, "the page has only {} recipes", blocks.len());
    match run(&blocks) {
        Ok(()) => {
            println!("operating.md: {} recipes ran", blocks.len());
            ExitCode::SUCCESS
        }
        Err(said) => {
            println!("{said}");
            ExitCode::FAILURE
        }
    }
}

fn is_required() -> bool {
    std::env::var("PROTOSTORE_SQLCIPHER").is_ok_and(|value| value == "required")
}

/// Says whether a line of shell succeeds.
fn runs(line: &str) -> bool {
    let mut shell = Command::new("sh");
    let status = shell.args(["-c", line]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// A block of commands, and the line of the page on which it begins.
struct Block {
    line: usize,
    script: String,
}

/// Returns the blocks of shell that can run here.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().zip(1..);
    while let Some((fence, line)) = lines.next() {
        let Some(needs) = fence.strip_prefix("```sh") else { continue };
        let script: Vec<&str> = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != "```").collect();
        let (is_there, what) = match needs.trim() {
            "" => (true, ""),
            "sqlcipher-shell" => {
                (runs("sqlcipher -version | grep -q '^[3-9].*SQLCipher [4-9]'"), "the shell of SQLCipher 4")
            }
            "sqlcipher-python" => (runs("python3 -c 'import sqlcipher3'"), "sqlcipher3-binary of Python"),
            other => panic!("line {line}: nothing says what {other} needs"),
        };
        if is_there {
            blocks.push(Block { line, script: script.join("\n") });
        } else {
            println!("operating.md:{line}: NOT RUN, since {what} is not installed");
            // Not every distribution has a shell that is new enough.
            assert!(!is_required() || needs.trim() == "sqlcipher-shell", "line {line}: {what} is required");
        }
    }
    blocks
}

/// Runs blocks as one session; the error says what was printed, and which line of the page failed.
fn run(blocks: &[Block]) -> Result<(), String> {
    let home = tempfile::tempdir().expect("a temporary directory");
    let dir = home.path().canonicalize().expect("the directory");
    let path = |name: &str| dir.join(name);
    for name in ["bin", "lib", "backup"] {
        fs::create_dir(path(name)).expect("a directory");
    }
    let this = std::env::current_exe().expect("this program");
    symlink(this, path("bin/protostore")).expect("a link");
    symlink(env!("CARGO_BIN_EXE_auraed"), path("bin/auraed")).expect("a link");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cipher_key.py"), path("cipher_key.py"))
        .expect("a copy");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();

    let mut script =
        "set -euo pipefail\ntrap 'echo \"failed after $AT: $BASH_COMMAND\"; kill $(jobs -p) 2>/dev/null' ERR\n"
            .to_owned();
    for block in blocks {
        script += &format!("AT='line {}'\necho \"== $AT\"\n", block.line);
        for line in block.script.lines() {
            match line.strip_prefix("! ") {
                // The shell does not stop at a command that succeeds although it must not.
                Some(fails) => {
                    script += &format!(
                        "if {fails}; then echo \"$AT: must fail: {}\"; exit 1; fi\n",
                        fails.replace(['"', '$', '`'], "")
                    )
                }
                None => script += &format!("{line}\n"),
            }
        }
    }
    let directories = [("/var/lib/", path("lib")), ("/backup/", path("backup"))];
    for (of_page, here) in directories {
        script = script.replace(of_page, &format!("{}/", here.display()));
    }
    script = script.replace("127.0.0.1:9464", &format!("127.0.0.1:{port}"));

    let (out, mut shell) = (path("out"), Command::new("bash"));
    let to = fs::File::create(&out).expect("a file");
    let bin = format!("{}:{}", path("bin").display(), std::env::var("PATH").unwrap_or_default());
    shell.arg("-c").arg(&script).current_dir(&dir).env("PATH", bin).env_remove("PROTOSTORE_KEY").process_group(0);
    let mut child =
        shell.stdin(Stdio::null()).stderr(to.try_clone().expect("a file")).stdout(to).spawn().expect("bash runs");
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break Some(status),
            None if begun.elapsed() > PATIENCE => {
                child.kill().expect("a child");
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    // A daemon that a recipe has left behind goes with its group.
    let group = format!("kill -9 -- -{}", child.id());
    runs(&group);
    match status {
        Some(status) if status.success() => Ok(()),
        _ => Err(fs::read_to_string(out).expect("what was printed")),
    }
}

/// Shows that a command which fails, and one which succeeds although it must not, end the session.
fn control() {
    for (script, ends) in
        [("false", true), ("! true", true), ("! false\ntrue", false), ("protostore --version\nauraed --version", false)]
    {
        let failed = run(&[Block { line: 1, script: script.to_owned() }]);
        assert_eq!(failed.is_err(), ends, "{script}: {failed:?}");
    }
}
