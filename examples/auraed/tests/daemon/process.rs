//! A daemon that runs as a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tonic::transport::{Channel, Endpoint};

/// A daemon; killed when it is dropped.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) socket: PathBuf,
    pub(crate) address: SocketAddr,
}

/// Returns the command that serves a directory.
pub(crate) fn serve(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auraed"));
    command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--drain", "1"]);
    command
}

/// Serves a directory where that must fail, and returns what it said.
pub(crate) fn refused(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(!status.success(), "served, although it should not: {said}");
    said
}

impl Daemon {
    /// Serves a directory, over its Unix socket and a free port.
    pub(crate) fn start(data: &Path) -> Self {
        let log = File::options().create(true).append(true).open(data.with_extension("log")).unwrap();
        let mut child = serve(data).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || match lines.next() {
            Some(line) => line.unwrap().strip_prefix("listening on ").unwrap().to_owned(),
            None => panic!("the daemon ended: {}", std::fs::read_to_string(data.with_extension("log")).unwrap()),
        };
        let socket = PathBuf::from(next().strip_prefix("unix:").unwrap());
        let address = next().parse().unwrap();
        Self { child, socket, address }
    }

    /// Connects over the Unix socket.
    pub(crate) async fn connect(&self) -> Channel {
        Endpoint::from_shared(format!("unix:{}", self.socket.display())).unwrap().connect().await.unwrap()
    }

    /// Connects over TCP.
    pub(crate) async fn connect_tcp(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the daemon as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the daemon to stop, and returns how it ended and how long it took.
    pub(crate) fn stop(mut self, signal: Signal) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, begun.elapsed());
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "the daemon does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
