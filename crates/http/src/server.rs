//! Running the server until it is told to stop.

mod door;
mod operators;

use std::future::Future;
use std::net::TcpListener;
use std::num::NonZero;
use std::thread::available_parallelism;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use socket2::SockRef;
use tokio::time::sleep;

use self::door::Door;
use self::operators::ForOperators;
use crate::edge;
use crate::routes;
use crate::services::Services;
use crate::settings::{Limits, Settings};
use crate::shared::Shared;

/// Where to listen.
pub struct Listeners {
    /// For everybody.
    pub everyone: TcpListener,
    /// For figures and health alone, if they are to have an address of their own.
    pub operators: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(everyone: TcpListener) -> Self {
        Self { everyone, operators: None }
    }
}

/// Serves until `stop` resolves. Then readiness turns red; after the drain time no connection is taken any more, sockets are
/// closed, requests that have been sent are finished, and this returns; at the latest after the shutdown timeout.
pub async fn serve(
    listeners: impl Into<Listeners>,
    services: Services,
    settings: Settings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let Listeners { everyone, operators } = listeners.into();
    prepare(&everyone, &settings.limits)?;
    let shared = Data::new(Shared::new(services, settings)?);
    let for_operators = ForOperators::start(operators, &shared)?;
    let served = serve_everyone(everyone, &shared, stop).await;
    for_operators.stop().await;
    served
}

async fn serve_everyone(
    listener: TcpListener,
    shared: &Data<Shared>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let workers = shared.settings.workers.unwrap_or_else(|| available_parallelism().map_or(2, NonZero::get));
    let door = Door::of(&listener, workers)?;
    let mut server = start(listener, shared, workers)?;
    let handle = server.handle();
    tokio::select! {
        ended = &mut server => return ended,
        () = stop => {}
    }
    shared.sockets.drain();
    // Whoever sends requests here needs a moment to see that others should get them.
    tokio::select! {
        ended = &mut server => return ended,
        () = sleep(shared.settings.drain_time) => {}
    }
    // Before sockets are told, or they would come back here.
    tokio::select! {
        ended = &mut server => return ended,
        () = door.close() => {}
    }
    shared.sockets.stop();
    // The server only makes progress, stopping included, while it is polled.
    let (ended, (), ()) =
        tokio::join!(server, handle.stop(true), shared.sockets.all_closed(shared.settings.shutdown_timeout));
    ended
}

/// Every accepted connection inherits the listener's options. Without a bound on unacknowledged bytes, a client that
/// never reads would keep its connection for ever.
fn prepare(listener: &TcpListener, limits: &Limits) -> std::io::Result<()> {
    let socket = SockRef::from(listener);
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(limits.tcp_user_timeout))?;
    socket.listen(limits.backlog)
}

fn start(listener: TcpListener, shared: &Data<Shared>, workers: usize) -> std::io::Result<Server> {
    let (settings, limits) = (&shared.settings, &shared.settings.limits);
    let state = shared.clone();
    let server = HttpServer::new(move || {
        let edge_state = state.clone();
        App::new()
            .app_data(state.clone())
            .configure(|config| routes::configure(config, &state))
            .wrap(from_fn(move |request, next| edge::wrap(edge_state.clone(), request, next)))
    })
    .workers(workers)
    .keep_alive(limits.keep_alive)
    .client_request_timeout(limits.header_timeout)
    // A small frame must not wait until the client acknowledges the one before it.
    .tcp_nodelay(true)
    .max_connections(limits.connections_per_worker)
    .shutdown_timeout(settings.shutdown_timeout.as_secs())
    .disable_signals();
    Ok(server.listen(listener)?.run())
}
