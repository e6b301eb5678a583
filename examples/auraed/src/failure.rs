//! What can go wrong at the command line.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The threads could not be started.
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    /// The data directory cannot be used.
    #[error("cannot use the data directory {}", .0.display())]
    Data(PathBuf, #[source] io::Error),
    /// The key file could not be made.
    #[error("cannot make the key file {}", .0.display())]
    MakeKey(PathBuf, #[source] io::Error),
    /// There is a database, but its key is gone.
    #[error(
        "{} is missing, and {} cannot be opened without it: put the key back, or move the database away to begin anew",
        key.display(),
        database.display()
    )]
    KeyGone {
        /// The key file.
        key: PathBuf,
        /// The database.
        database: PathBuf,
    },
    /// The store did not open or close.
    #[error(transparent)]
    Store(#[from] protostore::Error),
    /// A TCP address that others could reach.
    #[error("{0} is not a loopback address, and auraed has no TLS: give 127.0.0.1 or [::1], or use the Unix socket")]
    NotLoopback(SocketAddr),
    /// Somebody answers on the Unix socket already.
    #[error("another process listens on {}", .0.display())]
    SocketTaken(PathBuf),
    /// The place of the Unix socket holds something else.
    #[error("{} is there already and is not a socket", .0.display())]
    NotSocket(PathBuf),
    /// An address cannot be listened on.
    #[error("cannot listen on {0}")]
    Listen(String, #[source] io::Error),
    /// The signals cannot be waited for.
    #[error("cannot wait for signals")]
    Signals(#[source] io::Error),
    /// The descriptors in the generated crate do not serve for reflection.
    #[error("cannot offer reflection")]
    Reflection(#[source] tonic_reflection::server::Error),
    /// Metrics cannot be counted.
    #[error("cannot count metrics")]
    Metrics(#[source] metrics_exporter_prometheus::BuildError),
    /// A connection failed.
    #[error("the transport failed")]
    Transport(#[from] tonic::transport::Error),
    /// The client was not told whom to ask.
    #[error("no daemon to ask: give --socket or --address")]
    NoAddress,
    /// No daemon answers.
    #[error("cannot reach {0}")]
    Unreachable(String, #[source] tonic::transport::Error),
    /// The daemon refused a request.
    #[error("{:?}: {}", .0.code(), .0.message())]
    Refused(Box<tonic::Status>),
    /// The daemon ended its answer before it was whole.
    #[error("the daemon ended its answer before it was whole")]
    Cut,
    /// A search of the store has found something.
    #[error("the store is not sound\n{0}")]
    Unsound(String),
    /// The output cannot be written.
    #[error("cannot write the output")]
    Output(#[source] io::Error),
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(Box::new(status))
    }
}
