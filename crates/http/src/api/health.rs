//! Whether the process lives, and whether it should be sent requests.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

use crate::error::ApiError;
use crate::json;
use crate::shared::Shared;

/// Whether the process lives.
pub(crate) async fn live() -> HttpResponse {
    json::ok(&json!({"status": "ok"}))
}

/// Whether requests can be answered: the database answers, and the server is not stopping.
pub(crate) async fn ready(shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    if shared.sockets.is_stopping() {
        return Err(ApiError::BUSY);
    }
    // A defect underneath is no reason to say anything else than "not now".
    let unready = |cause| ApiError::Unavailable { retry_after: 1, cause: Some(cause) };
    shared.services.health.check().await.map_err(unready)?;
    Ok(json::ok(&json!({"status": "ok"})))
}
