//! What stands in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::error::ApiError;
use crate::urlencoded;

/// The `{id}` of a path: digits as they are written, so that there is one URL for each thing. `+1`, `01` and `%31` name
/// nothing.
pub(crate) struct Id(pub(crate) i64);

impl FromRequest for Id {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let segment = request.match_info().get("id").filter(|id| raw_segments(request).any(|raw| raw == *id));
        ready(segment.and_then(number).map(Self).ok_or(ApiError::NotFound))
    }
}

fn raw_segments(request: &HttpRequest) -> impl Iterator<Item = &str> {
    request.uri().path().split('/')
}

/// A positive number in its one spelling.
pub(crate) fn number(text: &str) -> Option<i64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| canonical)
}

/// The `{username}` of a path.
pub(crate) struct Name(pub(crate) String);

impl FromRequest for Name {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = request.match_info().get("username").and_then(|raw| urlencoded::decode_segment(raw).ok());
        ready(name.map(Self).ok_or(ApiError::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(number("1"), Some(1));
        assert_eq!(number("9223372036854775807"), Some(i64::MAX));
        for bad in ["", "0", "-1", "+1", "01", "1e3", "abc", "\u{661}", "9223372036854775808", "18446744073709551616"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
