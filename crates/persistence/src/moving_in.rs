//! Moving in from the original: reading a database of the Django app, and writing what is in it here.

mod original;
mod target;

pub use self::original::{Original, OriginalKey, OriginalPerson, OriginalText};
pub use self::target::{MessageFate, MovedMessage, MovedPerson, PersonFate, Target};
