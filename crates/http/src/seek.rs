//! Lists that are read on from a cursor, which each page gives for the one after it.

use std::fmt::Display;

use actix_web::HttpRequest;
use chatapp_domain::page::PageSize;

use crate::error::ApiError;
use crate::query::Query;
use crate::site;

const CURSOR: &str = "cursor";

/// `limit`: 50 without it, and more than the most means the most.
pub(crate) fn limit(query: &Query) -> Result<PageSize, ApiError> {
    const DEFAULT: i64 = 50;
    let wanted = query.number("limit", 1)?.unwrap_or(DEFAULT);
    PageSize::clamp(wanted).map_err(|error| ApiError::field("limit", error.to_string()))
}

/// Where the page begins, as `parse` reads it; refused if that is nothing.
pub(crate) fn cursor<T>(query: &Query, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
    let Some(text) = query.text(CURSOR) else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| ApiError::field(CURSOR, "Invalid cursor."))
}

/// The absolute URL of the page of the list at `path` that begins at `cursor`, all else being as it was asked for.
pub(crate) fn next(
    request: &HttpRequest,
    query: &Query,
    path: &str,
    cursor: Option<impl Display>,
) -> Result<Option<String>, ApiError> {
    let query = cursor.map(|cursor| query.with(CURSOR, Some(&cursor.to_string())));
    query.map(|query| site::absolute(request, &format!("{path}?{query}"))).transpose()
}
