//! `docker-compose.yml`: it says what it should, and what it starts in its largest profile works together. Containers are
//! not needed for that: the same programs run on the loopback address, with addresses in place of the names of services.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use chatapp_chaos::stage::Redis;
use serde_norway::Value;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::proxy::{Kind, Proxy};
use crate::support::server::Server;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn compose() -> Value {
    let text = std::fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    let mut document: Value = serde_norway::from_str(&text).unwrap();
    // What is merged in may have something merged in itself.
    while text_of(&document).contains("<<") {
        document.apply_merge().unwrap();
    }
    document
}

fn text_of(document: &Value) -> String {
    serde_norway::to_string(document).unwrap()
}

/// The services of a profile.
fn services(document: &Value, profile: &str) -> BTreeSet<String> {
    let services = document["services"].as_mapping().unwrap();
    let is_in = |service: &Value| service["profiles"].as_sequence().unwrap().contains(&Value::from(profile));
    let named = services.iter().filter(|(_, service)| is_in(service));
    named.map(|(name, _)| name.as_str().unwrap().to_owned()).collect()
}

/// What a variable is without anything set outside: `${NAME:-default}` is its default.
fn resolved(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (inner, after) = rest.split_once('}').unwrap();
    let default = inner.split_once(":-").unwrap().1;
    format!("{before}{default}{}", resolved(after))
}

fn environment(service: &Value) -> Vec<(String, String)> {
    let variables = service["environment"].as_mapping().unwrap();
    let pair = |(name, value): (&Value, &Value)| (name.as_str().unwrap().to_owned(), resolved(value.as_str().unwrap()));
    variables.iter().map(pair).collect()
}

#[test]
fn each_profile_has_its_services_and_everything_that_serves_has_a_health_check() {
    let document = compose();
    let expect = |profile, names: &[&str]| {
        assert_eq!(services(&document, profile), names.iter().map(|name| (*name).to_owned()).collect());
    };
    expect("sqlite", &["sqlite"]);
    expect("mysql", &["mysql", "migrate", "database"]);
    expect("cluster", &["one", "two", "proxy", "migrate", "database", "redis"]);
    for (name, service) in document["services"].as_mapping().unwrap() {
        if name != "migrate" {
            assert!(service["healthcheck"]["test"].is_sequence(), "{name:?} has no health check");
        }
        for (dependency, _) in service["depends_on"].as_mapping().into_iter().flatten() {
            assert!(document["services"].get(dependency).is_some(), "{name:?} waits for {dependency:?}");
        }
    }
}

#[test]
fn docker_agrees_where_it_is_installed() {
    // Neither needs a daemon for that.
    let ways: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
    let works = |way: &&&[&str]| {
        let asked = Command::new(way[0]).args(&way[1..]).arg("version").output();
        asked.is_ok_and(|output| output.status.success())
    };
    let Some(way) = ways.iter().find(works) else {
        return eprintln!("SKIPPED: docker compose is not installed, so it is not asked");
    };
    for profile in ["sqlite", "mysql", "cluster"] {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["--profile", profile, "config", "--quiet"]).current_dir(root());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{profile}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn what_the_cluster_starts_works_together() {
    let document = compose();
    let service = |name: &str| &document["services"][name];
    let Some(place) = Place::on_empty_mysql() else { return };
    if !Redis::is_installed() {
        return eprintln!("SKIPPED: redis-server is not installed, so the cluster is not started");
    }
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::set_up(folder.path()).await.unwrap();
    assert_eq!(service("migrate")["command"][0], "migrate");
    place.succeeds(&["migrate"]);
    place.people(&["ada", "bob"]);
    assert_eq!(environment(service("one")), environment(service("two")), "both nodes are alike");
    let place = environment(service("one")).into_iter().fold(place, |place, (name, value)| match name.as_str() {
        "CHATAPP_REDIS_URL" => {
            assert_eq!(value, "redis://redis:6379");
            place.with("CHATAPP_REDIS_URL", redis.url())
        }
        // The test's own database.
        "CHATAPP_DATABASE_URL" => {
            assert_eq!(value, "mysql://chatapp:change-this-password@database:3306/chatapp");
            place
        }
        // HAProxy asks from the loopback address here.
        "CHATAPP_TRUSTED_PROXIES" => place.with("CHATAPP_TRUSTED_PROXIES", format!("{value},127.0.0.0/8")),
        _ => place.with(name.leak(), value),
    });
    let one = Server::in_place(place);
    let two = one.beside();
    for server in [&one, &two] {
        is_healthy(service("one"), server);
    }
    let Some(proxy) = Proxy::before(Kind::Haproxy, [one.address, two.address]) else { return };
    let (ada, bob) = (Client::log_in_at(proxy.url(), "ada").await, Client::log_in_at(proxy.url(), "bob").await);
    let mut ears = [bob.socket("").await, bob.socket("").await];
    for ear in &mut ears {
        ear.next_of_type("caught_up").await;
    }
    let sent = ada.send("bob", "through the proxy").await;
    for ear in &mut ears {
        assert_eq!(ear.next_of_type("message").await["message"], sent["id"].to_string());
    }
}

/// The health check of the file is good for a server.
fn is_healthy(service: &Value, server: &Server) {
    let test: Vec<&str> =
        service["healthcheck"]["test"].as_sequence().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let ["CMD", program, arguments @ ..] = test.as_slice() else { panic!("{test:?}") };
    let ask = |port: u16| {
        let arguments = arguments.iter().map(|word| word.replace("/8000", &format!("/{port}")));
        Command::new(program).args(arguments).output().unwrap().status.success()
    };
    assert!(ask(server.address.port()), "not healthy: {test:?}");
    assert!(!ask(1), "healthy, whatever happens");
}
