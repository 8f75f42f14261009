//! The table of errors, and methods and paths that are none.

use serde_json::json;

use crate::support::{Place, Raw};

const PATHS: [&str; 9] = [
    "/api/v1/",
    "/api/v1/message/",
    "/api/v1/message/1/",
    "/api/v1/user/",
    "/api/v1/user/u1/",
    "/api/v1/conversation/",
    "/api/v1/event/",
    "/api/v1/me/",
    "/ws",
];

#[tokio::test]
async fn without_credentials_there_is_nothing() {
    let place = Place::open();
    let stranger = place.stranger();
    let refusal = r#"{"detail":"Authentication credentials were not provided.","code":"not_authenticated"}"#;
    for path in PATHS {
        stranger.get(path).await.assert(403, refusal);
    }
    stranger.post("/api/v1/message/", &json!({"recipient": "u1", "body": "x"})).await.assert(403, refusal);
    stranger.put("/api/v1/conversation/u1/read/", &json!({"seq": 1})).await.assert(403, refusal);
    stranger.method("DELETE", "/api/v1/session/").await.assert(403, refusal);
    stranger.method("PATCH", "/api/v1/me/").await.assert(403, refusal);
}

#[tokio::test]
async fn an_invented_cookie_is_no_session() {
    let place = Place::open();
    let mut me = place.person("u1").await;
    let cookie = me.cookie.clone().unwrap();
    for forged in ["chatapp_session=x".to_owned(), format!("{cookie}x"), "chatapp_session=".to_owned()] {
        me.cookie = Some(forged);
        assert_eq!(me.get("/api/v1/me/").await.status, 403);
    }
}

#[tokio::test]
async fn a_bearer_token_is_never_put_aside_for_a_cookie() {
    let place = Place::open();
    let me = place.person("u1").await;
    for scheme in ["Bearer x", "bearer x", "Bearer", "BEARER \t x"] {
        let answer = me.send(me.request("GET", "/api/v1/me/").header("authorization", scheme)).await;
        answer.assert(401, r#"{"detail":"Invalid token.","code":"invalid_token"}"#);
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
    assert_eq!(place.stranger().get("/api/v1/me/?access_token=x").await.status, 403);
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let place = Place::open();
    let me = place.person("u1").await;
    for (method, path, allow) in [
        ("PUT", "/api/v1/message/", "GET, HEAD, POST, OPTIONS"),
        ("DELETE", "/api/v1/message", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/api/v1/message/1/", "GET, HEAD, OPTIONS"),
        ("TRACE", "/api/v1/user/", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/session/", "POST, DELETE, OPTIONS"),
        ("GET", "/api/v1/conversation/u2/read/", "PUT, OPTIONS"),
        ("BREW", "/api/v1/", "GET, HEAD, OPTIONS"),
    ] {
        let answer = me.method(method, path).await;
        let detail = format!("Method \\\"{method}\\\" not allowed.");
        answer.assert(405, &format!("{{\"detail\":\"{detail}\",\"code\":\"method_not_allowed\"}}"));
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn methods_are_not_overridden() {
    let place = Place::open();
    let me = place.person("u1").await;
    let request = me.request("GET", "/api/v1/message/?_method=PUT").header("x-http-method-override", "PUT");
    assert_eq!(me.send(request).await.status, 200);
}

#[tokio::test]
async fn options_tell_the_methods() {
    let place = Place::open();
    let me = place.person("u1").await;
    for (path, allow) in
        [("/api/v1/message/", "GET, HEAD, POST, OPTIONS"), ("/api/v1/me", "GET, HEAD, PATCH, DELETE, OPTIONS")]
    {
        let answer = me.method("OPTIONS", path).await;
        assert_eq!((answer.status, answer.header("allow")), (200, allow));
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn every_get_answers_head_with_the_same_headers_and_no_body() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    for path in ["/api/v1/", "/api/v1/message/", "/api/v1/message/1/", "/api/v1/user/", "/api/v1/me/", "/login/"] {
        let (get, head) = (u1.get(path).await, u1.method("HEAD", path).await);
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        for name in ["content-type", "content-length", "vary", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_of_the_api_are_not_found_in_json() {
    let place = Place::open();
    let me = place.person("u1").await;
    for path in [
        "/api",
        "/api/",
        "/api/v2/message/",
        "/api/v1/nothing/",
        "/api/v1/message/1/more/",
        "/api/v1//message/",
        "/api/v1/admin/user/",
        "/api/v1/x.js",
    ] {
        me.get(path).await.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    }
}

#[tokio::test]
async fn ids_have_one_spelling() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    let long = "1".repeat(10_000);
    for id in ["0", "-1", "+1", "01", "2147483648", "9223372036854775808", "1e3", "abc", "%31", "%00", "%ff", &long] {
        let answer = u1.get(&format!("/api/v1/message/{id}/")).await;
        answer.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    }
}

#[tokio::test]
async fn a_query_that_is_not_text_is_refused() {
    let place = Place::open();
    let me = place.person("u1").await;
    let answer = me.get("/api/v1/message/?target=%ff").await;
    answer.assert(400, r#"{"detail":"The query is not valid UTF-8.","code":"parse_error"}"#);
}

#[tokio::test]
async fn a_store_that_is_away_is_no_defect() {
    let place = Place::open();
    let me = place.person("u1").await;
    place.stores.go_away();
    let unavailable = r#"{"detail":"Service temporarily unavailable, try again later.","code":"unavailable"}"#;
    for path in PATHS {
        let answer = me.get(path).await;
        answer.assert(503, unavailable);
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
    }
    let log_in = json!({"username": "u1", "password": "x"});
    place.stranger().post("/api/v1/session/", &log_in).await.assert(503, unavailable);
    place.stores.come_back();
    assert_eq!(me.get("/api/v1/me/").await.status, 200);
}

#[tokio::test]
async fn readiness_is_the_stores() {
    let place = Place::open();
    let stranger = place.stranger();
    for path in ["/health/live", "/health/ready", "/health/ready/"] {
        stranger.get(path).await.assert(200, r#"{"status":"ok"}"#);
    }
    place.stores.go_away();
    assert_eq!(stranger.get("/health/live").await.status, 200);
    let answer = stranger.get("/health/ready").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
}

#[tokio::test]
async fn what_is_no_http_gets_no_page() {
    let place = Place::open();
    for request in ["B@D / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\r\n\r\n", "nonsense\r\n\r\n"] {
        let answer = Raw::ask(place.address, request).await;
        assert!(answer.starts_with("HTTP/1.1 400") && !answer.contains("<html"), "{answer}");
    }
}
