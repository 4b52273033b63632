//! The accept loop: HTTP/1.1 and HTTP/2 on one port, within bounds, until told to stop.
//! Shutdown goes in order: not ready, no new connections, requests in flight finish, then the rest is cut.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper::service::{Service as _, service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Draining, ServerSettings, presence::Presence, stream::Bounded};

/// A bound listener that is not serving yet.
pub struct Server {
    listener: TcpListener,
    settings: ServerSettings,
}

impl Server {
    /// Binds an address; port 0 lets the system choose.
    ///
    /// # Errors
    /// What the system says, for an address that cannot be had.
    pub async fn bind(address: impl ToSocketAddrs, settings: ServerSettings) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, settings })
    }

    /// The address that was bound.
    ///
    /// # Errors
    /// What the system says; not for a listener that is open.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` completes, then drains. Returns when the last connection is gone or the time is over.
    pub async fn run(self, router: Router, draining: Draining, stop: impl Future<Output = ()>) {
        let settings = self.settings;
        let builder = Arc::new(builder(&settings));
        let permits = Arc::new(Semaphore::new(settings.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let (end, ended) = watch::channel(());
        let mut connections = JoinSet::new();
        let opening = Duration::from_millis(settings.head_milliseconds);
        let patience = Duration::from_millis(settings.write_milliseconds);
        let noticed = async {
            stop.await;
            draining.start();
            tracing::info!("draining");
            sleep(Duration::from_millis(settings.notice_milliseconds)).await;
        };
        tokio::pin!(noticed);
        loop {
            let accepted = async {
                // The permit comes first: a connection that may not be served is not accepted.
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, accept(&self.listener).await)
            };
            let (permit, socket) = tokio::select! {
                biased;
                () = &mut noticed => break,
                accepted = accepted => accepted,
            };
            // Finished connections are taken out as new ones come, so that the set does not grow.
            while connections.try_join_next().is_some() {}
            let builder = Arc::clone(&builder);
            let (router, mut ended) = (router.clone(), ended.clone());
            connections.spawn(async move {
                let io = TokioIo::new(Bounded::new(socket, opening, patience));
                let presence = Presence::new();
                let (router, counted) = (TowerToHyperService::new(router), presence.clone());
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let busy = counted.enter(request.version());
                    let answer = router.call(request);
                    async move {
                        let answer = answer.await;
                        drop(busy);
                        answer
                    }
                });
                let connection = builder.serve_connection_with_upgrades(io, service);
                tokio::pin!(connection);
                let result = tokio::select! {
                    result = connection.as_mut() => result,
                    // The end of the channel is the order to stop; nothing is ever sent.
                    _ = ended.changed() => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                    () = presence.idle(opening) => {
                        connection.as_mut().graceful_shutdown();
                        // What was answered may still be on its way; it goes as far as a client reads.
                        timeout(patience, connection).await.unwrap_or(Ok(()))
                    }
                };
                if let Err(error) = result {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(permit);
            });
        }
        drop(self.listener);
        drop(end);
        let rest = Duration::from_millis(settings.drain_milliseconds);
        if timeout(rest, async { while connections.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!("the time to drain is over; the remaining connections are cut");
        }
        connections.shutdown().await;
    }
}

fn builder(settings: &ServerSettings) -> Builder<TokioExecutor> {
    /// The smallest buffer that hyper takes.
    const LEAST: usize = 8 * 1024;
    let slow = Duration::from_millis(settings.head_milliseconds);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(slow).max_buf_size(settings.head_bytes.max(LEAST));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(settings.head_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(settings.streams)
        .keep_alive_interval(slow)
        .keep_alive_timeout(slow);
    builder
}

/// Takes the next connection. A failure to do so is the system's shortage or the client's haste, never the end.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                if let Err(error) = socket.set_nodelay(true) {
                    tracing::debug!(%error, "a socket kept its delay");
                }
                return socket;
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
