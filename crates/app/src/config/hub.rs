//! The limits on live connections.

use chatapp_notification_hub::HubSettings;

use crate::config::values::Values;

pub(crate) fn read(values: &mut Values) -> HubSettings {
    let default = HubSettings::default();
    HubSettings {
        shards: values.number("hub_shards", default.shards, "parts", 1..=1024),
        outbox: values.number("hub_outbox", default.outbox, "events", 1..=10_000),
        connections_per_user: values.number("sockets_per_user", default.connections_per_user, "sockets", 1..=1000),
        connections: values.number("sockets", default.connections, "sockets", 1..=1_000_000),
    }
}
