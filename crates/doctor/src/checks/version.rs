//! That it is ChatApp, and which.

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::ExchangeError;

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    let answer = caller.get("/api/v1/openapi.json").await?;
    let document = answer.json().unwrap_or_default();
    let Some(version) = document["info"]["version"].as_str() else {
        let seen = format!("/api/v1/openapi.json answers {} and describes no API", answer.status().as_u16());
        return Ok(Diagnosis::fail(seen, "let the proxy pass on everything, whatever the path"));
    };
    let ours = caller.visit.version;
    if version == ours {
        return Ok(Diagnosis::ok(version));
    }
    Ok(Diagnosis::warn(format!("{version}, and this program is {ours}"), "start the server anew if it was upgraded"))
}
