//! People's pictures.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag, Header, HeaderValue, IfNoneMatch};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::avatar::AvatarVersion;

use super::me;
use crate::body::picture;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::openapi::{BodyRefusals, Refusals};
use crate::overload::Turn;
use crate::path::Name;
use crate::query::Query;
use crate::shared::Shared;
use crate::wire;

/// A year: another picture has another address.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// Whoever asks without a version sees another picture a little later.
const FOR_A_MINUTE: HeaderValue = HeaderValue::from_static("private, max-age=60");

/// Give yourself a picture
///
/// What others see is the middle of it, 256 pixels wide and high, the right way up, without anything else that the file
/// says.
#[utoipa::path(
    put,
    path = "/api/v1/me/avatar/",
    tag = "account",
    request_body(
        description = "The file itself: at most `avatar_max_size` bytes and 40 megapixels.",
        content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/gif")),
    ),
    responses((status = 200, description = "You, as you are now.", body = wire::Me), BodyRefusals, Refusals),
)]
pub(crate) async fn put(
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let _under_way = shared.uploads.begin(caller.identity.id)?;
    let reading = picture::read(request.headers(), payload.into_inner(), &shared.settings);
    let file = Turn::receive(Turn::of(&request), reading).await?;
    shared.services.avatars.replace(&caller.identity, file.into()).await?;
    let user = shared.services.directory.me(&caller.identity).await?;
    me::answer(&user.ok_or(ApiError::NotAuthenticated)?, &shared).await
}

/// Have no picture any more
#[utoipa::path(
    delete,
    path = "/api/v1/me/avatar/",
    tag = "account",
    responses((status = 204, description = "You have none."), Refusals),
)]
pub(crate) async fn remove(caller: Caller, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    shared.services.avatars.remove(caller.identity.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Somebody's picture
///
/// With the `v` that the person's `avatar` carries it may be kept for ever, otherwise for a minute.
#[utoipa::path(
    get,
    path = "/api/v1/user/{username}/avatar/",
    tag = "people",
    params(("username" = String, Path), ("v" = Option<String>, Query, description = "Which one you mean.")),
    responses(
        (status = 200, description = "A JPEG file of 256 by 256 pixels.", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "It is the one of your `If-None-Match`."),
        (status = 404, description = "Nobody has that name, or the person has no picture.", body = wire::Problem),
        Refusals,
    ),
)]
pub(crate) async fn show(
    _: Caller,
    Name(name): Name,
    query: Query,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, ApiError> {
    let avatar = shared.services.avatars.of(&name).await?.ok_or(ApiError::NotFound)?;
    let known = is_known(&request, avatar.version());
    let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response.insert_header(ETag(tag(avatar.version())));
    let is_named = query.text("v") == Some(avatar.version().as_str());
    response.insert_header((header::CACHE_CONTROL, if is_named { FOR_EVER } else { FOR_A_MINUTE }));
    if known {
        return Ok(response.finish());
    }
    Ok(response.insert_header((header::CONTENT_TYPE, "image/jpeg")).body(avatar.into_jpeg()))
}

fn tag(version: &AvatarVersion) -> EntityTag {
    EntityTag::new_strong(version.as_str().to_owned())
}

fn is_known(request: &HttpRequest, version: &AvatarVersion) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag(version))),
        Err(_) => false,
    }
}
