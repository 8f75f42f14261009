//! Servers are restarted one after the other while people chat through what stands in front of them: no request fails, and
//! nobody misses anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chatapp_chaos::stage::Redis;

use crate::support::balancer::Balancer;
use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::proxy::{Kind, Proxy};
use crate::support::server::Server;

/// How a restart may take at most: the drain time, and what a stop takes.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// For how long a server is ready before the next one stops: as `deploy/nginx.conf` wants it.
const BETWEEN: Duration = Duration::from_secs(2);

/// So many messages at least: on a slow machine they take longer than the restarts.
const MESSAGES: usize = 50;

/// Sends until it is told to stop and has sent enough; gives the ids in the order of the answers. No request may fail.
async fn talk(from: Client, to: &str, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut sent = Vec::new();
    while sent.len() < MESSAGES || !stop.load(Ordering::Relaxed) {
        let message = from.send(to, &format!("number {}", sent.len())).await;
        sent.push(message["id"].to_string());
        assert_eq!(from.get("/api/v1/conversation/").await.status(), 200);
    }
    sent
}

/// Listens as the page does: when its server goes, it comes back where it was. Gives the ids up to `last`.
async fn listen(client: Client, mut last: tokio::sync::watch::Receiver<Option<String>>) -> (Vec<String>, usize) {
    let (mut heard, mut pos, mut returns) = (Vec::new(), 0, 0);
    // From the very beginning, however much was said before the first socket is open.
    let mut epoch = client.json("/api/v1/event/").await["epoch"].as_str().unwrap().to_owned();
    loop {
        let mut socket = client.socket(&format!("?epoch={epoch}&pos={pos}")).await;
        let hello = socket.next_of_type("hello").await;
        hello["epoch"].as_str().unwrap().clone_into(&mut epoch);
        loop {
            let has_heard_all = last.borrow_and_update().as_ref().is_some_and(|last| heard.last() == Some(last));
            if has_heard_all {
                return (heard, returns);
            }
            tokio::select! {
                _ = last.changed() => {}
                frame = socket.next_or_end() => match frame {
                    Err(code) => {
                        assert_eq!(code, 1012);
                        returns += 1;
                        break;
                    }
                    Ok(frame) if frame["type"] == "message" => {
                        let expected = pos + 1;
                        pos = frame["pos"].as_i64().unwrap();
                        assert_eq!(pos, expected, "nothing is left out or told twice");
                        heard.push(frame["message"].as_str().unwrap().to_owned());
                    }
                    Ok(_) => {}
                }
            }
        }
    }
}

/// What a version of the future adds: columns and a table that this one does not know, and the news that it was here.
const EXPANSION: &str = "
    ALTER TABLE messages ADD COLUMN future BIGINT;
    ALTER TABLE users ADD COLUMN future VARCHAR(10) NOT NULL DEFAULT 'x';
    ALTER TABLE feeds ADD COLUMN future BIGINT NOT NULL DEFAULT 0, ADD KEY feeds_by_future (future);
    CREATE TABLE futures (id BIGINT NOT NULL PRIMARY KEY);
    INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";

/// What stands in front of the servers.
enum Front {
    Balancer(Balancer),
    Proxy(Proxy),
}

impl Front {
    fn url(&self) -> String {
        match self {
            Self::Balancer(balancer) => balancer.url(),
            Self::Proxy(proxy) => proxy.url(),
        }
    }
}

/// Restarts two servers one after the other while people chat through a proxy, or else through one of our own; in the
/// middle a newer version migrates, if it does.
async fn restarted_without_a_trace(proxy: Option<Kind>, newer: Option<&str>) {
    let Some(place) = Place::on(Engine::Mysql) else { return };
    if !Redis::is_installed() {
        return eprintln!("SKIPPED: redis-server is not installed, so nothing is restarted");
    }
    place.people(&["ada", "bob"]);
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::set_up(folder.path()).await.unwrap();
    let place = place.with("CHATAPP_REDIS_URL", redis.url()).with("CHATAPP_DRAIN_TIME", "2");
    let place = place.with("CHATAPP_SOCKET_CLOSE_SPREAD", "1").with("CHATAPP_TRUSTED_PROXIES", "127.0.0.1");
    let first = Server::in_place(place);
    let mut servers = [first.beside(), first];
    let addresses = servers.each_ref().map(|server| server.address);
    let front = match proxy {
        None => Front::Balancer(Balancer::before(&addresses)),
        Some(kind) => match Proxy::before(kind, addresses) {
            Some(proxy) => Front::Proxy(proxy),
            None => return,
        },
    };
    let people = ["ada", "bob"].map(|name| Client::log_in_at(front.url(), name));
    let [ada, bob] = people;
    let (ada, bob) = (ada.await, bob.await);

    let stop = Arc::new(AtomicBool::new(false));
    let (last, lasts) = tokio::sync::watch::channel(None);
    let listening = tokio::spawn(listen(bob.clone(), lasts));
    let talking = tokio::spawn(talk(ada.clone(), "bob", Arc::clone(&stop)));
    if let Some(newer) = newer {
        tokio::time::sleep(Duration::from_millis(500)).await;
        servers[0].place.mysql().execute(newer);
    }
    for server in &mut servers {
        tokio::time::sleep(BETWEEN).await;
        server.terminate();
        let status = server.ended(STOPS_WITHIN).await;
        assert!(status.success(), "{status}");
        server.start_again();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    let sent = talking.await.unwrap();
    last.send_replace(sent.last().cloned());
    let (heard, returns) = listening.await.unwrap();
    assert_eq!(heard, sent);
    assert!(returns > 0, "nobody had to come back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_fails_no_request_and_misses_nothing() {
    restarted_without_a_trace(None, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_go_on_and_start_again_after_a_newer_version_has_migrated() {
    restarted_without_a_trace(None, Some(EXPANSION)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_behind_haproxy_fails_no_request_and_misses_nothing() {
    restarted_without_a_trace(Some(Kind::Haproxy), None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_behind_nginx_fails_no_request_and_misses_nothing() {
    restarted_without_a_trace(Some(Kind::Nginx), None).await;
}
