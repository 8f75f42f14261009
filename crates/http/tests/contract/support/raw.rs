//! A bare connection, for what no proper client sends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::PATIENCE;

pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// A connection that takes little before somebody reads from it.
    pub(crate) async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self(socket.connect(address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends what the server may no longer want.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Everything until the server closes the connection.
    pub(crate) async fn read_to_end(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        // A reset after the answer is as good an end.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut all)).await.expect("the connection ends in time");
        all
    }

    /// Everything up to and with `mark`.
    pub(crate) async fn read_until(&mut self, mark: &[u8]) -> Vec<u8> {
        let reading = async {
            let mut all = Vec::new();
            while !all.ends_with(mark) {
                all.push(self.0.read_u8().await.unwrap());
            }
            all
        };
        timeout(PATIENCE, reading).await.expect("an answer comes in time")
    }

    /// Sends `head` at once and `rest` byte by byte, and gives what the server says until it closes the connection.
    pub(crate) async fn drip(mut self, head: &str, rest: &[u8], every: Duration) -> Vec<u8> {
        self.send(head).await;
        let (mut reader, mut writer) = self.0.into_split();
        let dripping = async {
            let mut beat = tokio::time::interval(every);
            for byte in rest {
                beat.tick().await;
                if writer.write_all(&[*byte]).await.is_err() {
                    break;
                }
            }
        };
        let mut all = Vec::new();
        let reading = async {
            // A reset after the answer is as good an end.
            let _ = reader.read_to_end(&mut all).await;
        };
        let both = async {
            tokio::pin!(reading);
            tokio::select! {
                () = &mut reading => {}
                () = dripping => reading.await,
            }
        };
        timeout(PATIENCE, both).await.expect("the connection ends in time");
        all
    }

    /// One request's answer, on a connection that then closes.
    pub(crate) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
        let mut raw = Self::connect(address).await;
        raw.send(request).await;
        String::from_utf8_lossy(&raw.read_to_end().await).into_owned()
    }
}
