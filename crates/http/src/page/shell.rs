//! The one HTML document, which every address of the page answers with; script shows the rest.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::assets;
use super::files::{Embedded, File, Files};
use crate::caller::Caller;
use crate::headers;
use crate::session::LoggedIn;
use crate::urlencoded;

/// Where the page waits for something to show before its script runs.
const PLACE: &str = "<!--login-->";

/// What is served if the program was built without its page: logging in and the API work all the same.
const NOT_BUILT: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>ChatApp</title></head>\n<body>\n",
    "<h1>ChatApp</h1>\n<p>This server was built without its web page: run <code>npm run build</code> in ",
    "<code>web/</code>, then build it again.</p>\n<div id=\"root\"><!--login--></div>\n</body>\n</html>\n"
);

/// Any address of the page. Without a session it leads to the log-in, and from there back.
pub(crate) async fn serve(request: HttpRequest) -> HttpResponse {
    if let Err(error) = assets::only_reads(&request) {
        return error.error_response();
    }
    if is_for_strangers(request.path()) {
        let mut page = plain(request.headers(), &Embedded);
        // The address may hold the token of a mailed link, behind its `#`.
        page.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return page;
    }
    if Caller::of_session(&request).is_none() {
        let next = urlencoded::encode_path(request.uri().path());
        return redirect(&format!("/login/?next={next}"));
    }
    let may_administer = LoggedIn::of(&request).is_some_and(|logged_in| logged_in.is_superuser);
    if is_there(request.path(), may_administer) { plain(request.headers(), &Embedded) } else { missing(&Embedded) }
}

/// Whether the page shows something at an address. What is for superusers is not there for anybody else.
fn is_there(path: &str, may_administer: bool) -> bool {
    match path.trim_matches('/').split('/').next() {
        Some("" | "c" | "settings") => true,
        Some("admin") => may_administer,
        _ => false,
    }
}

/// Where people are who have no session yet, or came by a mailed link: signing up, choosing a new password, confirming.
/// `/offline/` is what the page's service worker keeps, to open it without a server.
fn is_for_strangers(path: &str) -> bool {
    ["/account", "/password", "/email", "/offline"]
        .iter()
        .any(|section| path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

pub(super) fn redirect(to: &str) -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, to)).finish()
}

fn plain(headers: &HeaderMap, files: &impl Files) -> HttpResponse {
    assets::respond(headers, "index.html", files).unwrap_or_else(|| html(NOT_BUILT.to_owned()))
}

/// The document where nothing is: script says so in words. Nobody keeps it.
fn missing(files: &impl Files) -> HttpResponse {
    let mut page = html(document(files));
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// The document with something in its place, made for one person.
pub(super) fn with(content: &str) -> HttpResponse {
    html(document(&Embedded).replacen(PLACE, content, 1))
}

fn document(files: &impl Files) -> String {
    let built = files.get("index.html").and_then(|File { content, .. }| String::from_utf8(content.into_owned()).ok());
    built.unwrap_or_else(|| NOT_BUILT.to_owned())
}

fn html(document: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::PAGE_POLICY))
        .body(document)
}

/// Text that means only itself in HTML, between tags and inside quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_written_into_the_page_can_become_markup() {
        assert_eq!(escape(r#"<b a="1" c='2'>&"#), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
    }

    #[test]
    fn only_superusers_find_what_is_theirs() {
        for path in ["/", "/c/ada/", "/c/a.b", "/settings", "/settings/profile/"] {
            assert!(is_there(path, false) && is_there(path, true), "{path}");
        }
        for path in ["/admin", "/admin/", "/admin/users/a.b/"] {
            assert!(!is_there(path, false) && is_there(path, true), "{path}");
        }
        for path in ["/nowhere/", "/administration/", "/cc/", "/settings.html"] {
            assert!(!is_there(path, false) && !is_there(path, true), "{path}");
        }
    }

    #[test]
    fn there_is_a_page_even_if_none_was_built() {
        struct Nothing;
        impl Files for Nothing {
            fn get(&self, _: &str) -> Option<File> {
                None
            }
        }
        assert!(document(&Nothing).contains("npm run build"));
        assert!(document(&Nothing).contains(PLACE));
    }
}
