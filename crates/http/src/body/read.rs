//! Reading a body into memory, but never more than the limit and never longer than the timeout.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use futures_util::TryStreamExt;

use crate::error::ApiError;
use crate::settings::Settings;

pub(super) async fn all(headers: &HeaderMap, payload: Payload, settings: &Settings) -> Result<Bytes, ApiError> {
    up_to(settings.body_limit(), headers, payload, settings).await
}

pub(super) async fn up_to(
    limit: usize,
    headers: &HeaderMap,
    payload: Payload,
    settings: &Settings,
) -> Result<Bytes, ApiError> {
    if declared(headers).is_some_and(|length| length > limit) {
        return Err(ApiError::TooLarge);
    }
    let reading = tokio::time::timeout(settings.limits.body_timeout, collect(payload, limit));
    reading.await.unwrap_or(Err(ApiError::TooSlow))
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, ApiError> {
    let Some(first) = payload.try_next().await.map_err(broken)? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        return Err(ApiError::TooLarge);
    }
    // Nearly every body is one chunk, which then needs no copy.
    let Some(second) = payload.try_next().await.map_err(broken)? else { return Ok(first) };
    let mut body = BytesMut::from(&first[..]);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > limit {
            return Err(ApiError::TooLarge);
        }
        body.extend_from_slice(&chunk);
        next = payload.try_next().await.map_err(broken)?;
    }
    Ok(body.freeze())
}

fn broken(error: PayloadError) -> ApiError {
    ApiError::Parse(format!("The request body ended badly: {error}").into())
}
