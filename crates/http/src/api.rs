//! The handlers of the REST API, a file for each group of paths. A handler turns a request into domain values, calls one
//! service and turns its answer into JSON.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod avatar;
pub(crate) mod blocks;
pub(crate) mod conversations;
pub(crate) mod departure;
pub(crate) mod docs;
pub(crate) mod email;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod health;
pub(crate) mod invitations;
pub(crate) mod me;
pub(crate) mod members;
pub(crate) mod messages;
pub(crate) mod metrics;
pub(crate) mod moderation;
pub(crate) mod password;
pub(crate) mod reports;
pub(crate) mod root;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod status;
pub(crate) mod tokens;
pub(crate) mod users;
