#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod message;
mod office;
mod settings;
mod transport;
mod wording;

pub use self::office::{Office, PostOffice, SetUpError};
pub use self::settings::{Backend, Sender, SenderError, Settings, Smtp, Tls};
