//! Writes and sockets that another site's page asks for.

use chatapp_http::{Settings, Url};
use chatapp_testkit::builders::PASSWORD;
use serde_json::json;

use crate::support::{Answer, Person, Place, Socket};

const REFUSAL: &str = r#"{"detail":"Cross-site request refused.","code":"cross_site"}"#;

async fn post(me: &Person, headers: &[(&str, &str)]) -> Answer {
    let request = me.request("POST", "/api/v1/message/").json(&json!({"recipient": "u2", "body": "x"}));
    me.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn writes_come_from_here_or_from_no_browser() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    let own = me.url("");
    for headers in [
        &[][..],
        &[("origin", own.as_str())],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://rewritten.example")],
        &[("sec-fetch-site", "none")],
    ] {
        assert_eq!(post(&me, headers).await.status, 201, "{headers:?}");
    }
    let other_port = "http://127.0.0.1:1";
    let tls = own.replace("http:", "https:");
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", own.as_str())],
        &[("sec-fetch-site", "")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", other_port)],
        &[("origin", tls.as_str())],
    ] {
        post(&me, headers).await.assert(403, REFUSAL);
    }
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 4);
}

#[tokio::test]
async fn nobody_is_logged_in_or_out_by_another_site() {
    let place = Place::open();
    let me = place.person("u1").await;
    let credentials = json!({"username": "u1", "password": PASSWORD});
    for (method, path) in
        [("POST", "/api/v1/session/"), ("DELETE", "/api/v1/session/"), ("POST", "/login/"), ("POST", "/logout/")]
    {
        let request = me.request(method, path).header("origin", "https://evil.example").json(&credentials);
        let answer = me.send(request).await;
        answer.assert(403, REFUSAL);
        assert_eq!(answer.cookie(), None);
    }
    assert_eq!(me.get("/api/v1/me/").await.status, 200);
}

#[tokio::test]
async fn sockets_come_from_here_or_from_no_browser() {
    let place = Place::open();
    let me = place.person("u1").await;
    for headers in [&[("origin", "https://evil.example")], &[("sec-fetch-site", "cross-site")], &[("origin", "null")]] {
        let refused = Socket::open(&me, "", headers).await.err().unwrap();
        assert_eq!(refused, (403, REFUSAL.to_owned()));
    }
    let own = me.url("");
    assert!(Socket::open(&me, "", &[("origin", &own)]).await.is_ok());
    assert!(Socket::open(&me, "", &[]).await.is_ok());
}

#[tokio::test]
async fn the_configured_address_is_the_own_one() {
    let public_url = Url::parse("https://chat.example").ok();
    let allowed_origins = vec!["https://other.example:8443".parse().unwrap()];
    let place = Place::with_settings(Settings { public_url, allowed_origins, ..Settings::default() });
    let (me, _) = place.two_people().await;
    for origin in ["https://chat.example", "https://CHAT.example:443", "https://other.example:8443"] {
        assert_eq!(post(&me, &[("origin", origin)]).await.status, 201, "{origin}");
    }
    for origin in ["https://chat.example.evil.com", "http://chat.example", "https://other.example", &me.url("")] {
        assert_eq!(post(&me, &[("origin", origin)]).await.status, 403, "{origin}");
    }
    // Browsers say of an allowed site, too, that it is another one.
    for site in ["same-site", "cross-site"] {
        let from = |origin| [("sec-fetch-site", site), ("origin", origin)];
        assert_eq!(post(&me, &from("https://other.example:8443")).await.status, 201, "{site}");
        assert!(Socket::open(&me, "", &from("https://other.example:8443")).await.is_ok(), "{site}");
        for origin in ["https://other.example", "https://chat.example", "null"] {
            assert_eq!(post(&me, &from(origin)).await.status, 403, "{site} {origin}");
        }
    }
    let root = me.get("/api/v1/").await;
    assert_eq!(root.json()["user"], "https://chat.example/api/v1/user/");
    assert_eq!(root.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn only_trusted_proxies_say_where_the_server_is() {
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "chat.example")];
    let ask = async |place: &Place| {
        let me = place.person("u1").await;
        let request = forwarded
            .iter()
            .fold(me.request("GET", "/api/v1/"), |request, (name, value)| request.header(*name, *value));
        me.send(request).await.json()["user"].as_str().unwrap().to_owned()
    };
    let untrusting = Place::open();
    assert!(ask(&untrusting).await.starts_with("http://127.0.0.1:"));
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let trusting = Place::with_settings(Settings { trusted_proxies, ..Settings::default() });
    assert_eq!(ask(&trusting).await, "https://chat.example/api/v1/user/");
}
