//! Personal access tokens in requests. A request that shows one stands for it alone: the cookie that came along is taken
//! away before anybody can look at it, and a bad token is the end of the request.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use chatapp_domain::token::{Scope, TokenId, TokenKey};
use chatapp_domain::user::Identity;

use crate::client_address;
use crate::error::ApiError;
use crate::shared::Shared;

/// What a request's token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) identity: Identity,
    pub(crate) token: TokenId,
    pub(crate) scope: Scope,
}

impl Bearer {
    /// The token that the request was let in with.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}

/// Wraps whatever asks for credentials, outside of sessions.
pub(crate) async fn authenticate(
    shared: Data<Shared>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(claimed) = claimed(request.headers()) else { return next.call(request).await };
    let key = TokenKey::of(claimed);
    request.headers_mut().remove(header::COOKIE);
    match look_up(&shared, request.request(), key).await {
        Ok(bearer) => {
            request.extensions_mut().insert(bearer);
            next.call(request).await
        }
        Err(error) => Ok(request.error_response(error)),
    }
}

/// What stands behind the word `Bearer`, if a request names this scheme.
fn claimed(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get_all(header::AUTHORIZATION).find_map(|value| {
        let (scheme, rest) = value.as_bytes().trim_ascii().split_at_checked(b"Bearer".len())?;
        let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
        (ends && scheme.eq_ignore_ascii_case(b"Bearer")).then(|| rest.trim_ascii())
    })
}

async fn look_up(shared: &Shared, request: &HttpRequest, key: Option<TokenKey>) -> Result<Bearer, ApiError> {
    let address = client_address::of(request, &shared.settings);
    shared.throttles.token(key, address)?;
    let found = match key {
        Some(key) => shared.services.tokens.find(key).await?,
        None => None,
    };
    let Some(active) = found else {
        shared.throttles.token_was_wrong(key, address);
        return Err(ApiError::InvalidToken);
    };
    shared.throttles.token_was_right(key);
    Ok(Bearer { identity: active.user.identity(), token: active.token.id, scope: active.token.scope })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn claims(values: &[&str]) -> Option<Vec<u8>> {
        let request = TestRequest::default();
        let request = values.iter().fold(request, |request, value| request.append_header(("authorization", *value)));
        claimed(request.to_http_request().headers()).map(<[u8]>::to_vec)
    }

    #[test]
    fn the_scheme_is_known_in_any_case_and_only_as_a_word() {
        for values in [&["Bearer x"][..], &["bearer  x "], &["BEARER\tx"], &["Basic eA==", "Bearer x"]] {
            assert_eq!(claims(values).as_deref(), Some(&b"x"[..]), "{values:?}");
        }
        for values in [&["Bearer"][..], &["Bearer "]] {
            assert_eq!(claims(values).as_deref(), Some(&b""[..]), "{values:?}");
        }
        for values in [&[][..], &["Basic eA=="], &["Bearerx y"], &["Bear"], &["Token x"]] {
            assert_eq!(claims(values), None, "{values:?}");
        }
    }
}
