//! What clients may not do, and what it costs when they do it.

use std::time::Duration;

use chatapp_http::{Settings, SocketSettings};
use chatapp_notification_hub::HubSettings;
use chatapp_testkit::builders::{a_draft, a_user};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Person, Place, Raw, Socket, plain_frame, until};

/// Opens a socket by hand.
async fn open(raw: &mut Raw, me: &Person, query: &str, protocol: &str) {
    let cookie = me.cookie.as_deref().unwrap();
    let request = format!(
        "GET /ws{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: {protocol}\r\nCookie: {cookie}\r\n\r\n"
    );
    raw.send(request).await;
    let head = String::from_utf8(raw.read_until(b"\r\n\r\n").await).unwrap();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
}

/// The close code that answers these bytes.
async fn code_for(me: &Person, bytes: &[u8]) -> Option<u16> {
    let mut raw = Raw::connect(me.address()).await;
    open(&mut raw, me, "", "plain").await;
    raw.send(bytes).await;
    let answer = raw.read_to_end().await;
    match answer.as_slice() {
        [0x88, _, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// A masked frame; the mask is zero.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0];
    frame.extend(payload);
    frame
}

#[tokio::test]
async fn broken_frames_are_answered_by_their_code() {
    let hub = HubSettings { connections_per_user: 20, ..HubSettings::default() };
    let place = Place::with_hub(hub);
    let me = &place.person("u1").await;
    let cases = [
        ("unmasked", vec![0x81, 1, b'x'], 1002),
        ("unknown opcode", frame(0x83, b""), 1002),
        ("reserved bit", frame(0xc1, b"x"), 1002),
        ("fragmented ping", frame(0x09, b"x"), 1002),
        ("continuation of nothing", frame(0x80, b"x"), 1002),
        ("invalid close code", frame(0x88, &[3, 0xed]), 1002),
        ("invalid UTF-8", frame(0x81, b"\xff\xfe"), 1007),
        ("invalid UTF-8 in fragments", [frame(0x01, b"\xc3"), frame(0x80, b"x")].concat(), 1007),
        ("binary", frame(0x82, b"x"), 1003),
        ("a gigabyte declared", vec![0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0], 1009),
        ("a length that is none", vec![0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], 1009),
    ];
    // All at once: the server waits a second for each client to go.
    let checks = cases.iter().map(async |(what, bytes, code)| {
        assert_eq!(code_for(me, bytes).await, Some(*code), "{what}");
    });
    futures_util::future::join_all(checks).await;
    until("all of them have ended", || place.hub.connections() == 0).await;
}

#[tokio::test]
async fn too_long_a_message_in_fragments_is_refused() {
    let place = Place::open();
    let me = place.person("u1").await;
    let piece = [b'x'; 125];
    let mut bytes = frame(0x01, &piece);
    // Forty of them are too much, and few enough frames to be no flood by themselves if limits are as they are.
    let mut long = vec![0x00, 0x80 | 126, 0x0f, 0x00, 0, 0, 0, 0];
    long.extend([b'x'; 0x0f00]);
    bytes.extend(&long);
    bytes.extend(&long);
    assert_eq!(code_for(&me, &bytes).await, Some(1009));
}

#[tokio::test]
async fn a_flood_is_ended() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    for _ in 0..21 {
        socket.send("x").await;
    }
    assert_eq!(socket.end().await.0, Some(1008));
}

#[tokio::test]
async fn a_silent_client_is_let_go() {
    let sockets = SocketSettings { idle_timeout: Duration::from_millis(200), ..SocketSettings::default() };
    let place = Place::with_settings(Settings { sockets, ..Settings::default() });
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    assert_eq!(socket.end().await.0, Some(1001));
}

#[tokio::test]
async fn the_server_pings_and_pongs_keep_a_socket_open() {
    let sockets = SocketSettings {
        ping_every: Duration::from_millis(500),
        idle_timeout: Duration::from_secs(4),
        ..SocketSettings::default()
    };
    let place = Place::with_settings(Settings { sockets, ..Settings::default() });
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    // For longer than a silent client is waited for.
    for _ in 0..12 {
        // The client answers each by itself.
        assert!(matches!(socket.next().await, Some(Message::Ping(_))));
    }
    let message = me.tell(&me, "hello").await;
    assert_eq!(socket.text().await, plain_frame(&message));
}

#[tokio::test]
async fn a_ping_is_answered_with_its_bytes() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    socket.send(Message::Ping("abc".into())).await;
    assert_eq!(socket.next().await, Some(Message::Pong("abc".into())));
}

/// Gives somebody more events than the system's buffers hold: many, and long ones through long names.
async fn overwhelm(place: &Place, me: &Person) {
    let stores = place.stores.stores();
    let me = me.user.as_ref().unwrap();
    for number in 0..40 {
        let peer = a_user(&*stores.users, &format!("{}{number:0>4}", "\u{20000}".repeat(146))).await;
        for _ in 0..200 {
            stores.messages.append(a_draft(&peer, me, "x"), Box::new(|_| {})).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_let_go_and_others_are_not_kept_waiting() {
    let sockets = SocketSettings { send_timeout: Duration::from_millis(500), ..SocketSettings::default() };
    let place = Place::with_settings(Settings { sockets, ..Settings::default() });
    let (u1, u2) = place.two_people().await;
    overwhelm(&place, &u1).await;
    let mut healthy = Socket::present(&u1).await;
    let mut stalled = Raw::connect_narrow(u1.address()).await;
    open(&mut stalled, &u1, "?pos=0", "chatapp.v1").await;
    u2.tell(&u1, "to the healthy one").await;
    assert_eq!(healthy.json().await["conversation"], "u2");
    until("the stalled socket has ended", || place.hub.connections() == 1).await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_still_heard() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    overwhelm(&place, &u1).await;
    let mut reader = Socket::present(&u2).await;
    let mut stalled = Raw::connect_narrow(u1.address()).await;
    open(&mut stalled, &u1, "?pos=0", "chatapp.v1").await;
    stalled.send(frame(0x81, br#"{"type":"typing","conversation":"u2","typing":true}"#)).await;
    assert_eq!(reader.json().await["type"], "typing");
    // Nor does it keep a session's end waiting for its turn.
    u1.method("DELETE", "/api/v1/session/").await;
    until("the stalled socket has ended", || place.hub.connections() == 1).await;
}
