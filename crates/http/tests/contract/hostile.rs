//! Requests that no well-meaning client sends: too slow, ambiguous, or meant for another reader.

use std::time::Duration;

use chatapp_http::{Limits, Settings, ThrottleSettings};
use serde_json::json;

use crate::support::{Place, Raw};

const DRIP: Duration = Duration::from_millis(20);

fn impatient() -> Place {
    let limits = Limits {
        // The server's own clock goes in steps of half a second.
        header_timeout: Duration::from_secs(1),
        body_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    Place::with_settings(Settings { limits, ..Settings::default() })
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let place = impatient();
    let drip = [b'a'; 4000];
    let heads = ["", "G", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "];
    let dripping = heads.map(async |head| Raw::connect(place.address).await.drip(head, &drip, DRIP).await);
    let silent = async { Raw::connect(place.address).await.read_to_end().await };
    let (mut answers, silent) = tokio::join!(futures_util::future::join_all(dripping), silent);
    answers.push(silent);
    for answer in answers {
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_not_waited_for() {
    let place = impatient();
    let (me, _) = place.two_people().await;
    let cookie = me.cookie.as_deref().unwrap();
    for framing in ["Content-Length: 4000", "Transfer-Encoding: chunked"] {
        let head = format!(
            "POST /api/v1/message/ HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: application/json\r\n\
             {framing}\r\n\r\n"
        );
        let drip = if framing.starts_with('T') { b"1\r\n \r\n".repeat(700) } else { vec![b' '; 4000] };
        let answer = Raw::connect(place.address).await.drip(&head, &drip, DRIP).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 408"), "{framing}: {answer}");
    }
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 0);
}

#[tokio::test]
async fn what_two_servers_could_read_differently_is_refused() {
    let place = Place::open();
    let smuggled = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = "POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    for request in [
        format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{post}Content-Length: 4\r\nContent-Length: 5\r\n\r\na=bc{smuggled}"),
        format!("{post}Content-Length: +4\r\n\r\na=bc{smuggled}"),
        format!("{post}Content-Length: 4, 4\r\n\r\na=bc{smuggled}"),
        format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("GET / HTTP/1.1\r\n\r\n{smuggled}"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n{smuggled}"),
    ] {
        let answer = Raw::ask(place.address, &request).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answer.starts_with("HTTP/1.1 400") && answers == 1, "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn more_headers_than_anybody_needs_are_refused() {
    let place = Place::open();
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "y".repeat(200_000));
    for headers in [many, long] {
        let answer = Raw::ask(place.address, format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(place.stranger().get("/health/live").await.status, 200);
}

#[tokio::test]
async fn nothing_is_inflated_whatever_it_is_called() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let bomb = vec![0x1f; 1024];
    for encoding in ["gzip", "GZIP", "x-gzip", "br", "deflate", "zstd", "identity, gzip", "gzip, gzip", "compress", ""]
    {
        for (method, path) in [
            ("POST", "/api/v1/message/"),
            ("POST", "/api/v1/session/"),
            ("PATCH", "/api/v1/me/"),
            ("PUT", "/api/v1/conversation/u2/read/"),
            ("POST", "/login/"),
        ] {
            let request = me.request(method, path).header("content-type", "application/json");
            let answer = me.send(request.header("content-encoding", encoding).body(bomb.clone())).await;
            assert_eq!(answer.status, 415, "{method} {path} {encoding}: {answer:?}");
            assert_eq!(answer.json()["code"], "unsupported_content_encoding");
        }
    }
}

#[tokio::test]
async fn no_other_site_is_told_that_it_may_read() {
    let place = Place::open();
    let me = place.person("u1").await;
    for (method, path) in
        [("GET", "/api/v1/me/"), ("OPTIONS", "/api/v1/message/"), ("OPTIONS", "/login/"), ("GET", "/api/v1/nothing/")]
    {
        let request = me
            .request(method, path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let answer = me.send(request).await;
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{answer:?}");
    }
}

#[tokio::test]
async fn not_there_and_not_yours_are_the_same() {
    let throttles = ThrottleSettings { on: false, ..ThrottleSettings::default() };
    let place = Place::with_settings(Settings { throttles, ..Settings::default() });
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let theirs = u1.tell(&u2, "for u2").await["id"].to_string();
    let seen = async |method: &str, path: &str| {
        let answer = u3.send(u3.request(method, path).json(&json!({"body": "changed", "seq": 1}))).await;
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        (answer.status, answer.body, headers)
    };
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"] {
        let missing = seen(method, "/api/v1/message/4711/").await;
        assert_eq!(seen(method, &format!("/api/v1/message/{theirs}/")).await, missing, "{method}");
        assert!([404, 405].contains(&missing.0), "{method}: {missing:?}");
    }
    let without = |what: &str, (status, body, headers): (u16, String, _)| (status, body.replace(what, ""), headers);
    for (theirs, missing) in [
        (format!("/api/v1/message/?ids={theirs}"), "/api/v1/message/?ids=4711"),
        ("/api/v1/message/?target=u2&after_seq=0".to_owned(), "/api/v1/message/?target=nobody&after_seq=0"),
        ("/api/v1/message/?target=u2&search=for".to_owned(), "/api/v1/message/?target=nobody&search=for"),
    ] {
        assert_eq!(
            without("u2", seen("GET", &theirs).await),
            without("nobody", seen("GET", missing).await),
            "{theirs}"
        );
    }
    let read = "/api/v1/conversation";
    assert_eq!(seen("PUT", &format!("{read}/u2/read/")).await, seen("PUT", &format!("{read}/nobody/read/")).await);
    assert_eq!(u1.get(&format!("/api/v1/message/{theirs}/")).await.json()["body"], "for u2");
}

#[tokio::test]
async fn people_are_not_made_changed_or_removed_here() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    for path in ["/api/v1/user/", "/api/v1/user/u2/", "/api/v1/user/u1/"] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let answer =
                me.send(me.request(method, path).json(&json!({"username": "root", "is_superuser": true}))).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, OPTIONS"), "{method} {path}");
        }
    }
    let patch = json!({"display_name": "Me", "is_superuser": true, "username": "root", "id": 7, "is_active": false});
    let answer = me.send(me.request("PATCH", "/api/v1/me/").json(&patch)).await.json();
    assert_eq!((&answer["username"], &answer["is_superuser"]), (&json!("u1"), &json!(false)), "{answer}");
}
