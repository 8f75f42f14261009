//! The page's addresses. Whether the page was built makes no difference here.

use crate::support::Place;

#[tokio::test]
async fn addresses_of_the_page_lead_to_the_log_in_and_back() {
    let place = Place::open();
    let stranger = place.stranger();
    for (path, location) in [
        ("/", "/login/?next=/"),
        ("/c/u2", "/login/?next=/c/u2"),
        ("/c/root@example.com", "/login/?next=/c/root@example.com"),
        ("/c/%C3%A9", "/login/?next=/c/%25C3%25A9"),
        ("/settings", "/login/?next=/settings"),
    ] {
        let answer = stranger.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (302, location), "{path}");
    }
}

#[tokio::test]
async fn with_a_session_the_addresses_are_the_page() {
    let place = Place::open();
    let me = place.person("u1").await;
    for path in ["/", "/c/u2", "/c/root@example.com", "/settings"] {
        let answer = me.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.body.contains("<div id=\"root\">"), "{}", answer.body);
    }
    let answer = me.get("/login/?next=/c/u2").await;
    assert_eq!((answer.status, answer.header("location")), (302, "/c/u2"));
}

#[tokio::test]
async fn what_is_for_superusers_is_not_there_for_anybody_else() {
    let place = Place::open();
    let (root, me) = (place.superuser("root").await, place.person("u1").await);
    let nowhere = me.get("/nowhere/").await;
    assert_eq!((nowhere.status, nowhere.header("cache-control")), (404, "no-store"));
    assert!(nowhere.body.contains("<div id=\"root\">"), "{}", nowhere.body);
    for path in ["/admin", "/admin/", "/admin/users/a.b/", "/admin/users/a.b"] {
        let refused = me.get(path).await;
        assert_eq!((refused.status, &refused.body), (404, &nowhere.body), "{path}");
        assert_eq!(root.get(path).await.status, 200, "{path}");
        assert_eq!(place.stranger().get(path).await.status, 302, "{path}");
    }
}

#[tokio::test]
async fn the_log_in_page_has_a_form_that_needs_no_script() {
    let place = Place::open();
    let page = place.stranger().get("/login/?next=/c/%22%3E%3Cscript%3E").await;
    assert_eq!(page.status, 200);
    for part in [
        "<form class=\"login-fallback\" method=\"post\" action=\"/login/\">",
        "autocomplete=\"username\"",
        "autocomplete=\"current-password\"",
        "name=\"next\" value=\"/c/&quot;&gt;&lt;script&gt;\"",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains("data-login-error"));
}

#[tokio::test]
async fn files_that_are_not_there_are_not_the_page() {
    let place = Place::open();
    let me = place.person("u1").await;
    for path in ["/nothing.js", "/assets/nothing", "/favicon.ico.br"] {
        assert_eq!(me.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_page_is_only_read() {
    let place = Place::open();
    let me = place.person("u1").await;
    for (method, path) in [("POST", "/"), ("DELETE", "/c/u2"), ("PUT", "/login/"), ("POST", "/nothing.js")] {
        assert_eq!(me.method(method, path).await.status, 405, "{method} {path}");
    }
}
