//! Who may see figures on the address that everybody reaches.

use actix_web::HttpRequest;

use crate::settings::MetricsExposure;

/// What proxies add to the requests of others.
const FORWARDED: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// Whether the request's sender may see figures here. A proxy on this machine speaks for strangers, so what it passes on
/// does not count as local.
pub(crate) fn is_shown_to(request: &HttpRequest, exposure: MetricsExposure) -> bool {
    match exposure {
        MetricsExposure::Off => false,
        MetricsExposure::Everyone => true,
        MetricsExposure::Local => {
            let local = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
            local && FORWARDED.iter().all(|name| !request.headers().contains_key(*name))
        }
    }
}
