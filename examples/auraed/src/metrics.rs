//! Metrics in Prometheus' format, over HTTP on a loopback address.
//!
//! Whoever scrapes learns how many records of which table are read and written, and nothing of their contents.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;

/// The buckets of a duration, in seconds: from a read that the cache answers to a disk that stalls.
const SECONDS: [f64; 12] = [0.000_01, 0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
/// The buckets of a number of requests that share a commit.
const REQUESTS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
/// How long who scrapes may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often what was measured is gathered, where nobody scrapes.
const GATHER: Duration = Duration::from_secs(5);
/// The longest request that is read.
const REQUEST: usize = 8 << 10;

/// Begins to count, for the whole process.
pub(crate) fn record() -> Result<PrometheusHandle, Failure> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_group_size".to_owned()), &REQUESTS));
    builder.and_then(PrometheusBuilder::install_recorder).map_err(Failure::Metrics)
}

/// Answers scrapes, one after the other, for as long as the daemon runs.
pub(crate) async fn serve(listener: TcpListener, metrics: PrometheusHandle) {
    let mut gather = tokio::time::interval(GATHER);
    loop {
        tokio::select! {
            _ = gather.tick() => metrics.run_upkeep(),
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // Who is late or gone scrapes again.
                let _ = tokio::time::timeout(PATIENCE, answer(stream, &metrics)).await;
            }
        }
    }
}

/// Answers one request: `GET /metrics`, and 404 to any other.
async fn answer(mut stream: TcpStream, metrics: &PrometheusHandle) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < REQUEST {
        match stream.read(&mut part).await? {
            0 => return Ok(()),
            read => request.extend_from_slice(&part[..read]),
        }
    }
    let (status, body) = if request.starts_with(b"GET /metrics ") {
        ("200 OK", metrics.render())
    } else {
        ("404 Not Found", "metrics are at /metrics\n".to_owned())
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
