//! The headers that every answer carries, so that browsers keep their hands off what is private.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

pub(crate) const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
pub(crate) const CLEAR_ON_LOG_OUT: &str = "\"cache\", \"storage\"";
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the page may load: its own files, and nothing that was written into it.
pub(crate) const PAGE_POLICY: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; ",
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; ",
    "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types chatapp-worker"
));

/// The same for the API's explorer, which styles itself from its script, and shows pictures that it was answered.
pub(crate) const EXPLORER_POLICY: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; ",
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
));

const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// Adds to an answer what it does not say itself.
pub(crate) fn complete(headers: &mut HeaderMap, is_api: bool, is_https: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    or_else(headers, header::REFERRER_POLICY, SAME_ORIGIN);
    headers.insert(CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN);
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN);
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if is_api {
        headers.append(header::VARY, HeaderValue::from_static("Accept, Cookie"));
    }
    or_else(headers, header::CONTENT_SECURITY_POLICY, NOTHING);
    or_else(headers, header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

fn or_else(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}
