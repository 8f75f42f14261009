#![doc = include_str!("../README.md")]

mod append;
mod connection;
mod conversations;
mod database;
mod error;
mod events;
mod health;
mod invitations;
mod looks;
mod messages;
mod migrations;
mod mysql_connection;
#[cfg(feature = "planted-faults")]
mod planted;
mod recovery;
mod rows;
mod schema;
mod sessions;
mod settings;
mod sign_ups;
mod url;
mod users;
mod writer;

pub use database::{Database, OpenError};
pub use settings::Settings;
pub use url::{DatabaseUrl, DatabaseUrlError};
