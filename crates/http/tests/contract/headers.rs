//! Headers that every answer carries.

use crate::support::Place;

#[tokio::test]
async fn every_answer_is_guarded() {
    let place = Place::open();
    let me = place.person("u1").await;
    for path in ["/api/v1/me/", "/api/v1/nothing/", "/login/", "/nothing.js", "/health/live", "/", "/ws"] {
        let answer = me.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("server", ""),
            ("access-control-allow-origin", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 10, "{path}");
    }
}

#[tokio::test]
async fn the_api_is_never_cached() {
    let place = Place::open();
    let me = place.person("u1").await;
    let answer = me.get("/api/v1/me/").await;
    assert_eq!((answer.header("cache-control"), answer.header("vary")), ("no-store", "Accept, Cookie"));
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn the_page_may_load_only_its_own() {
    let place = Place::open();
    let stranger = place.stranger();
    let page = stranger.get("/login/").await;
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'"
    );
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn each_request_has_its_own_name() {
    let place = Place::open();
    let stranger = place.stranger();
    let (one, other) = (stranger.get("/health/live").await, stranger.get("/health/live").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}
