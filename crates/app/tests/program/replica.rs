//! A server on a MariaDB with a replica: the replica answers what may be late while it is close behind, and nobody notices
//! when it is not.

use std::time::{Duration, Instant};

use chatapp_chaos::stage::{Mariadb, Replicated};

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

struct Stage {
    server: Server,
    databases: Replicated,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// Nothing where MariaDB is not there.
    async fn set_up() -> Option<Self> {
        if !Mariadb::is_installed() {
            eprintln!("SKIPPED: MariaDB is not installed, so no replica is tested");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let databases = Replicated::set_up(folder.path()).await.unwrap();
        let place = Place::new().with("CHATAPP_DATABASE_URL", databases.primary.url());
        let place = place.with("CHATAPP_DATABASE_REPLICA_URL", databases.replica.url());
        place.succeeds(&["migrate"]);
        place.people(&["ada", "bob"]);
        let stage = Self { server: Server::in_place(place), databases, _folder: folder };
        stage.trusts("1").await;
        Some(stage)
    }

    async fn figure(&self, name: &str) -> String {
        let text = Client::stranger(&self.server).get("/metrics").await.text().await.unwrap();
        let line = text.lines().find(|line| line.split(' ').next() == Some(name));
        line.unwrap().rsplit_once(' ').unwrap().1.to_owned()
    }

    async fn trusts(&self, expected: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.figure("chatapp_database_replica_trusted").await != expected {
            assert!(Instant::now() < deadline, "the replica is not trusted or not left: {}", self.server.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn answered(&self) -> u64 {
        self.figure("chatapp_database_replica_reads_total").await.parse().unwrap()
    }

    /// Waits until the replica has answered more than `before`: on a busy machine it may fall behind for a moment.
    async fn answers_beyond(&self, before: u64, client: &Client, names: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        while self.answered().await <= before {
            assert!(Instant::now() < deadline, "the replica is not asked: {}", self.server.log());
            everybody_is(client, names).await;
        }
    }
}

/// Everybody but oneself, who are found at once or soon.
async fn everybody_is(client: &Client, names: &[&str]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let people = client.json("/api/v1/user/").await;
        let people: Vec<&str> =
            people.as_array().unwrap().iter().filter_map(|user| user["username"].as_str()).collect();
        if people == names {
            return;
        }
        assert!(Instant::now() < deadline, "{people:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn is_found(client: &Client, word: &str) {
    let deadline = Instant::now() + PATIENCE;
    while client.json(&format!("/api/v1/message/?search={word}")).await["results"].as_array().unwrap().is_empty() {
        assert!(Instant::now() < deadline, "{word} is not found");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_answers_what_may_be_late_and_only_while_it_is_close_behind() {
    let Some(mut stage) = Stage::set_up().await else { return };
    let checked = stage.server.place.run(&["check"]);
    assert!(checked.stdout.contains(", the replica at mysql://chat@127.0.0.1:"), "{}", checked.stdout);
    let ada = Client::log_in(&stage.server, "ada").await;
    everybody_is(&ada, &["bob"]).await;
    let sent = ada.send("bob", "a word like marmalade").await;
    assert_eq!(ada.message(&sent["id"].to_string()).await["seq"], 1, "what one was told of is there at once");
    is_found(&ada, "marmalade").await;
    stage.answers_beyond(1, &ada, &["bob"]).await;

    // It stops following. Who came since is not missed for long.
    stage.databases.replica.execute("STOP SLAVE").await.unwrap();
    stage.server.place.people(&["cem"]);
    everybody_is(&ada, &["bob", "cem"]).await;
    stage.trusts("0").await;
    ada.send("bob", "a word like persimmon").await;
    let found = ada.json("/api/v1/message/?search=persimmon").await;
    assert_eq!(found["results"].as_array().unwrap().len(), 1, "the database itself answers now");
    stage.databases.replica.execute("START SLAVE").await.unwrap();
    stage.trusts("1").await;

    // It stands still, with everything open; then it dies. No request fails.
    stage.databases.replica.freeze().await.unwrap();
    for _ in 0..5 {
        everybody_is(&ada, &["bob", "cem"]).await;
        is_found(&ada, "persimmon").await;
    }
    stage.trusts("0").await;
    stage.databases.replica.thaw().unwrap();
    stage.trusts("1").await;
    stage.databases.replica.kill().await.unwrap();
    for _ in 0..5 {
        everybody_is(&ada, &["bob", "cem"]).await;
        is_found(&ada, "persimmon").await;
    }
    stage.trusts("0").await;
    let before = stage.answered().await;
    stage.databases.replica.start().await.unwrap();
    stage.trusts("1").await;
    stage.answers_beyond(before, &ada, &["bob", "cem"]).await;
}
