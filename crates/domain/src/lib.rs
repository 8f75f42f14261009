#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod accounts;
pub mod catch_up;
pub mod conversation;
pub mod conversations;
pub mod directory;
pub mod email_changes;
pub mod event;
pub mod first_run;
pub mod invitations;
pub mod link;
pub mod message;
pub mod messaging;
pub mod naming;
pub mod page;
pub mod password;
pub mod ports;
pub mod post;
pub mod reconciliation;
pub mod recovery;
pub mod session;
pub mod sign_up;
pub mod text;
pub mod time;
pub mod user;
