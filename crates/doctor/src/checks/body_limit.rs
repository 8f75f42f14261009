//! That pictures get through: what proxies allow by themselves is often less than the server.

use actix_http::header::CONTENT_TYPE;
use actix_http::{Method, StatusCode};

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{ExchangeError, Request};

/// The largest picture that the server takes unless it is told otherwise.
const LARGEST: usize = 5 << 20;

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    // Nobody is logged in, so the server refuses it without a look.
    let picture =
        Request::new(Method::PUT, "/api/v1/me/avatar/").with(CONTENT_TYPE, "image/png").body(vec![0; LARGEST]);
    let answer = match caller.ask(picture).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Diagnosis::fail(format!("a picture of 5 MiB does not get through: {error}"), ADVICE)),
    };
    // Others between here and there name requests too, so only the answer itself says who gave it.
    Ok(match answer.status() {
        StatusCode::FORBIDDEN if answer.is_from_the_server() => Diagnosis::ok("a picture of 5 MiB gets through"),
        StatusCode::PAYLOAD_TOO_LARGE => Diagnosis::fail("a picture of 5 MiB is too large for the proxy", ADVICE),
        other => Diagnosis::fail(format!("a picture of 5 MiB is answered with {} on the way", other.as_u16()), ADVICE),
    })
}

const ADVICE: &str = "let the proxy take 6 MB (nginx: client_max_body_size 6m): the server has limits of its own";
