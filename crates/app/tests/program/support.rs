//! What the tests stand on.

pub(crate) mod balancer;
pub(crate) mod client;
pub(crate) mod database;
pub(crate) mod front;
pub(crate) mod mail_server;
pub(crate) mod original;
pub(crate) mod place;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod socket;
