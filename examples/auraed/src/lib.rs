//! An example daemon over a generated store.
//!
//! It keeps virtual machines, NICs, networks, images and cells in one encrypted file and serves them over gRPC.
//! It answers a write only after the commit, so what it answered is there after `kill -9`.
//! It starts no machine and no process: it is about the records.

mod args;
mod client;
mod failure;
mod key;
mod limits;
mod listen;
mod mask;
mod metrics;
mod page;
mod serve;
mod services;

use std::io::{self, IsTerminal};

pub use args::{Args, Client, ClientCommand, Command, Daemon, Serve};
pub use client::{CellCommand, Contents, MachineCommand, NetworkCommand, UpkeepCommand};
pub use failure::Failure;
pub use limits::Limits;

/// The page that shows the store in use, tested as it is.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Short answers to what one asks first.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/cookbook.md")]
struct Cookbook;

/// How the generated crate says that its store is opened.
#[cfg(doctest)]
#[doc = include_str!("../../../generated/aurae/README.md")]
struct Generated;

/// Runs the command that the arguments ask for.
///
/// # Errors
/// If the command fails; the failure says what was tried.
pub fn run(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    match args.command {
        Command::Serve(serve) => {
            tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).init();
            runtime.block_on(serve::serve(&serve))
        }
        Command::Client(client) => runtime.block_on(client::run(client)),
    }
}
