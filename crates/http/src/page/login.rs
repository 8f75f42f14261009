//! Logging in with a form, as the original does and as browsers do before the page's script runs.

use actix_session::Session;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::{next, shell};
use crate::body::Fields;
use crate::caller::Caller;
use crate::error::{ApiError, FieldErrors};
use crate::log_in;
use crate::query::Query;
use crate::shared::Shared;
use crate::site;

/// What the form says when it comes back.
const REFUSED: &str = "Please enter a correct username and password. Note that both fields may be case-sensitive.";

/// The log-in page; for somebody who is logged in, the way on.
pub(crate) async fn show(request: HttpRequest, query: Query) -> HttpResponse {
    let next = next::safe(query.text("next"));
    if Caller::of_session(&request).is_some() {
        return shell::redirect(&next);
    }
    shell::with(&Form { next: &next, username: "", alert: None }.html())
}

/// The posted form. Refused credentials get the page again, with status 200.
pub(crate) async fn log_in(
    request: HttpRequest,
    query: Query,
    mut fields: Fields,
    session: Session,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    site::refuse_others(&request)?;
    let mut text = |name| fields.text(name, &mut FieldErrors::default());
    let next = text("next");
    let next = next::safe(next.as_deref().or_else(|| query.text("next")));
    let username = text("username").unwrap_or_default();
    let password = text("password").unwrap_or_default();
    match log_in::log_in(&request, &session, &shared, &username, password).await {
        Ok(_) => Ok(shell::redirect(&next)),
        // Wrong credentials are the only field error that logging in has.
        Err(ApiError::Fields(_)) => Ok(again(&next, &username, REFUSED)),
        // Who has to wait is told so in the page, with the status and the header of any such answer.
        Err(error @ ApiError::Throttled { retry_after }) => {
            let mut page = again(&next, &username, &too_often(retry_after));
            *page.status_mut() = error.status_code();
            page.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
            Ok(page)
        }
        Err(error) => Err(error),
    }
}

fn again(next: &str, username: &str, alert: &str) -> HttpResponse {
    shell::with(&Form { next, username, alert: Some(alert) }.html())
}

fn too_often(seconds: u64) -> String {
    match seconds {
        1 => "Too many attempts. Please try again in 1 second.".to_owned(),
        2..=90 => format!("Too many attempts. Please try again in {seconds} seconds."),
        _ => format!("Too many attempts. Please try again in {} minutes.", seconds.div_ceil(60)),
    }
}

struct Form<'a> {
    next: &'a str,
    username: &'a str,
    alert: Option<&'a str>,
}

impl Form<'_> {
    /// Plain HTML: it works without script, and script takes its place.
    fn html(&self) -> String {
        let alert =
            self.alert.map(|alert| format!("<p role=\"alert\" data-login-error>{}</p>\n", shell::escape(alert)));
        format!(
            "<form class=\"login-fallback\" method=\"post\" action=\"/login/\">\n{alert}\
             <label for=\"username\">Username</label>\n\
             <input id=\"username\" name=\"username\" type=\"text\" autocomplete=\"username\" \
             autocapitalize=\"none\" spellcheck=\"false\" required value=\"{username}\">\n\
             <label for=\"password\">Password</label>\n\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required>\n\
             <input type=\"hidden\" name=\"next\" value=\"{next}\">\n\
             <button type=\"submit\">Log in</button>\n</form>",
            alert = alert.unwrap_or_default(),
            username = shell::escape(self.username),
            next = shell::escape(self.next),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_text() {
        let html = Form { next: "/\"><script>", username: "\"><script>", alert: Some(REFUSED) }.html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("data-login-error"));
    }
}
