#![doc = include_str!("../README.md")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test support: a failure here is a failed test")]

pub mod builders;
pub mod clock;
pub mod contract;
pub mod machine;
pub mod mailbox;
pub mod memory;
pub mod notifications;
pub mod passwords;
pub mod pictures;
pub mod secrets;

// For the tests that `contract_tests!` writes into other crates.
#[doc(hidden)]
pub use tokio;
