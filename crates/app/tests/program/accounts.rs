//! The life of an account through the API and a real mail server, on both engines.

use std::fs;

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::mail_server::{MailServer, Speaks};
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

const NEW: &str = "another good one";

async fn post(client: &Client, path: &str, body: Value) -> (u16, Value) {
    let response = client.post_json(&format!("/api/v1{path}"), &body).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

async fn log_in(server: &Server, username: &str, password: &str) -> Option<Client> {
    let client = Client::stranger(server);
    let (status, _) = post(&client, "/session/", json!({"username": username, "password": password})).await;
    (status == 200).then_some(client)
}

#[tokio::test]
async fn from_sign_up_to_a_new_password_on_sqlite() {
    a_whole_life(Engine::Sqlite).await;
}

#[tokio::test]
async fn from_sign_up_to_a_new_password_on_mariadb() {
    a_whole_life(Engine::Mysql).await;
}

async fn a_whole_life(engine: Engine) {
    let mail_server = MailServer::open(Speaks::TlsAtOnce).await;
    let Some(place) = Place::on(engine) else { return };
    let place = mail_server.used_by(place.with("CHATAPP_SIGN_UP", "open"));
    let place = place.with("CHATAPP_MAIL_USER", "chat").with("CHATAPP_MAIL_PASSWORD", "hunter2");
    place.people(&["grace"]);
    let server = Server::in_place(place);
    let stranger = Client::stranger(&server);

    // Somebody signs up and confirms.
    let wish = json!({"username": "Ada", "email": "ada@example.org", "password": PASSWORD});
    assert_eq!(post(&stranger, "/account/", wish).await.0, 202);
    let mail = mail_server.mail(0).await;
    assert!(mail.encrypted && mail.authenticated, "{mail:?}");
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("FROM:<chat@example.org>", &["TO:<ada@example.org>".to_owned()][..])
    );
    assert_eq!((mail.header("To"), mail.header("From")), ("ada@example.org", "ChatApp <chat@example.org>"));
    let confirmation = mail.token(&server.url("/account/confirm/"));
    assert!(log_in(&server, "ada", PASSWORD).await.is_none(), "not before the confirmation");
    let made = post(&stranger, "/account/confirm/", json!({ "token": confirmation })).await;
    assert_eq!(made, (201, json!({"username": "Ada"})));
    assert_eq!(post(&stranger, "/account/confirm/", json!({ "token": confirmation })).await.0, 400);

    // Two devices; one of them changes the password, the other is out, live.
    let (desk, phone) =
        (log_in(&server, "ada", PASSWORD).await.unwrap(), log_in(&server, "ada", PASSWORD).await.unwrap());
    let mut socket = phone.socket("").await;
    let before = desk.cookie();
    let change = json!({"old_password": PASSWORD, "new_password": NEW});
    assert_eq!(post(&desk, "/password/change/", change).await.0, 204);
    assert_ne!(desk.cookie(), before);
    assert_eq!(socket.close_code().await, 4401);
    assert_eq!(phone.get("/api/v1/me/").await.status().as_u16(), 403);
    desk.send("grace", "I changed it").await;
    assert_eq!(mail_server.mail(1).await.header("Subject"), "Your password was changed");

    // It is forgotten all the same.
    assert_eq!(post(&stranger, "/password/forgot/", json!({"email": "ADA@example.org"})).await.0, 202);
    let link = mail_server.mail(2).await.token(&server.url("/password/reset/"));
    let mut socket = desk.socket("").await;
    let mut uses = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (client, token) = (Client::stranger(&server), link.clone());
        let body = json!({"token": token, "new_password": format!("number {n} of twenty")});
        uses.spawn(async move { (post(&client, "/password/reset/", body).await.0, n) });
    }
    let outcomes = uses.join_all().await;
    // Hashing is bounded, so some may be put off.
    assert!(outcomes.iter().all(|(status, _)| [204, 400, 503].contains(status)), "{outcomes:?}");
    let winners: Vec<i32> = outcomes.iter().filter(|(status, _)| *status == 204).map(|(_, n)| *n).collect();
    let [winner] = winners.try_into().unwrap_or_else(|_| panic!("{outcomes:?}"));
    assert_eq!(socket.close_code().await, 4401);
    assert_eq!(desk.get("/api/v1/me/").await.status().as_u16(), 403);
    for (password, works) in
        [(PASSWORD.to_owned(), false), (NEW.to_owned(), false), (format!("number {winner} of twenty"), true)]
    {
        assert_eq!(log_in(&server, "ada", &password).await.is_some(), works, "{password}");
    }

    assert_eq!(mail_server.mail(3).await.header("Subject"), "Your password was changed");

    // Another address.
    let me = log_in(&server, "ada", &format!("number {winner} of twenty")).await.unwrap();
    let body = json!({"email": "ada@example.com", "password": format!("number {winner} of twenty")});
    let answer: Value = me.any("PATCH", "/api/v1/me/", &body).await.json().await.unwrap();
    assert_eq!((&answer["email"], &answer["pending_email"]), (&json!("ada@example.org"), &json!("ada@example.com")));
    let (one, other) = (mail_server.mail(4).await, mail_server.mail(5).await);
    let (confirm, notice) = if one.header("To") == "ada@example.com" { (one, other) } else { (other, one) };
    assert_eq!(notice.header("To"), "ada@example.org");
    let token = confirm.token(&server.url("/email/confirm/"));
    assert_eq!(post(&stranger, "/email/confirm/", json!({ "token": token })).await.0, 204);
    assert_eq!(me.json("/api/v1/me/").await["email"], "ada@example.com");

    let log = server.log();
    for secret in [confirmation.as_str(), &link, &token, "hunter2", NEW] {
        assert!(!log.contains(secret), "{secret}: {log}");
        if engine == Engine::Sqlite {
            assert!(!is_in_database(&server.place, secret), "{secret} is in the database");
        }
    }
}

fn is_in_database(place: &Place, text: &str) -> bool {
    ["chatapp.sqlite3", "chatapp.sqlite3-wal"].iter().any(|file| {
        let bytes = fs::read(place.path(&format!("chatapp-data/{file}"))).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// Only an account with exactly this address gets mail, at the address as it is stored; whoever asks sees no difference.
#[tokio::test]
async fn a_forgotten_password_tells_nothing_and_goes_to_nobody_else() {
    let mail_server = MailServer::open(Speaks::NoTls).await;
    let place = mail_server.used_by(Place::new()).with("CHATAPP_PUBLIC_URL", "https://chat.example.org");
    let line = format!("mike,Mike@example.org,{PASSWORD}\n");
    assert_eq!(place.run_with_input(&["createuser", "--from-csv", "-"], line.as_bytes()).code, 0);
    let server = Server::in_place(place);
    let stranger = Client::stranger(&server);
    let mut answers = Vec::new();
    for email in ["m\u{131}ke@example.org", "nobody@example.org", "mike@example.org.evil.example", "mike@EXAMPLE.org"] {
        let response = stranger.post_json("/api/v1/password/forgot/", &json!({ "email": email })).await;
        let mut headers: Vec<String> = response.headers().keys().map(ToString::to_string).collect();
        headers.sort();
        answers.push((response.status().as_u16(), headers, response.text().await.unwrap()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]) && answers[0].0 == 202, "{answers:?}");
    let mail = mail_server.mail(0).await;
    assert_eq!(mail.header("To"), "Mike@example.org");
    assert_eq!(mail.token("https://chat.example.org/password/reset/").len(), 43, "not where the request went");
    assert_eq!(mail_server.count(), 1);
}

#[tokio::test]
async fn who_was_invited_on_the_command_line_gets_in_once() {
    let place = Place::new().with("CHATAPP_SIGN_UP", "invite").with("CHATAPP_PUBLIC_URL", "https://chat.example.org");
    let made: Value = serde_json::from_str(&place.succeeds(&["invite", "--json", "--days", "2"])).unwrap();
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["url"], format!("https://chat.example.org/account/sign-up/#{token}"));
    let plain = place.succeeds(&["invite", "--email", "bob@example.org"]);
    assert!(plain.starts_with("https://chat.example.org/account/sign-up/#") && plain.lines().count() == 1, "{plain}");
    for wrong in [["--days", "0"], ["--days", "366"], ["--email", "nobody"]] {
        assert_eq!(place.run(&[&["invite"][..], &wrong].concat()).code, 2, "{wrong:?}");
    }
    let mut server = Server::in_place(place);
    let stranger = Client::stranger(&server);
    let wish = |name: &str, invitation: &str| json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD, "invitation": invitation});
    assert_eq!(post(&stranger, "/account/", wish("ada", "x")).await.0, 400);
    assert_eq!(post(&stranger, "/account/", wish("ada", token)).await.0, 202);
    // The default backend: the operator's console.
    assert_eq!(server.printed("mail to"), "----- mail to ada@example.org: Confirm your account");
    let link = server.printed("/account/confirm/#");
    let confirmation = link.strip_prefix("https://chat.example.org/account/confirm/#").unwrap();
    assert_eq!(post(&stranger, "/account/confirm/", json!({ "token": confirmation })).await.0, 201);
    assert_eq!(post(&stranger, "/account/", wish("eve", token)).await.0, 400);
    let bobs = plain.trim().split_once('#').unwrap().1;
    assert_eq!(post(&stranger, "/account/", wish("eve", bobs)).await.0, 400, "it is for another address");
    assert_eq!(post(&stranger, "/account/", wish("bob", bobs)).await.0, 202);
}

#[tokio::test]
async fn a_server_that_cannot_write_links_sends_no_mail() {
    let place = Place::new().with("CHATAPP_SIGN_UP", "open");
    let refused = place.run(&["serve", "0.0.0.0:0"]);
    assert_eq!(refused.code, 78, "{refused:?}");
    assert!(refused.stderr.contains("sign_up: needs public_url"), "{refused:?}");
    let invite = Place::new().with("CHATAPP_LISTEN", "0.0.0.0:8000").run(&["invite"]);
    assert!(invite.code == 1 && invite.stderr.contains("public_url"), "{invite:?}");
}
