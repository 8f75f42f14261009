#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod accept_encoding;
mod allowance;
mod api;
mod at_once;
mod bearer;
mod body;
mod caller;
mod client_address;
mod coalescing;
mod edge;
mod endpoint;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod headers;
mod json;
mod log_in;
mod metrics;
mod openapi;
mod overload;
mod page;
mod path;
#[cfg(feature = "planted-faults")]
mod planted;
mod query;
mod realtime;
mod routes;
mod seek;
mod server;
mod services;
mod session;
mod settings;
mod shared;
mod site;
mod stranger;
mod superuser;
mod throttle;
mod urlencoded;
mod wire;

pub use self::openapi::openapi;
pub use self::server::{Listeners, serve};
pub use self::services::Services;
pub use self::settings::{
    CookieKey, Limits, MetricsExposure, Network, NetworkError, Origin, OriginError, Rate, Settings, SocketSettings,
    ThrottleSettings,
};
pub use self::wire::{invitation_json, made_token_json, member_json, members_json, tokens_json};
pub use url::Url;
