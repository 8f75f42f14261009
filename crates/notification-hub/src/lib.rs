#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod bus;
mod cluster;
mod hub;
mod outbox;
mod registry;
mod settings;
mod subscription;

pub use bus::{Bus, BusSettings, Heard, LinkError, Messenger, Prefix, PrefixError, RedisUrl, RedisUrlError, probe};
pub use cluster::Cluster;
pub use hub::Hub;
pub use settings::HubSettings;
