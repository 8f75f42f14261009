//! All settings, checked together. Adapters have plain settings of their own; only here is known where they come from.

mod accounts;
mod bus;
mod cookies;
mod hub;
pub(crate) mod layers;
mod limits;
pub(crate) mod logging;
pub(crate) mod mail;
mod moderation;
pub(crate) mod problem;
mod sessions;
mod sockets;
mod storage;
mod throttles;
pub(crate) mod values;
mod web;

use chatapp_domain::session::Lifetime;
use chatapp_http::{Limits, SocketSettings, ThrottleSettings};
use chatapp_notification_hub::HubSettings;

use self::accounts::Accounts;
use self::bus::Nodes;
use self::layers::{Layers, Outside};
use self::mail::Mail;
use self::moderation::Moderation;
use self::problem::Problem;
use self::storage::Storage;
use self::values::{Effective, Outcome, Values};
use self::web::Web;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) storage: Storage,
    pub(crate) web: Web,
    pub(crate) secure_cookies: bool,
    pub(crate) limits: Limits,
    pub(crate) sockets: SocketSettings,
    pub(crate) throttles: ThrottleSettings,
    pub(crate) hub: HubSettings,
    pub(crate) nodes: Nodes,
    pub(crate) sessions: Lifetime,
    pub(crate) accounts: Accounts,
    pub(crate) mail: Mail,
    pub(crate) moderation: Moderation,
    /// `None`: as much as suits the command.
    pub(crate) log: Option<String>,
    pub(crate) log_format: logging::Format,
}

/// Settings that were read, with everything that can be said about them.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Complete even where there are problems: the default stands in.
    pub(crate) settings: Settings,
    pub(crate) effective: Vec<Effective>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<String>,
}

/// Reads all settings from what the outside gives.
pub(crate) fn read(outside: &Outside) -> Reading {
    let mut values = Values::new(Layers::read(outside));
    let storage = Storage::read(&mut values);
    let web = Web::read(&mut values);
    let hub = hub::read(&mut values);
    let settings = Settings {
        secure_cookies: cookies::are_secure(&mut values, &web),
        limits: limits::read(&mut values),
        sockets: sockets::read(&mut values, hub.connections),
        throttles: throttles::read(&mut values, &web),
        sessions: sessions::read(&mut values),
        accounts: Accounts::read(&mut values, &web),
        nodes: Nodes::read(&mut values, &storage),
        mail: Mail::read(&mut values, &storage.data_dir),
        moderation: Moderation::read(&mut values),
        log: logging::read(&mut values, &outside.environment),
        log_format: logging::format(&mut values),
        storage,
        web,
        hub,
    };
    let Outcome { effective, problems, warnings } = values.finish();
    Reading { settings, effective, problems, warnings }
}

#[cfg(test)]
mod tests;
