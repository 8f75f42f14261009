//! The real binary from the outside: its commands, two people who talk, and the bad days. Every test has a directory, a
//! database and a port of its own, so all of them run side by side.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failure here is a failed test")]

mod accounts;
mod administration;
mod backup;
mod blocks;
mod bus;
mod chat;
mod cli;
mod clocks;
mod compose;
mod connections;
mod copying;
mod departures;
mod deploy;
mod doctor;
mod drain;
mod failover;
mod first_run;
mod hostile;
mod import_django;
mod ledger;
mod mail;
mod nodes;
mod overload;
mod prompts;
mod reading;
mod redis_cluster;
mod replica;
mod restart;
mod rolling;
mod support;
mod tokens;
mod upgrades;
