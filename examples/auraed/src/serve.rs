//! The daemon: opens the store, serves it until a signal, and closes it.

use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aurae::Store;
use metrics_exporter_prometheus::PrometheusHandle;
use protostore::Key;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_stream::wrappers::{TcpListenerStream, UnixListenerStream};

use crate::limits::admitted;
use crate::{Failure, Serve, key, listen, metrics, services};

/// Name of the database in the data directory.
const DATABASE: &str = "aurae.db";

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn serve(args: &Serve) -> Result<(), Failure> {
    for address in [args.listen, args.metrics].into_iter().flatten() {
        listen::refuse_other_hosts(address)?;
    }
    // Before the store is opened, whose recovery is counted too.
    let metrics = args.metrics.map(|address| metrics::record().map(|handle| (address, handle))).transpose()?;
    let mut signals = Signals::new().map_err(Failure::Signals)?;
    let store = open(args)?;
    let served = accept(args, &store, &mut signals, metrics).await;
    // Whatever ended the serving, what was acknowledged goes into the file.
    let closed = protostore::Store::clone(&store).close();
    served?;
    closed?;
    tracing::info!("stopped");
    Ok(())
}

/// Opens the store, with the key that belongs to it.
fn open(args: &Serve) -> Result<Store, Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&args.data)
        .map_err(|error| Failure::Data(args.data.clone(), error))?;
    let database = args.data.join(DATABASE);
    let key_file = key_file(args);
    key::ensure(&key_file, &database)?;
    Ok(aurae::open(&database, &Key::from_pem_file(&key_file)?)?)
}

/// Returns where the private key is.
fn key_file(args: &Serve) -> PathBuf {
    args.key.clone().unwrap_or_else(|| args.data.join("server.key"))
}

/// Listens, serves, and drains after a signal.
async fn accept(
    args: &Serve,
    store: &Store,
    signals: &mut Signals,
    metrics: Option<(SocketAddr, PrometheusHandle)>,
) -> Result<(), Failure> {
    let socket = args.socket.clone().unwrap_or_else(|| args.data.join("auraed.sock"));
    let unix = listen::unix(&socket).await?;
    let _unlink = Unlink(&socket);
    let tcp = match args.listen {
        Some(address) => Some(listen::tcp(address).await?),
        None => None,
    };
    let (health, routes) = services::routes(store, &args.limits).await?;
    let backups = args.backups.clone().unwrap_or_else(|| args.data.join("backups"));
    let own = services::with_upkeep(routes.clone(), store, key_file(args), backups);

    announce(&format!("unix:{}", socket.display()));
    if let Some(tcp) = &tcp {
        announce(&tcp.local_addr().map_err(|error| Failure::Listen("TCP".to_owned(), error))?.to_string());
    }

    if let Some((address, handle)) = metrics {
        let listener = listen::tcp(address).await?;
        let address = listener.local_addr().map_err(|error| Failure::Listen("TCP".to_owned(), error))?;
        announce(&format!("http://{address}/metrics"));
        // It ends with the runtime.
        tokio::spawn(crate::metrics::serve(listener, handle));
    }

    let (stop, stopped) = watch::channel(());
    let (limits, room) = (&args.limits, args.limits.connections());
    let over_unix = {
        let (incoming, stopped) = (admitted(UnixListenerStream::new(unix), room.clone()), wait(stopped.clone()));
        limits.server(own).serve_with_incoming_shutdown(incoming, stopped)
    };
    let over_tcp = async {
        let Some(tcp) = tcp else { return Ok(()) };
        let incoming = admitted(TcpListenerStream::new(tcp), room);
        limits.server(routes).serve_with_incoming_shutdown(incoming, wait(stopped)).await
    };
    let serving = async { tokio::try_join!(over_unix, over_tcp) };
    tokio::pin!(serving);

    tokio::select! {
        ended = &mut serving => {
            ended?;
            return Ok(());
        }
        name = signals.next() => tracing::info!("{name}: no more requests are taken"),
    }
    services::not_serving(&health).await;
    drop(stop);
    match tokio::time::timeout(Duration::from_secs(args.drain), serving).await {
        Ok(ended) => {
            ended?;
        }
        Err(_) => tracing::warn!("requests under way did not finish in {} s and are cut off", args.drain),
    }
    Ok(())
}

/// Waits until the other end is dropped.
async fn wait(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

/// Says where the daemon can be reached, on standard output: with port 0, no other place shows it.
#[expect(clippy::print_stdout, reason = "whoever started the daemon reads it")]
fn announce(address: &str) {
    println!("listening on {address}");
}

/// The signals that ask the daemon to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them and returns its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Removes the socket when the daemon stops.
struct Unlink<'a>(&'a Path);

impl Drop for Unlink<'_> {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(self.0) {
            tracing::warn!(%error, socket = %self.0.display(), "the socket stays behind");
        }
    }
}
