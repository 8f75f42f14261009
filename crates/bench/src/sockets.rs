//! Everyone's open socket: what arrives there, and when.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::people::Crowd;
use crate::server::Server;

/// Open sockets of a whole crowd.
pub(crate) struct Sockets {
    tasks: JoinSet<anyhow::Result<Vec<(i64, Instant)>>>,
    stop: watch::Sender<bool>,
}

impl Sockets {
    /// Opens one socket for each person, as the original's page does.
    pub(crate) async fn open(server: &Server, crowd: &Crowd) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for person in &crowd.people {
            let mut request = format!("ws://127.0.0.1:{}/ws", server.port).into_client_request()?;
            let cookie = person.headers.lines().find_map(|line| line.strip_prefix("Cookie: ")).context("a cookie")?;
            request.headers_mut().insert("Cookie", cookie.parse()?);
            let (socket, _) = tokio_tungstenite::connect_async(request).await?;
            tasks.spawn(listen(socket, stopped.clone()));
        }
        Ok(Self { tasks, stop })
    }

    /// Closes all sockets after a moment in which late frames may still come, and gives all that arrived.
    pub(crate) async fn close(mut self) -> anyhow::Result<Vec<(i64, Instant)>> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.stop.send_replace(true);
        let mut arrived = Vec::new();
        while let Some(frames) = self.tasks.join_next().await {
            arrived.extend(frames??);
        }
        Ok(arrived)
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn listen(mut socket: Socket, mut stop: watch::Receiver<bool>) -> anyhow::Result<Vec<(i64, Instant)>> {
    let mut arrived = Vec::new();
    loop {
        tokio::select! {
            frame = socket.next() => match frame.context("a socket was closed")?? {
                Message::Text(text) => arrived.push((id_in(&text).context("a frame without an id")?, Instant::now())),
                Message::Ping(payload) => socket.send(Message::Pong(payload)).await?,
                Message::Close(reason) => anyhow::bail!("a socket was closed: {reason:?}"),
                _ => {}
            },
            _ = stop.changed() => return Ok(arrived),
        }
    }
}

/// The id in `{"message": "123"}`.
fn id_in(frame: &str) -> Option<i64> {
    frame.rsplit('"').nth(1)?.parse().ok()
}
