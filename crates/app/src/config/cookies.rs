//! Whether session cookies are for https only. It follows from where people reach the server.

use crate::config::values::Values;
use crate::config::web::Web;

pub(crate) fn are_secure(values: &mut Values, web: &Web) -> bool {
    let secure = web.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    if !secure && !web.listen.ip().to_canonical().is_loopback() {
        values.warn(format!(
            "listening on {} without an https public_url: passwords and messages can be read on the network",
            web.listen
        ));
    }
    secure
}
