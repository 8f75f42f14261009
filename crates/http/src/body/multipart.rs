//! Multipart bodies: a few text parts. The whole body is in memory already, so its parts are bounded too.

use std::convert::Infallible;

use actix_multipart::{Field, Multipart};
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use actix_web::web::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::fields::{Fields, Given};
use crate::error::ApiError;

const MAX_PARTS: usize = 10;

pub(super) async fn parse(headers: &HeaderMap, body: Bytes) -> Result<Fields, ApiError> {
    let body = stream::once(async { Ok::<_, Infallible>(body) }).map_err(|never| -> PayloadError { match never {} });
    let mut parts = Multipart::new(headers, body.boxed_local());
    let mut fields = Fields::default();
    let mut count = 0;
    while let Some(part) = parts.try_next().await.map_err(|error| refuse(&error.to_string()))? {
        count += 1;
        if count > MAX_PARTS {
            return Err(refuse("too many parts"));
        }
        let (name, given) = read(part).await?;
        fields.insert(name, given);
    }
    Ok(fields)
}

async fn read(mut part: Field) -> Result<(String, Given), ApiError> {
    let is_file = part.content_disposition().is_some_and(|disposition| disposition.get_filename().is_some());
    let name = part.name().unwrap_or_default().to_owned();
    let mut content = Vec::new();
    while let Some(chunk) = part.try_next().await.map_err(|error| refuse(&error.to_string()))? {
        content.extend_from_slice(&chunk);
    }
    if is_file {
        return Ok((name, Given::NotText));
    }
    let text = String::from_utf8(content).map_err(|_| refuse("a part is not valid UTF-8"))?;
    Ok((name, Given::Text(text)))
}

fn refuse(why: &str) -> ApiError {
    ApiError::Parse(format!("Multipart form parse error - {why}").into())
}
