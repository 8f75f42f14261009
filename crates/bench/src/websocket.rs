//! The smallest client that speaks WebSocket. A library clears its large buffer before each read, which costs the
//! generator more than the server spends on a frame; here a buffer grows to what one read brings.

use std::io;
use std::sync::Arc;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The reading half of an open socket.
pub(crate) struct Reader {
    half: OwnedReadHalf,
    writer: Writer,
    received: Vec<u8>,
    /// How much of what was received is done with.
    done: usize,
}

/// The writing half. Clones write to the same socket.
#[derive(Clone)]
pub(crate) struct Writer(Arc<OwnedWriteHalf>);

/// Opens `path` as a socket; `headers` are whole lines.
pub(crate) async fn open(port: u16, path: &str, headers: &str) -> anyhow::Result<(Reader, Writer)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut received = Vec::new();
    let head = loop {
        anyhow::ensure!(stream.read_buf(&mut received).await? > 0, "the server refused a socket");
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
    };
    anyhow::ensure!(received.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&received));
    let (half, writing) = stream.into_split();
    let writer = Writer(Arc::new(writing));
    Ok((Reader { half, writer: writer.clone(), received, done: head }, writer))
}

impl Reader {
    /// The next text, or nothing once the server has closed the socket. Pings are answered.
    pub(crate) async fn text(&mut self) -> anyhow::Result<Option<&str>> {
        let (opcode, from, to) = loop {
            match parse(&self.received[self.done..])? {
                Some((PING, head, length)) => {
                    let payload = self.received[self.done + head..][..length].to_vec();
                    self.writer.send(PONG, &payload)?;
                    self.done += head + length;
                }
                Some((opcode @ (TEXT | CLOSE), head, length)) => {
                    let from = self.done + head;
                    self.done = from + length;
                    break (opcode, from, self.done);
                }
                Some((_, head, length)) => self.done += head + length,
                None if !self.read().await? => return Ok(None),
                None => {}
            }
        };
        if opcode == CLOSE {
            return Ok(None);
        }
        std::str::from_utf8(&self.received[from..to]).map(Some).context("a text")
    }

    /// Whether there was anything more to read.
    async fn read(&mut self) -> io::Result<bool> {
        self.received.drain(..self.done);
        self.done = 0;
        self.received.reserve(128);
        Ok(self.half.read_buf(&mut self.received).await? > 0)
    }
}

/// The kind of the first frame and the lengths of its head and of its payload, once all of it is there. Servers do not
/// mask.
fn parse(bytes: &[u8]) -> anyhow::Result<Option<(u8, usize, usize)>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    let (head, length) = match (second, rest) {
        (0..=125, _) => (2, usize::from(*second)),
        (126, [high, low, ..]) => (4, usize::from(u16::from_be_bytes([*high, *low]))),
        (126, _) => return Ok(None),
        _ => anyhow::bail!("a frame that no answer needs"),
    };
    Ok((bytes.len() >= head + length).then_some((first & 0x0f, head, length)))
}

impl Writer {
    /// Sends a text of at most 125 bytes.
    pub(crate) fn text(&self, text: &str) -> io::Result<()> {
        self.send(TEXT, text.as_bytes())
    }

    /// Asks the server to close the socket.
    pub(crate) fn close(&self) -> io::Result<()> {
        self.send(CLOSE, b"")
    }

    /// Writes one small frame at once, under a mask that changes nothing.
    fn send(&self, opcode: u8, payload: &[u8]) -> io::Result<()> {
        let length =
            u8::try_from(payload.len()).ok().filter(|length| *length <= 125).ok_or(io::ErrorKind::InvalidInput)?;
        let mut frame = vec![0x80 | opcode, 0x80 | length, 0, 0, 0, 0];
        frame.extend_from_slice(payload);
        let written = self.0.try_write(&frame)?;
        if written == frame.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }
}
