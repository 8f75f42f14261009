//! Requests as bytes, since no proper client sends most of them, and what comes back.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How a socket's request begins.
const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\n";

/// Who asks, and what there is.
pub(super) struct Scene<'a> {
    /// A session's.
    pub(super) cookie: &'a str,
    /// The id of the only message.
    pub(super) message: i64,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A status, and whether its body is HTML.
    Status(u16, bool),
    /// The code with which a socket was closed.
    Closed(u16),
    /// The connection, without a word.
    Nothing,
    /// Nothing in time.
    Silence,
}

impl Answer {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Status(status, _) => status.to_string(),
            Self::Closed(code) => format!("closed {code}"),
            Self::Nothing => "hung up".to_owned(),
            Self::Silence => "no answer".to_owned(),
        }
    }
}

/// A request with a session and a body; `Connection: close`, so that the answer has an end.
pub(super) fn request(scene: &Scene, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
         Cookie: {}\r\n{headers}Content-Length: {}\r\n\r\n",
        scene.cookie,
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A socket's handshake, and what follows it at once.
pub(super) fn socket(scene: &Scene, frames: &[u8]) -> Vec<u8> {
    let head = format!(
        "{HANDSHAKE}Host: localhost\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        scene.cookie
    );
    [head.as_bytes(), frames].concat()
}

/// Sends it and reads until the server has said everything.
pub(super) async fn ask(address: SocketAddr, request: &[u8]) -> Answer {
    let asking = async {
        let Ok(mut stream) = TcpStream::connect(address).await else { return Answer::Nothing };
        // The server may have heard enough before all of it is sent.
        let _ = stream.write_all(request).await;
        if request.starts_with(HANDSHAKE.as_bytes()) {
            // A frame that says that more follows would be waited for.
            let _ = stream.shutdown().await;
        }
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        understand(&said)
    };
    timeout(PATIENCE, asking).await.unwrap_or(Answer::Silence)
}

fn understand(said: &[u8]) -> Answer {
    let status = said.strip_prefix(b"HTTP/1.1 ").and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok());
    let Some(status) = status.and_then(|status| status.parse().ok()) else { return Answer::Nothing };
    if status == 101 {
        // The close frame is the last, and no shorter than its code.
        let close = said.windows(4).rev().find(|bytes| bytes[0] == 0x88 && bytes[1] >= 2);
        return close.map_or(Answer::Nothing, |bytes| Answer::Closed(u16::from_be_bytes([bytes[2], bytes[3]])));
    }
    Answer::Status(status, said.windows(9).any(|bytes| bytes.eq_ignore_ascii_case(b"<!doctype")))
}
