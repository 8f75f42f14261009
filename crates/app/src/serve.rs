//! Running the server: when it counts as started, which signals stop it, and in which order things stop.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::process;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use chatapp_domain::first_run::FirstRun;
use chatapp_http::Listeners;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::background::Background;
use crate::compose::{self, Application};
use crate::config::Settings;
use crate::failure::chain;

/// How much longer than `drain_time` and `shutdown_timeout` the whole stop may take.
const STOP_SLACK: Duration = Duration::from_secs(5);
/// How long mail that waits may take to be sent once the server stops.
const MAIL_PATIENCE: Duration = Duration::from_secs(2);
/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Serves until a signal.
pub(crate) fn run(settings: &Settings) -> anyhow::Result<()> {
    // Bound before the slow part: whoever connects meanwhile waits instead of being refused.
    let everyone = bind(settings.web.listen)?;
    let operators = settings.web.metrics_listen.map(bind).transpose()?;
    if let Some(listener) = &operators {
        log::info!("figures and health at http://{}", listener.local_addr()?);
    }
    let database = compose::open_database(settings)?;
    log::info!("{} at {}", database.engine(), settings.storage.database.url);
    if let Some(replica) = &settings.storage.replica {
        database.follow_with(replica)?;
    }
    let web = compose::web_settings(settings)?;
    let application = Application::build(database, settings, everyone.local_addr()?)?;
    actix_web::rt::System::new().block_on(serve(Listeners { everyone, operators }, application, web))
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

async fn serve(listeners: Listeners, application: Application, settings: chatapp_http::Settings) -> anyhow::Result<()> {
    let Application { database, services, upkeep, mut office } = application;
    let address = listeners.everyone.local_addr()?;
    let limit = settings.drain_time + settings.shutdown_timeout + STOP_SLACK;
    let stop = Stop::listen()?;
    let first_run = services.first_run.clone();
    if first_run.is_first().await? {
        log::info!("there are no users yet; make one with: chatapp createsuperuser, or with the code on the console");
    }
    let background = Background::start(upkeep);
    office.open();
    let served = chatapp_http::serve(listeners, services, settings, stop.requested(address, limit, first_run)).await;
    background.stop().await;
    office.close(MAIL_PATIENCE).await;
    // The last: everything above may still write.
    tokio::task::spawn_blocking(|| database.close()).await?;
    served.context("the server failed")?;
    log::info!("stopped");
    Ok(())
}

/// The signals that end the program.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Announces the server, beside which this runs, and resolves at the first signal. From then on a second one, or
    /// too long a stop, ends the process at once.
    async fn requested(mut self, address: SocketAddr, limit: Duration, first_run: FirstRun) {
        // The server starts its workers when it first gets its turn, so it goes first.
        tokio::task::yield_now().await;
        // Whoever started this may have closed the other end, which is no reason not to serve.
        let _ = writeln!(std::io::stdout(), "listening on http://{address}");
        if let Err(error) = first_run.begin().await {
            log::warn!("no code for the first account: {}", chain(&error));
        }
        self.next().await;
        log::info!("stopping");
        thread::spawn(move || {
            thread::sleep(limit);
            log::error!("still not stopped after {} s: exiting", limit.as_secs());
            process::exit(1);
        });
        tokio::spawn(async move {
            self.next().await;
            log::warn!("second signal: exiting at once");
            process::exit(INTERRUPTED);
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
