//! A body that is a picture's file.

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;

use super::{read, refuse_encoding};
use crate::error::ApiError;
use crate::settings::Settings;

const TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// The file, if it is said to be of a kind that is taken; what it is indeed is for the maker of avatars to see.
pub(crate) async fn read(headers: &HeaderMap, payload: Payload, settings: &Settings) -> Result<Bytes, ApiError> {
    refuse_encoding(headers)?;
    let named = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let named = named.unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim();
    if !TYPES.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Err(ApiError::UnsupportedMediaType(named.into_owned()));
    }
    read::up_to(settings.limits.avatar, headers, payload, settings).await
}
