//! One TCP connection: HTTP/1.1 on top, perhaps TLS between, and below it the ends that a fault asks for.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::exchange;
use crate::world::Shared;

/// What is reached through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The platform and the control API.
    Both,
    /// The platform alone.
    Platform,
    /// The control API alone.
    Control,
}

/// How a connection ends when a fault cuts it instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// With RST: the client sees a reset.
    Reset,
    /// With FIN: the client sees a clean end without an answer.
    Fin,
}

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "connection cut by a fault: {self:?}")
    }
}

impl Error for Cut {}

/// Serves a connection until either side ends it; a failed TLS handshake ends it at once.
pub async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, door: Door, world: Shared) {
    // Small answers would otherwise wait for acknowledgements; failing to set it only costs time.
    let _ = stream.set_nodelay(true);
    match tls {
        None => speak(stream, |stream| stream, door, world).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                speak(stream, |stream| stream.get_ref().0, door, world).await;
            }
        }
    }
}

/// `below` finds the TCP connection under a stream.
async fn speak<S>(stream: S, below: impl Fn(&S) -> &TcpStream, door: Door, world: Shared)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(move |request| Box::pin(exchange::exchange(world.clone(), door, request)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let cut = ended
        .err()
        .and_then(|error| error.source().and_then(|cause| cause.downcast_ref().copied()));
    match cut {
        // With zero linger, the drop that follows sends RST instead of FIN.
        Some(Cut::Reset) => drop(below(&stream).set_zero_linger()),
        // The client may be gone already; then there is nothing to end.
        Some(Cut::Fin) | None => drop(stream.shutdown().await),
    }
}
