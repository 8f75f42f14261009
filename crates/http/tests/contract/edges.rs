//! Limits at their edge: as much as is allowed passes, and one more gets the documented answer. Limits that have a file of
//! their own are tested there.

use chatapp_http::{Settings, ThrottleSettings};

use crate::support::{Person, Place, Raw};

const MESSAGE: &str = "/api/v1/message/";

/// A message whose JSON has so many bytes.
fn padded(bytes: usize) -> String {
    let message = r#"{"recipient":"u2","body":"hello"}"#;
    format!("{message}{}", " ".repeat(bytes - message.len()))
}

async fn status_of(me: &Person, content_type: &str, body: String) -> u16 {
    me.post_raw(content_type, body).await.status
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    assert_eq!(status_of(&me, "application/json", padded(65_536)).await, 201);
    assert_eq!(status_of(&me, "application/json", padded(65_537)).await, 413);
    let chunked = |bytes: usize| {
        let cookie = me.cookie.clone().unwrap();
        let head = format!("POST {MESSAGE} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n");
        let kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
        format!("{head}{kind}\r\n{bytes:x}\r\n{}\r\n0\r\n\r\n", padded(bytes))
    };
    for (bytes, status) in [(65_536, "201"), (65_537, "413")] {
        let answer = Raw::ask(place.address, chunked(bytes)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn json_may_be_as_deep_as_the_limit() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    // The object around it is one more.
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"recipient":"u2","body":"hello","besides":{open}{close}}}"#)
    };
    assert_eq!(status_of(&me, "application/json", nested(127)).await, 201);
    assert_eq!(status_of(&me, "application/json", nested(128)).await, 400);
}

#[tokio::test]
async fn a_form_may_have_as_many_parts_as_the_limit() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let parts = |count: usize| {
        let names = ["recipient", "body"].map(str::to_owned).into_iter().chain((2..count).map(|n| format!("other{n}")));
        let part = |name| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nu2\r\n");
        format!("{}--x--\r\n", names.map(part).collect::<String>())
    };
    assert_eq!(status_of(&me, "multipart/form-data; boundary=x", parts(10)).await, 201);
    assert_eq!(status_of(&me, "multipart/form-data; boundary=x", parts(11)).await, 400);
}

#[tokio::test]
async fn a_request_may_have_as_many_headers_as_the_limit() {
    let place = Place::open();
    let with = |count: usize| {
        let others: String = (2..count).map(|number| format!("X-{number}: y\r\n")).collect();
        format!("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{others}\r\n")
    };
    let answer = Raw::ask(place.address, with(96)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = Raw::ask(place.address, with(97)).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test]
async fn a_message_may_be_as_long_as_the_limit() {
    let place = Place::open();
    let (me, peer) = place.two_people().await;
    let longest = "😀".repeat(4000);
    assert_eq!(me.tell(&peer, &longest).await["body"], longest);
    let answer = me.post(MESSAGE, &serde_json::json!({"recipient": "u2", "body": "😀".repeat(4001)})).await;
    answer.assert(400, r#"{"body":["Ensure this field has no more than 4000 characters."]}"#);
}

#[tokio::test]
async fn lists_give_as_many_as_the_limit() {
    let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
    let place = Place::with_settings(Settings { users_to_load: 3, throttles, ..Settings::default() });
    let (me, peer) = place.two_people().await;
    for name in ["u3", "u4"] {
        place.person(name).await;
    }
    let count = async |path: &str| me.get(path).await.json().as_array().map(Vec::len);
    assert_eq!(count("/api/v1/user/").await, Some(3), "all others");
    place.person("u5").await;
    assert_eq!(count("/api/v1/user/").await, Some(3), "one more is left out");
    for _ in 0..101 {
        me.tell(&peer, "hello").await;
    }
    for path in ["?target=u2&after_seq=0&limit=100", "?target=u2&after_seq=0&limit=101"] {
        let page = me.get(&format!("{MESSAGE}{path}")).await.json();
        assert_eq!(page["results"].as_array().map(Vec::len), Some(100), "{path}");
    }
    let first = me.get(&format!("{MESSAGE}?target=u2")).await.json();
    assert_eq!((first["results"].as_array().map(Vec::len), &first["count"]), (Some(15), &serde_json::json!(101)));
}
