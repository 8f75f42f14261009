//! Figures for Prometheus.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::error::ApiError;
use crate::metrics;
use crate::shared::Shared;

/// The text format that every version of Prometheus reads.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The figures, on the address that everybody reaches: only for whom the settings allow it.
pub(crate) async fn show(request: HttpRequest, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    if !metrics::is_shown_to(&request, shared.settings.metrics) {
        return Err(ApiError::NotFound);
    }
    answer(&shared)
}

/// The figures, on the address that is for nothing else.
pub(crate) async fn show_always(shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    answer(&shared)
}

fn answer(shared: &Shared) -> Result<HttpResponse, ApiError> {
    let text = shared.metrics.render().map_err(|error| ApiError::Failed(error.to_string().into()))?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}
