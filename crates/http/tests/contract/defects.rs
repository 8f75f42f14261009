//! A defect in the program: whoever meets it is told so, and nobody else notices.

use serde_json::json;

use crate::support::{Place, Socket, plain_frame};

/// The server of a test has one worker thread, so that it is that one which must live.
#[tokio::test]
async fn a_panic_in_a_handler_costs_its_own_request() {
    let place = Place::open();
    let (me, you) = place.two_people().await;
    let mut socket = Socket::plain(&you, "").await;
    let sent = me.tell(&you, "before").await;
    assert_eq!(socket.text().await, plain_frame(&sent));
    place.stores.panic();
    for path in ["/api/v1/message/", "/api/v1/conversation/", "/api/v1/event/?after=0"] {
        let answer = me.get(path).await;
        assert_eq!(
            (answer.status, answer.json()),
            (500, json!({"detail": "A server error occurred.", "code": "error"}))
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("x-request-id").len() > 5, "{answer:?}");
    }
    place.stores.come_back();
    assert_eq!(me.get("/api/v1/message/").await.json()["count"], 1);
    assert_eq!(me.get(&format!("/api/v1/message/{}/", sent["id"])).await.json()["body"], "before");
    let sent = me.tell(&you, "after").await;
    assert_eq!(socket.text().await, plain_frame(&sent), "open sockets live on");
}
