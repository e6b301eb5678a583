//! A small client, to try the daemon by hand.

mod cells;
mod machines;
mod networks;
mod show;
mod upkeep;

use std::io::Write;

use tonic::transport::{Channel, Endpoint};

pub use self::cells::CellCommand;
pub use self::machines::{Contents, MachineCommand};
pub use self::networks::NetworkCommand;
pub use self::upkeep::UpkeepCommand;
use crate::args::Daemon;
use crate::{Client, ClientCommand, Failure};

/// Asks the daemon, and prints what it answers.
pub(crate) async fn run(client: Client) -> Result<(), Failure> {
    let channel = connect(&client.daemon).await?;
    let shown = match client.command {
        ClientCommand::Machines(command) => machines::ask(channel, command).await?,
        ClientCommand::Networks(command) => networks::ask(channel, command).await?,
        ClientCommand::Cells(command) => cells::ask(channel, command).await?,
        ClientCommand::Upkeep(command) => upkeep::ask(channel, command).await?,
    };
    std::io::stdout().write_all(shown.as_bytes()).map_err(Failure::Output)
}

/// Connects over the address or the Unix socket that was given.
async fn connect(daemon: &Daemon) -> Result<Channel, Failure> {
    let uri = match (&daemon.socket, daemon.address) {
        (Some(socket), None) => format!("unix:{}", socket.display()),
        (_, Some(address)) => format!("http://{address}"),
        (None, None) => return Err(Failure::NoAddress),
    };
    let unreachable = |error| Failure::Unreachable(uri.clone(), error);
    Endpoint::from_shared(uri.clone()).map_err(unreachable)?.connect().await.map_err(unreachable)
}
