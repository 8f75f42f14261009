//! Whether the process lives, and whether it should be sent requests.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chatapp_domain::ports::nodes::BusState;
use serde_json::json;

use crate::error::ApiError;
use crate::json;
use crate::shared::Shared;

/// Whether the process lives.
pub(crate) async fn live() -> HttpResponse {
    json::ok(&json!({"status": "ok"}))
}

/// Whether requests can be answered: the database answers, and the server is not stopping. Without its bus a node still
/// does all of its work, so that is only said.
pub(crate) async fn ready(shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    if shared.sockets.is_draining() {
        return Err(ApiError::BUSY);
    }
    // A defect underneath is no reason to say anything else than "not now".
    let unready = |cause| ApiError::Unavailable { retry_after: 1, cause: Some(cause) };
    shared.services.health.check().await.map_err(unready)?;
    let status = match shared.services.nodes.bus() {
        BusState::Alone => json!({"status": "ok"}),
        BusState::Connected => json!({"status": "ok", "bus": "connected"}),
        BusState::Away => json!({"status": "ok", "bus": "away"}),
    };
    Ok(json::ok(&status))
}
