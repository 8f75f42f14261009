#![doc = include_str!("../README.md")]

// The tests' support is shared with the tests outside of this crate, which know it by its name.
#[cfg(test)]
extern crate self as chatapp_persistence;

mod append;
mod audit;
mod avatars;
mod backup;
mod blocks;
mod checkpoint;
mod commits;
mod connection;
mod conversations;
mod copy;
mod database;
mod days;
mod departures;
mod ended;
mod error;
mod events;
mod figures;
mod health;
mod intake;
mod invitations;
mod lane;
mod looks;
mod members;
mod memory;
mod messages;
mod migrations;
mod moderation;
mod moving_in;
mod mysql_connection;
mod own_places;
#[cfg(feature = "planted-faults")]
mod planted;
mod prepared;
mod recent;
mod recovery;
mod replica;
mod reports;
mod retention;
mod roster;
mod rows;
mod schema;
mod search;
mod sessions;
mod settings;
mod sign_ups;
mod status;
#[cfg(test)]
#[expect(dead_code, reason = "shared with other tests, which use the rest")]
#[path = "../tests/support/mod.rs"]
mod support;
mod tables;
mod tokens;
mod url;
mod users;
mod verify;
mod writer;

pub use backup::{BackupError, Contents, Progress, Restore, back_up, restore};
pub use copy::{Copied, CopiedTable, CopyError, CopyProgress, copy};
pub use database::{Database, OpenError};
pub use migrations::age::Age;
pub use moving_in::{
    MessageFate, MovedMessage, MovedPerson, Original, OriginalKey, OriginalPerson, OriginalText, PersonFate, Target,
};
pub use settings::Settings;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use verify::{Finding, Verified, VerifyError, verify};
