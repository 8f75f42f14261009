//! That figures are for those who look after the server.

use actix_http::StatusCode;

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::ExchangeError;

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    let answer = caller.get("/metrics").await?;
    if answer.status() != StatusCode::OK {
        return Ok(Diagnosis::ok(format!("not shown ({})", answer.status().as_u16())));
    }
    if answer.there.ip().is_loopback() && !caller.place().is_https() {
        return Ok(Diagnosis::ok("shown to this machine"));
    }
    let advice = "set metrics to \"local\" or \"off\", and let the proxy say for whom it asks (X-Forwarded-For)";
    Ok(Diagnosis::fail("everybody can read /metrics", advice))
}
