#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod checks;
mod connection;
mod diagnosis;
mod examination;
mod exchange;
mod place;
mod trust;

pub use self::diagnosis::{Diagnosis, Finding, Verdict};
pub use self::examination::{Account, Visit, examine};
pub use self::place::{Place, PlaceError};
pub use self::trust::TrustError;
