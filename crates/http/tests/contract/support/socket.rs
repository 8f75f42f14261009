//! A WebSocket client.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{PATIENCE, Person};

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// A socket with the plain frames.
    pub(crate) async fn plain(person: &Person, query: &str) -> Self {
        Self::open(person, query, &[]).await.unwrap()
    }

    /// A `chatapp.v1` socket.
    pub(crate) async fn v1(person: &Person, query: &str) -> Self {
        Self::open(person, query, &[("sec-websocket-protocol", "chatapp.v1")]).await.unwrap()
    }

    /// A `chatapp.v1` socket that has been greeted and is up to date.
    pub(crate) async fn present(person: &Person) -> Self {
        let mut socket = Self::v1(person, "").await;
        assert_eq!(socket.json().await["type"], "hello");
        assert_eq!(socket.json().await["type"], "caught_up");
        socket
    }

    /// A socket, or the status and body of the refusal.
    pub(crate) async fn open(
        person: &Person,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, (u16, String)> {
        let mut request = format!("ws://{}/ws{query}", person.address()).into_client_request().unwrap();
        if let Some(cookie) = &person.cookie {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        if let Some(token) = &person.token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                Err((response.status().as_u16(), String::from_utf8(body).unwrap()))
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn send(&mut self, message: impl Into<Message>) {
        self.0.send(message.into()).await.unwrap();
    }

    pub(crate) async fn next(&mut self) -> Option<Message> {
        let next = timeout(PATIENCE, self.0.next()).await.expect("a frame comes in time");
        next.and_then(Result::ok)
    }

    /// The next text frame; pings are passed over.
    pub(crate) async fn text(&mut self) -> String {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return text.to_string(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("not a text: {other:?}"),
            }
        }
    }

    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The code of the close frame that ends the socket, and the texts before it.
    pub(crate) async fn end(&mut self) -> (Option<u16>, Vec<String>) {
        let (mut code, mut texts) = (None, Vec::new());
        while let Some(message) = self.next().await {
            match message {
                Message::Close(frame) => code = frame.map(|frame| u16::from(frame.code)),
                Message::Text(text) => texts.push(text.to_string()),
                _ => {}
            }
        }
        (code, texts)
    }

    /// Says goodbye and waits for the answer.
    pub(crate) async fn close(mut self) {
        let _ = self
            .0
            .close(Some(tokio_tungstenite::tungstenite::protocol::CloseFrame {
                code: CloseCode::Normal,
                reason: "".into(),
            }))
            .await;
        self.end().await;
    }
}
