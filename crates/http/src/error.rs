//! The only place where errors meet status codes. Every match here is exhaustive, so that a new error does not compile
//! until somebody has chosen its answer.

mod domain;
mod fields;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use chatapp_domain::ports::StoreError;
use thiserror::Error;

pub(crate) use self::fields::FieldErrors;
use crate::json;
use crate::wire;

/// An answer other than the wished one.
#[derive(Debug, Error)]
pub(crate) enum ApiError {
    #[error("no credentials")]
    NotAuthenticated,
    #[error("invalid bearer token")]
    InvalidToken,
    #[error("not for this token")]
    PermissionDenied,
    #[error("the password was given too long ago")]
    PasswordRequired,
    #[error("a request from another site")]
    CrossSite,
    #[error("not found")]
    NotFound,
    #[error("no such page")]
    InvalidPage,
    #[error("method {method} not allowed")]
    MethodNotAllowed { method: String, allow: String },
    #[error("invalid fields")]
    Fields(FieldErrors),
    #[error("{0}")]
    Parse(Cow<'static, str>),
    #[error("unsupported media type")]
    UnsupportedMediaType(String),
    #[error("unsupported content encoding")]
    UnsupportedEncoding(String),
    #[error("request body too large")]
    TooLarge,
    #[error("request body too slow")]
    TooSlow,
    #[error("kept apart by a block")]
    Blocked,
    #[error("idempotency key reused")]
    KeyReused,
    #[error("cursor leads nowhere")]
    Reset,
    /// More than may be asked for; there is room again after so many seconds.
    #[error("throttled")]
    Throttled { retry_after: u64 },
    #[error("sign-up is closed")]
    SignUpClosed,
    #[error("there are users already")]
    FirstRunOver,
    #[error("this server sends no mail")]
    MailOff,
    #[error("the last active superuser")]
    LastSuperuser,
    #[error("the last active superuser, who stays one")]
    StaysSuperuser,
    #[error("reading messages is off")]
    ReadingIsOff,
    #[error("no upgrade to a WebSocket asked for")]
    UpgradeRequired,
    /// Try again later. The cause, if there is one worth telling, is for the log.
    #[error("unavailable")]
    Unavailable { retry_after: u8, cause: Option<StoreError> },
    /// A defect. The cause is for the log.
    #[error("failed: {0}")]
    Failed(Cow<'static, str>),
}

/// What a client sees of an error.
struct Answer<'a> {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'a, str>,
}

impl ApiError {
    /// The answer to more work than is taken on.
    pub(crate) const BUSY: Self = Self::Unavailable { retry_after: 1, cause: None };

    /// The answer to more passwords than are worked on, or more mail than is taken.
    pub(crate) const BUSY_HASHING: Self = Self::Unavailable { retry_after: 2, cause: None };

    /// One field's error.
    pub(crate) fn field(name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Fields(FieldErrors::one(name, message))
    }

    /// That a field names none of the things that it may name.
    pub(crate) fn no_choice(name: &'static str, given: &str) -> Self {
        Self::field(name, format!("\"{given}\" is not a valid choice."))
    }

    fn answer(&self) -> Answer<'_> {
        let answer = |status, code, detail| Answer { status, code, detail };
        match self {
            Self::NotAuthenticated => answer(
                StatusCode::FORBIDDEN,
                "not_authenticated",
                "Authentication credentials were not provided.".into(),
            ),
            Self::InvalidToken => answer(StatusCode::UNAUTHORIZED, "invalid_token", "Invalid token.".into()),
            Self::PermissionDenied => answer(
                StatusCode::FORBIDDEN,
                "permission_denied",
                "You do not have permission to perform this action.".into(),
            ),
            Self::PasswordRequired => {
                answer(StatusCode::FORBIDDEN, "password_required", "Enter your password again.".into())
            }
            Self::ReadingIsOff => answer(
                StatusCode::FORBIDDEN,
                "reading_is_off",
                "Those who administer may not read messages here.".into(),
            ),
            Self::CrossSite => answer(StatusCode::FORBIDDEN, "cross_site", "Cross-site request refused.".into()),
            Self::NotFound => answer(StatusCode::NOT_FOUND, "not_found", "Not found.".into()),
            Self::InvalidPage => answer(StatusCode::NOT_FOUND, "invalid_page", "Invalid page.".into()),
            Self::MethodNotAllowed { method, .. } => answer(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("Method \"{method}\" not allowed.").into(),
            ),
            // Its body is the map of fields; this names the status.
            Self::Fields(_) => answer(StatusCode::BAD_REQUEST, "invalid", "Invalid input.".into()),
            Self::Parse(detail) => answer(StatusCode::BAD_REQUEST, "parse_error", detail.as_ref().into()),
            Self::UnsupportedMediaType(media_type) => answer(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                format!("Unsupported media type \"{media_type}\" in request.").into(),
            ),
            Self::UnsupportedEncoding(encoding) => answer(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_content_encoding",
                format!("Unsupported content encoding \"{encoding}\" in request.").into(),
            ),
            Self::TooLarge => answer(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Request body too large.".into()),
            Self::TooSlow => answer(StatusCode::REQUEST_TIMEOUT, "timeout", "Request body took too long.".into()),
            Self::Blocked => answer(StatusCode::FORBIDDEN, "blocked", "You cannot message this person.".into()),
            Self::KeyReused => answer(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This idempotency key was used for another message.".into(),
            ),
            Self::SignUpClosed => answer(StatusCode::FORBIDDEN, "sign_up_closed", "Sign-up is closed.".into()),
            Self::FirstRunOver => {
                answer(StatusCode::CONFLICT, "first_run_over", "The first account has been made already.".into())
            }
            Self::MailOff => answer(StatusCode::FORBIDDEN, "mail_off", "This server sends no mail.".into()),
            Self::LastSuperuser => {
                answer(StatusCode::CONFLICT, "last_superuser", "The last active superuser cannot be deleted.".into())
            }
            Self::StaysSuperuser => answer(
                StatusCode::CONFLICT,
                "last_superuser",
                "The last active superuser must stay active and a superuser.".into(),
            ),
            Self::Reset => answer(StatusCode::GONE, "reset", "Reload required.".into()),
            Self::UpgradeRequired => {
                answer(StatusCode::UPGRADE_REQUIRED, "upgrade_required", "WebSocket upgrade required.".into())
            }
            Self::Throttled { retry_after } => answer(
                StatusCode::TOO_MANY_REQUESTS,
                "throttled",
                format!(
                    "Request was throttled. Expected available in {retry_after} second{}.",
                    if *retry_after == 1 { "" } else { "s" }
                )
                .into(),
            ),
            Self::Unavailable { .. } => answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Service temporarily unavailable, try again later.".into(),
            ),
            Self::Failed(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, "error", "A server error occurred.".into()),
        }
    }

    fn put_headers(&self, headers: &mut HeaderMap) {
        let retry;
        let (name, value) = match self {
            Self::InvalidToken => (header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
            Self::MethodNotAllowed { allow, .. } => (header::ALLOW, allow.as_str()),
            Self::UpgradeRequired => (header::SEC_WEBSOCKET_VERSION, "13"),
            Self::Throttled { retry_after } => {
                retry = retry_after.to_string();
                (header::RETRY_AFTER, retry.as_str())
            }
            Self::Unavailable { retry_after, .. } => {
                retry = retry_after.to_string();
                (header::RETRY_AFTER, retry.as_str())
            }
            Self::NotAuthenticated
            | Self::PermissionDenied
            | Self::PasswordRequired
            | Self::CrossSite
            | Self::NotFound
            | Self::InvalidPage
            | Self::Fields(_)
            | Self::Parse(_)
            | Self::UnsupportedMediaType(_)
            | Self::UnsupportedEncoding(_)
            | Self::TooLarge
            | Self::TooSlow
            | Self::Blocked
            | Self::KeyReused
            | Self::Reset
            | Self::SignUpClosed
            | Self::FirstRunOver
            | Self::MailOff
            | Self::ReadingIsOff
            | Self::LastSuperuser
            | Self::StaysSuperuser
            | Self::Failed(_) => return,
        };
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }

    /// Says what went wrong underneath. Called once for each answer.
    pub(crate) fn log(&self, request: &str) {
        match self {
            Self::Unavailable { cause: Some(cause), .. } => log::warn!("request {request}: {cause}"),
            Self::Failed(cause) => log::error!("request {request}: {cause}"),
            _ => {}
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.answer().status
    }

    fn error_response(&self) -> HttpResponse {
        let Answer { status, code, detail } = self.answer();
        let mut response = match self {
            Self::Fields(errors) => json::respond(status, errors),
            _ => json::respond(status, &wire::Problem { detail: &detail, code }),
        };
        self.put_headers(response.headers_mut());
        if matches!(self, Self::TooLarge | Self::TooSlow) {
            // What is left of the body would be read as the next request.
            response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_its_status_code_and_detail() {
        let unavailable = "Service temporarily unavailable, try again later.";
        let table: [(ApiError, u16, &str, &str); 25] = [
            (ApiError::NotAuthenticated, 403, "not_authenticated", "Authentication credentials were not provided."),
            (ApiError::InvalidToken, 401, "invalid_token", "Invalid token."),
            (
                ApiError::PermissionDenied,
                403,
                "permission_denied",
                "You do not have permission to perform this action.",
            ),
            (ApiError::PasswordRequired, 403, "password_required", "Enter your password again."),
            (ApiError::CrossSite, 403, "cross_site", "Cross-site request refused."),
            (ApiError::NotFound, 404, "not_found", "Not found."),
            (ApiError::InvalidPage, 404, "invalid_page", "Invalid page."),
            (
                ApiError::MethodNotAllowed { method: "PUT".into(), allow: "GET".into() },
                405,
                "method_not_allowed",
                "Method \"PUT\" not allowed.",
            ),
            (ApiError::Parse("JSON parse error - no".into()), 400, "parse_error", "JSON parse error - no"),
            (
                ApiError::UnsupportedMediaType("text/plain".into()),
                415,
                "unsupported_media_type",
                "Unsupported media type \"text/plain\" in request.",
            ),
            (ApiError::TooLarge, 413, "too_large", "Request body too large."),
            (ApiError::TooSlow, 408, "timeout", "Request body took too long."),
            (ApiError::Blocked, 403, "blocked", "You cannot message this person."),
            (ApiError::KeyReused, 422, "idempotency_key_reused", "This idempotency key was used for another message."),
            (ApiError::Reset, 410, "reset", "Reload required."),
            (
                ApiError::Throttled { retry_after: 1 },
                429,
                "throttled",
                "Request was throttled. Expected available in 1 second.",
            ),
            (
                ApiError::Throttled { retry_after: 17 },
                429,
                "throttled",
                "Request was throttled. Expected available in 17 seconds.",
            ),
            (ApiError::SignUpClosed, 403, "sign_up_closed", "Sign-up is closed."),
            (ApiError::FirstRunOver, 409, "first_run_over", "The first account has been made already."),
            (ApiError::LastSuperuser, 409, "last_superuser", "The last active superuser cannot be deleted."),
            (ApiError::ReadingIsOff, 403, "reading_is_off", "Those who administer may not read messages here."),
            (ApiError::MailOff, 403, "mail_off", "This server sends no mail."),
            (ApiError::UpgradeRequired, 426, "upgrade_required", "WebSocket upgrade required."),
            (ApiError::BUSY, 503, "unavailable", unavailable),
            (ApiError::Failed("a secret".into()), 500, "error", "A server error occurred."),
        ];
        for (error, status, code, detail) in table {
            let answer = error.answer();
            assert_eq!((answer.status.as_u16(), answer.code, &*answer.detail), (status, code, detail));
            assert_eq!(error.error_response().status().as_u16(), status);
        }
    }

    #[test]
    fn errors_say_what_to_do_next() {
        let header = |error: ApiError, name: header::HeaderName| {
            let response = error.error_response();
            response.headers().get(name).and_then(|value| value.to_str().ok().map(str::to_owned))
        };
        assert_eq!(header(ApiError::BUSY, header::RETRY_AFTER).as_deref(), Some("1"));
        assert_eq!(header(ApiError::Throttled { retry_after: 17 }, header::RETRY_AFTER).as_deref(), Some("17"));
        let not_allowed = ApiError::MethodNotAllowed { method: "PUT".into(), allow: "GET, HEAD".into() };
        assert_eq!(header(not_allowed, header::ALLOW).as_deref(), Some("GET, HEAD"));
        let bearer = header(ApiError::InvalidToken, header::WWW_AUTHENTICATE);
        assert_eq!(bearer.as_deref(), Some("Bearer error=\"invalid_token\""));
    }
}
