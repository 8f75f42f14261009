//! The document says what is there.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::Place;

#[tokio::test]
async fn the_document_is_served() {
    let place = Place::open();
    for path in ["/api/v1/openapi.json", "/api/v1/openapi.json/"] {
        let answer = place.stranger().get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert_eq!(answer.body, chatapp_http::openapi());
    }
}

#[tokio::test]
async fn whatever_is_documented_is_there() {
    let place = Place::open();
    let me = place.person("u1").await;
    let document: Value = serde_json::from_str(&chatapp_http::openapi()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "1").replace("{username}", "u1");
        // Without a session and a body, so that nothing happens: what needs either refuses with 403 or 400; what is open to
        // everyone says how one gets an account, or that there are users already.
        for method in methods.as_object().unwrap().keys() {
            let answer = me.stranger_again().method(&method.to_uppercase(), &path).await;
            let expected: &[u16] = match path.as_str() {
                "/api/v1/account/" if method == "get" => &[200],
                "/api/v1/account/check/" => &[200],
                "/api/v1/account/first/" => &[409],
                _ => &[400, 403],
            };
            assert!(expected.contains(&answer.status), "{method} {path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn the_explorer_loads_nothing_from_elsewhere() {
    let place = Place::open();
    let stranger = place.stranger();
    for path in ["/api/v1/docs/", "/api/v1/docs", "/api/v1/docs/index.html"] {
        let page = stranger.get(path).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("http://") && !page.body.contains("https://"), "{}", page.body);
        assert!(page.header("content-security-policy").contains("script-src 'self';"));
        let mut links = 0;
        for attribute in ["src=\"", "href=\""] {
            for link in page.body.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert_eq!(stranger.get(link).await.status, 200, "{link}");
                links += 1;
            }
        }
        assert!(links >= 5, "{}", page.body);
    }
    let initializer = stranger.get("/api/v1/docs/swagger-initializer.js").await;
    assert!(initializer.body.contains("/api/v1/openapi.json"), "{}", initializer.body);
    assert!(!initializer.body.contains("petstore"));
    assert_eq!(stranger.get("/api/v1/docs/nothing.js").await.status, 404);
}

#[tokio::test]
async fn the_explorer_is_sent_packed_to_whoever_takes_it_so() {
    let place = Place::open();
    let (stranger, path) = (place.stranger(), "/api/v1/docs/swagger-ui.css");
    let plain = stranger.get(path).await;
    assert!(plain.body.starts_with(".swagger-ui"), "{plain:?}");
    let packed = stranger.request("GET", path).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    for headers in [&plain.headers, packed.headers()] {
        assert_eq!(headers["content-type"], "text/css");
        let varies: Vec<&str> = headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(varies, ["Accept-Encoding", "Accept, Cookie"]);
    }
    let mut unpacked = String::new();
    GzDecoder::new(&*packed.bytes().await.unwrap()).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    let refused = stranger.request("GET", path).header("accept-encoding", "gzip;q=0").send().await.unwrap();
    assert!(!refused.headers().contains_key("content-encoding"));
}
