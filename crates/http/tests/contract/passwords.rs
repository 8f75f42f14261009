//! Forgotten and changed passwords.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_domain::ports::mail::Letter;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::user::{Email, NewUser};
use chatapp_http::{Settings, ThrottleSettings};
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD, a_new_user};
use serde_json::json;

use crate::support::{Answer, Person, Place, Socket, plain_frame};

const OVER: &str = r#"{"token":["This link is no longer valid."]}"#;
const NEW: &str = "another good one";

/// Ada, with an address, logged in.
async fn ada(place: &Place) -> Person {
    let wish = NewUser { email: Email::parse("Ada@example.org").unwrap(), ..a_new_user("ada") };
    let mut ada = place.stranger();
    ada.user = Some(place.stores.create(wish).await.unwrap());
    ada.log_in().await;
    ada
}

async fn forgot(place: &Place, email: &str) -> Answer {
    place.stranger().post("/api/v1/password/forgot/", &json!({ "email": email })).await
}

async fn reset(place: &Place, token: &str, password: &str) -> Answer {
    place.stranger().post("/api/v1/password/reset/", &json!({"token": token, "new_password": password})).await
}

async fn log_in(place: &Place, password: &str) -> u16 {
    place.stranger().post("/api/v1/session/", &json!({"username": "ada", "password": password})).await.status
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_mailed_link() {
    let place = Place::open();
    let me = ada(&place).await;
    let mut socket = Socket::plain(&me, "").await;
    forgot(&place, " ada@EXAMPLE.org ").await;
    let [mail] = place.mailbox.mails().try_into().unwrap();
    let Letter::ResetPassword { username, link } = &mail.letter else { panic!("{mail:?}") };
    assert_eq!((mail.to.as_str(), username.as_str()), ("Ada@example.org", "ada"), "the address as it is stored");
    let token = link.strip_prefix("https://chat.example.org/password/reset/#").unwrap();

    let page = place.stranger().get("/password/reset/").await;
    assert_eq!((page.status, page.header("referrer-policy")), (200, "no-referrer"));
    assert_eq!(page.header("cache-control"), "no-store");
    let short = reset(&place, token, "short").await;
    short.assert(400, r#"{"new_password":["This password is too short. It must contain at least 8 characters."]}"#);
    let answer = reset(&place, token, NEW).await;
    assert_eq!((answer.status, answer.cookie()), (204, None), "nobody is logged in by a link");
    assert_eq!((log_in(&place, PASSWORD).await, log_in(&place, NEW).await), (400, 200));
    assert_eq!(me.get("/api/v1/me/").await.status, 403, "every session is over");
    assert_eq!(socket.end().await.0, Some(4401));
    let last = place.mailbox.mails().pop().unwrap();
    assert!(matches!(last.letter, Letter::PasswordChanged { .. }), "{last:?}");
    assert_eq!(last.to.as_str(), "Ada@example.org");
    reset(&place, token, NEW).await.assert(400, OVER);
}

/// Whatever is typed: one answer, and as much work.
#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let place = Place::open();
    ada(&place).await;
    let gone = NewUser { email: Email::parse("gone@example.org").unwrap(), ..a_new_user("gone") };
    let gone = place.stores.create(gone).await.unwrap();
    place.stores.set_active(gone.id, false).await.unwrap();
    let mut answers = Vec::new();
    let typed = ["ada@example.org", "nobody@example.org", "gone@example.org", "m\u{131}ke", "x", &"x".repeat(10_000)];
    for email in typed {
        let (hashed, writes) = (place.hasher.hashes(), place.stores.resets_begun());
        let answer = forgot(&place, email).await;
        let headers: BTreeSet<String> = answer.headers.keys().map(ToString::to_string).collect();
        let work = (place.hasher.hashes() - hashed, place.stores.resets_begun() - writes);
        answers.push((answer.status, answer.body, headers, work));
    }
    assert_eq!((answers[0].0, answers[0].3), (202, (0, 1)), "a look and a write, and nothing that is slow");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(place.mailbox.mails().len(), 1);
}

#[tokio::test]
async fn a_link_leads_where_the_operator_says_and_nowhere_else() {
    let place = Place::open();
    ada(&place).await;
    let stranger = place.stranger();
    let request = stranger.request("POST", "/api/v1/password/forgot/").json(&json!({"email": "ada@example.org"}));
    let request = request.header("host", "evil.example").header("x-forwarded-host", "evil.example");
    assert_eq!(stranger.send(request).await.status, 202);
    let Letter::ResetPassword { link, .. } = place.mailbox.mails().pop().unwrap().letter else { panic!("a link") };
    assert!(link.starts_with("https://chat.example.org/"), "{link}");
}

#[tokio::test]
async fn only_the_newest_link_counts_and_only_for_half_an_hour() {
    let place = Place::open();
    ada(&place).await;
    forgot(&place, "ada@example.org").await;
    let first = place.mailbox.last_token();
    forgot(&place, "ada@example.org").await;
    reset(&place, &first, NEW).await.assert(400, OVER);
    place.clock.set(NEW_YEAR.after(Duration::from_secs(30 * 60)));
    reset(&place, &place.mailbox.last_token(), NEW).await.assert(400, OVER);
    assert_eq!(log_in(&place, PASSWORD).await, 200);
}

#[tokio::test]
async fn twenty_uses_of_a_link_at_once_are_one() {
    let place = Place::open();
    ada(&place).await;
    forgot(&place, "ada@example.org").await;
    let (token, mut uses) = (place.mailbox.last_token(), tokio::task::JoinSet::new());
    for n in 0..20 {
        let (stranger, token) = (place.stranger(), token.clone());
        let body = json!({"token": token, "new_password": format!("password number {n}")});
        uses.spawn(async move { stranger.post("/api/v1/password/reset/", &body).await.status });
    }
    let statuses = uses.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 19, "{statuses:?}");
}

#[tokio::test]
async fn a_changed_password_ends_a_link_and_the_other_sessions() {
    let place = Place::open();
    let mut me = ada(&place).await;
    let mut other = me.clone();
    other.log_in().await;
    let (mut mine, mut others) = (Socket::plain(&me, "").await, Socket::plain(&other, "").await);
    forgot(&place, "ada@example.org").await;
    let link = place.mailbox.last_token();

    let change = json!({"old_password": PASSWORD, "new_password": NEW});
    let answer = me.post("/api/v1/password/change/", &change).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(others.end().await.0, Some(4401));
    assert_eq!(other.get("/api/v1/me/").await.status, 403);
    assert_eq!(me.get("/api/v1/me/").await.status, 403, "the old key is worth nothing");
    let cookie = answer.cookie().unwrap();
    assert_ne!(me.cookie.as_ref(), Some(&cookie));
    me.cookie = Some(cookie);
    assert_eq!(me.get("/api/v1/me/").await.status, 200);
    // The session is the same one, so its socket is still there.
    let sent = me.tell(&me, "still here").await;
    assert_eq!(mine.text().await, plain_frame(&sent));
    reset(&place, &link, "yet another one").await.assert(400, OVER);
    assert_eq!((log_in(&place, PASSWORD).await, log_in(&place, NEW).await), (400, 200));
    let last = place.mailbox.mails().pop().unwrap();
    assert!(matches!(last.letter, Letter::PasswordChanged { .. }), "{last:?}");
}

#[tokio::test]
async fn a_password_is_only_changed_by_who_knows_it() {
    let place = Place::open();
    let me = ada(&place).await;
    let change = async |old: &str, new: &str| {
        me.post("/api/v1/password/change/", &json!({"old_password": old, "new_password": new})).await
    };
    let wrong = r#"{"old_password":["Your old password was entered incorrectly. Please enter it again."]}"#;
    change("wrong", NEW).await.assert(400, wrong);
    for (new, why) in [
        ("short", "This password is too short. It must contain at least 8 characters."),
        ("ada@example.ORG", "The password is too similar to the email address."),
    ] {
        change(PASSWORD, new).await.assert(400, &json!({ "new_password": [why] }).to_string());
    }
    let required = r#"{"old_password":["This field is required."],"new_password":["This field is required."]}"#;
    me.post("/api/v1/password/change/", &json!({})).await.assert(400, required);
    assert_eq!(me.get("/api/v1/me/").await.status, 200, "nothing has changed");
    place.hasher.set_busy(true);
    assert_eq!(change(PASSWORD, NEW).await.status, 503);
    assert!(place.mailbox.mails().is_empty());
}

#[tokio::test]
async fn whoever_sits_at_an_open_session_cannot_guess_its_password() {
    let place = Place::with_settings(Settings::default());
    let me = ada(&place).await;
    let guess = json!({"old_password": "wrong", "new_password": NEW});
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(me.post("/api/v1/password/change/", &guess).await.status);
    }
    assert_eq!((statuses[0], statuses[9], statuses[10]), (400, 400, 429), "{statuses:?}");
}

#[tokio::test]
async fn links_are_mailed_and_tried_only_so_often() {
    let throttles = ThrottleSettings::default();
    let place = Place::with_settings(Settings { throttles, ..Settings::default() });
    ada(&place).await;
    let mut statuses = Vec::new();
    for email in ["ada@example.org", "Ada@Example.org", "ada@example.org", "nobody@example.org", "a@b.cd", "c@d.ef"] {
        statuses.push(forgot(&place, email).await.status);
    }
    assert_eq!(statuses, [202, 202, 429, 202, 202, 429], "two for one address, five from here");
    assert_eq!(place.mailbox.mails().len(), 2);
    let mut last = 0;
    for _ in 0..31 {
        last = reset(&place, "x", NEW).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_server_that_cannot_write_links_says_so() {
    let place = Place::without_mail();
    let off = r#"{"detail":"This server sends no mail.","code":"mail_off"}"#;
    forgot(&place, "ada@example.org").await.assert(403, off);
    place
        .stranger()
        .post("/api/v1/password/forgot/", &json!({}))
        .await
        .assert(400, r#"{"email":["This field is required."]}"#);
    let place = Place::open();
    ada(&place).await;
    place.mailbox.set_full(true);
    assert_eq!(forgot(&place, "ada@example.org").await.status, 503);
}
