//! Whoever types the name without `https://` is led there, and nothing is served without encryption.

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{ExchangeError, Request};

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    if !caller.place().is_https() {
        return Ok(Diagnosis::skip("there is no https to lead to", "look at the https address"));
    }
    let Some(plain) = caller.plain_place() else {
        return Ok(Diagnosis::skip("plain HTTP has no usual port here", "say where it is with --http-port"));
    };
    let answer = match caller.ask_at(&plain, Request::get("/login/")).await {
        Ok(answer) => answer,
        Err(error) => {
            return Ok(Diagnosis::warn(
                format!("no answer at {}: {error}", plain.origin()),
                "answer there with a redirect: people type the name without https",
            ));
        }
    };
    let (status, leads_to) = (answer.status(), answer.header("location"));
    if status.is_redirection() && leads_to.starts_with(&format!("{}/", caller.place().origin())) {
        return Ok(Diagnosis::ok(format!("{} leads to https ({})", plain.origin(), status.as_u16())));
    }
    let seen = if status.is_redirection() {
        format!("{} leads to {leads_to}", plain.origin())
    } else {
        format!("{} answers {} instead of leading to https", plain.origin(), status.as_u16())
    };
    Ok(Diagnosis::fail(seen, format!("redirect everything there to {}", caller.place().origin())))
}
