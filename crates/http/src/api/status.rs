//! How the server is doing, for the page of those who administer, which asks every other second.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use chatapp_domain::ports::nodes::BusState;
use chatapp_domain::ports::status::StoreLoad;
use tokio::time::timeout;

use crate::error::ApiError;
use crate::json;
use crate::metrics::Latencies;
use crate::openapi::{AdminRefusals, Refusals};
use crate::shared::Shared;
use crate::superuser::Superuser;
use crate::wire::{self, Stamp};

/// For how long the database is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// How this node is doing
#[utoipa::path(
    get,
    path = "/api/v1/admin/status/",
    tag = "administration",
    responses(
        (status = 200, description = "Figures of now.", body = wire::Status),
        AdminRefusals,
        Refusals,
    ),
    security(("session" = [])),
)]
pub(crate) async fn show(_: Superuser, shared: Data<Shared>) -> Result<HttpResponse, ApiError> {
    let (services, settings) = (&shared.services, &shared.settings);
    let store = timeout(PATIENCE, services.status.status()).await.ok().and_then(Result::ok);
    let store = store.unwrap_or_else(|| services.status.known());
    let answers = timeout(PATIENCE, services.health.check()).await.is_ok_and(|checked| checked.is_ok());
    let (kind, load) = (services.status.kind(), services.status.load());
    let StoreLoad { writes, in_use, idle, most } = load;
    let looked = shared.metrics.look();
    let Latencies { p50, p95, p99 } = looked.latencies;
    let bus = services.nodes.bus();
    let queue = |length: &str, limit: &str| wire::Queue { length: looked.part(length), limit: looked.part(limit) };
    Ok(json::ok(&wire::Status {
        version: env!("CARGO_PKG_VERSION"),
        started: Stamp(shared.started),
        node: services.machine.name(),
        nodes: services.nodes.count(),
        people_online: looked.part("people_connected"),
        sockets: looked.part("connections"),
        sends_per_second: rounded(looked.sends_per_second),
        sends_total: looked.sends,
        latency_ms: wire::Latency { p50, p95, p99 },
        requests_per_second: rounded(looked.requests_per_second),
        errors_total: looked.errors,
        database: wire::DatabaseStatus {
            engine: kind.engine,
            version: kind.version,
            ok: answers,
            size_bytes: store.bytes,
            connections: wire::Connections { in_use, idle, max: most },
        },
        bus: wire::BusStatus {
            kind: if bus == BusState::Alone { "local" } else { "redis" },
            ok: bus != BusState::Away,
        },
        queues: wire::Queues {
            writer: wire::Queue { length: writes.0 as u64, limit: writes.1 as u64 },
            passwords: queue("passwords_waiting", "passwords_places"),
            mail: queue("mail_queue", "mail_queue_places"),
            search_index: wire::Backlog { behind: store.search_behind },
        },
        disk: services.machine.disk().map(|disk| wire::DiskStatus { used_bytes: disk.used, free_bytes: disk.free }),
        memory_bytes: looked.memory.unwrap_or_default(),
        counts: wire::Counts { users: store.users, messages: store.messages },
        admin_reads_messages: services.moderation.reads(),
        retention_days: settings.retention_days,
    }))
}

/// To a tenth: more says nothing.
fn rounded(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}
