//! The commands, as an operator and a script see them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::Value;

use crate::support::client::Client;
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

#[test]
fn help_names_every_command_and_shows_examples() {
    let place = Place::new();
    let help = place.succeeds(&["--help"]);
    for command in [
        "serve",
        "migrate",
        "createsuperuser",
        "createuser",
        "changepassword",
        "invite",
        "copy-database",
        "token",
        "backup",
        "restore",
        "import-django",
        "openapi",
        "check",
        "demo",
        "doctor",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        let own = place.succeeds(&[command, "--help"]);
        assert!(own.contains("Usage: chatapp") && own.contains("--database-url"), "{own}");
    }
    assert!(help.contains("[alias: runserver]") && help.contains("Examples:"), "{help}");
    assert_eq!(place.run(&["launch"]).code, 2);
    assert_eq!(place.run(&["serve", "--port", "1"]).code, 2);
}

#[test]
fn a_user_is_made_without_questions() {
    let place = Place::new();
    let create = |command: &str, name: &str, password: &str| {
        let mut command = place.chatapp(&[command, "--noinput", "--username", name, "--email", "root@example.org"]);
        let output = command.env("CHATAPP_PASSWORD", password).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    assert_eq!(create("createsuperuser", "root", PASSWORD), (0, "Superuser created successfully.\n".to_owned()));
    assert_eq!(create("createuser", "ada", PASSWORD), (0, "User created successfully.\n".to_owned()));
    for (name, password, why) in [
        ("Root", PASSWORD, "A user with that username already exists."),
        ("bob", "short", "This password is too short."),
        ("bob", "12345678", "This password is entirely numeric."),
        ("a b", PASSWORD, "Enter a valid username."),
    ] {
        let (code, said) = create("createuser", name, password);
        assert!(code == 1 && said.starts_with("error: ") && said.contains(why), "{name}: {code} {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert_eq!(create("createuser", "bob", "").0, 2, "no password");
    let asked = place.run(&["createuser"]);
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.stderr.contains("--noinput"), "without a terminal nobody is asked: {asked:?}");
}

#[test]
fn hundreds_are_imported_and_bad_lines_are_named() {
    let place = Place::new();
    let mut lines = "username,email,password\n".to_owned();
    for number in 1..=500 {
        lines += &format!("user{number},user{number}@example.org,password-{number}\n");
    }
    lines +=
        "user7,,another-password\nno spaces,,password-1\nnobody,,short\n\"quoted\",,\"pass,word 1\"\nonly-a-name\n";
    let finished = place.run_with_input(&["createuser", "--from-csv", "-"], lines.as_bytes());
    assert_eq!((finished.code, finished.stdout.as_str()), (1, "501 users created, 4 lines refused.\n"), "{finished:?}");
    for refusal in [
        "line 502: user7: A user with that username already exists.",
        "line 503: username: Enter a valid username.",
        "line 504: password: This password is too short.",
        "line 506: has 1 fields, not username,email,password",
    ] {
        assert!(finished.stderr.contains(refusal), "{refusal}: {}", finished.stderr);
    }
    assert!(!finished.stderr.contains("another-password"), "{}", finished.stderr);

    let file = place.path("more.csv");
    fs::write(&file, "late,,password-late\r\n").unwrap();
    let said = place.succeeds(&["createuser", "--from-csv", file.to_str().unwrap()]);
    assert_eq!(said, "1 users created, 0 lines refused.\n");
    assert_eq!(place.run(&["createuser", "--from-csv", "missing.csv"]).code, 1);
}

#[tokio::test]
async fn a_changed_password_counts_at_once_and_ends_sessions() {
    let place = Place::new();
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let client = Client::log_in(&server, "ada").await;
    let change = |name: &str| {
        let mut command = server.place.chatapp(&["changepassword", name, "--noinput"]);
        command.env("CHATAPP_PASSWORD", "another good one").output().unwrap()
    };
    assert!(change("ada").status.success());
    let unknown = change("nobody");
    assert_eq!(unknown.status.code(), Some(1));
    assert_eq!(String::from_utf8(unknown.stderr).unwrap(), "error: there is no user \"nobody\"\n");

    let stranger = Client::stranger(&server);
    let log_in = async |password| {
        stranger.post_form("/login/", &[("username", "ada"), ("password", password)]).await.status().as_u16()
    };
    assert_eq!((log_in(PASSWORD).await, log_in("another good one").await), (200, 302));
    // A running server hears of it when it next looks: its memory of sessions is about a second old at most.
    let ended = async {
        while client.get("/api/v1/message/").await.status().as_u16() != 403 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the old session still counts");
}

#[test]
fn check_says_everything_that_is_wrong_at_once() {
    let place = Place::new();
    place.write("chatapp.toml", "messages_to_lod = 3\nbcrypt_cost = 1\n");
    let mut command = place.chatapp(&["check"]);
    let output = command.env("CHATAPP_PUBLIC_URL", "ftp://x").env_remove("CHATAPP_BCRYPT_COST").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for problem in [
        "chatapp.toml: messages_to_lod: is no setting; did you mean messages_to_load?",
        "chatapp.toml: bcrypt_cost: must be a whole number from 4 to 15",
        "environment variable CHATAPP_PUBLIC_URL: public_url: must be scheme and host",
        "3 problems.",
    ] {
        assert!(said.contains(problem), "{problem}: {said}");
    }
    let refused = place.run(&["serve"]);
    assert_eq!(refused.code, 78, "{refused:?}");
    assert!(refused.stderr.contains("chatapp.toml: messages_to_lod: is no setting"), "{refused:?}");
    assert!(!place.path("chatapp-data").exists(), "nothing was made");
}

#[test]
fn check_shows_the_settings_and_makes_nothing() {
    let place = Place::new();
    let said = place.succeeds(&["check"]);
    assert!(said.contains("does not exist yet") && said.contains("Everything is in order."), "{said}");
    assert!(
        said.lines().any(|line| line.starts_with("messages_to_load ") && line.contains(" 15  (default)")),
        "{said}"
    );
    assert!(said.contains("environment variable CHATAPP_BCRYPT_COST; default 12"), "{said}");
    assert!(!place.path("chatapp-data").exists(), "nothing was made");
    place.succeeds(&["migrate"]);
    assert!(place.succeeds(&["check"]).contains("its tables are up to date"));
}

#[test]
fn no_secret_is_ever_shown() {
    let place = Place::new();
    let key = "0f8c2b7d9e4a6135f7d1c3b5a9e8d7f6";
    let with_secrets = |arguments: &[&str]| {
        let mut command = place.chatapp(arguments);
        command.env("CHATAPP_SECRET_KEY", key).env("CHATAPP_DATABASE_URL", "mysql://chat:hunter2@127.0.0.1:9/chat");
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    };
    for arguments in [["check"].as_slice(), &["serve", "0"], &["migrate"], &["--log", "trace", "demo"]] {
        let (code, said) = with_secrets(arguments);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("mysql://chat@127.0.0.1:9/chat"), "the database that is away is named: {said}");
        assert!(!said.contains("hunter2") && !said.contains(key), "{said}");
    }
    let sample = place.chatapp(&["serve"]).env("CHATAPP_SECRET_KEY", "ABC1234").output().unwrap();
    assert_eq!(sample.status.code(), Some(78));
    assert!(!String::from_utf8(sample.stderr).unwrap().contains("ABC1234"));
}

#[test]
fn the_generated_key_is_its_owners_alone_and_stays() {
    let mut server = Server::in_place(Place::new());
    let path = server.place.path("chatapp-data/secret_key");
    let key = fs::read_to_string(&path).unwrap();
    assert!(key.len() >= 32);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    server.kill();
    server.start_again();
    assert_eq!(fs::read_to_string(&path).unwrap(), key);
    assert!(!server.log().contains(&key));
}

#[test]
fn the_api_describes_itself() {
    let document: Value = serde_json::from_str(&Place::new().succeeds(&["openapi"])).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    assert!(document["paths"].as_object().unwrap().keys().any(|path| path.contains("/message/")));
}

#[test]
fn migrations_are_checked_and_applied() {
    let place = Place::new();
    let pending = place.run(&["migrate", "--check"]);
    assert_eq!(pending.code, 1, "{pending:?}");
    assert!(pending.stdout.starts_with("pending  "), "{pending:?}");
    assert!(place.succeeds(&["migrate"]).starts_with("applied  "));
    assert!(place.succeeds(&["migrate", "--check"]).contains("is up to date"));
    assert!(place.succeeds(&["migrate"]).contains("is up to date"));
}

#[test]
fn mysql_is_served_only_after_it_was_migrated() {
    let Some(place) = Place::on_empty_mysql() else { return };
    for arguments in [["serve", "0"].as_slice(), &["demo"]] {
        let refused = place.run(arguments);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains("run: chatapp migrate"), "{refused:?}");
    }
    assert_eq!(place.run(&["check"]).code, 1);
    place.succeeds(&["migrate"]);
    assert!(place.succeeds(&["check"]).contains("its tables are up to date"));
    drop(Server::in_place(place));
}

#[test]
fn two_servers_do_not_share_an_address() {
    let first = Server::in_place(Place::new());
    let second = Place::new().run(&["serve", &first.address.to_string()]);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.stderr.contains(&format!("cannot listen on {}", first.address)), "{second:?}");
}

#[tokio::test]
async fn the_demo_fills_an_empty_database_once() {
    let place = Place::new();
    let said = place.succeeds(&["demo"]);
    let password = said.lines().find_map(|line| line.split_once("password  ")).unwrap().1.to_owned();
    let again = place.run(&["demo"]);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("--force"), "{again:?}");

    let server = Server::in_place(place);
    let ada = Client::stranger(&server);
    let response = ada.post_form("/login/", &[("username", "ada"), ("password", &password)]).await;
    assert_eq!(response.status().as_u16(), 302);
    let conversations = ada.json("/api/v1/conversation/").await;
    let results = conversations["results"].as_array().unwrap();
    assert!(results.len() >= 8, "{conversations}");
    assert!(results.iter().any(|conversation| conversation["unread"].as_i64().unwrap() > 0), "{conversations}");
    let bodies = ada.json("/api/v1/message/?target=amira").await.to_string();
    assert!(bodies.contains("صباح الخير"), "{bodies}");
}

/// A new server has no users at all, not even one with a well-known password.
#[tokio::test]
async fn there_is_no_default_user() {
    let server = Server::in_place(Place::new());
    for name in ["root", "admin"] {
        let form = [("username", name), ("password", name)];
        let response = Client::stranger(&server).post_form("/login/", &form).await;
        assert_eq!(response.status().as_u16(), 200, "{name} was let in");
    }
    assert!(server.log().contains("chatapp createsuperuser"), "it says how to make one: {}", server.log());
}

#[tokio::test]
async fn the_log_has_one_line_for_each_record_and_tells_no_secret() {
    let Some(server) = Server::with_people(Engine::Sqlite, &["ada", "bob"]) else { return };
    let ada = Client::log_in(&server, "ada").await;
    ada.send("bob", "a very private sentence").await;
    let forged = "x\r\n2026-11-24T00:00:00.000Z INFO  forged: \u{1b}[2J\u{202e}";
    let stranger = Client::stranger(&server);
    stranger.post_form("/login/", &[("username", forged), ("password", "hunter2-hunter2")]).await;
    stranger.get("/api/v1/user/a%0d%0aforged%1b%5b2J/?token=hunter2-hunter2").await;
    ada.get("/api/v1/message/?target=x%0aforged&search=hunter2-hunter2").await;

    let log = server.log();
    assert!(log.lines().count() >= 6, "one line a request: {log}");
    for line in log.lines() {
        assert!(line.starts_with("20") && line.as_bytes()[23] == b'Z' && !line.contains(char::is_control), "{line:?}");
    }
    let cookie = ada.cookie();
    for secret in ["a very private sentence", "hunter2", PASSWORD, cookie.split_once('=').unwrap().1] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn every_command_tells_programs_in_json_what_it_did() {
    let place = Place::new().with("CHATAPP_PASSWORD", PASSWORD);
    let ask = |arguments: &[&str]| -> Value {
        let said = place.succeeds(&[arguments, &["--json"]].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    };
    assert!(!ask(&["migrate"])["applied"].as_array().unwrap().is_empty());
    assert_eq!(ask(&["migrate", "--check"])["pending"], serde_json::json!([]));
    assert_eq!(ask(&["createsuperuser", "--noinput", "--username", "root"])["is_superuser"], true);
    assert_eq!(ask(&["createuser", "--noinput", "--username", "zoe"])["username"], "zoe");
    assert_eq!(ask(&["changepassword", "zoe", "--noinput"])["username"], "zoe");
    ask(&["token", "create", "zoe", "--name", "backup"]);
    assert_eq!(ask(&["token", "list", "zoe"])["results"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&["token", "revoke", "zoe", "--all"])["revoked"], 1);
    assert!(ask(&["invite"])["url"].is_string());
    assert_eq!(ask(&["demo", "--force"])["people"].as_array().unwrap().len(), 8);
    assert_eq!(ask(&["check"])["problems"], serde_json::json!([]));
    assert_eq!(ask(&["delete-user", "root", "--noinput"])["deleted"], "root");
    let file = place.path("all.sqlite3").to_str().unwrap().to_owned();
    let backup = ask(&["backup", &file]);
    let empty = Place::new();
    let restored: Value = serde_json::from_str(&empty.succeeds(&["restore", &file, "--json"])).unwrap();
    assert_eq!(restored["messages"], backup["messages"]);
    let lines = "bob,,a long password\nno spaces,,password-1\n";
    let made = empty.run_with_input(&["createuser", "--from-csv", "-", "--json"], lines.as_bytes());
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    assert!(made["created"] == 1 && made["refused_lines"][0]["line"] == 2, "{made}");
}
