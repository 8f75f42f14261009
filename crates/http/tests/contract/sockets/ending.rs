//! Why sockets end, and how they say so.

use std::time::Duration;

use chatapp_domain::event::Pos;
use chatapp_domain::ports::notifications::{Notifier, Whisper};
use chatapp_http::{Settings, SocketSettings};
use chatapp_notification_hub::HubSettings;
use chatapp_testkit::builders::PASSWORD;

use crate::support::{Place, Socket, until};

#[tokio::test]
async fn without_a_session_there_is_no_socket() {
    let place = Place::open();
    let refused = Socket::open(&place.stranger(), "", &[]).await.err().unwrap();
    let body = r#"{"detail":"Authentication credentials were not provided.","code":"not_authenticated"}"#;
    assert_eq!(refused, (403, body.to_owned()));
}

#[tokio::test]
async fn what_does_not_ask_for_an_upgrade_is_told_to() {
    let place = Place::open();
    let me = place.person("u1").await;
    for path in ["/ws", "/ws/"] {
        let answer = me.get(path).await;
        answer.assert(426, r#"{"detail":"WebSocket upgrade required.","code":"upgrade_required"}"#);
        assert_eq!(answer.header("sec-websocket-version"), "13");
    }
    assert_eq!(place.hub.connections(), 0);
    assert_eq!(me.method("POST", "/ws").await.status, 405);
}

#[tokio::test]
async fn a_session_that_ends_takes_its_sockets_along() {
    let place = Place::open();
    let mut me = place.person("u1").await;
    let (mut plain, mut v1) = (Socket::plain(&me, "").await, Socket::present(&me).await);
    let ended = me.clone();
    me.log_in().await;
    let mut other = Socket::present(&me).await;
    ended.method("DELETE", "/api/v1/session/").await;
    assert_eq!(plain.end().await, (Some(4401), vec![]));
    assert_eq!(v1.end().await, (Some(4401), vec![r#"{"type":"bye","reason":"session_ended"}"#.to_owned()]));
    // The user's other session goes on.
    me.tell(&me, "still here").await;
    assert_eq!(other.json().await["pos"], 1);
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions_sockets() {
    let place = Place::open();
    let me = place.person("u1").await;
    let mut socket = Socket::plain(&me, "").await;
    let id = me.user.as_ref().unwrap().id;
    let password = chatapp_domain::password::Password::unchecked(PASSWORD);
    place.services.accounts.set_password(id, password, None).await.unwrap();
    assert_eq!(socket.end().await.0, Some(4401));
}

#[tokio::test]
async fn the_oldest_socket_of_too_many_is_displaced() {
    let place = Place::with_hub(HubSettings { connections_per_user: 2, ..HubSettings::default() });
    let me = place.person("u1").await;
    let mut oldest = Socket::present(&me).await;
    let mut others = [Socket::present(&me).await, Socket::present(&me).await];
    assert_eq!(oldest.end().await, (Some(4409), vec![r#"{"type":"bye","reason":"too_many_sockets"}"#.to_owned()]));
    me.tell(&me, "hello").await;
    for socket in &mut others {
        assert_eq!(socket.json().await["pos"], 1);
    }
}

#[tokio::test]
async fn more_sockets_than_there_may_be_are_put_off() {
    let sockets = SocketSettings { max_open: 1, ..SocketSettings::default() };
    let place = Place::with_settings(Settings { sockets, ..Settings::default() });
    let (u1, u2) = place.two_people().await;
    let first = Socket::plain(&u1, "").await;
    assert_eq!(Socket::open(&u2, "", &[]).await.err().map(|(status, _)| status), Some(503));
    first.close().await;
    until("there is room again", || place.hub.connections() == 0).await;
    // The seat is left a moment after the registration.
    let mut opened = Socket::open(&u2, "", &[]).await;
    while opened.is_err() {
        opened = Socket::open(&u2, "", &[]).await;
    }
}

#[tokio::test]
async fn a_full_feed_puts_off() {
    let place = Place::with_hub(HubSettings { connections: 1, ..HubSettings::default() });
    let (u1, u2) = place.two_people().await;
    let _first = Socket::plain(&u1, "").await;
    assert_eq!(Socket::open(&u2, "", &[]).await.err().map(|(status, _)| status), Some(503));
    assert_eq!(u2.get("/api/v1/event/?after=0&wait=5").await.status, 503);
}

#[tokio::test]
async fn a_goodbye_is_answered() {
    let place = Place::open();
    let me = place.person("u1").await;
    let socket = Socket::plain(&me, "").await;
    socket.close().await;
    until("the socket has ended", || place.hub.connections() == 0).await;
}

#[tokio::test]
async fn a_client_that_is_gone_leaves_nothing_behind() {
    let place = Place::open();
    let me = place.person("u1").await;
    drop(Socket::plain(&me, "").await);
    until("the socket has ended", || place.hub.connections() == 0).await;
}

#[tokio::test]
async fn a_store_that_stays_away_ends_a_socket_that_needs_it() {
    let store_patience = Duration::from_millis(200);
    let sockets = SocketSettings { store_patience, ..SocketSettings::default() };
    let place = Place::with_settings(Settings { sockets, ..Settings::default() });
    let me = place.person("u1").await;
    let mut socket = Socket::present(&me).await;
    place.stores.go_away();
    place.hub.whisper(me.user.as_ref().unwrap().id, Whisper::Latest(Pos(1)));
    assert_eq!(socket.end().await.0, Some(1013));
}
