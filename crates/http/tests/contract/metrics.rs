//! Figures for operators: who sees them, and what is counted.

use chatapp_http::{MetricsExposure, Settings};
use serde_json::json;

use crate::support::{Answer, Person, Place};

/// The value of the line that begins with `name`.
fn value(figures: &Answer, name: &str) -> Option<f64> {
    let line = figures.body.lines().find(|line| line.starts_with(name) && !line.starts_with('#'))?;
    line.rsplit(' ').next()?.parse().ok()
}

async fn figures(stranger: &Person) -> Answer {
    let figures = stranger.get("/metrics").await;
    assert_eq!(figures.status, 200, "{figures:?}");
    figures
}

async fn asked_through(stranger: &Person, header: &str) -> Answer {
    stranger.send(stranger.request("GET", "/metrics").header(header, "192.0.2.1")).await
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_what_a_client_makes_up() {
    let place = Place::open();
    let (me, peer) = place.two_people().await;
    for number in 0..3 {
        me.post("/api/v1/message/", &json!({"recipient": "u2", "body": format!("{number}")})).await;
    }
    peer.get("/api/v1/message/?target=u1").await;
    peer.get("/api/v1/message/77777").await;
    peer.get("/nowhere/77777/at-all.js").await;
    let figures = figures(&place.stranger()).await;
    assert_eq!(figures.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let count = |labels: &str| value(&figures, &format!("chatapp_http_requests_total{{{labels}}}"));
    assert_eq!(count(r#"method="POST",route="/api/v1/message/",status="201""#), Some(3.0));
    assert_eq!(count(r#"method="GET",route="/api/v1/message/",status="200""#), Some(1.0));
    assert_eq!(count(r#"method="GET",route="/api/v1/message/{id}/",status="404""#), Some(1.0));
    assert!(count(r#"method="GET",route="other",status="404""#).is_some());
    assert_eq!(value(&figures, r#"chatapp_http_request_seconds_count{route="/api/v1/message/"}"#), Some(4.0));
    assert!(!figures.body.contains("77777") && !figures.body.contains("u2"), "{}", figures.body);
}

#[tokio::test]
async fn the_parts_of_the_program_and_the_process_are_in_it() {
    let place = Place::open();
    let figures = figures(&place.stranger()).await;
    assert_eq!(value(&figures, "chatapp_people_connected"), Some(0.0));
    let described =
        "# HELP chatapp_people_connected People with a connection here.\n# TYPE chatapp_people_connected gauge\n";
    assert!(figures.body.contains(described), "{}", figures.body);
    assert!(value(&figures, "process_resident_memory_bytes").is_some_and(|bytes| bytes > 1e6));
    assert!(value(&figures, "process_open_fds").is_some_and(|files| files > 3.0));
    assert_eq!(value(&figures, "chatapp_build_info"), Some(1.0));
}

#[tokio::test]
async fn what_a_proxy_passes_on_does_not_count_as_local() {
    let place = Place::open();
    let stranger = place.stranger();
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"] {
        let refused = asked_through(&stranger, header).await;
        refused.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    }
    let off = Place::with_settings(Settings { metrics: MetricsExposure::Off, ..Settings::default() });
    assert_eq!(off.stranger().get("/metrics").await.status, 404);
    let everyone = Place::with_settings(Settings { metrics: MetricsExposure::Everyone, ..Settings::default() });
    assert_eq!(asked_through(&everyone.stranger(), "Via").await.status, 200);
    assert_eq!(everyone.stranger().method("DELETE", "/metrics").await.status, 405);
}
