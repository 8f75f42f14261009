//! Two people talk: in many scripts and byte for byte, live on every socket, with the original's client as well.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Engine;
use crate::support::server::Server;

/// What is said, each to arrive exactly as it was typed.
fn sayings() -> Vec<String> {
    let mut sayings: Vec<String> = [
        "Hello, Bob!",
        "مرحبا يا بوب، كيف الحال؟ (ChatApp 1.0)",
        "שלום בוב",
        "你好，𠮷野家",
        "こんにちは、ボブさん",
        "नमस्ते, क्षत्रिय",
        "Γειά σου",
        "👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈🇺🇳❤️‍🔥",
        "e\u{301} is not é, and \u{202e}this\u{202c} turns",
        "<script>alert('x')</script> & \"quotes\" \\ %00 \u{2028} end",
        "two\nlines\tand a tab",
    ]
    .map(str::to_owned)
    .into();
    sayings.push("𝔞".repeat(4000));
    sayings
}

async fn two_people_talk(engine: Engine) {
    let Some(server) = Server::with_people(engine, &["ada", "bob", "eve"]) else { return };
    let (ada, bob) = (Client::log_in(&server, "ada").await, Client::log_in(&server, "bob").await);
    let people = ada.json("/api/v1/user/").await;
    let names: Vec<_> = people.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect();
    assert_eq!(names, ["bob", "eve"]);

    let (mut plain, mut typed) = (bob.plain_socket("").await, bob.socket("").await);
    let mut own = ada.plain_socket("").await;
    typed.next_of_type("caught_up").await;
    for (number, saying) in sayings().into_iter().enumerate() {
        let sent = ada.send("bob", &saying).await;
        let id = sent["id"].to_string();
        assert_eq!(sent["body"], saying);
        assert_eq!(sent["seq"], number + 1);
        assert_eq!(plain.next().await, json!({ "message": id }));
        assert_eq!(own.next().await, json!({ "message": id }));
        let event = typed.next_of_type("message").await;
        assert_eq!((&event["message"], &event["conversation"]), (&json!(id), &json!("ada")));
        let received = bob.message(&id).await;
        assert_eq!(received, sent);
    }
    let page = bob.json("/api/v1/message/?target=ada").await;
    let bodies: Vec<_> = page["results"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, sayings().iter().rev().map(String::as_str).collect::<Vec<_>>());

    let eve = Client::log_in(&server, "eve").await;
    let last = page["results"][0]["id"].to_string();
    assert_eq!(eve.get(&format!("/api/v1/message/{last}/")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(eve.json("/api/v1/message/?target=ada").await["count"], 0);
    assert!(!server.log().contains("Hello, Bob!"), "bodies are not logged");
}

#[tokio::test]
async fn two_people_talk_on_sqlite() {
    two_people_talk(Engine::Sqlite).await;
}

#[tokio::test]
async fn two_people_talk_on_mysql() {
    two_people_talk(Engine::Mysql).await;
}

async fn the_originals_client_works(engine: Engine) {
    let Some(server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    // A form with the token that Django wants, a link's redirect to the page, and the page's own literal in the URL.
    let ada = Client::stranger(&server);
    let form = [("username", "ada"), ("password", crate::support::place::PASSWORD), ("csrfmiddlewaretoken", "x")];
    let response = ada.post_form("/login/", &form).await;
    assert_eq!((response.status(), &response.headers()["location"]), (StatusCode::FOUND, &"/".parse().unwrap()));
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("chatapp_session=") && cookie.contains("HttpOnly"), "{cookie}");
    assert!(cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");

    let mut socket = ada.plain_socket("?session_key=${sessionKey}").await;
    let fields = [("recipient", "bob"), ("body", "  hi & bye  ")];
    let response = ada.post_form("/api/v1/message/", &fields).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    // What the original's page does: JSON.parse(e.data).message, then GET by that id.
    let frame = socket.next().await;
    assert_eq!(frame.as_object().unwrap().len(), 1);
    let message = ada.message(frame["message"].as_str().unwrap()).await;
    assert_eq!((&message["user"], &message["recipient"]), (&json!("ada"), &json!("bob")));
    assert_eq!(message["body"], "hi & bye");

    let logged_out = ada.get("/logout/").await;
    assert_eq!(logged_out.status(), StatusCode::FOUND);
    assert_eq!(ada.get("/api/v1/message/").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(socket.close_code().await, 4401);
}

#[tokio::test]
async fn a_client_of_the_original_works_on_sqlite() {
    the_originals_client_works(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_client_of_the_original_works_on_mysql() {
    the_originals_client_works(Engine::Mysql).await;
}
