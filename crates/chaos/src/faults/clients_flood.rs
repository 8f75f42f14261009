//! Strangers and one wild member do what they can: half requests, endless frames, garbage, a flood of log-ins.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{BOTH, Fault, Nodes, sockets};
use crate::stage::{Kind, Stage};

/// A log-in with a wrong password.
const LOG_IN: &str = "POST /api/v1/session/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                      Connection: close\r\nContent-Length: 49\r\n\r\n\
                      {\"username\":\"p00\",\"password\":\"a guess at something\"}";
/// The head of a frame that says that a gigabyte follows.
const GIGABYTE: [u8; 14] = [0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4];
/// How long an attacker waits for an answer.
const PATIENCE: Duration = Duration::from_secs(12);

pub(super) const FAULT: Fault = Fault {
    name: "clients-flood",
    what: "for 10 s: 50 half requests, 50 of garbage, 8 log-ins at a time, frames without end and of 1 GiB",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(if stage.short { 4 } else { 10 });
    let address = stage.server.address();
    let before = stage.server.peaks().rss;
    let from = stage.now();
    // The wild one is nobody's friend, so that nobody misses their sockets.
    let Some(wild) = stage.people.last() else { anyhow::bail!("there is nobody") };
    let flooding = flood_frames(sockets::open(wild).await?);
    let oversized = oversized_frame(wild);
    let mut strangers = JoinSet::new();
    for n in 0..50 {
        strangers.spawn(half_request(address, until));
        strangers.spawn(garbage(address, n, until));
    }
    let logins = log_ins(address, until);
    let (flooded, oversized, logins) = tokio::join!(flooding, oversized, logins);
    while strangers.join_next().await.is_some() {}
    let after = stage.server.peaks().rss;
    stage.mended("clients flood", from);
    stage.notes.push(format!("flooding socket closed with {flooded:?}, oversized frame with {:?}", oversized?));
    stage.notes.push(format!("{logins} wrong log-ins answered; peak RSS {before} KiB before, {after} KiB after"));
    anyhow::ensure!(flooded == Some(1008), "a flood of frames was answered with {flooded:?}");
    Ok(())
}

async fn flood_frames(mut socket: sockets::Socket) -> Option<u16> {
    for _ in 0..10_000 {
        if socket.send(Message::text(r#"{"type":"ping"}"#)).await.is_err() {
            break;
        }
    }
    sockets::closing_code(&mut socket).await
}

/// The code with which a frame is refused that says that it is huge, by its bytes on the wire.
async fn oversized_frame(person: &crate::crowd::Person) -> anyhow::Result<Option<u16>> {
    let mut stream = TcpStream::connect(person.address).await?;
    let head = format!(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        person.cookie
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&GIGABYTE).await?;
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        if timeout(Duration::from_millis(200), stream.write_all(&megabyte)).await.is_ok_and(|wrote| wrote.is_ok()) {
            continue;
        }
        break;
    }
    let mut answer = Vec::new();
    // The server may have closed while more was on its way, which resets the connection and the answer with it.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let close = answer.windows(4).rev().find(|bytes| bytes[0] == 0x88 && bytes[1] >= 2);
    Ok(close.map(|bytes| u16::from_be_bytes([bytes[2], bytes[3]])))
}

async fn half_request(address: SocketAddr, until: Instant) {
    while Instant::now() < until {
        let Ok(mut stream) = TcpStream::connect(address).await else { return };
        let _ = stream
            .write_all(b"POST /api/v1/message/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            .await;
        let mut answer = Vec::new();
        let _ = timeout(until - Instant::now(), stream.read_to_end(&mut answer)).await;
    }
}

async fn garbage(address: SocketAddr, n: u8, until: Instant) {
    while Instant::now() < until {
        let Ok(mut stream) = TcpStream::connect(address).await else { return };
        let _ = stream.write_all(&[n; 4000]).await;
        let mut answer = Vec::new();
        let _ = timeout(until.saturating_duration_since(Instant::now()), stream.read_to_end(&mut answer)).await;
        sleep(Duration::from_millis(50)).await;
    }
}

async fn log_ins(address: SocketAddr, until: Instant) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        tasks.spawn(async move {
            let mut answered = 0;
            while Instant::now() < until {
                let Ok(mut stream) = TcpStream::connect(address).await else { return answered };
                let _ = stream.write_all(LOG_IN.as_bytes()).await;
                let mut answer = Vec::new();
                let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
                answered += usize::from(answer.starts_with(b"HTTP/1.1 4"));
            }
            answered
        });
    }
    let mut answered = 0;
    while let Some(count) = tasks.join_next().await {
        answered += count.unwrap_or(0);
    }
    answered
}
