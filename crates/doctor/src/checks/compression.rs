//! Files come compressed, as the server has them, and data does not: its length would tell about secrets in it (BREACH).

use actix_http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::{ExchangeError, Request};

/// How many of them are asked for.
const FILES: usize = 5;

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    let compressible = |path: &str| Request::get(path).with(ACCEPT_ENCODING, "br, gzip");
    let data = caller.ask(compressible("/api/v1/openapi.json")).await?;
    if let Some(encoding) = data.headers().get(CONTENT_ENCODING) {
        let seen =
            format!("data comes compressed ({}), which the server does not do", encoding.to_str().unwrap_or("?"));
        return Ok(Diagnosis::warn(
            seen,
            "let the proxy compress nothing: lengths of answers tell about secrets in them",
        ));
    }
    let page = caller.get("/login/").await?;
    for file in files_of(&String::from_utf8_lossy(&page.body)) {
        if caller.ask(compressible(&file)).await?.header("content-encoding") == "br" {
            return Ok(Diagnosis::ok("left to the server"));
        }
    }
    let advice = "let the proxy pass on Accept-Encoding, and the server's answer as it is";
    Ok(Diagnosis::warn("the page's files come larger than the server has them", advice))
}

/// The paths of the files that the page loads first; small ones are not worth compressing.
fn files_of(page: &str) -> Vec<String> {
    let quoted = page.split('"').filter(|text| text.starts_with("/assets/"));
    quoted.take(FILES).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_styles_are_found() {
        let page = r#"<script src="/assets/a.js"></script><link rel="stylesheet" href="/assets/b.css"><a href="/c">"#;
        assert_eq!(files_of(page), ["/assets/a.js", "/assets/b.css"]);
    }
}
