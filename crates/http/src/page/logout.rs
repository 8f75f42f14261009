//! Logging out: by form, or by a link on our own page, as the original's is.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::shell;
use crate::error::ApiError;
use crate::headers;
use crate::session;
use crate::site;

/// Asks before it ends a session that another site's page wants to end.
const ASK: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Log out</title></head>\n<body>\n",
    "<form method=\"post\" action=\"/logout/\">\n<p>Do you want to log out?</p>\n",
    "<button type=\"submit\">Log out</button>\n</form>\n</body>\n</html>\n"
);

/// A followed link or a typed address.
pub(crate) async fn by_link(request: HttpRequest, session: Session) -> HttpResponse {
    if site::is_navigation_of_ours(&request) {
        return end(&session);
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::PAGE_POLICY))
        .body(ASK)
}

/// The posted form.
pub(crate) async fn log_out(request: HttpRequest, session: Session) -> Result<HttpResponse, ApiError> {
    site::refuse_others(&request)?;
    Ok(end(&session))
}

fn end(session: &Session) -> HttpResponse {
    session::end(session);
    let mut response = shell::redirect("/login/");
    let clear = header::HeaderValue::from_static(headers::CLEAR_ON_LOG_OUT);
    response.headers_mut().insert(headers::CLEAR_SITE_DATA, clear);
    response
}
