//! Breaks what ChatApp stands on while people chat, and proves from their own records that its promises hold.
//!
//! Clients write down what they did and saw ([`history`], [`recorder`]); the [`checker`] compares that with what
//! everyone reads in the end. Each of the [`faults`] is a way to break something on a [`stage`] on which a [`crowd`]
//! chats; [`run`] brings them together. Nothing here knows the server's code: it is a program that is started, killed
//! and spoken to over the loopback address.

pub mod checker;
pub mod crowd;
pub mod faults;
pub mod history;
pub mod inputs;
pub mod recorder;
pub mod report;
pub mod run;
pub mod self_test;
pub mod stage;
