#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod hub;
mod outbox;
mod registry;
mod settings;
mod subscription;

pub use hub::Hub;
pub use settings::HubSettings;
