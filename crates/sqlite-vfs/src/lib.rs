#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod file;
mod shim;

pub use shim::{NAME, RegisterError, register};
