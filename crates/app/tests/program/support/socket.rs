//! A WebSocket to the server, with a limit on every wait.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(super) async fn open(
        server: &str,
        query: &str,
        (name, value): (HeaderName, HeaderValue),
        protocol: Option<&str>,
    ) -> Self {
        let url = format!("{}/ws{query}", server.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert(name, value);
        headers.insert("origin", HeaderValue::from_str(server).unwrap());
        if let Some(protocol) = protocol {
            headers.insert("sec-websocket-protocol", HeaderValue::from_str(protocol).unwrap());
        }
        let (socket, response) = timeout(PATIENCE, connect_async(request)).await.unwrap().unwrap();
        let chosen = response.headers().get("sec-websocket-protocol").map(|value| value.to_str().unwrap());
        assert_eq!(chosen, protocol);
        Self(socket)
    }

    /// Says something.
    pub(crate) async fn say(&mut self, frame: &Value) {
        timeout(PATIENCE, self.0.send(Message::text(frame.to_string()))).await.unwrap().unwrap();
    }

    /// The next frame with text in it, as JSON.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("no text but {other:?}"),
            }
        }
    }

    /// The next frame with text in it; or the code with which the server closes.
    pub(crate) async fn next_or_end(&mut self) -> Result<Value, u16> {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Message::Close(Some(close))) => return Err(close.code.into()),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("neither text nor an end but {other:?}"),
            }
        }
    }

    /// The next frame of the given type; others are passed over.
    pub(crate) async fn next_of_type(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The code with which the server closes; frames before are passed over.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(close))) => return close.code.into(),
                Some(Message::Close(None)) | None => panic!("closed without a code"),
                Some(_) => {}
            }
        }
    }

    async fn frame(&mut self) -> Option<Message> {
        let next = timeout(PATIENCE, self.0.next()).await.expect("no frame came");
        next.map(|frame| frame.expect("the connection broke"))
    }
}
