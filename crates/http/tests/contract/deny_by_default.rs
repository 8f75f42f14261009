//! Nothing is open that was not opened on purpose: checked over everything that is documented, which is every route.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Person, Place};

const REFUSAL: &str = r#"{"detail":"Authentication credentials were not provided.","code":"not_authenticated"}"#;
const INVALID: &str = r#"{"detail":"Invalid token.","code":"invalid_token"}"#;

const DENIED: &str = r#"{"detail":"You do not have permission to perform this action.","code":"permission_denied"}"#;

struct Operation {
    method: String,
    path: String,
    is_public: bool,
    /// Only with a session.
    is_of_the_account: bool,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&chatapp_http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &Value)| {
        let path = path.replace("{id}", "1").replace("{username}", "u1");
        let methods = methods.as_object().unwrap().clone();
        methods.into_iter().map(move |(method, operation)| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            is_public: operation["security"] == json!([{}]),
            is_of_the_account: operation["security"] == json!([{"session": []}]),
        })
    };
    paths.iter().flat_map(of_path).collect()
}

fn private() -> impl Iterator<Item = Operation> {
    operations().into_iter().filter(|operation| !operation.is_public)
}

async fn refused_with(person: &Person, headers: &[(&str, &str)], status: u16, body: &str) {
    for Operation { method, path, .. } in private() {
        for path in [path.trim_end_matches('/'), &path, &format!("{path}?access_token=x&session_key=x")] {
            let request = person.request(&method, path).json(&json!({"recipient": "u1", "body": "x", "seq": 1}));
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let answer = person.send(request).await;
            assert_eq!((answer.status, answer.body.as_str()), (status, body), "{method} {path}");
        }
        if method == "GET" {
            let head = person.request("HEAD", &path);
            let head = headers.iter().fold(head, |request, (name, value)| request.header(*name, *value));
            assert_eq!(person.send(head).await.status, status, "HEAD {path}");
        }
    }
}

#[tokio::test]
async fn only_logging_in_and_getting_an_account_are_open() {
    let public: BTreeSet<String> =
        operations().into_iter().filter(|op| op.is_public).map(|op| format!("{} {}", op.method, op.path)).collect();
    let open = [
        "GET /api/v1/account/",
        "POST /api/v1/account/",
        "POST /api/v1/account/again/",
        "POST /api/v1/account/check/",
        "POST /api/v1/account/confirm/",
        "POST /api/v1/account/first/",
        "POST /api/v1/email/confirm/",
        "POST /api/v1/password/forgot/",
        "POST /api/v1/password/reset/",
        "POST /api/v1/session/",
    ];
    assert_eq!(public, open.map(str::to_owned).into());
    assert!(private().count() >= 12);
}

#[tokio::test]
async fn without_credentials_everything_is_refused() {
    let place = Place::open();
    place.person("u1").await;
    refused_with(&place.stranger(), &[], 403, REFUSAL).await;
}

#[tokio::test]
async fn with_a_forged_session_everything_is_refused() {
    let place = Place::open();
    let mut me = place.person("u1").await;
    me.cookie = me.cookie.map(|cookie| format!("{cookie}0"));
    refused_with(&me, &[], 403, REFUSAL).await;
}

#[tokio::test]
async fn with_an_ended_session_everything_is_refused() {
    let place = Place::open();
    let me = place.person("u1").await;
    me.method("DELETE", "/api/v1/session/").await;
    refused_with(&me, &[], 403, REFUSAL).await;
}

#[tokio::test]
async fn with_a_bad_token_everything_is_refused_even_beside_a_good_session() {
    let place = Place::open();
    let me = place.person("u1").await;
    refused_with(&me, &[("authorization", "Bearer x")], 401, INVALID).await;
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 0);
}

#[tokio::test]
async fn what_is_for_sessions_only_is_refused_to_every_token() {
    let place = Place::open();
    let me = place.person("u1").await;
    let account: Vec<Operation> = private().filter(|operation| operation.is_of_the_account).collect();
    assert!(account.len() >= 10);
    for scope in ["read", "write"] {
        let program = me.program(scope).await;
        for Operation { method, path, .. } in &account {
            let answer = program.send(program.request(method, path).json(&json!({"name": "x", "scope": "read"}))).await;
            assert_eq!((answer.status, answer.body.as_str()), (403, DENIED), "{method} {path}");
        }
    }
    assert_eq!(me.get("/api/v1/me/token/").await.json()["results"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_token_that_may_read_writes_nothing() {
    let place = Place::open();
    let program = place.person("u1").await.program("read").await;
    let mut refused = 0;
    for Operation { method, path, .. } in private().filter(|operation| operation.method != "GET") {
        let answer = program.send(program.request(&method, &path).json(&json!({}))).await;
        assert_eq!((answer.status, answer.body.as_str()), (403, DENIED), "{method} {path}");
        refused += 1;
    }
    assert!(refused >= 8, "{refused}");
}

#[tokio::test]
async fn the_page_shows_nothing_to_strangers() {
    let place = Place::open();
    let stranger = place.stranger();
    for path in [
        "/",
        "/c/u1",
        "/settings",
        "/admin/",
        "/accounts/",
        "/passwords",
        "/admin/user/",
        "/anything/at/all",
        "/c/u1.js",
    ] {
        let answer = stranger.get(path).await;
        let next = format!("/login/?next={path}");
        assert_eq!(
            (answer.status, answer.header("location"), answer.body.as_str()),
            (302, next.as_str(), ""),
            "{path}"
        );
    }
}
