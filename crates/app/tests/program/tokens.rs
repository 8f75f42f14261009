//! Personal access tokens on the real binary: made by the command or the API, and revoked by either.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::client::Client;
use crate::support::place::{Engine, Place};
use crate::support::server::Server;

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(40);

/// The token that the command makes.
fn made(place: &Place, arguments: &[&str]) -> String {
    let mut all = vec!["token", "create", "ada", "--name", "a script"];
    all.extend(arguments);
    place.succeeds(&all).trim().to_owned()
}

async fn refused(program: &Client) {
    let deadline = Instant::now() + PATIENCE;
    while program.get("/api/v1/me/").await.status() != 401 {
        assert!(Instant::now() < deadline, "the token is still good");
    }
}

#[test]
fn the_command_makes_lists_and_revokes() {
    let place = Place::new();
    place.people(&["ada"]);
    let token = made(&place, &["--scope", "write", "--days", "7"]);
    assert!(token.starts_with("rcht_") && token.len() == 48, "{token}");
    let json = made(&place, &["--json"]);
    let second: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&second["scope"], &second["expires"]), (&json!("read"), &json!(null)));
    let listed = place.succeeds(&["token", "list", "ada"]);
    assert_eq!(
        listed,
        format!(
            "2\t{}\tread\tcounts\ta script\n1\t{}\twrite\tcounts\ta script\n",
            second["prefix"].as_str().unwrap(),
            &token[..9]
        )
    );
    assert!(!place.succeeds(&["token", "list", "ada", "--json"]).contains(&token));
    place.succeeds(&["token", "revoke", "ada", "1"]);
    let again = place.run(&["token", "revoke", "ada", "1"]);
    assert_eq!((again.code, again.stderr.as_str()), (1, "error: user 'ada' has no token 1\n"));
    assert_eq!(place.succeeds(&["token", "revoke", "ada", "--all"]), "1 token of user 'ada' revoked.\n");
    assert_eq!(place.succeeds(&["token", "list", "ada"]), "");
    for (arguments, code) in [
        (&["token", "list", "nobody"][..], 1),
        (&["token", "revoke", "ada"], 2),
        (&["token", "create", "ada", "--name", " "], 2),
        (&["token", "create", "ada", "--name", "x", "--scope", "all"], 2),
    ] {
        assert_eq!(place.run(arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn what_is_stored_of_a_token_is_of_no_use() {
    let place = Place::new();
    place.people(&["ada"]);
    let token = made(&place, &[]);
    let random = token.strip_prefix("rcht_").unwrap();
    for entry in std::fs::read_dir(place.path("chatapp-data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [token.as_bytes(), random.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

async fn works_until_revoked_by_the_command(server: &Server) {
    let token = made(&server.place, &["--scope", "write"]);
    let program = Client::with_token(server, &token);
    let mut socket = program.socket("").await;
    let sent = program.send("ada", "from a script").await;
    assert_eq!(socket.next_of_type("message").await["message"], sent["id"].to_string());
    let id = server.place.succeeds(&["token", "list", "ada"]).split('\t').next().unwrap().to_owned();
    server.place.succeeds(&["token", "revoke", "ada", &id]);
    refused(&program).await;
    assert_eq!(socket.close_code().await, 4401, "another process ended it: found in the database");
}

#[tokio::test]
async fn a_token_works_until_the_command_revokes_it_on_sqlite() {
    let server = Server::with_people(Engine::Sqlite, &["ada"]).unwrap();
    works_until_revoked_by_the_command(&server).await;
}

#[tokio::test]
async fn a_token_works_until_the_command_revokes_it_on_mariadb() {
    let Some(server) = Server::with_people(Engine::Mysql, &["ada"]) else { return };
    works_until_revoked_by_the_command(&server).await;
}
