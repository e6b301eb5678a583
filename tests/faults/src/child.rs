//! A process that is killed: an ignored test of the file that starts it, which speaks in lines.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// What a line of the process begins with; the harness of tests prints others.
const SAYS: &str = "says> ";

/// The process, and what it has said; it is killed at the latest when this is dropped.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    said: Vec<String>,
    rest: Receiver<String>,
}

/// Says something to the process that started this one.
#[expect(clippy::print_stdout, reason = "that is how it speaks to its parent")]
pub fn say(what: &str) {
    println!("{SAYS}{what}");
}

impl Child {
    /// Starts an ignored test of this program, and waits until it says this.
    ///
    /// # Panics
    /// If it cannot be started, or ends before it has said so.
    pub fn start(test: &str, variables: &[(&str, &str)], until: &str) -> Self {
        let mut process = Command::new(env::current_exe().expect("a path"))
            .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut output = BufReader::new(process.stdout.take().expect("is piped"));
        let (mut said, mut line) = (Vec::new(), String::new());
        loop {
            line.clear();
            assert_ne!(output.read_line(&mut line).expect("reads"), 0, "the process ended before it said {until:?}");
            let Some((_, what)) = line.trim_end().split_once(SAYS) else { continue };
            if what == until {
                break;
            }
            said.push(what.to_owned());
        }
        let (lines, rest) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            // A line that was cut is none.
            while output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) && line.ends_with('\n') {
                let _ = line.trim_end().split_once(SAYS).map(|(_, what)| lines.send(what.to_owned()));
                line.clear();
            }
        });
        Self { process, said, rest }
    }

    /// Waits until it says this.
    ///
    /// # Panics
    /// If it ends before.
    pub fn wait_for(&mut self, what: &str) {
        loop {
            let line = self.rest.recv().expect("the process ended before it said so");
            let is_it = line == what;
            self.said.push(line);
            if is_it {
                return;
            }
        }
    }

    /// Kills it after this time, unless it has ended by then, and returns all that it has said.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill_after(mut self, time: Duration) -> Vec<String> {
        let since = Instant::now();
        while since.elapsed() < time && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_micros(200));
        }
        self.process.kill().expect("kills");
        self.process.wait().expect("ends");
        // It ends with the output of the process.
        self.said.extend(self.rest.iter());
        std::mem::take(&mut self.said)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
