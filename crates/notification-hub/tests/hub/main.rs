//! The hub through its public face, with real threads and no sleeping.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test support: a failure here is a failed test")]

mod delivery;
mod presence;
mod slow_consumer;
mod support;
