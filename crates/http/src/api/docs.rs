//! The OpenAPI document, and Swagger UI to explore it, with nothing loaded from anywhere else.

use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::web::{Bytes, Path};
use actix_web::{HttpResponse, ResponseError};
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::error::ApiError;
use crate::headers;
use crate::openapi::openapi;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi()));

static CONFIG: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("/api/v1/openapi.json").validator_url("none").try_it_out_enabled(true)));

/// The OpenAPI document.
pub(crate) async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}

/// The explorer's page.
pub(crate) async fn explorer() -> HttpResponse {
    let mut response = file("index.html", |page| {
        // The page is also at the path without the slash, where its own relative links would lead elsewhere.
        page.replace("=\"./", "=\"/api/v1/docs/").replace("=\"index.css", "=\"/api/v1/docs/index.css")
    });
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, headers::EXPLORER_POLICY);
    response
}

/// One of the explorer's files.
pub(crate) async fn explorer_file(name: Path<String>) -> HttpResponse {
    file(&name, |text| text)
}

fn file(name: &str, edit: impl FnOnce(String) -> String) -> HttpResponse {
    let Ok(Some(SwaggerFile { bytes, content_type, .. })) = utoipa_swagger_ui::serve(name, CONFIG.clone()) else {
        return ApiError::NotFound.error_response();
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    if name != "index.html" {
        return response.content_type(content_type).body(bytes.into_owned());
    }
    let page = edit(String::from_utf8_lossy(&bytes).into_owned());
    response.content_type("text/html; charset=utf-8").body(page)
}
