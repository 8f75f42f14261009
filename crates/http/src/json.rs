//! Writing JSON answers.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

use crate::error::ApiError;

/// Most answers fit into so many bytes.
const ORDINARY: usize = 1024;

/// An answer with `value` as its body.
pub(crate) fn respond<T: Serialize>(status: StatusCode, value: &T) -> HttpResponse {
    match written(value) {
        Ok(body) => with_body(status, body),
        Err(error) => error.error_response(),
    }
}

/// `value` as JSON. Every wire type is a tree of numbers, texts and lists, so this does not fail.
pub(crate) fn written<T: Serialize>(value: &T) -> Result<Bytes, ApiError> {
    let mut body = Vec::with_capacity(ORDINARY);
    serde_json::to_writer(&mut body, value).map_err(|error| ApiError::Failed(error.to_string().into()))?;
    Ok(body.into())
}

/// An answer with JSON that was written before.
pub(crate) fn with_body(status: StatusCode, body: Bytes) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(body)
}

/// A 200 with `value` as its body.
pub(crate) fn ok<T: Serialize>(value: &T) -> HttpResponse {
    respond(StatusCode::OK, value)
}
