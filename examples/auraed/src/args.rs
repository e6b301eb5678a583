//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::Limits;
use crate::client::{CellCommand, MachineCommand, NetworkCommand, UpkeepCommand};

/// Keeps machines, networks, images and cells in one encrypted file, and serves them over gRPC.
#[derive(Debug, Parser)]
#[command(name = "auraed", version)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the store until SIGTERM or SIGINT.
    Serve(Serve),
    /// Asks a daemon that runs.
    Client(Client),
}

/// How to serve.
#[derive(Debug, Parser)]
pub struct Serve {
    /// The directory of the database; made if it is missing.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,

    /// The private key that unlocks the database; made on the first start, as
    /// `openssl genpkey -algorithm ed25519 -out FILE` does. Default: `server.key` in the data directory.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,

    /// The directory in which clients can have backups made. Default: `backups` in the data directory.
    #[arg(long, value_name = "DIR")]
    pub backups: Option<PathBuf>,

    /// The Unix socket to listen on. Default: `auraed.sock` in the data directory.
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,

    /// A loopback address to listen on as well, open to every user of this host; port 0 takes a free one and says which.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,

    /// A loopback address on which Prometheus finds metrics, at `/metrics`; port 0 takes a free one and says which.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,

    /// How many seconds requests under way may take to finish after a signal.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub drain: u64,

    /// What clients can take of the daemon.
    #[command(flatten)]
    pub limits: Limits,
}

/// Whom to ask, and what.
#[derive(Debug, Parser)]
pub struct Client {
    /// Whom to ask.
    #[command(flatten)]
    pub daemon: Daemon,

    /// What to ask.
    #[command(subcommand)]
    pub command: ClientCommand,
}

/// Whom to ask: one of the two.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Daemon {
    /// The daemon's Unix socket.
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,

    /// The daemon's TCP address, such as 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<SocketAddr>,
}

/// What to ask a daemon.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// About machines and images.
    #[command(flatten)]
    Machines(MachineCommand),
    /// About networks and NICs.
    #[command(flatten)]
    Networks(NetworkCommand),
    /// About cells and executables.
    #[command(flatten)]
    Cells(CellCommand),
    /// About the store as a whole.
    #[command(flatten)]
    Upkeep(UpkeepCommand),
}
