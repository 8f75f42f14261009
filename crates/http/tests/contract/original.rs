//! What clients of the original ChatApp rely on.

use chatapp_testkit::builders::PASSWORD;
use serde_json::json;

use crate::support::{Person, Place, Socket};

#[tokio::test]
async fn the_root_names_absolute_urls() {
    let place = Place::open();
    let me = place.person("u1").await;
    let root = me.get("/api/v1/").await.json();
    assert_eq!(root["message"], me.url("/api/v1/message/"));
    assert_eq!(root["user"], me.url("/api/v1/user/"));
    assert_eq!(me.get("/api/v1").await.json(), root);
}

#[tokio::test]
async fn users_are_everyone_else_by_name() {
    let place = Place::open();
    let me = place.person("u2").await;
    for name in ["u3", "u1"] {
        place.person(name).await;
    }
    let users = me.get("/api/v1/user/").await.json();
    let names: Vec<_> = users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect();
    assert_eq!(names, ["u1", "u3"]);
}

#[tokio::test]
async fn a_message_is_answered_in_its_shape() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let answer = u1.post("/api/v1/message/", &json!({"recipient": " u2 ", "body": " \u{3000}hello\u{1f}\n"})).await;
    let id = answer.json()["id"].as_i64().unwrap();
    let expected = format!(
        "{{\"id\":{id},\"user\":\"u1\",\"recipient\":\"u2\",\"timestamp\":\"2026-01-01T00:00:00.000001Z\",\
         \"body\":\"hello\",\"seq\":1}}"
    );
    answer.assert(201, &expected);
    u2.get(&format!("/api/v1/message/{id}/")).await.assert(200, &expected);
    u2.get(&format!("/api/v1/message/{id}")).await.assert(200, &expected);
}

#[tokio::test]
async fn a_message_can_be_posted_as_a_form_and_as_multipart() {
    let place = Place::open();
    let (u1, _) = place.two_people().await;
    let form =
        u1.post_raw("application/x-www-form-urlencoded; charset=UTF-8", "recipient=u2&body=a+b%F0%9F%98%80").await;
    assert_eq!((form.status, &form.json()["body"]), (201, &json!("a b😀")));
    let multipart = reqwest::multipart::Form::new().text("recipient", "u2").text("body", "two\r\nlines");
    let multipart = u1.send(u1.request("POST", "/api/v1/message").multipart(multipart)).await;
    assert_eq!((multipart.status, &multipart.json()["body"]), (201, &json!("two\r\nlines")));
}

#[tokio::test]
async fn pages_are_newest_first_and_linked() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    for number in 1..=31 {
        u1.tell(&u2, &format!("m{number}")).await;
    }
    u1.tell(&u3, "to another").await;

    let first = u2.get("/api/v1/message/?target=u1").await.json();
    assert_eq!((&first["count"], &first["previous"]), (&json!(31), &json!(null)));
    assert_eq!(first["results"].as_array().unwrap().len(), 15);
    assert_eq!(first["results"][0]["body"], "m31");
    assert_eq!(first["next"], u2.url("/api/v1/message/?page=2&target=u1"));

    let second = u2.get("/api/v1/message/?target=u1&page=2&x=%26").await.json();
    assert_eq!(second["results"][0]["body"], "m16");
    assert_eq!(second["previous"], u2.url("/api/v1/message/?target=u1&x=%26"));
    assert_eq!(second["next"], u2.url("/api/v1/message/?page=3&target=u1&x=%26"));

    let last = u2.get("/api/v1/message/?target=u1&page=last").await.json();
    assert_eq!(last["results"][0]["body"], "m1");
    assert_eq!((&last["next"], &last["previous"]), (&json!(null), &json!(u2.url("/api/v1/message/?page=2&target=u1"))));

    let everything = u1.get("/api/v1/message/").await.json();
    assert_eq!((&everything["count"], &everything["results"][0]["body"]), (&json!(32), &json!("to another")));
}

#[tokio::test]
async fn an_unknown_target_is_an_empty_page() {
    let place = Place::open();
    let me = place.person("u1").await;
    for target in ["nobody", "", "%00", "U1"] {
        let page = me.get(&format!("/api/v1/message/?target={target}")).await;
        page.assert(200, r#"{"count":0,"next":null,"previous":null,"results":[]}"#);
    }
}

#[tokio::test]
async fn pages_that_are_not_there_are_not_found() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    u1.tell(&u2, "hello").await;
    for page in ["", "abc", "1.5", "0", "-1", "2", "2147483648", "18446744073709551616", "%2B1", "01", "1&page=1"] {
        let answer = u1.get(&format!("/api/v1/message/?target=u2&page={page}")).await;
        answer.assert(404, r#"{"detail":"Invalid page.","code":"invalid_page"}"#);
    }
    assert_eq!(u1.get("/api/v1/message/?page=1").await.status, 200);
}

#[tokio::test]
async fn only_those_who_are_in_it_can_read_a_message() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let u3 = place.person("u3").await;
    let id = u1.tell(&u2, "between us").await["id"].to_string();
    let path = format!("/api/v1/message/{id}/");
    assert_eq!((u1.get(&path).await.status, u2.get(&path).await.status), (200, 200));
    let refused = u3.get(&path).await;
    refused.assert(404, r#"{"detail":"Not found.","code":"not_found"}"#);
    assert_eq!(u3.get("/api/v1/message/999/").await.body, refused.body);
}

#[tokio::test]
async fn writing_to_oneself_is_allowed() {
    let place = Place::open();
    let me = place.person("u1").await;
    assert_eq!(me.tell(&me, "a note").await["recipient"], "u1");
}

#[tokio::test]
async fn the_page_without_a_session_leads_to_the_log_in() {
    let place = Place::open();
    let answer = place.stranger().get("/").await;
    assert_eq!((answer.status, answer.header("location")), (302, "/login/?next=/"));
}

async fn post_form(person: &Person, path: &str, form: &[(&str, &str)]) -> crate::support::Answer {
    person.send(person.request("POST", path).form(form)).await
}

#[tokio::test]
async fn the_forms_log_in_and_out() {
    let place = Place::open();
    place.person("u1").await;
    let mut me = place.stranger();
    let form = [("username", "u1"), ("password", PASSWORD), ("csrfmiddlewaretoken", "x"), ("next", "/c/u2")];
    let answer = post_form(&me, "/login/", &form).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/c/u2"));
    me.cookie = answer.cookie();
    assert_eq!(me.get("/api/v1/me/").await.status, 200);

    let out = me.method("POST", "/logout/").await;
    assert_eq!((out.status, out.header("location")), (302, "/login/"));
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(me.get("/api/v1/me/").await.status, 403, "the old cookie is worth nothing");
}

#[tokio::test]
async fn next_comes_from_the_form_or_else_the_query_and_stays_here() {
    let place = Place::open();
    place.person("u1").await;
    let me = place.stranger();
    let credentials = [("username", "u1"), ("password", PASSWORD)];
    for (query, form, location) in [
        ("", None, "/"),
        ("?next=/c/u2", None, "/c/u2"),
        ("?next=/c/u2", Some("/c/u3"), "/c/u3"),
        ("?next=//evil.example", None, "/"),
        ("", Some("https://evil.example/"), "/"),
        ("", Some("/\\evil.example"), "/"),
        ("", Some("/\r\nSet-Cookie: a=b"), "/"),
    ] {
        let mut fields = credentials.to_vec();
        fields.extend(form.map(|next| ("next", next)));
        let answer = post_form(&me, &format!("/login/{query}"), &fields).await;
        assert_eq!((answer.status, answer.header("location")), (302, location), "{query} {form:?}");
    }
}

#[tokio::test]
async fn refused_credentials_get_the_page_again() {
    let place = Place::open();
    place.person("u1").await;
    let me = place.stranger();
    for form in [
        &[("username", "u1"), ("password", "wrong")][..],
        &[("username", "<b>"), ("password", PASSWORD)],
        &[("username", "u1")],
        &[],
    ] {
        let answer = post_form(&me, "/login/", form).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("data-login-error"), "{}", answer.body);
        assert!(answer.body.contains("Please enter a correct username and password."));
        assert!(!answer.body.contains("<b>") && answer.cookie().is_none());
    }
}

#[tokio::test]
async fn a_link_logs_out_unless_another_site_has_it() {
    let place = Place::open();
    let mut me = place.person("u1").await;
    let foreign = me.send(me.request("GET", "/logout/").header("sec-fetch-site", "cross-site")).await;
    assert_eq!(foreign.status, 200);
    assert!(foreign.body.contains("<form method=\"post\" action=\"/logout/\">"));
    assert_eq!(me.get("/api/v1/me/").await.status, 200, "the session is still there");
    let neighbour = me.send(me.request("GET", "/logout/").header("sec-fetch-site", "same-site")).await;
    assert_eq!(neighbour.status, 200, "another name of the same site is another site");
    for own in ["same-origin", "none"] {
        me.log_in().await;
        let left = me.send(me.request("GET", "/logout/").header("sec-fetch-site", own)).await;
        assert_eq!(left.status, 302, "{own}");
        assert_eq!(me.get("/api/v1/me/").await.status, 403);
    }
}

#[tokio::test]
async fn the_originals_client_works_unmodified() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let mut socket = Socket::plain(&u2, "?session_key=${sessionKey}").await;
    u1.post_raw("application/x-www-form-urlencoded; charset=UTF-8", "recipient=u2&body=hi").await;
    let frame = socket.text().await;
    let id: serde_json::Value = serde_json::from_str(&frame).unwrap();
    let message = u2.get(&format!("/api/v1/message/{}/", id["message"].as_str().unwrap())).await;
    assert_eq!(message.json()["body"], "hi");
}

#[tokio::test]
async fn what_the_original_let_anyone_do_is_not_allowed() {
    let place = Place::open();
    let (u1, u2) = place.two_people().await;
    let one = format!("/api/v1/message/{}/", u1.tell(&u2, "hello").await["id"]);
    for method in ["PUT", "PATCH", "DELETE"] {
        for path in [one.as_str(), "/api/v1/message/", "/api/v1/user/", "/api/v1/user/u2/"] {
            assert_eq!(u1.method(method, path).await.status, 405, "{method} {path}");
        }
    }
    assert_eq!(u1.get(&one).await.json()["body"], "hello");
}

#[tokio::test]
async fn basic_authentication_is_none() {
    let place = Place::open();
    place.person("u1").await;
    let me = place.stranger();
    let answer = me.send(me.request("GET", "/api/v1/me/").basic_auth("u1", Some(PASSWORD))).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn answers_are_json_whatever_is_accepted() {
    let place = Place::open();
    let me = place.person("u1").await;
    let answer = me.send(me.request("GET", "/api/v1/user/").header("accept", "text/html")).await;
    answer.assert(200, "[]");
}
