//! Whether the server lives, and can do its work.

use actix_http::StatusCode;

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::ExchangeError;

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    for path in ["/health/live", "/health/ready"] {
        let answer = caller.get(path).await?;
        let status = answer.status();
        if status != StatusCode::OK || answer.json().is_none_or(|json| json["status"] != "ok") {
            return Ok(Diagnosis::fail(format!("{path} answers {}", status.as_u16()), advice(status)));
        }
        if answer.json().is_some_and(|json| json["bus"] == "away") {
            return Ok(Diagnosis::warn(
                "ready, but Redis is away",
                "see that Redis runs: nodes hear of each other late",
            ));
        }
    }
    Ok(Diagnosis::ok("live and ready"))
}

fn advice(status: StatusCode) -> &'static str {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            "see what the server's log says: its database may be away, or it is stopping"
        }
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
            "start the server, and see that the proxy asks at its address"
        }
        _ => "let the proxy pass on everything, whatever the path",
    }
}
