//! The end of listening: whoever got in is served.
//!
//! When a listener is closed, the kernel resets the connections that it completed and nobody took yet, and actix drops those
//! that its workers have not begun with. For a proxy that is a server that took a request and died, and it must not send the
//! request to another one. So first the kernel completes no connection more but a last one for each worker, which is ours.
//! Connections are taken in order: once the last ones are answered, all before them have begun, and the listener may go.
//! Whoever knocks in between is not answered, knocks again after a second and is refused.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;

/// How long the last ones may wait for their answers, on a server that may have a lot to do or no connection to spare.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the last ones ask: something that is answered at once, whatever else there is to do.
const REQUEST: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// A second hold on the listener that the server has.
pub(super) struct Door {
    listener: TcpListener,
    workers: usize,
}

impl Door {
    /// Of a listener whose connections so many workers take in turns.
    pub(super) fn of(listener: &TcpListener, workers: usize) -> io::Result<Self> {
        Ok(Self { listener: listener.try_clone()?, workers })
    }

    /// Lets nobody in any more, and waits until those who are in have begun. The server must be told to stop right after
    /// this, and be polled meanwhile.
    pub(super) async fn close(self) {
        if let Err(error) = timeout(PATIENCE, self.let_in_the_last()).await.unwrap_or_else(|late| Err(late.into())) {
            log::debug!("connections that are made during the stop may be reset: {error}");
        }
    }

    async fn let_in_the_last(&self) -> io::Result<()> {
        let door = from_here(self.listener.local_addr()?);
        let last: Vec<TcpSocket> = (0..self.workers).map(|_| socket_to(door)).collect::<io::Result<_>>()?;
        let ports: Vec<u16> = last.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<io::Result<_>>()?;
        let_in_only(&self.listener, &ports)?;
        join_all(last.into_iter().map(|socket| ask(socket, door))).await.into_iter().collect()
    }
}

/// How this machine itself reaches what listens there.
fn from_here(mut address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// A socket that has its port already.
fn socket_to(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(SocketAddr::new(address.ip(), 0))?;
    Ok(socket)
}

async fn ask(socket: TcpSocket, address: SocketAddr) -> io::Result<()> {
    let mut connection = socket.connect(address).await?;
    connection.write_all(REQUEST).await?;
    connection.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// The kernel overlooks each packet that asks for a new connection (of the flags in byte 13 of TCP's header, SYN without
/// ACK), unless it comes from one of these ports (bytes 0 and 1): RFC 9293, 3.1.
#[cfg(target_os = "linux")]
fn let_in_only(listener: &TcpListener, ports: &[u16]) -> io::Result<()> {
    use socket2::{SockFilter, SockRef};
    // The instructions of linux/bpf_common.h.
    const LOAD_HALF_WORD: u16 = 0x28;
    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    let instruction = |code, operand| SockFilter::new(code, 0, 0, operand);
    let skip_unless = |operand| SockFilter::new(JUMP_IF_EQUAL, 0, 1, operand);
    let skip_if = |operand| SockFilter::new(JUMP_IF_EQUAL, 1, 0, operand);
    let take = || instruction(RETURN, u32::MAX);
    let overlook = || instruction(RETURN, 0);

    let asks = [instruction(LOAD_BYTE, 13), instruction(AND, SYN | ACK), skip_if(SYN), take()];
    let from = [instruction(LOAD_HALF_WORD, 0)];
    let ours = ports.iter().flat_map(|port| [skip_unless(u32::from(*port)), take()]);
    let filter: Vec<SockFilter> = asks.into_iter().chain(from).chain(ours).chain([overlook()]).collect();
    SockRef::from(listener).attach_filter(&filter)
}

#[cfg(not(target_os = "linux"))]
fn let_in_only(_: &TcpListener, _: &[u16]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
