//! One file for each check.

pub(crate) mod body_limit;
pub(crate) mod charset;
pub(crate) mod clock;
pub(crate) mod compression;
pub(crate) mod forwarding;
pub(crate) mod headers;
pub(crate) mod health;
pub(crate) mod log_in;
pub(crate) mod metrics;
pub(crate) mod redirect;
pub(crate) mod sockets;
pub(crate) mod tls;
pub(crate) mod version;
