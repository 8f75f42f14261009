//! Inviting people.

use std::time::Duration;

use chatapp_domain::ports::mail::Letter;
use chatapp_domain::sign_up::SignUpPolicy;
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD};
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place};

const INVALID: &str = r#"{"invitation":["This invitation is not valid."]}"#;
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;

async fn invite(root: &Person, wish: &Value) -> Value {
    let answer = root.post("/api/v1/admin/invitation/", wish).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

async fn sign_up(place: &Place, name: &str, invitation: &Value) -> Answer {
    let wish = json!({
        "username": name, "email": format!("{name}@example.org"), "password": PASSWORD, "invitation": invitation,
    });
    place.stranger().post("/api/v1/account/", &wish).await
}

async fn confirm(place: &Place) -> u16 {
    let body = json!({ "token": place.mailbox.last_token() });
    place.stranger().post("/api/v1/account/confirm/", &body).await.status
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_good_for_one_account() {
    let place = Place::for_sign_ups(SignUpPolicy::Invite);
    let root = place.superuser("root").await;
    let made = invite(&root, &json!({})).await;
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["url"], format!("https://chat.example.org/account/sign-up/#{token}"));
    assert_eq!((&made["email"], &made["created"]), (&json!(""), &json!("2026-01-01T00:00:00.000001Z")));
    assert_eq!(made["expires"], "2026-01-08T00:00:00.000001Z");

    assert_eq!(sign_up(&place, "ada", &made["token"]).await.status, 202);
    assert_eq!(confirm(&place).await, 201);
    sign_up(&place, "bob", &made["token"]).await.assert(400, INVALID);
    let listed = root.get("/api/v1/admin/invitation/").await;
    assert!(!listed.body.contains(token), "{}", listed.body);
    let expected = json!([{
        "id": made["id"], "email": "", "created": made["created"], "expires": made["expires"], "used_by": "ada",
    }]);
    assert_eq!(listed.json()["results"], expected);
}

#[tokio::test]
async fn without_a_good_invitation_nobody_signs_up() {
    let place = Place::for_sign_ups(SignUpPolicy::Invite);
    let root = place.superuser("root").await;
    for wrong in [Value::Null, json!(""), json!("x"), json!("x".repeat(10_000))] {
        let answer = sign_up(&place, "ada", &wrong).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.json()["invitation"].is_array(), "{answer:?}");
    }
    let theirs = invite(&root, &json!({"email": "ada@example.org"})).await;
    sign_up(&place, "eve", &theirs["token"]).await.assert(400, INVALID);
    assert_eq!(sign_up(&place, "Ada", &theirs["token"]).await.status, 202, "an address is the same in any case");
    place.clock.set(NEW_YEAR.after(Duration::from_secs(7 * 24 * 60 * 60)));
    let confirmed = root.post("/api/v1/session/confirm/", &json!({"password": PASSWORD})).await;
    assert_eq!(confirmed.status, 204);
    let late = invite(&root, &json!({"expires_in_days": 1})).await;
    place.clock.advance(Duration::from_secs(24 * 60 * 60));
    sign_up(&place, "bob", &late["token"]).await.assert(400, INVALID);
}

#[tokio::test]
async fn two_who_share_an_invitation_do_not_both_get_in() {
    let place = Place::for_sign_ups(SignUpPolicy::Invite);
    let made = invite(&place.superuser("root").await, &json!({})).await;
    sign_up(&place, "ada", &made["token"]).await;
    let first = place.mailbox.last_token();
    sign_up(&place, "bob", &made["token"]).await;
    assert_eq!(confirm(&place).await, 201);
    let late = place.stranger().post("/api/v1/account/confirm/", &json!({ "token": first })).await;
    late.assert(400, r#"{"token":["This link is no longer valid."]}"#);
}

#[tokio::test]
async fn an_invitation_is_taken_back() {
    let place = Place::for_sign_ups(SignUpPolicy::Invite);
    let root = place.superuser("root").await;
    let made = invite(&root, &json!({"expires_in_days": "30"})).await;
    let path = format!("/api/v1/admin/invitation/{}/", made["id"]);
    assert_eq!(root.method("DELETE", &path).await.status, 204);
    root.method("DELETE", &path).await.assert(404, NOT_FOUND);
    root.method("DELETE", "/api/v1/admin/invitation/01/").await.assert(404, NOT_FOUND);
    sign_up(&place, "ada", &made["token"]).await.assert(400, INVALID);
    assert_eq!(root.get("/api/v1/admin/invitation/").await.json()["results"], json!([]));
}

#[tokio::test]
async fn only_superusers_invite() {
    let place = Place::for_sign_ups(SignUpPolicy::Invite);
    let me = place.person("ada").await;
    me.get("/api/v1/admin/invitation/").await.assert(404, NOT_FOUND);
    me.post("/api/v1/admin/invitation/", &json!({})).await.assert(404, NOT_FOUND);
    me.method("DELETE", "/api/v1/admin/invitation/1/").await.assert(404, NOT_FOUND);
}

#[tokio::test]
async fn a_wish_for_an_invitation_is_checked() {
    let place = Place::for_sign_ups(SignUpPolicy::Closed);
    let root = place.superuser("root").await;
    let days = r#"{"expires_in_days":["Ensure this value is between 1 and 365."]}"#;
    let post = async |wish| root.post("/api/v1/admin/invitation/", &wish).await;
    post(json!({"expires_in_days": 0})).await.assert(400, days);
    post(json!({"expires_in_days": 366})).await.assert(400, days);
    let not_a_number = post(json!({"expires_in_days": "x"})).await;
    not_a_number.assert(400, r#"{"expires_in_days":["A valid integer is required."]}"#);
    post(json!({"email": "nobody"})).await.assert(400, r#"{"email":["Enter a valid email address."]}"#);
    let nowhere = Place::without_mail();
    let answer = nowhere.superuser("root").await.post("/api/v1/admin/invitation/", &json!({})).await;
    answer.assert(403, r#"{"detail":"This server sends no mail.","code":"mail_off"}"#);
}

#[tokio::test]
async fn who_is_invited_by_address_gets_the_link_by_mail() {
    let place = Place::for_sign_ups(SignUpPolicy::Invite);
    let root = place.superuser("root").await;
    let made = invite(&root, &json!({"email": "Ada@example.org", "expires_in_days": 2})).await;
    assert_eq!(made["mailed"], true);
    let [mail] = place.mailbox.mails().try_into().unwrap();
    assert_eq!(mail.to.as_str(), "Ada@example.org");
    assert!(matches!(mail.letter, Letter::Invitation { days: 2, .. }), "{mail:?}");
    assert_eq!(place.mailbox.last_token(), made["token"]);
    assert!(!format!("{mail:?}").contains(&place.mailbox.last_token()), "a link is a secret");
    place.mailbox.clear();
    assert_eq!(invite(&root, &json!({})).await["mailed"], false);
    place.mailbox.set_full(true);
    let made = invite(&root, &json!({"email": "bob@example.org"})).await;
    assert_eq!((&made["mailed"], place.mailbox.mails().len()), (&json!(false), 0), "whoever invites has the link");
}
