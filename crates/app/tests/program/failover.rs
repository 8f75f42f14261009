//! A database with two members: two ways to one MariaDB, either of which can be cut without anybody being told.

use std::time::{Duration, Instant};

use chatapp_chaos::stage::Way;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the URL of the server says, with the ways in place of its address.
fn through(url: &str, ways: &[Way; 2]) -> (u16, String) {
    let (before, rest) = url.rsplit_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap();
    let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
    // On the loopback address the driver would go around them, through the server's own socket.
    (port, format!("{before}@{},{}/{name}?prefer_socket=false", ways[0].address(), ways[1].address()))
}

/// Repeats a message until it is saved, as clients do.
async fn gets_through(client: &Client, key: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let message = json!({ "recipient": "bob", "body": key, "client_id": key });
        let response = client.post_json("/api/v1/message/", &message).await;
        match response.status().as_u16() {
            200 | 201 => return response.json().await.unwrap(),
            503 => assert!(response.headers().contains_key("retry-after")),
            other => panic!("answered with {other}"),
        }
        assert!(Instant::now() < deadline, "the database was not moved");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until a server says that it uses the member behind a way; sends meanwhile if it is told to.
async fn moves(server: &Server, way: &Way, mut send: impl AsyncFnMut()) {
    let moved = format!("from now on mysql://test@{}", way.address());
    let deadline = Instant::now() + PATIENCE;
    while !server.log().contains(&moved) {
        assert!(Instant::now() < deadline, "it does not move: {}", server.log());
        send().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_falls_silent_is_left_until_the_other_one_does() {
    let Some(place) = Place::on(Engine::Mysql) else { return };
    place.people(&["ada", "bob"]);
    let url = place.database_url();
    let port = through(&url, &[Way::to(1).await.unwrap(), Way::to(1).await.unwrap()]).0;
    let ways = [Way::to(port).await.unwrap(), Way::to(port).await.unwrap()];
    let server = Server::in_place_with(place, "CHATAPP_DATABASE_URL", through(&url, &ways).1);
    let ada = Client::log_in(&server, "ada").await;
    assert_eq!(gets_through(&ada, "before").await["seq"], 1);

    let mut seq = 1;
    for (silent, other) in [(0, 1), (1, 0)] {
        ways[silent].cut();
        // What was on its way when it was cut may still get through.
        moves(&server, &ways[other], async || {
            seq += 1;
            assert_eq!(gets_through(&ada, &format!("after-{seq}")).await["seq"], seq);
        })
        .await;
        ways[silent].heal();
        seq += 1;
        assert_eq!(gets_through(&ada, &format!("after-{seq}")).await["seq"], seq);
    }
    assert_eq!(gets_through(&ada, "after-2").await["seq"], 2, "a repeated key is still known");
    assert_eq!(ada.send("bob", "at last").await["seq"], seq + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_servers_write_to_the_member_that_one_of_them_has_gone_to() {
    let Some(place) = Place::on(Engine::Mysql) else { return };
    place.people(&["ada", "bob"]);
    let url = place.database_url();
    let port = through(&url, &[Way::to(1).await.unwrap(), Way::to(1).await.unwrap()]).0;
    let ways = [Way::to(port).await.unwrap(), Way::to(port).await.unwrap()];
    let server = Server::in_place_with(place, "CHATAPP_DATABASE_URL", through(&url, &ways).1);
    let ada = Client::log_in(&server, "ada").await;
    // As one of them has written it down, to whom the first member is dead.
    let agreed = format!("REPLACE INTO settings (name, value) VALUES ('writer', '{}')", ways[1].address());
    server.place.mysql().execute(&agreed);
    moves(&server, &ways[1], async || {
        ada.send("bob", "nobody notices").await;
    })
    .await;
    // Whoever starts now goes there at once.
    let beside = server.beside_with("CHATAPP_DATABASE_URL", through(&url, &ways).1);
    ways[0].cut();
    gets_through(&ada.at(&beside), "from-beside").await;
    assert_eq!(beside.log().matches("is left").count(), 1, "{}", beside.log());
}

#[tokio::test]
async fn a_cluster_without_a_member_that_takes_writes_is_named_without_its_password() {
    let place = Place::new();
    let url = "mysql://chat:hunter2@127.0.0.1:9,127.0.0.1:10/chat";
    let refused = place.run(&["--database-url", url, "migrate"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let said = &refused.stderr;
    assert!(said.contains("mysql://chat@127.0.0.1:9,127.0.0.1:10/chat") && !said.contains("hunter2"), "{said}");
    assert!(said.contains("no member takes writes"), "{said}");
}
