//! The HTTP contract, case by case, over the real router on a real socket, with stores in memory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failure here is a failed test")]

mod support;

mod accounts;
mod administration;
mod avatars;
mod blocks;
mod conversations;
mod defects;
mod deny_by_default;
mod departures;
mod edges;
mod emails;
mod errors;
mod events;
mod export;
mod first_run;
mod headers;
mod hostile;
mod input;
mod invitations;
mod lists;
mod log_in;
mod logs;
mod members;
mod metrics;
mod moderation;
mod openapi;
mod original;
mod own_sessions;
mod page;
mod passwords;
mod people;
mod reports;
mod same_origin;
mod search;
mod send;
mod sessions;
mod sharing;
mod sockets;
mod stopping;
mod throttles;
mod tokens;
