//! The web page: its files, the shell that all of its addresses answer with, and logging in and out without script.

pub(crate) mod assets;
mod files;
pub(crate) mod login;
pub(crate) mod logout;
mod next;
pub(crate) mod shell;
