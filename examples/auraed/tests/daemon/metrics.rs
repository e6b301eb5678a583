//! What Prometheus scrapes of the daemon: counts by table and operation, and nothing that is stored.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use tonic::transport::Endpoint;

use crate::process::{refused, serve};
use crate::{create, get, machine};

/// A daemon with metrics; killed when it is dropped.
struct Measured {
    child: Child,
    socket: PathBuf,
    metrics: String,
}

impl Measured {
    fn start(data: &Path) -> Self {
        let mut command = serve(data);
        command.args(["--metrics", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
        let said: Vec<String> = lines.map(|line| line.unwrap().replace("listening on ", "")).collect();
        let socket = PathBuf::from(said[0].strip_prefix("unix:").unwrap());
        let metrics = said[2].strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap().to_owned();
        Self { child, socket, metrics }
    }

    /// Asks as Prometheus does, and returns the head and the body of the answer.
    fn ask(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.metrics).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_counted_by_table_and_outcome() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Measured::start(&home.path().join("data"));
    let channel = Endpoint::from_shared(format!("unix:{}", daemon.socket.display())).unwrap().connect().await.unwrap();
    create(&channel, machine("a-name-to-look-for")).await.unwrap();
    create(&channel, machine("a-name-to-look-for")).await.unwrap_err();
    get(&channel, "a-name-to-look-for").await.unwrap();

    let (head, body) = daemon.ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("text/plain; version=0.0.4"), "{head}");
    let inserts = |outcome: &str| {
        let outcome = format!("outcome=\"{outcome}\"");
        let labels = ["operation=\"insert\"", "table=\"virtual_machines\"", &outcome];
        let is_it = |line: &&str| {
            line.starts_with("protostore_operations_total{") && labels.iter().all(|label| line.contains(label))
        };
        let line = body.lines().find(is_it).unwrap_or_else(|| panic!("{outcome} is not in\n{body}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    // A closure that was refused runs again, so that the failure may be counted more than once.
    assert_eq!(inserts("ok"), 1.0);
    assert!(inserts("already_exists") >= 1.0);
    for name in [
        "protostore_operation_duration_seconds_bucket",
        "protostore_commit_duration_seconds_count",
        "protostore_group_size_count",
        "protostore_queue_waiting",
        "protostore_log_bytes",
        "protostore_cache_hits_total",
    ] {
        assert!(body.contains(name), "{name} is not in\n{body}");
    }
    assert!(!body.contains("a-name-to-look-for"), "{body}");
    let (head, _) = daemon.ask("GET / HTTP/1.1\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
}

#[test]
fn metrics_are_for_this_host_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut command = serve(&home.path().join("data"));
    command.args(["--metrics", "0.0.0.0:0"]);
    assert!(refused(command).contains("is not a loopback address"));
}
