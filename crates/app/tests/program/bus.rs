//! Two servers on one MariaDB with a Redis between them: what crosses, and Redis's bad days.
//!
//! Where it is the bus that must carry something, the servers look at the database so rarely that nothing else can have.

use std::time::{Duration, Instant};

use chatapp_chaos::stage::{Redis, Way};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;
use crate::support::socket::Socket;

pub(crate) const NEVER: &str = "300";
pub(crate) const OFTEN: &str = "4";
/// Longer than anything takes unless something is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Two servers, and what is between them.
struct Nodes {
    here: Server,
    there: Server,
    redis: Redis,
    /// The way of the second server to Redis.
    way: Way,
    _folder: tempfile::TempDir,
}

impl Nodes {
    /// Nothing where MariaDB or Redis is not there.
    async fn start(compare_every: &str) -> Option<Self> {
        Self::start_with(compare_every, &[]).await
    }

    async fn start_with(compare_every: &str, settings: &[(&'static str, &str)]) -> Option<Self> {
        let place = Place::on(Engine::Mysql)?;
        if !Redis::is_installed() {
            eprintln!("SKIPPED: redis-server is not installed, so servers are not tested together");
            return None;
        }
        place.people(&["ada", "bob", "eve"]);
        let folder = tempfile::tempdir().unwrap();
        let redis = Redis::set_up(folder.path()).await.unwrap();
        let way = Way::to(redis.port()).await.unwrap();
        let place = place.with("CHATAPP_REDIS_URL", redis.url()).with("CHATAPP_COMPARE_EVERY", compare_every);
        let place = settings.iter().fold(place, |place, (variable, value)| place.with(variable, *value));
        let here = Server::in_place(place);
        let there = here.beside_with("CHATAPP_REDIS_URL", format!("redis://{}", way.address()));
        for server in [&here, &there] {
            bus_becomes(server, "connected").await;
        }
        Some(Self { here, there, redis, way, _folder: folder })
    }
}

async fn bus(server: &Server) -> Value {
    // Ready, whatever the bus does.
    Client::stranger(server).json("/health/ready").await["bus"].clone()
}

pub(crate) async fn bus_becomes(server: &Server, state: &str) {
    let deadline = Instant::now() + PATIENCE;
    while bus(server).await != state {
        assert!(Instant::now() < deadline, "the bus is not {state}: {}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn listening(client: &Client) -> Socket {
    let mut socket = client.socket("").await;
    socket.next_of_type("caught_up").await;
    socket
}

/// A message from one server is told on another.
pub(crate) async fn crosses(from: &Client, to: &str, ear: &mut Socket) {
    let sent = from.send(to, "across").await;
    assert_eq!(ear.next_of_type("message").await["message"], sent["id"].to_string());
}

#[tokio::test]
async fn what_happens_on_one_server_is_told_on_the_other() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let (mut adas, mut bobs) = (listening(&ada).await, listening(&bob).await);
    let mut plain = bob.plain_socket("").await;
    let sent = ada.send("bob", "to the other side").await;
    let event = bobs.next_of_type("message").await;
    assert_eq!((&event["message"], &event["pos"]), (&json!(sent["id"].to_string()), &json!(1)));
    assert_eq!(plain.next().await["message"], sent["id"].to_string());
    assert_eq!(bob.message(&sent["id"].to_string()).await["body"], "to the other side");

    adas.next_of_type("message").await;
    let read = bob.any("PUT", "/api/v1/conversation/ada/read/", &json!({"seq": 1})).await;
    assert_eq!(read.status(), 200);
    assert_eq!(adas.next_of_type("read").await["reader"], "bob");
    ada.send("bob", "one more").await;
    let delivered = bob.any("PUT", "/api/v1/conversation/ada/delivered/", &json!({"seq": 2})).await;
    assert_eq!(
        (delivered.status(), &adas.next_of_type("delivered").await["seq"]),
        (204.try_into().unwrap(), &json!(2))
    );
    bobs.say(&json!({"type": "typing", "conversation": "ada", "typing": true})).await;
    assert_eq!(adas.next_of_type("typing").await["conversation"], "bob");
}

#[tokio::test]
async fn a_session_that_ends_on_one_server_ends_on_the_other() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    let (phone, laptop) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.here, "ada").await);
    let (mut ends, mut stays) = (listening(&phone.at(&nodes.there)).await, listening(&laptop.at(&nodes.there)).await);
    assert_eq!(phone.any("DELETE", "/api/v1/session/", &Value::Null).await.status(), 204);
    assert_eq!(ends.close_code().await, 4401);
    crosses(&Client::log_in(&nodes.here, "bob").await, "ada", &mut stays).await;
    let deadline = Instant::now() + PATIENCE;
    while phone.at(&nodes.there).get("/api/v1/me/").await.status() != 403 {
        assert!(Instant::now() < deadline, "the session is still good on the other server");
    }
}

/// A token of ada's that may write, and its number.
async fn a_token(server: &Server) -> (Client, Client, String) {
    let ada = Client::log_in(server, "ada").await;
    let made = ada.post_json("/api/v1/me/token/", &json!({"name": "a script", "scope": "write"})).await;
    let made: Value = made.json().await.unwrap();
    let program = Client::with_token(server, made["token"].as_str().unwrap());
    (ada, program, format!("/api/v1/me/token/{}/", made["id"]))
}

async fn becomes_invalid(program: &Client) {
    let deadline = Instant::now() + PATIENCE;
    while program.get("/api/v1/me/").await.status() != 401 {
        assert!(Instant::now() < deadline, "the token is still good");
    }
}

#[tokio::test]
async fn a_token_that_is_revoked_on_one_server_ends_on_the_other() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    let (ada, program, path) = a_token(&nodes.here).await;
    let there = program.at(&nodes.there);
    let (mut ends, mut stays) = (listening(&there).await, listening(&ada.at(&nodes.there)).await);
    assert_eq!(ada.any("DELETE", &path, &Value::Null).await.status(), 204);
    assert_eq!(program.get("/api/v1/me/").await.status(), 401, "at once, where it was revoked");
    assert_eq!(ends.close_code().await, 4401);
    becomes_invalid(&there).await;
    crosses(&Client::log_in(&nodes.here, "bob").await, "ada", &mut stays).await;
}

#[tokio::test]
async fn a_token_that_is_revoked_while_redis_is_away_ends_everywhere_all_the_same() {
    let Some(mut nodes) = Nodes::start(OFTEN).await else { return };
    nodes.redis.kill().await.unwrap();
    let (ada, program, path) = a_token(&nodes.here).await;
    let there = program.at(&nodes.there);
    let mut ends = listening(&there).await;
    assert_eq!(ada.any("DELETE", &path, &Value::Null).await.status(), 204);
    assert_eq!(ends.close_code().await, 4401);
    becomes_invalid(&there).await;
}

#[tokio::test]
async fn a_block_on_one_server_hides_people_on_the_other() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let (mut adas, mut bobs) = (listening(&ada).await, listening(&bob).await);
    for (socket, whom) in [(&mut adas, "bob"), (&mut bobs, "ada")] {
        socket.say(&json!({"type": "watch", "users": [whom]})).await;
        while socket.next_of_type("presence").await["online"] != true {}
    }
    assert_eq!(ada.any("PUT", "/api/v1/me/block/bob/", &Value::Null).await.status(), 204);
    assert_eq!(bob.try_send("ada", "across").await.unwrap().status(), 403, "from its answer on");
    for socket in [&mut adas, &mut bobs] {
        assert_eq!(socket.next_of_type("presence").await["online"], false);
    }
    assert_eq!(bob.json("/api/v1/user/ada/").await["online"], false);
    assert_eq!(ada.any("DELETE", "/api/v1/me/block/bob/", &Value::Null).await.status(), 204);
    for socket in [&mut adas, &mut bobs] {
        assert_eq!(socket.next_of_type("presence").await["online"], true);
    }
    crosses(&ada, "bob", &mut bobs).await;
}

#[tokio::test]
async fn a_person_is_online_wherever_they_are_connected() {
    let Some(mut nodes) = Nodes::start(NEVER).await else { return };
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let mut watcher = listening(&ada).await;
    watcher.say(&json!({"type": "watch", "users": ["bob"]})).await;
    assert_eq!(watcher.next_of_type("presence").await["online"], false);
    let _phone = listening(&bob).await;
    assert_eq!(watcher.next_of_type("presence").await["online"], true);
    assert_eq!(ada.json("/api/v1/user/bob/").await["online"], true);
    // Killed, it says nothing more: its sign of life has to expire.
    nodes.there.kill();
    let deadline = Instant::now() + Duration::from_secs(60);
    while ada.json("/api/v1/user/bob/").await["online"] == true {
        assert!(Instant::now() < deadline, "a dead server's people are still online");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(watcher.next_of_type("presence").await["online"], false);
    nodes.there.start_again();
    let _phone = listening(&bob).await;
    assert_eq!(watcher.next_of_type("presence").await["online"], true);
}

#[tokio::test]
async fn whoever_was_on_a_server_that_was_killed_goes_on_at_the_other() {
    let Some(mut nodes) = Nodes::start(NEVER).await else { return };
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let mut socket = bob.socket("").await;
    let epoch = socket.next_of_type("hello").await["epoch"].as_str().unwrap().to_owned();
    crosses(&ada, "bob", &mut socket).await;
    nodes.there.kill();
    let missed = ada.send("bob", "while nobody listened").await;
    let mut socket = bob.at(&nodes.here).socket(&format!("?epoch={epoch}&pos=1")).await;
    assert_eq!(socket.next_of_type("message").await["message"], missed["id"].to_string());
    crosses(&ada, "bob", &mut socket).await;
}

/// Each of them: a browser's and a program's.
#[tokio::test]
async fn whoever_is_deactivated_on_one_server_is_out_on_the_other() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    nodes.here.place.succeeds(&["users", "make-superuser", "eve"]);
    let root = Client::log_in(&nodes.here, "eve").await;
    let (ada, program, _) = a_token(&nodes.there).await;
    let (mut browser, mut script) = (listening(&ada).await, listening(&program).await);
    let off = root.any("PATCH", "/api/v1/admin/user/ada/", &json!({"is_active": false})).await;
    assert_eq!(off.status(), 200);
    assert_eq!((browser.close_code().await, script.close_code().await), (4401, 4401));
    becomes_invalid(&program).await;
}

/// Everything works while the bus is broken: only what comes from the other server takes a few seconds.
async fn works_without_the_bus(nodes: &Nodes, broken: &[&Server]) {
    for server in broken {
        bus_becomes(server, "away").await;
    }
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let (mut adas, mut bobs) = (listening(&ada).await, listening(&bob).await);
    for _ in 0..2 {
        crosses(&ada, "bob", &mut bobs).await;
        adas.next_of_type("message").await;
        crosses(&bob, "ada", &mut adas).await;
        bobs.next_of_type("message").await;
    }
    // What ends elsewhere ends here too.
    let eve = Client::log_in(&nodes.here, "eve").await;
    let mut ends = listening(&eve.at(&nodes.there)).await;
    assert_eq!(eve.any("DELETE", "/api/v1/session/", &Value::Null).await.status(), 204);
    assert_eq!(ends.close_code().await, 4401);
}

async fn the_bus_is_back(nodes: &Nodes) {
    for server in [&nodes.here, &nodes.there] {
        bus_becomes(server, "connected").await;
    }
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let (mut adas, mut bobs) = (listening(&ada).await, listening(&bob).await);
    crosses(&ada, "bob", &mut bobs).await;
    adas.next_of_type("message").await;
    crosses(&bob, "ada", &mut adas).await;
}

#[tokio::test]
async fn nobody_notices_that_redis_was_killed() {
    let Some(mut nodes) = Nodes::start(OFTEN).await else { return };
    nodes.redis.kill().await.unwrap();
    works_without_the_bus(&nodes, &[&nodes.here, &nodes.there]).await;
    nodes.redis.start().await.unwrap();
    the_bus_is_back(&nodes).await;
    let log = nodes.here.log();
    assert!(log.contains("not in touch with the other nodes: Redis at redis://127.0.0.1"), "{log}");
    assert!(log.contains("in touch with the other nodes again"), "{log}");
}

#[tokio::test]
async fn nobody_notices_that_redis_stands_still() {
    let Some(nodes) = Nodes::start(OFTEN).await else { return };
    nodes.redis.freeze().await.unwrap();
    works_without_the_bus(&nodes, &[&nodes.here, &nodes.there]).await;
    nodes.redis.thaw().unwrap();
    the_bus_is_back(&nodes).await;
}

#[tokio::test]
async fn nobody_notices_that_redis_is_silently_cut_off() {
    let Some(nodes) = Nodes::start(OFTEN).await else { return };
    nodes.way.cut();
    works_without_the_bus(&nodes, &[&nodes.there]).await;
    nodes.way.heal();
    the_bus_is_back(&nodes).await;
}

#[tokio::test]
async fn what_was_missed_is_told_when_the_bus_is_back_and_not_before_the_next_beat() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    let (ada, bob) = (Client::log_in(&nodes.here, "ada").await, Client::log_in(&nodes.there, "bob").await);
    let (mut adas, mut bobs) = (listening(&ada).await, listening(&bob).await);
    nodes.way.cut();
    bus_becomes(&nodes.there, "away").await;
    // Neither server will look in the database by itself.
    let missed = [ada.send("bob", "one").await, bob.send("ada", "two").await];
    bobs.next_of_type("message").await;
    adas.next_of_type("message").await;
    nodes.way.heal();
    // Both may be told in either order by now; what counts is that both have both.
    for ear in [&mut adas, &mut bobs] {
        assert_eq!(ear.next_of_type("message").await["message"], missed[1]["id"].to_string());
    }
}

#[tokio::test]
async fn a_command_closes_sockets_on_every_server_at_once() {
    let Some(nodes) = Nodes::start(NEVER).await else { return };
    let mut ears = Vec::new();
    for server in [&nodes.here, &nodes.there] {
        ears.push(listening(&Client::log_in(server, "eve").await).await);
    }
    let mut change = nodes.here.place.chatapp(&["changepassword", "eve", "--noinput"]);
    assert!(change.env("CHATAPP_PASSWORD", "another good one").output().unwrap().status.success());
    for ear in &mut ears {
        assert_eq!(ear.close_code().await, 4401);
    }
}

pub(crate) async fn wrong_log_ins(servers: &[&Server], name: &str, tries: usize) -> usize {
    let mut looked_at = 0;
    for round in 0..tries {
        let stranger = Client::stranger(servers[round % servers.len()]);
        let credentials = json!({"username": name, "password": "wrong"});
        match stranger.post_json("/api/v1/session/", &credentials).await.status().as_u16() {
            400 => looked_at += 1,
            429 => {}
            other => panic!("{other}"),
        }
    }
    looked_at
}

#[tokio::test]
async fn guesses_are_counted_on_both_servers_together_and_on_each_alone_without_redis() {
    let settings = [
        ("CHATAPP_THROTTLE", "on"),
        ("CHATAPP_LOG_INS_PER_ADDRESS", "1000"),
        // Nothing is made up for while the test runs.
        ("CHATAPP_LOG_IN_FAILURES_KEPT", "86400"),
    ];
    let Some(mut nodes) = Nodes::start_with(OFTEN, &settings).await else { return };
    let both = [&nodes.here, &nodes.there];
    // One may come back in each minute.
    let eve = Client::log_in(&nodes.here, "eve").await;
    let change = json!({"old_password": "wrong", "new_password": "another good one"});
    for _ in 0..20 {
        eve.post_json("/api/v1/password/change/", &change).await;
    }
    let known = wrong_log_ins(&[&nodes.there], "eve", 5).await;
    assert_eq!(known, 0, "guesses at an open session count on every server");
    let looked_at = wrong_log_ins(&both, "ada", 40).await;
    assert!((10..=11).contains(&looked_at), "{looked_at}");
    nodes.redis.kill().await.unwrap();
    for server in [&nodes.here, &nodes.there] {
        bus_becomes(server, "away").await;
        let alone = wrong_log_ins(&[server], "bob", 30).await;
        assert!((10..=11).contains(&alone), "closed, not open: {alone}");
        let known = wrong_log_ins(&[server], "ada", 30).await;
        assert!(known <= 8, "what each saw itself still counts: {known}");
    }
}

#[tokio::test]
async fn check_looks_at_redis_and_a_server_starts_without_it() {
    let Some(mut nodes) = Nodes::start(OFTEN).await else { return };
    let checked = nodes.here.place.run(&["check"]);
    assert!(checked.stdout.contains("\nRedis "), "{}", checked.stdout);
    nodes.redis.kill().await.unwrap();
    let checked = nodes.here.place.run(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    assert!(checked.stdout.contains("warning: Redis at redis://127.0.0.1"), "{}", checked.stdout);
    let third = nodes.here.beside();
    assert_eq!(bus(&third).await, "away");
}
