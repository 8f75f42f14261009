//! The address for operators: figures and health, apart from what everybody reaches. It answers until the very end.

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use tokio::task::JoinHandle;

use crate::routes;
use crate::shared::Shared;

/// How long an answer under way may take once this stops, in seconds.
const TIMEOUT: u64 = 1;

/// The server there, if there is one.
pub(super) struct ForOperators(Option<(ServerHandle, JoinHandle<std::io::Result<()>>)>);

impl ForOperators {
    /// Starts it on the current runtime, with one thread.
    pub(super) fn start(listener: Option<TcpListener>, shared: &Data<Shared>) -> std::io::Result<Self> {
        let Some(listener) = listener else { return Ok(Self(None)) };
        let state = shared.clone();
        let server =
            HttpServer::new(move || App::new().app_data(state.clone()).configure(routes::configure_for_operators));
        let server = server.workers(1).shutdown_timeout(TIMEOUT).disable_signals().listen(listener)?.run();
        Ok(Self(Some((server.handle(), actix_web::rt::spawn(server)))))
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        let Some((handle, task)) = self.0 else { return };
        handle.stop(true).await;
        if let Ok(Err(error)) = task.await {
            log::warn!("the address for operators failed: {error}");
        }
    }
}
