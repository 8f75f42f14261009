//! A bare connection, for what no proper client sends.

use std::net::SocketAddr;

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

    /// One request's answer, on a connection that then closes.
    pub(crate) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
        let mut raw = Self::connect(address).await;
        raw.send(request).await;
        String::from_utf8_lossy(&raw.read_to_end().await).into_owned()
    }
}
