//! Which of the understood types a body says it is of.

use actix_web::http::header::{self, HeaderMap};

use crate::error::ApiError;

pub(super) enum MediaType {
    Json,
    Form,
    Multipart,
}

impl MediaType {
    /// The type that `Content-Type` names. Any other, or one in another charset than UTF-8, is refused by its name.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let named = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let named = named.unwrap_or_default();
        let mut parts = named.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        if !parts.all(is_utf8_or_no_charset) {
            return Err(ApiError::UnsupportedMediaType(named.into_owned()));
        }
        match essence.as_str() {
            "application/json" => Ok(Self::Json),
            "application/x-www-form-urlencoded" => Ok(Self::Form),
            "multipart/form-data" => Ok(Self::Multipart),
            _ => Err(ApiError::UnsupportedMediaType(named.into_owned())),
        }
    }
}

fn is_utf8_or_no_charset(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return true };
    let value = value.trim().trim_matches('"');
    let utf8 = ["utf-8", "utf8", "us-ascii"].iter().any(|charset| value.eq_ignore_ascii_case(charset));
    utf8 || !name.trim().eq_ignore_ascii_case("charset")
}
