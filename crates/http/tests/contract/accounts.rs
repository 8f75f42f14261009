//! Signing up, from the wish to the log-in.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_domain::ports::mail::Letter;
use chatapp_domain::sign_up::SignUpPolicy;
use chatapp_http::{Settings, ThrottleSettings};
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD, a_new_user, a_user};
use serde_json::{Value, json};

use crate::support::{Answer, Person, Place};

const OVER: &str = r#"{"token":["This link is no longer valid."]}"#;

fn wish(username: &str) -> Value {
    json!({"username": username, "email": format!("{username}@example.org"), "password": PASSWORD})
}

async fn sign_up(person: &Person, wish: &Value) -> Answer {
    person.post("/api/v1/account/", wish).await
}

async fn confirm(person: &Person, token: &str) -> Answer {
    person.post("/api/v1/account/confirm/", &json!({ "token": token })).await
}

#[tokio::test]
async fn whoever_follows_the_mailed_link_has_an_account() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    let answer = sign_up(&stranger, &wish("Ada")).await;
    answer.assert(202, r#"{"detail":"We have sent you a mail. Follow the link in it to have your account."}"#);
    let [mail] = place.mailbox.mails().try_into().unwrap();
    assert_eq!(mail.to.as_str(), "Ada@example.org");
    let Letter::ConfirmSignUp { username, link } = &mail.letter else { panic!("{mail:?}") };
    let token = link.strip_prefix("https://chat.example.org/account/confirm/#").unwrap();
    assert_eq!((username.as_str(), token.len()), ("Ada", 43));

    let credentials = json!({"username": "ada", "password": PASSWORD});
    assert_eq!(stranger.post("/api/v1/session/", &credentials).await.status, 400, "not yet");
    assert_eq!(stranger.get(&format!("/account/confirm/?token={token}")).await.status, 200);
    confirm(&stranger, token).await.assert(201, r#"{"username":"Ada"}"#);
    let me = stranger.post("/api/v1/session/", &credentials).await.json();
    assert_eq!((&me["username"], &me["email"]), (&json!("Ada"), &json!("Ada@example.org")));
    assert_eq!((&me["is_superuser"], &me["pending_email"]), (&json!(false), &Value::Null));
    confirm(&stranger, token).await.assert(400, OVER);
    for wrong in ["x", &token[1..], &token.to_lowercase(), "\u{0}"] {
        confirm(&stranger, wrong).await.assert(400, OVER);
    }
    confirm(&stranger, " ").await.assert(400, r#"{"token":["This field may not be blank."]}"#);
}

#[tokio::test]
async fn a_link_counts_for_a_day() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    sign_up(&stranger, &wish("ada")).await;
    place.clock.set(NEW_YEAR.after(Duration::from_secs(24 * 60 * 60)));
    confirm(&stranger, &place.mailbox.last_token()).await.assert(400, OVER);
    sign_up(&stranger, &wish("ada")).await;
    assert_eq!(confirm(&stranger, &place.mailbox.last_token()).await.status, 201, "the name is free again");
}

#[tokio::test]
async fn twenty_clicks_at_once_make_one_account() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    sign_up(&place.stranger(), &wish("ada")).await;
    let (token, mut clicks) = (place.mailbox.last_token(), tokio::task::JoinSet::new());
    for _ in 0..20 {
        let (stranger, token) = (place.stranger(), token.clone());
        clicks.spawn(async move { confirm(&stranger, &token).await.status });
    }
    let statuses = clicks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 19, "{statuses:?}");
}

/// Neither the answer, nor the work, nor what is kept tells whether an address has an account: only its owner is told.
#[tokio::test]
async fn an_address_that_has_an_account_is_not_given_away() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    sign_up(&stranger, &wish("ada")).await;
    confirm(&stranger, &place.mailbox.last_token()).await;
    let mut seen = Vec::new();
    for (name, email) in [("eve1", "new@example.org"), ("eve2", "ADA@example.org")] {
        place.mailbox.clear();
        let hashed = place.hasher.hashes();
        let answer = sign_up(&stranger, &json!({"username": name, "email": email, "password": PASSWORD})).await;
        let headers: BTreeSet<String> = answer.headers.keys().map(ToString::to_string).collect();
        let name_after = stranger.post("/api/v1/account/check/", &json!({ "username": name })).await.body;
        let (hashed, mails) = (place.hasher.hashes() - hashed, place.mailbox.mails().len());
        seen.push((answer.status, answer.body, headers, hashed, mails, name_after));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].0, seen[0].3, seen[0].4), (202, 1, 1));
    let [mail] = place.mailbox.mails().try_into().unwrap();
    assert_eq!(mail.to.as_str(), "ada@example.org", "the address as it is stored");
    assert!(matches!(mail.letter, Letter::AddressInUse { username, .. } if username.as_str() == "ada"));
}

#[tokio::test]
async fn names_that_could_be_taken_for_others_are_refused() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    a_user(&place.stores, "admin").await;
    a_user(&place.stores, "Paul").await;
    let stranger = place.stranger();
    let refusals = [
        ("admin", "This username is not available."),
        ("Admin", "This username is not available."),
        ("admin ", "This username is not available."),
        ("\u{ff41}\u{ff44}\u{ff4d}\u{ff49}\u{ff4e}", "This username is not available."),
        ("\u{1d2c}dmin", "This username is not available."),
        ("deleted-7", "This username is not available."),
        ("\u{430}dmin", "Use only the letters a to z, digits and @/./+/-/_ characters."),
        (
            "adm\u{200b}in",
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
        ),
        ("paul", "A user with that username already exists."),
        ("PauI", "This username looks too much like that of another user."),
        ("  ", "This field may not be blank."),
    ];
    for (name, why) in refusals {
        let answer = sign_up(&stranger, &json!({"username": name, "email": "a@b.cd", "password": PASSWORD})).await;
        answer.assert(400, &json!({ "username": [why] }).to_string());
        let checked = stranger.post("/api/v1/account/check/", &json!({ "username": name })).await;
        checked.assert(200, &json!({ "username": [why] }).to_string());
    }
    sign_up(&stranger, &wish("bell")).await;
    let alike = sign_up(&stranger, &wish("beII")).await;
    alike.assert(400, r#"{"username":["This username looks too much like that of another user."]}"#);
    let same = sign_up(&stranger, &wish("BELL")).await;
    same.assert(400, r#"{"username":["A user with that username already exists."]}"#);
    assert_eq!(place.mailbox.mails().len(), 1);
}

#[tokio::test]
async fn every_field_is_checked_at_once() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    let required = r#"{"username":["This field is required."],"email":["This field is required."],"password":["This field is required."]}"#;
    sign_up(&stranger, &json!({})).await.assert(400, required);
    let wrong = json!({"username": "a b", "email": "a@b.c\r\nBcc: x@y.z", "password": "short"});
    let answer = sign_up(&stranger, &wrong).await;
    let expected = json!({
        "username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."],
        "email": ["Enter a valid email address."],
        "password": ["This password is too short. It must contain at least 8 characters."],
    });
    assert_eq!((answer.status, answer.json()), (400, expected));
    let similar = json!({"username": "lovelace", "email": "ada@example.org", "password": "Lovelace"});
    let answer = sign_up(&stranger, &similar).await;
    answer.assert(400, r#"{"password":["The password is too similar to the username."]}"#);
    assert!(place.mailbox.mails().is_empty());
}

#[tokio::test]
async fn checks_answer_for_what_was_asked() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    a_user(&place.stores, "ada").await;
    let check = async |asked: Value| place.stranger().post("/api/v1/account/check/", &asked).await;
    check(json!({})).await.assert(200, "{}");
    check(json!({"username": "bob"})).await.assert(200, r#"{"username":[]}"#);
    let all = json!({"username": "bob", "email": "ada@example.org", "password": "password of bob"});
    check(all).await.assert(200, r#"{"username":[],"email":[],"password":[]}"#);
    let alike = json!({"email": "ada.lovelace@example.org", "password": "ada.lovelace"});
    let similar = r#"{"email":[],"password":["The password is too similar to the email address."]}"#;
    check(alike).await.assert(200, similar);
    check(json!({"username": null})).await.assert(400, r#"{"username":["This field may not be null."]}"#);
}

#[tokio::test]
async fn where_sign_up_is_closed_nobody_gets_in_and_nobody_is_looked_up() {
    let closed = r#"{"detail":"Sign-up is closed.","code":"sign_up_closed"}"#;
    for place in [Place::for_sign_ups(SignUpPolicy::Closed), Place::without_mail()] {
        a_user(&place.stores, "ada").await;
        let stranger = place.stranger();
        sign_up(&stranger, &wish("bob")).await.assert(403, closed);
        sign_up(&stranger, &json!({})).await.assert(403, closed);
        let check = stranger.post("/api/v1/account/check/", &json!({"username": "ada"})).await;
        check.assert(200, r#"{"username":[]}"#);
        assert_eq!(stranger.get("/api/v1/account/").await.json()["sign_up"], "closed");
        assert!(place.mailbox.mails().is_empty());
    }
}

#[tokio::test]
async fn it_is_said_how_one_gets_an_account() {
    for (policy, word) in
        [(SignUpPolicy::Open, "open"), (SignUpPolicy::Invite, "invite"), (SignUpPolicy::Closed, "closed")]
    {
        let place = Place::for_sign_ups(policy);
        let state = async || place.stranger().get("/api/v1/account/").await;
        let body = format!(r#"{{"sign_up":"{word}","first_run":true,"password_reset":true}}"#);
        state().await.assert(200, &body);
        a_user(&place.stores, "ada").await;
        state().await.assert(200, &body.replace("\"first_run\":true", "\"first_run\":false"));
    }
    let state = Place::without_mail().stranger().get("/api/v1/account/").await;
    state.assert(200, r#"{"sign_up":"closed","first_run":true,"password_reset":false}"#);
}

#[tokio::test]
async fn too_many_at_once_are_put_off() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    place.hasher.set_busy(true);
    let busy = sign_up(&stranger, &wish("ada")).await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, "2"));
    place.hasher.set_busy(false);
    place.mailbox.set_full(true);
    assert_eq!(sign_up(&stranger, &wish("bob")).await.status, 503);
}

#[tokio::test]
async fn an_address_may_only_sign_up_so_often() {
    let limited = ThrottleSettings::default();
    let place = Place::throttled_for_sign_ups(SignUpPolicy::Open, limited);
    let stranger = place.stranger();
    for n in 0..5 {
        assert_eq!(sign_up(&stranger, &wish(&format!("ada{n}"))).await.status, 202);
    }
    let sixth = sign_up(&stranger, &wish("ada6")).await;
    assert_eq!((sixth.status, sixth.json()["code"].as_str()), (429, Some("throttled")), "{sixth:?}");
    let wait: u64 = sixth.header("retry-after").parse().unwrap();
    assert!((300..=360).contains(&wait), "{wait}");
}

#[tokio::test]
async fn one_mailbox_is_not_flooded_from_many_addresses() {
    let throttles = ThrottleSettings::default();
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let settings = Settings { throttles, trusted_proxies, ..Settings::default() };
    let place = Place::open_for_sign_ups_with(settings);
    let stranger = place.stranger();
    let mut statuses = Vec::new();
    for n in 0..4 {
        let body = json!({"username": format!("ada{n}"), "email": "Victim@example.org", "password": PASSWORD});
        let request = stranger.request("POST", "/api/v1/account/").json(&body);
        let answer = stranger.send(request.header("x-forwarded-for", format!("192.0.2.{n}"))).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [202, 202, 429, 429]);
    assert_eq!(place.mailbox.mails().len(), 2);
}

#[tokio::test]
async fn looking_at_names_is_limited() {
    let place = Place::throttled_for_sign_ups(SignUpPolicy::Open, ThrottleSettings::default());
    let stranger = place.stranger();
    let mut last = 200;
    for n in 0..31 {
        last = stranger.post("/api/v1/account/check/", &json!({"username": format!("n{n}")})).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anybody_up() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    for path in [
        "/account/",
        "/account/check/",
        "/account/confirm/",
        "/account/first/",
        "/password/forgot/",
        "/password/reset/",
        "/email/confirm/",
    ] {
        let request = stranger.request("POST", &format!("/api/v1{path}")).json(&wish("ada"));
        let answer = stranger.send(request.header("origin", "https://evil.example")).await;
        answer.assert(403, r#"{"detail":"Cross-site request refused.","code":"cross_site"}"#);
    }
}

#[tokio::test]
async fn what_nobody_can_know_is_kept_nowhere_as_it_is() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    sign_up(&place.stranger(), &wish("ada")).await;
    let token = place.mailbox.last_token();
    assert!(!format!("{:?}", place.mailbox.mails()).contains(&token), "not even a debug print shows a link");
    let user = place.stores.stores().users.create(a_new_user("ada")).await.unwrap();
    confirm(&place.stranger(), &token).await.assert(400, OVER);
    assert_eq!(user.username.as_str(), "ada", "an operator may take a name that waits");
}

#[tokio::test]
async fn the_mail_of_a_sign_up_is_sent_again_with_another_link() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let stranger = place.stranger();
    let wish = json!({"username": "Ada", "email": "ada@example.org", "password": PASSWORD});
    assert_eq!(stranger.post("/api/v1/account/", &wish).await.status, 202);
    let first = place.mailbox.last_token();
    let again = async |username: &str, email: &str| {
        let answer = stranger.post("/api/v1/account/again/", &json!({"username": username, "email": email})).await;
        (answer.status, answer.body)
    };
    let answer = again("ada", "ADA@example.org").await;
    assert_eq!(answer.0, 202, "{answer:?}");
    let second = place.mailbox.last_token();
    assert_ne!(first, second);
    for (username, email) in [("ada", "eve@example.org"), ("bob", "ada@example.org"), ("\0", "\0")] {
        assert_eq!(again(username, email).await, answer, "{username} {email}");
    }
    assert_eq!(place.mailbox.mails().len(), 2);
    for (token, status) in [(first, 400), (second, 201)] {
        assert_eq!(stranger.post("/api/v1/account/confirm/", &json!({ "token": token })).await.status, status);
    }
    assert_eq!(again("ada", "ada@example.org").await, answer, "it is confirmed, and nobody is told");
    assert_eq!(place.mailbox.mails().len(), 2);
    assert_eq!(stranger.post("/api/v1/account/again/", &json!({})).await.status, 400);
    let closed = Place::open().stranger().post("/api/v1/account/again/", &json!({"username": "a", "email": "b"})).await;
    assert_eq!(closed.status, 403);
}

#[tokio::test]
async fn a_password_that_is_tried_first_is_refused_wherever_one_is_chosen() {
    let place = Place::for_sign_ups(SignUpPolicy::Open);
    let me = place.person("u1").await;
    let common = r#"["This password is too common."]"#;
    let wish = json!({"username": "Ada", "email": "ada@example.org", "password": "PassWord123"});
    me.stranger_again().post("/api/v1/account/", &wish).await.assert(400, &format!("{{\"password\":{common}}}"));
    let checked = me.stranger_again().post("/api/v1/account/check/", &json!({"password": "qwertyuiop"})).await;
    checked.assert(200, &format!("{{\"password\":{common}}}"));
    let change = json!({"old_password": PASSWORD, "new_password": "iloveyou1"});
    me.post("/api/v1/password/change/", &change).await.assert(400, &format!("{{\"new_password\":{common}}}"));
}
