//! The first account of all.

use chatapp_testkit::builders::{PASSWORD, a_user};
use serde_json::{Value, json};

use crate::support::{Answer, Place};

const WRONG: &str = r#"{"code":["This is not the code that the server printed."]}"#;
const OVER: &str = r#"{"detail":"The first account has been made already.","code":"first_run_over"}"#;

fn wish(code: &str) -> Value {
    json!({"code": code, "username": "admin", "email": "root@example.org", "password": PASSWORD})
}

async fn make(place: &Place, wish: &Value) -> Answer {
    place.stranger().post("/api/v1/account/first/", wish).await
}

#[tokio::test]
async fn whoever_has_the_code_makes_the_superuser() {
    let place = Place::open();
    assert!(place.services.first_run.begin().await.unwrap());
    let code = place.codes.last();
    make(&place, &wish(&code.to_lowercase().replace('-', " "))).await.assert(201, r#"{"username":"admin"}"#);
    let credentials = json!({"username": "admin", "password": PASSWORD});
    let me = place.stranger().post("/api/v1/session/", &credentials).await.json();
    assert_eq!((&me["is_superuser"], &me["email"]), (&json!(true), &json!("root@example.org")));
    make(&place, &wish(&code)).await.assert(409, OVER);
    assert_eq!(place.stranger().get("/api/v1/account/").await.json()["first_run"], false);
    assert!(!place.services.first_run.begin().await.unwrap());
    assert_eq!(place.codes.shown().len(), 1, "no code where there is somebody");
}

#[tokio::test]
async fn ten_wrong_codes_and_there_is_a_new_one() {
    let place = Place::open();
    place.services.first_run.begin().await.unwrap();
    let first = place.codes.last();
    for n in 0..9 {
        make(&place, &wish(&format!("AAAA-BBBB-CCC{n}"))).await.assert(400, WRONG);
    }
    assert_eq!(place.codes.shown().len(), 1);
    make(&place, &wish("x")).await.assert(400, WRONG);
    assert_eq!(place.codes.shown().len(), 2);
    make(&place, &wish(&first)).await.assert(400, WRONG);
    assert_eq!(make(&place, &wish(&place.codes.last())).await.status, 201);
}

#[tokio::test]
async fn without_a_code_and_with_somebody_there_is_no_first_account() {
    let place = Place::open();
    make(&place, &wish("")).await.assert(400, r#"{"code":["This field may not be blank."]}"#);
    make(&place, &wish("AAAA-BBBB-CCCC")).await.assert(400, WRONG);
    place.services.first_run.begin().await.unwrap();
    a_user(&place.stores, "ada").await;
    make(&place, &wish(&place.codes.last())).await.assert(409, OVER);
    make(&place, &json!({})).await.assert(409, OVER);
}

#[tokio::test]
async fn a_flawed_wish_does_not_cost_the_code() {
    let place = Place::open();
    place.services.first_run.begin().await.unwrap();
    let code = place.codes.last();
    let flawed = json!({"code": code, "username": "a b", "email": "x", "password": "12345678"});
    let expected = json!({
        "username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."],
        "email": ["Enter a valid email address."],
        "password": ["This password is entirely numeric."],
    });
    for _ in 0..11 {
        let answer = make(&place, &flawed).await;
        assert_eq!((answer.status, answer.json()), (400, expected.clone()));
    }
    assert_eq!(make(&place, &json!({"code": code, "username": "root", "password": PASSWORD})).await.status, 201);
}

#[tokio::test]
async fn of_twenty_at_once_one_is_the_first() {
    let place = Place::open();
    place.services.first_run.begin().await.unwrap();
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (stranger, code) = (place.stranger(), place.codes.last());
        let wish = json!({"code": code, "username": format!("root{n}"), "password": PASSWORD});
        tries.spawn(async move { stranger.post("/api/v1/account/first/", &wish).await.status });
    }
    let statuses = tries.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 400, 409].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_name_is_checked_as_an_operators() {
    let place = Place::open();
    let check = place.stranger().post("/api/v1/account/check/", &json!({"username": "admin"})).await;
    check.assert(200, r#"{"username":[]}"#);
}
