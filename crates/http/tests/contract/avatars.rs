//! People's pictures.

use chatapp_http::{Limits, Settings, ThrottleSettings};
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place};

const MINE: &str = "/api/v1/me/avatar/";

async fn put(me: &Person, kind: &str, file: impl Into<Vec<u8>>) -> Answer {
    me.send(me.request("PUT", MINE).header("content-type", kind).body(file.into())).await
}

async fn see(me: &Person, path: &str, known: &str) -> Answer {
    let request = me.request("GET", path);
    me.send(if known.is_empty() { request } else { request.header("if-none-match", known) }).await
}

#[tokio::test]
async fn a_picture_is_shown_wherever_the_person_is() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    assert_eq!(u1.get("/api/v1/me/").await.json()["avatar"], Value::Null);
    let me = put(&u2, "image/png", "picture:of u2").await;
    assert_eq!(me.status, 200, "{me:?}");
    let path = me.json()["avatar"].as_str().unwrap().to_owned();
    let version = path.strip_prefix("/api/v1/user/u2/avatar/?v=").unwrap().to_owned();
    assert!(version.len() == 16, "{path}");
    let shown = [
        u1.get("/api/v1/user/").await.json()[0]["avatar"].clone(),
        u1.get("/api/v1/user/?search=u").await.json()[0]["avatar"].clone(),
        u1.get("/api/v1/user/u2/").await.json()["avatar"].clone(),
        u1.get("/api/v1/conversation/").await.json()["results"][0]["user"]["avatar"].clone(),
        u2.get("/api/v1/me/").await.json()["avatar"].clone(),
    ];
    assert_eq!(shown, std::array::from_fn(|_| json!(path)));

    let picture = see(&u1, &path, "").await;
    assert_eq!((picture.status, picture.body.as_str()), (200, "of u2"));
    assert_eq!(picture.header("content-type"), "image/jpeg");
    assert_eq!(picture.header("etag"), format!("\"{version}\""));
    assert_eq!(picture.header("cache-control"), "private, max-age=31536000, immutable");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    for path in ["/api/v1/user/u2/avatar/", "/api/v1/user/u2/avatar?v=another"] {
        let picture = see(&u1, path, "").await;
        assert_eq!((picture.body.as_str(), picture.header("cache-control")), ("of u2", "private, max-age=60"));
    }
}

#[tokio::test]
async fn who_has_the_picture_already_is_told_so() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    put(&u2, "image/png", "picture:one").await;
    let tag = see(&u1, "/api/v1/user/u2/avatar/", "").await.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let answer = see(&u1, "/api/v1/user/u2/avatar/", &known).await;
        assert_eq!((answer.status, answer.body.as_str(), answer.header("etag")), (304, "", tag.as_str()), "{known}");
    }
    for other in ["\"x\"", "x", ""] {
        assert_eq!(see(&u1, "/api/v1/user/u2/avatar/", other).await.status, 200, "{other}");
    }
    put(&u2, "image/png", "picture:two").await;
    let changed = see(&u1, "/api/v1/user/u2/avatar/", &tag).await;
    assert_eq!((changed.status, changed.body.as_str()), (200, "two"));
    assert_eq!(u2.method("DELETE", MINE).await.status, 204);
    assert_eq!(u2.method("DELETE", MINE).await.status, 204);
    see(&u1, "/api/v1/user/u2/avatar/", &tag).await.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    assert_eq!(u1.get("/api/v1/user/u2/").await.json()["avatar"], Value::Null);
    assert_eq!(see(&u1, "/api/v1/user/nobody/avatar/", "").await.status, 404);
}

#[tokio::test]
async fn a_name_with_signs_in_it_has_a_path_that_works() {
    let place = Place::open();
    let me = place.person("a+b@example.org").await;
    let path = put(&me, "image/jpeg", "picture:mine").await.json()["avatar"].as_str().unwrap().to_owned();
    assert!(path.starts_with("/api/v1/user/a%2Bb@example.org/avatar/?v="), "{path}");
    assert_eq!(see(&me, &path, "").await.body, "mine");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_in_words() {
    let settings = Settings {
        limits: Limits { avatar: 100, ..Limits::default() },
        throttles: ThrottleSettings { on: false, ..ThrottleSettings::default() },
        ..Settings::default()
    };
    let place = Place::with_settings(settings);
    let me = place.person("u1").await;
    let sentence = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    for file in ["<svg/>", ""] {
        put(&me, "image/png", file).await.assert(400, &format!("{{\"avatar\":[\"{sentence}\"]}}"));
    }
    let huge = put(&me, "IMAGE/GIF; x=y", "huge:").await;
    huge.assert(400, r#"{"avatar":["Upload a valid image. It may have at most 40 megapixels."]}"#);
    for kind in ["image/svg+xml", "text/plain", "application/octet-stream", "multipart/form-data; boundary=x", ""] {
        let problem = json!({"detail": format!("Unsupported media type \"{kind}\" in request."), "code": "unsupported_media_type"});
        let answer = put(&me, kind, "picture:x").await;
        assert_eq!((answer.status, answer.json()), (415, problem), "{kind}");
    }
    let large = put(&me, "image/png", "picture:".repeat(13)).await;
    large.assert(413, r#"{"detail":"Request body too large.","code":"too_large"}"#);
    let squeezed = me.request("PUT", MINE).header("content-type", "image/png").header("content-encoding", "gzip");
    assert_eq!(me.send(squeezed.body("x")).await.status, 415);
    place.maker.set_busy(true);
    let busy = put(&me, "image/png", "picture:x").await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, "2"));
    place.maker.set_busy(false);
    assert_eq!(put(&me, "image/webp", format!("picture:{}", "x".repeat(92))).await.status, 200);
}
