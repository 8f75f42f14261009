#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod accounts;
pub mod catch_up;
pub mod conversation;
pub mod conversations;
pub mod directory;
pub mod event;
pub mod message;
pub mod messaging;
pub mod page;
pub mod password;
pub mod ports;
pub mod reconciliation;
pub mod session;
pub mod text;
pub mod time;
pub mod user;
