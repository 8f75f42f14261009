//! One line in the log for each request: no queries, bodies, cookies or addresses in it.

use std::fmt::{self, Write};
use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;

use super::request_id::RequestId;
use crate::caller::KnownUser;

const TARGET: &str = "chatapp::access";

/// What is known when the request comes.
pub(super) struct Line {
    method: String,
    path: String,
    began: Instant,
}

impl Line {
    /// Nothing, if nobody wants the line.
    pub(super) fn begin(request: &ServiceRequest, began: Instant) -> Option<Self> {
        log::log_enabled!(target: TARGET, log::Level::Info).then(|| Self {
            method: request.method().as_str().to_owned(),
            path: request.path().to_owned(),
            began,
        })
    }

    pub(super) fn end<B: MessageBody>(self, id: &RequestId, response: &ServiceResponse<B>) {
        let bytes = match response.response().body().size() {
            BodySize::Sized(bytes) => Some(bytes),
            BodySize::None => Some(0),
            BodySize::Stream => None,
        };
        let user = response.request().extensions().get::<KnownUser>().copied();
        self.write(id, response.status(), bytes, user);
    }

    pub(super) fn end_with(self, id: &RequestId, status: StatusCode) {
        self.write(id, status, None, None);
    }

    fn write(self, id: &RequestId, status: StatusCode, bytes: Option<u64>, user: Option<KnownUser>) {
        let Self { method, path, began } = self;
        let (status, milliseconds) = (status.as_u16(), began.elapsed().as_secs_f64() * 1000.0);
        let (user, request) = (user.map(|KnownUser(user)| user.0), id.as_str());
        // As one line for people, and as fields for programs.
        log::info!(
            target: TARGET,
            method:%, path:%, status, milliseconds, bytes:?, request, user:?;
            "{} {} {status} {milliseconds:.1}ms {} request={request} user={}",
            Escaped(&method),
            Escaped(&path),
            Shown(bytes),
            Shown(user),
        );
    }
}

/// A number, or a dash.
struct Shown<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(known) => known.fmt(f),
            None => f.write_char('-'),
        }
    }
}

/// Text that cannot break out of its line, nor out of its column.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| {
            if c.is_control() || c.is_whitespace() || c == '\u{feff}' {
                write!(f, "{}", c.escape_unicode())
            } else {
                f.write_char(c)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_break_out_of_its_line() {
        assert_eq!(Escaped("/a\nb\u{1b}[c d").to_string(), "/a\\u{a}b\\u{1b}[c\\u{20}d");
        assert_eq!(Escaped("/c/м").to_string(), "/c/м");
    }
}
