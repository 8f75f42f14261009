//! The OpenAPI document, and Swagger UI to explore it, with nothing loaded from anywhere else.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::accept_encoding::{accepts, unpacked};
use crate::error::ApiError;
use crate::headers;
use crate::openapi::openapi;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi()));

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("/api/v1/openapi.json").use_base_layout();
    Arc::new(config.validator_url("none").try_it_out_enabled(true))
});

/// The OpenAPI document.
pub(crate) async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}

/// The explorer's page.
pub(crate) async fn explorer() -> HttpResponse {
    let page = match find("index.html").and_then(unpack) {
        Ok(page) => page,
        Err(error) => return error.error_response(),
    };
    // The page is also at the path without the slash, where its own relative links would lead elsewhere.
    let page = String::from_utf8_lossy(&page);
    let page = page.replace("=\"./", "=\"/api/v1/docs/").replace("=\"index.css", "=\"/api/v1/docs/index.css");
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::EXPLORER_POLICY))
        .body(page)
}

/// One of the explorer's files: packed, as it is in the binary, for whoever accepts that.
pub(crate) async fn explorer_file(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, ApiError> {
    if *name == "index.html" {
        return Ok(explorer().await);
    }
    let file = find(&name)?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type.as_str())
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if file.gzpipped && accepts(request.headers(), "gzip") {
        return Ok(response.insert_header((header::CONTENT_ENCODING, "gzip")).body(file.bytes));
    }
    Ok(response.body(unpack(file)?))
}

fn find(name: &str) -> Result<SwaggerFile<'static>, ApiError> {
    utoipa_swagger_ui::serve(name, CONFIG.clone()).ok().flatten().ok_or(ApiError::NotFound)
}

fn unpack(file: SwaggerFile<'static>) -> Result<Cow<'static, [u8]>, ApiError> {
    if !file.gzpipped {
        return Ok(file.bytes);
    }
    let damaged = |error| ApiError::Failed(format!("a file of the explorer is damaged: {error}").into());
    unpacked(&file.bytes).map(Cow::from).map_err(damaged)
}
