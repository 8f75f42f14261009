//! Writing JSON answers.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

use crate::error::ApiError;

/// An answer with `value` as its body.
pub(crate) fn respond<T: Serialize>(status: StatusCode, value: &T) -> HttpResponse {
    match serde_json::to_vec(value) {
        Ok(body) => HttpResponseBuilder::new(status)
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
            .body(body),
        // Every wire type is a tree of numbers, texts and lists, so this does not happen.
        Err(error) => ApiError::Failed(error.to_string().into()).error_response(),
    }
}

/// A 200 with `value` as its body.
pub(crate) fn ok<T: Serialize>(value: &T) -> HttpResponse {
    respond(StatusCode::OK, value)
}
