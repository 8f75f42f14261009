//! That every script arrives as it was written: pages say UTF-8, and data is JSON, which is.

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{Answer, ExchangeError};

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    let (page, data) = (caller.get("/login/").await?, caller.get("/api/v1/openapi.json").await?);
    for (what, answer, is_right) in [("the page", &page, is_utf8_page(&page)), ("data", &data, is_json(&data))] {
        if !is_right {
            let seen = format!("{what} comes as {:?}", answer.header("content-type"));
            return Ok(Diagnosis::fail(seen, "let the proxy leave Content-Type alone (nginx: no charset directive)"));
        }
    }
    Ok(Diagnosis::ok("UTF-8"))
}

fn is_utf8_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").to_ascii_lowercase().replace(' ', "");
    kind == "text/html;charset=utf-8" && str::from_utf8(&answer.body).is_ok()
}

fn is_json(answer: &Answer) -> bool {
    let kind = answer.header("content-type").to_ascii_lowercase().replace(' ', "");
    (kind == "application/json" || kind == "application/json;charset=utf-8") && answer.json().is_some()
}
