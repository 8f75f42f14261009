#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod message;
mod office;
mod settings;
mod transport;
mod trial;
mod wording;

pub use self::office::{Office, PostOffice, SetUpError};
pub use self::settings::{Backend, Sender, SenderError, Settings, Smtp, Tls};
pub use self::trial::{TrialError, try_out};
