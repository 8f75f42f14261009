//! Another address for an account.

use std::time::Duration;

use chatapp_domain::ports::mail::{Letter, Mail};
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::user::{Email, NewUser};
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD, a_new_user};
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place};

async fn person_at(place: &Place, name: &str, email: &str) -> Person {
    let wish = NewUser { email: Email::parse(email).unwrap(), ..a_new_user(name) };
    let mut person = place.stranger();
    person.user = Some(place.stores.create(wish).await.unwrap());
    person.log_in().await;
    person
}

async fn change(me: &Person, email: &str, password: &str) -> Answer {
    me.send(me.request("PATCH", "/api/v1/me/").json(&json!({"email": email, "password": password}))).await
}

async fn confirm(place: &Place, token: &str) -> Answer {
    place.stranger().post("/api/v1/email/confirm/", &json!({ "token": token })).await
}

async fn addresses(me: &Person) -> (Value, Value) {
    let me = me.get("/api/v1/me/").await.json();
    (me["email"].clone(), me["pending_email"].clone())
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_confirmed() {
    let place = Place::open();
    let me = person_at(&place, "ada", "old@example.org").await;
    let answer = change(&me, " New@example.org ", PASSWORD).await;
    assert_eq!((answer.status, &answer.json()["pending_email"]), (200, &json!("New@example.org")), "{answer:?}");
    assert_eq!(addresses(&me).await, (json!("old@example.org"), json!("New@example.org")));
    let [link, notice] = place.mailbox.mails().try_into().unwrap();
    let Mail { to, letter: Letter::ConfirmEmail { link, .. } } = &link else { panic!("{link:?}") };
    assert_eq!(to.as_str(), "New@example.org");
    let token = link.strip_prefix("https://chat.example.org/email/confirm/#").unwrap();
    assert_eq!(notice.to.as_str(), "old@example.org");
    assert!(matches!(&notice.letter, Letter::EmailChanging { new, .. } if new.as_str() == "New@example.org"));

    assert_eq!(confirm(&place, token).await.status, 204);
    assert_eq!(addresses(&me).await, (json!("New@example.org"), Value::Null));
    confirm(&place, token).await.assert(400, r#"{"token":["This link is no longer valid."]}"#);
    let forgotten = place.stranger().post("/api/v1/password/forgot/", &json!({"email": "new@example.org"})).await;
    assert_eq!(forgotten.status, 202);
    assert_eq!(place.mailbox.mails().pop().unwrap().to.as_str(), "New@example.org");
}

#[tokio::test]
async fn an_address_is_only_changed_by_who_knows_the_password() {
    let place = Place::open();
    let me = person_at(&place, "ada", "").await;
    change(&me, "new@example.org", "wrong").await.assert(400, r#"{"password":["The password is not right."]}"#);
    let patch = async |body: Value| me.send(me.request("PATCH", "/api/v1/me/").json(&body)).await;
    let required = r#"{"password":["This field is required."]}"#;
    patch(json!({"email": "new@example.org"})).await.assert(400, required);
    for bad in ["", "x", "a@b.c\r\nBcc: x@y.z", "m\u{131}ke@example.org"] {
        change(&me, bad, PASSWORD).await.assert(400, r#"{"email":["Enter a valid email address."]}"#);
    }
    assert_eq!(addresses(&me).await, (json!(""), Value::Null));
    assert!(place.mailbox.mails().is_empty());
    assert_eq!(patch(json!({"display_name": "Ada L."})).await.json()["display_name"], "Ada L.");
    change(&me, "new@example.org", PASSWORD).await;
    assert_eq!(place.mailbox.mails().len(), 1, "there is no old address to tell");
}

/// Whether somebody else has the address is told to that one alone.
#[tokio::test]
async fn an_address_of_somebody_else_is_neither_given_nor_given_away() {
    let place = Place::open();
    person_at(&place, "ada", "ada@example.org").await;
    let eve = person_at(&place, "eve", "eve@example.org").await;
    let answer = change(&eve, "ADA@example.org", PASSWORD).await;
    assert_eq!((answer.status, &answer.json()["pending_email"]), (200, &json!("ADA@example.org")));
    let [told, notice] = place.mailbox.mails().try_into().unwrap();
    assert_eq!((told.to.as_str(), notice.to.as_str()), ("ada@example.org", "eve@example.org"));
    assert!(matches!(told.letter, Letter::AddressInUse { username, .. } if username.as_str() == "ada"));
}

#[tokio::test]
async fn a_change_that_was_begun_ends_by_itself_or_by_another() {
    let place = Place::open();
    let me = person_at(&place, "ada", "old@example.org").await;
    change(&me, "one@example.org", PASSWORD).await;
    let first = place.mailbox.last_token();
    change(&me, "two@example.org", PASSWORD).await;
    assert_eq!(confirm(&place, &first).await.status, 400, "only the newest counts");
    assert_eq!(addresses(&me).await.1, json!("two@example.org"));
    let second = place.mailbox.last_token();
    let mails = place.mailbox.mails().len();
    assert_eq!(change(&me, "OLD@example.org", PASSWORD).await.json()["pending_email"], Value::Null);
    assert_eq!((confirm(&place, &second).await.status, place.mailbox.mails().len()), (400, mails));
    change(&me, "three@example.org", PASSWORD).await;
    place.clock.set(NEW_YEAR.after(Duration::from_secs(30 * 60)));
    assert_eq!(addresses(&me).await.1, Value::Null);
    assert_eq!(confirm(&place, &place.mailbox.last_token()).await.status, 400);
}

#[tokio::test]
async fn without_mail_an_address_stays_what_it_is() {
    let place = Place::without_mail();
    let me = person_at(&place, "ada", "old@example.org").await;
    let off = r#"{"detail":"This server sends no mail.","code":"mail_off"}"#;
    change(&me, "new@example.org", PASSWORD).await.assert(403, off);
}
