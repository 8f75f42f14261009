//! Reporting messages, and what superusers do with reports.

use serde_json::{Value, json};

use crate::support::{Answer, Person, Place};

const REPORTS: &str = "/api/v1/admin/report/";
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;

async fn report(me: &Person, message: &Value, reason: &Value) -> Answer {
    me.post(&format!("/api/v1/message/{}/report/", message["id"]), &json!({"reason": reason})).await
}

async fn listed(root: &Person, query: &str) -> Vec<Value> {
    let answer = root.get(&format!("{REPORTS}{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["results"].as_array().unwrap().clone()
}

async fn set_closed(root: &Person, report: &Value, body: &Value) -> Answer {
    root.send(root.request("PATCH", &format!("{REPORTS}{}/", report["id"])).json(body)).await
}

#[tokio::test]
async fn a_recipient_reports_a_message_once() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let message = other.tell(&me, "buy now").await;
    let first = report(&me, &message, &json!(" spam 🐎 ")).await;
    let expected = json!({
        "id": first.json()["id"],
        "message": message["id"],
        "reason": "spam 🐎",
        "created": first.json()["created"],
    });
    assert_eq!((first.status, first.json()), (201, expected.clone()));
    let again = report(&me, &message, &json!("another reason")).await;
    assert_eq!((again.status, again.json()), (200, expected));
}

#[tokio::test]
async fn a_reason_is_optional_and_bounded() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    for (number, body) in [json!({}), json!({"reason": ""}), json!({"reason": null})].into_iter().enumerate() {
        let message = other.tell(&me, &format!("message {number}")).await;
        let answer = me.post(&format!("/api/v1/message/{}/report/", message["id"]), &body).await;
        assert_eq!((answer.status, &answer.json()["reason"]), (201, &json!("")), "{body}");
    }
    let message = other.tell(&me, "one more").await;
    for (reason, error) in [
        (json!("a".repeat(1001)), "Ensure this field has no more than 1000 characters."),
        (json!("a\u{0}b"), "Null characters are not allowed."),
        (json!({}), "Not a valid string."),
    ] {
        let answer = report(&me, &message, &reason).await;
        assert_eq!((answer.status, answer.json()), (400, json!({"reason": [error]})));
    }
    assert_eq!(report(&me, &message, &json!("Ж".repeat(1000))).await.status, 201);
}

#[tokio::test]
async fn only_the_recipient_reports_a_message() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let (third, message) = (place.person("u3").await, me.tell(&other, "hello").await);
    let own = report(&me, &message, &json!("")).await;
    let errors = json!({"non_field_errors": ["You cannot report your own message."]});
    assert_eq!((own.status, own.json()), (400, errors));
    report(&third, &message, &json!("")).await.assert(404, NOT_FOUND);
    for id in ["9007199254740991", "0", "x", "01"] {
        me.post(&format!("/api/v1/message/{id}/report/"), &json!({})).await.assert(404, NOT_FOUND);
    }
    assert_eq!(report(&me.program("read").await, &message, &json!("")).await.json()["code"], "permission_denied");
}

#[tokio::test]
async fn superusers_read_reports_with_their_messages_and_close_them() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let root = place.superuser("root").await;
    let mut filed = Vec::new();
    for text in ["one", "two", "three"] {
        let message = other.tell(&me, text).await;
        filed.push((report(&me, &message, &json!(text)).await.json(), message));
    }
    let (first, message) = &filed[0];
    let all = listed(&root, "").await;
    let mut expected = json!({
        "id": first["id"],
        "message": message,
        "reporter": "u1",
        "reason": "one",
        "created": first["created"],
        "closed": null,
        "closed_by": null,
    });
    assert_eq!((all.len(), &all[2]), (3, &expected), "the newest first");

    let closed = set_closed(&root, first, &json!({"closed": true})).await;
    assert_eq!(closed.status, 200, "{closed:?}");
    expected["closed"] = closed.json()["closed"].clone();
    expected["closed_by"] = "root".into();
    assert!(expected["closed"].is_string());
    assert_eq!(closed.json(), expected);
    assert_eq!(listed(&root, "?state=closed").await, [expected.clone()]);
    assert_eq!(listed(&root, "?state=open").await.len(), 2);
    assert_eq!(set_closed(&root, first, &json!({"closed": true})).await.json(), expected, "once is enough");
    let open = set_closed(&root, first, &json!({"closed": false})).await.json();
    assert_eq!((&open["closed"], &open["closed_by"]), (&Value::Null, &Value::Null));
    assert_eq!(listed(&root, "?state=open").await.len(), 3);
}

#[tokio::test]
async fn reports_are_paged() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let root = place.superuser("root").await;
    for number in 0..5 {
        let message = other.tell(&me, &format!("message {number}")).await;
        assert_eq!(report(&me, &message, &json!("")).await.status, 201);
    }
    let (mut path, mut seen) = (format!("{REPORTS}?state=open&limit=2"), Vec::new());
    loop {
        let page = root.get(&path).await.json();
        let results = page["results"].as_array().unwrap();
        seen.extend(results.iter().map(|report| report["message"]["body"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        assert!(next.starts_with(&root.url(REPORTS)) && next.contains("state=open"), "{next}");
        path = next.strip_prefix(&root.url("")).unwrap().to_owned();
    }
    assert_eq!(seen, ["message 4", "message 3", "message 2", "message 1", "message 0"]);
}

#[tokio::test]
async fn bad_questions_about_reports_are_told() {
    let place = Place::open();
    let root = place.superuser("root").await;
    for query in ["?state=both", "?cursor=x", "?limit=0", "?limit=x"] {
        assert_eq!(root.get(&format!("{REPORTS}{query}")).await.status, 400, "{query}");
    }
    let (me, other) = place.two_people().await;
    let message = other.tell(&me, "hello").await;
    let filed = report(&me, &message, &json!("")).await.json();
    let answer = set_closed(&root, &filed, &json!({})).await;
    assert_eq!((answer.status, answer.json()), (400, json!({"closed": ["This field is required."]})));
    assert_eq!(set_closed(&root, &filed, &json!({"closed": "perhaps"})).await.status, 400);
    set_closed(&root, &json!({"id": 99}), &json!({"closed": true})).await.assert(404, NOT_FOUND);
}

#[tokio::test]
async fn nobody_else_sees_or_closes_reports() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let message = other.tell(&me, "hello").await;
    let filed = report(&me, &message, &json!("")).await.json();
    for person in [&me, &other] {
        person.get(REPORTS).await.assert(404, NOT_FOUND);
        set_closed(person, &filed, &json!({"closed": true})).await.assert(404, NOT_FOUND);
    }
}
