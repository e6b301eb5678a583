//! Limits: what one client, or many, can take of the daemon.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::{Stream, StreamExt};
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::{Connected, Router};

/// A client that does not answer is asked again after this time,
const KEEPALIVE: Duration = Duration::from_secs(30);

/// and gives its connection back after this one.
const GONE: Duration = Duration::from_secs(10);

/// The store ends a request in time, and says exactly what has come of it; what is not ended by it is this much later.
const GRACE: Duration = Duration::from_secs(5);

/// What clients can take of the daemon.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Connections that are served at once, over the socket and over TCP together; others wait until one ends.
    #[arg(long, value_name = "COUNT", default_value_t = 128, value_parser = at_least_one())]
    pub max_connections: usize,

    /// Requests under way at once on one connection, streams among them; others wait until one ends.
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_streams: u32,

    /// How many seconds a request may take before it is answered with DEADLINE_EXCEEDED: nothing that it wrote is kept.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub request_timeout: u64,

    /// Bytes of the largest message that is taken; a larger one is refused with OUT_OF_RANGE.
    #[arg(long, value_name = "BYTES", default_value_t = 4 << 20, value_parser = at_least_one())]
    pub max_request: usize,

    /// Bytes of the largest message that is answered; a larger one is refused with OUT_OF_RANGE: ask for smaller pages.
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20, value_parser = at_least_one())]
    pub max_response: usize,
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

impl Limits {
    /// Returns the room that all connections share.
    pub(crate) fn connections(&self) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(self.max_connections.min(Semaphore::MAX_PERMITS)))
    }

    /// Returns how long a request may take.
    pub(crate) fn within(&self) -> Duration {
        Duration::from_secs(self.request_timeout)
    }

    /// Returns a server of these routes.
    pub(crate) fn server(&self, routes: Routes) -> Router {
        Server::builder()
            .max_concurrent_streams(self.max_streams)
            .timeout(self.within() + GRACE)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .http2_keepalive_timeout(Some(GONE))
            .add_routes(routes)
    }
}

/// Lets connections in while there is room for them; the one that finds none is the next to be served.
pub(crate) fn admitted<C>(
    incoming: impl Stream<Item = io::Result<C>>,
    room: Arc<Semaphore>,
) -> impl Stream<Item = io::Result<Admitted<C>>> {
    incoming.then(move |connection| {
        let room = Arc::clone(&room);
        async move {
            let connection = connection?;
            let place = room.acquire_owned().await.map_err(io::Error::other)?;
            Ok(Admitted { connection, _place: place })
        }
    })
}

/// A connection that takes up one of the places until it ends.
pub(crate) struct Admitted<C> {
    connection: C,
    _place: OwnedSemaphorePermit,
}

impl<C: Connected> Connected for Admitted<C> {
    type ConnectInfo = C::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.connection.connect_info()
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Admitted<C> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(cx, room)
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for Admitted<C> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
