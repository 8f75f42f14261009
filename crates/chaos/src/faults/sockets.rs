//! Sockets that a fault opens for itself, beside those of the people.

use std::time::Duration;

use anyhow::Context;
use futures_util::StreamExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::crowd::Person;

const PATIENCE: Duration = Duration::from_secs(15);

/// An open socket.
pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One more socket of somebody's.
pub(super) async fn open(person: &Person) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{}/ws", person.address).into_client_request()?;
    request.headers_mut().insert("cookie", person.cookie.parse()?);
    request.headers_mut().insert("sec-websocket-protocol", "chatapp.v1".parse()?);
    let (socket, _) = timeout(PATIENCE, connect_async(request)).await.context("a socket does not open")??;
    Ok(socket)
}

/// Reads on until the server closes, and gives its code; none if the connection broke without one.
pub(super) async fn closing_code(socket: &mut Socket) -> Option<u16> {
    let reading = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(close))) => return close.map(|close| close.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    };
    timeout(PATIENCE, reading).await.ok().flatten()
}
