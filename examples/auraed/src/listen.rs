//! Where the daemon listens: a Unix socket, and a loopback address where one was given.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use tokio::net::{TcpListener, UnixListener, UnixStream};

use crate::Failure;

/// Listens on a Unix socket that its owner alone may use, over the socket that a killed daemon left behind.
pub(crate) async fn unix(path: &Path) -> Result<UnixListener, Failure> {
    let failed = |error| Failure::Listen(path.display().to_string(), error);
    if let Ok(metadata) = path.symlink_metadata() {
        if !metadata.file_type().is_socket() {
            return Err(Failure::NotSocket(path.to_owned()));
        }
        if UnixStream::connect(path).await.is_ok() {
            return Err(Failure::SocketTaken(path.to_owned()));
        }
        fs::remove_file(path).map_err(failed)?;
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// Listens on a TCP address of this host. Whoever can reach it can read and write the store, so no other will do.
pub(crate) async fn tcp(address: SocketAddr) -> Result<TcpListener, Failure> {
    refuse_other_hosts(address)?;
    TcpListener::bind(address).await.map_err(|error| Failure::Listen(address.to_string(), error))
}

/// Refuses an address that another host could reach.
pub(crate) fn refuse_other_hosts(address: SocketAddr) -> Result<(), Failure> {
    if address.ip().to_canonical().is_loopback() { Ok(()) } else { Err(Failure::NotLoopback(address)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_listened_on() {
        for (address, taken) in [
            ("127.0.0.1:0", true),
            ("127.8.8.8:1", true),
            ("[::1]:0", true),
            ("[::ffff:127.0.0.1]:0", true),
            ("0.0.0.0:0", false),
            ("[::]:0", false),
            ("192.0.2.1:443", false),
        ] {
            assert_eq!(refuse_other_hosts(address.parse().unwrap()).is_ok(), taken, "{address}");
        }
    }
}
