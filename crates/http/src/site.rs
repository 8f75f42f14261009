//! Where this server is, as the people who use it see it, and whether a request comes from its own page.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};

use crate::client_address;
use crate::error::ApiError;
use crate::settings::Origin;
use crate::shared::Shared;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The absolute URL of a path here.
pub(crate) fn absolute(request: &HttpRequest, path_and_query: &str) -> Result<String, ApiError> {
    Ok(own(request, Shared::of(request)?) + path_and_query)
}

/// Scheme, host and port: as configured, or else as the request names them.
fn own(request: &HttpRequest, shared: &Shared) -> String {
    if let Some(origin) = &shared.public_origin {
        return origin.as_str().to_owned();
    }
    let proxied = client_address::is_proxied(request, &shared.settings);
    let forwarded = |name: &HeaderName| text(request, name).filter(|_| proxied);
    let scheme = match forwarded(&X_FORWARDED_PROTO) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        Some(_) => "http",
        None if shared.settings.secure_cookies => "https",
        None => "http",
    };
    let host = forwarded(&X_FORWARDED_HOST).or_else(|| text(request, &header::HOST)).filter(|host| is_host(host));
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok().map(str::trim)
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

/// Refuses what another site's page made a browser send, unless that site is allowed to. What no browser sent is none of that.
pub(crate) fn refuse_others(request: &HttpRequest) -> Result<(), ApiError> {
    let site = request.headers().get(SEC_FETCH_SITE);
    if site.is_some_and(is_ours) {
        return Ok(());
    }
    let Some(origin) = request.headers().get(header::ORIGIN) else {
        return if site.is_none() { Ok(()) } else { Err(ApiError::CrossSite) };
    };
    let origin: Option<Origin> = origin.to_str().ok().and_then(|origin| origin.parse().ok());
    let shared = Shared::of(request)?;
    let welcome = origin.is_some_and(|origin| {
        let is_own = || own(request, shared).parse::<Origin>().is_ok_and(|own| own == origin);
        shared.settings.allowed_origins.contains(&origin) || (site.is_none() && is_own())
    });
    if welcome { Ok(()) } else { Err(ApiError::CrossSite) }
}

/// Whether a browser says that our own page, or nobody's, made it send something.
fn is_ours(site: &HeaderValue) -> bool {
    [&b"same-origin"[..], b"none"].contains(&site.as_bytes())
}

/// Whether a link on our own page was followed or the address was typed, as far as the browser says.
pub(crate) fn is_navigation_of_ours(request: &HttpRequest) -> bool {
    let site = request.headers().get(SEC_FETCH_SITE);
    site.is_none_or(is_ours)
}
