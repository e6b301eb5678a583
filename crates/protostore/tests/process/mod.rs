//! A test of this file as a process of its own, to be killed.
#![allow(dead_code, unreachable_pub, missing_docs)]

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const DATABASE: &str = "PROTOSTORE_TEST_DATABASE";

/// The process; it is killed at the latest when this is dropped.
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts the ignored test of this name over a database.
    pub fn start(test: &str, path: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
            .env(DATABASE, path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Returns the next thing that the process says.
    pub fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the process has gone");
            if let Some((_, said)) = line.trim_end().split_once("process> ") {
                return said.to_owned();
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The database, in the process that was started; none when the ignored tests are run by hand.
pub fn database() -> Option<PathBuf> {
    env::var_os(DATABASE).map(PathBuf::from)
}

/// Says something to the process that started this one.
#[expect(clippy::print_stdout, reason = "that is how it speaks to its parent")]
pub fn say(what: &str) {
    println!("process> {what}");
}
