//! The smallest client that speaks HTTP/1.1 over a kept connection: what it costs is taken from what is measured.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An ordinary answer is read at once.
const ANSWER: usize = 32 << 10;

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    request: Vec<u8>,
}

/// An answer, borrowed from the connection until the next request.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects to `127.0.0.1:port`.
    pub(crate) async fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(ANSWER), request: Vec::with_capacity(1024) })
    }

    /// Sends a request and reads the whole answer. `headers` are whole lines.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> anyhow::Result<Answer<'_>> {
        use std::io::Write;
        self.request.clear();
        write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        self.stream.write_all(&self.request).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                anyhow::bail!("the server closed the connection");
            }
            if let Some((status, head, length)) = parse(&self.received)?
                && self.received.len() >= head + length
            {
                let (head, rest) = self.received.split_at(head);
                return Ok(Answer { status, head, body: &rest[..length] });
            }
        }
    }
}

/// The status, the length of the head and that of the body, once the head is whole.
fn parse(received: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(received)? else { return Ok(None) };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok()).unwrap_or(0);
    Ok(Some((response.code.unwrap_or(0), head, length)))
}

impl Answer<'_> {
    /// The `name=value` of the first cookie that is set.
    pub(crate) fn cookie(&self) -> Option<String> {
        let head = String::from_utf8_lossy(self.head).into_owned();
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))?;
        Some(line.split_once(':')?.1.split(';').next()?.trim().to_owned())
    }

    /// The whole number that follows `"name":` in a JSON body.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        let body = std::str::from_utf8(self.body).ok()?;
        let rest = body.split_once(&format!("\"{name}\":"))?.1.trim_start();
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }
}
