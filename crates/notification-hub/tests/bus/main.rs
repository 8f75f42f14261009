//! The bus between real nodes on a real Redis: what crosses, and what happens on Redis's bad days.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test support: a failure here is a failed test")]

mod clusters;
mod crossing;
mod faults;
mod limits;
mod presence;
mod support;
