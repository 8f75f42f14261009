//! The input matrix of `POST /api/v1/message/`: nothing that is refused is stored, nothing is a 500.

use std::time::Duration;

use chatapp_http::{Limits, Settings};
use serde_json::json;

use crate::support::{Person, Place, Raw};

const REQUIRED: &str = r#"{"recipient":["This field is required."],"body":["This field is required."]}"#;

async fn post_json(me: &Person, body: &str) -> crate::support::Answer {
    me.post_raw("application/json", body).await
}

async fn assert_nothing_stored(me: &Person) {
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 0);
}

#[tokio::test]
async fn fields_are_checked_as_the_original_did() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let long = format!(r#"{{"recipient":"u2","body":"{}"}}"#, "a".repeat(4001));
    for (body, expected) in [
        ("{}", REQUIRED),
        (r#"{"recipient":"u2"}"#, r#"{"body":["This field is required."]}"#),
        (r#"{"recipient":"u2","body":""}"#, r#"{"body":["This field may not be blank."]}"#),
        (r#"{"recipient":"u2","body":" \u00a0\u3000\n"}"#, r#"{"body":["This field may not be blank."]}"#),
        (r#"{"recipient":"u2","body":"\u200b"}"#, r#"{"body":["This field may not be blank."]}"#),
        (r#"{"recipient":"u2","body":null}"#, r#"{"body":["This field may not be null."]}"#),
        (r#"{"recipient":"u2","body":true}"#, r#"{"body":["Not a valid string."]}"#),
        (r#"{"recipient":"u2","body":["a"]}"#, r#"{"body":["Not a valid string."]}"#),
        (r#"{"recipient":"u2","body":{"a":1}}"#, r#"{"body":["Not a valid string."]}"#),
        (r#"{"recipient":"u2","body":"a\u0000b"}"#, r#"{"body":["Null characters are not allowed."]}"#),
        (long.as_str(), r#"{"body":["Ensure this field has no more than 4000 characters."]}"#),
        (
            r#"{"recipient":"  ","body":[]}"#,
            r#"{"recipient":["This field may not be blank."],"body":["Not a valid string."]}"#,
        ),
        (r#"{"recipient":null,"body":"x"}"#, r#"{"recipient":["This field may not be null."]}"#),
        (r#"{"recipient":{},"body":"x"}"#, r#"{"recipient":["Not a valid string."]}"#),
        (r#"{"recipient":"u\u00002","body":"x"}"#, r#"{"recipient":["Null characters are not allowed."]}"#),
        (r#"{"recipient":"nobody","body":""}"#, r#"{"body":["This field may not be blank."]}"#),
        ("[1]", r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#),
        ("\"x\"", r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}"#),
        ("7", r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}"#),
        ("null", r#"{"non_field_errors":["No data provided"]}"#),
        ("", REQUIRED),
    ] {
        post_json(&me, body).await.assert(400, expected);
    }
    assert_nothing_stored(&me).await;
}

#[tokio::test]
async fn an_unknown_recipient_is_not_found() {
    let place = Place::open();
    let me = place.person("u1").await;
    for recipient in ["nobody", "U1", "u1\u{200b}", "' OR 1=1 --", "%"] {
        let answer = me.post("/api/v1/message/", &json!({"recipient": recipient, "body": "x"})).await;
        answer.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    }
    assert_nothing_stored(&me).await;
}

#[tokio::test]
async fn json_that_cannot_be_read_says_why() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let deep = format!("{{\"body\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let documents: [&[u8]; 9] = [
        b"{",
        b"{\"body\":}",
        b"{} {}",
        b"{\"body\":NaN}",
        b"\xef\xbb\xbf{}",
        b"{\"body\":\"\xff\"}",
        b"{\"body\":\"\\ud800\"}",
        b"{\"body\":1e400}",
        deep.as_bytes(),
    ];
    for document in documents {
        let answer = me.post_raw("application/json", document).await;
        assert_eq!(answer.status, 400);
        assert!(answer.json()["detail"].as_str().unwrap().starts_with("JSON parse error - "), "{answer:?}");
        assert_eq!(answer.json()["code"], "parse_error");
    }
    assert_nothing_stored(&me).await;
}

#[tokio::test]
async fn what_the_original_took_is_taken() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    for (body, stored) in [
        (r#"{"recipient":"u2","body":12}"#, "12"),
        (r#"{"recipient":"u2","body":1.5}"#, "1.5"),
        (r#"{"recipient":"u2","body":"first","body":"last"}"#, "last"),
        (r#"{"recipient":"u2","body":"x","id":99,"user":"u3","seq":7,"timestamp":"never"}"#, "x"),
        ("  {\"recipient\": \"u2\", \"body\": \"spaced\"}\n", "spaced"),
    ] {
        let answer = post_json(&me, body).await;
        assert_eq!((answer.status, &answer.json()["body"]), (201, &json!(stored)), "{body}");
        assert_eq!(answer.json()["user"], "u1");
    }
}

#[tokio::test]
async fn text_in_every_script_comes_back_byte_for_byte() {
    let place = Place::open();
    let (me, peer) = place.two_people().await;
    let longest = "😀".repeat(4000);
    let flood = format!("Z{}", "\u{301}".repeat(2000));
    for body in [
        "שלום",
        "مرحبا",
        "\u{202e}gpj.exe",
        "\u{2067}\u{2067}unbalanced",
        "e\u{301}",
        "é",
        "👨‍👩‍👧‍👦 👍🏿 🇪🇺",
        "\u{20000}",
        "\u{10ffff}\u{fffe}",
        "\u{1}\u{7f}x",
        "a\u{2028}b",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{7*7}} ${7*7} %s%n",
        "'; DROP TABLE message; --",
        "\\",
        &longest,
        &flood,
    ] {
        let id = me.tell(&peer, body).await["id"].to_string();
        assert_eq!(peer.get(&format!("/api/v1/message/{id}/")).await.json()["body"], body);
    }
}

#[tokio::test]
async fn other_media_types_are_refused_by_name() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    for named in ["text/plain", "application/xml", "application/json; charset=latin-1"] {
        let detail = format!("Unsupported media type \\\"{named}\\\" in request.");
        let expected = format!("{{\"detail\":\"{detail}\",\"code\":\"unsupported_media_type\"}}");
        me.post_raw(named, r#"{"recipient":"u2","body":"x"}"#).await.assert(415, &expected);
    }
    let untyped = me.send(me.request("POST", "/api/v1/message/").body("x")).await;
    untyped.assert(415, r#"{"detail":"Unsupported media type \"\" in request.","code":"unsupported_media_type"}"#);
    let empty = me.method("POST", "/api/v1/message/").await;
    empty.assert(400, REQUIRED);
    me.post_raw("text/plain", "").await.assert(400, REQUIRED);
}

#[tokio::test]
async fn compressed_bodies_are_refused() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let request = me.request("POST", "/api/v1/message/").header("content-encoding", "gzip").body(vec![0x1f, 0x8b]);
    let answer = me.send(request.header("content-type", "application/json")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (415, &json!("unsupported_content_encoding")));
}

#[tokio::test]
async fn a_form_that_is_not_text_is_refused() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let answer = me.post_raw("application/x-www-form-urlencoded", "recipient=u2&body=%ff").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("parse_error")));
    assert_nothing_stored(&me).await;
}

fn raw_post(me: &Person, headers: &str, body: &str) -> String {
    let cookie = me.cookie.as_deref().unwrap();
    format!(
        "POST /api/v1/message/ HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: application/json\r\n\
         {headers}\r\n{body}"
    )
}

#[tokio::test]
async fn a_chunked_body_is_read() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let body = "7;ext=1\r\n{\"body\"\r\n18\r\n:\"x\",\"recipient\" : \"u2\"}\r\n0\r\nTrailer: x\r\n\r\n";
    let request = raw_post(&me, "Transfer-Encoding: chunked\r\nConnection: close\r\n", body);
    let answer = Raw::ask(me.address(), request).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let broken = raw_post(&me, "Transfer-Encoding: chunked\r\nConnection: close\r\n", "zz\r\nnonsense");
    let answer = Raw::ask(me.address(), broken).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_the_connection_closed() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let expected = r#"{"detail":"Request body too large.","code":"too_large"}"#;

    let declared = raw_post(&me, "Content-Length: 1000000\r\n", "{");
    let answer = Raw::ask(me.address(), declared).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.ends_with(expected), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");

    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let mut raw = Raw::connect(me.address()).await;
    raw.send(raw_post(&me, "Transfer-Encoding: chunked\r\n", "")).await;
    for _ in 0..64 {
        if !raw.try_send(&chunk).await {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&raw.read_to_end().await).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert_nothing_stored(&me).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits { body_timeout: Duration::from_millis(200), ..Limits::default() };
    let place = Place::with_settings(Settings { limits, ..Settings::default() });
    let (me, _) = place.two_people().await;
    let answer = Raw::ask(me.address(), raw_post(&me, "Content-Length: 100\r\n", "{")).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.ends_with(r#"{"detail":"Request body took too long.","code":"timeout"}"#), "{answer}");
}

#[tokio::test]
async fn the_length_limit_is_a_setting() {
    let place = Place::with_settings(Settings { message_max_length: 3, ..Settings::default() });
    let (me, peer) = place.two_people().await;
    me.tell(&peer, "😀😀😀").await;
    let answer = me.post("/api/v1/message/", &json!({"recipient": "u2", "body": "four"})).await;
    answer.assert(400, r#"{"body":["Ensure this field has no more than 3 characters."]}"#);
    assert_eq!(me.get("/api/v1/me/").await.json()["settings"]["message_max_length"], 3);
}
