//! The HTTP server: poem answers, hyper speaks, and nobody holds a connection by being slow. poem's own server sets no limit
//! on a request's head, on readers who take nothing, or on connections.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{self, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    client,
    places::{Place, Places},
};
use crate::{
    config::Config,
    error::Error,
    limits::{HEAD_BYTES, HEAD_LINES, Limits},
};

/// Serves `site` until `stop`. Then nothing new is taken, open requests are finished, and after `Limits::grace` what is
/// still open is cut off.
pub async fn serve(listener: TcpListener, site: impl Endpoint<Output = Response> + 'static, config: &Config, stop: CancellationToken) {
    let limits = &config.limits;
    let site = Arc::new(site);
    let places = Arc::new(Semaphore::new(limits.connections));
    let of_one = Places::new(limits.connections_of_one);
    let (open, cut) = (TaskTracker::new(), CancellationToken::new());
    loop {
        let (stream, peer, place) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = next(&listener, &places) => next,
        };
        let Ok(of_one) = place_of(&of_one, peer, config) else {
            tracing::debug!("A connection was closed: its address has too many");
            continue;
        };
        let connection = Connection { site: Arc::clone(&site), limits: limits.clone(), peer, stop: stop.clone(), cut: cut.clone() };
        open.spawn(async move {
            connection.serve(stream).await;
            drop((place, of_one));
        });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(limits.grace, open.wait()).await.is_err() {
        cut.cancel();
        open.wait().await;
    }
}

/// Fails a request whose answer has not begun within `patience`. What a live page sends after that may take for ever.
///
/// # Errors
/// [`Error::Overdue`].
pub async fn within<E: Endpoint>(endpoint: &E, request: Request, patience: Duration) -> Result<Response> {
    match tokio::time::timeout(patience, endpoint.call(request)).await {
        Ok(answer) => answer.map(IntoResponse::into_response),
        Err(_) => Err(Error::Overdue.into()),
    }
}

/// The next connection, once there is a place for it.
async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        // Nobody closes the semaphore.
        let Ok(place) = Arc::clone(places).acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            // The client has gone before it was accepted.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
            // Out of descriptors, most likely: some come free when others end, and asking at once only burns time.
            Err(error) => {
                tracing::error!(error = %error, "No connection can be accepted");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
}

struct TooMany;

/// A place among those of the peer's neighbourhood. A trusted proxy needs none: it brings everybody's requests.
fn place_of(places: &Places<IpAddr>, peer: SocketAddr, config: &Config) -> Result<Option<Place<IpAddr>>, TooMany> {
    let address = peer.ip().to_canonical();
    if client::is_trusted(address, &config.trusted_proxies) {
        return Ok(None);
    }
    places.take(client::neighbourhood(address)).map(Some).ok_or(TooMany)
}

struct Connection<E> {
    site: Arc<E>,
    limits: Limits,
    peer: SocketAddr,
    /// Answer what has been asked, and take no more.
    stop: CancellationToken,
    /// End at once.
    cut: CancellationToken,
}

impl<E: Endpoint<Output = Response> + 'static> Connection<E> {
    async fn serve(self, stream: TcpStream) {
        // Small answers are not held back for the acknowledgement of the ones before.
        let Ok(local) = stream.set_nodelay(true).and_then(|()| stream.local_addr()) else { return };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.write));
        let site = service_fn(|request: http::Request<Incoming>| {
            let site = Arc::clone(&self.site);
            let request: Request = (request, LocalAddr(local.into()), RemoteAddr(self.peer.into()), Scheme::HTTP).into();
            async move { Ok::<http::Response<_>, Infallible>(site.get_response(request).await.into()) }
        });
        let mut connection = std::pin::pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.head)
                .max_header_size(HEAD_BYTES)
                .max_headers(HEAD_LINES)
                .serve_connection(TokioIo::new(Box::pin(stream)), site)
        );
        // However it ends, nobody is left to be told.
        tokio::select! {
            _ = &mut connection => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            _ = connection => {}
            () = self.cut.cancelled() => {}
        }
    }
}
