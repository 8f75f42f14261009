//! How the program is doing, for whoever looks at it every other second.

use async_trait::async_trait;

use crate::ports::StoreError;

/// How a database is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreStatus {
    /// How large it is, in bytes.
    pub bytes: i64,
    /// How many people have an account.
    pub users: i64,
    /// How many messages there are, deleted ones too as long as their places are kept.
    pub messages: i64,
    /// How many blocks of events are still to be indexed for searches.
    pub search_behind: i64,
}

/// What a database is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreKind {
    /// `sqlite` or `mysql`.
    pub engine: &'static str,
    /// The product and its version.
    pub version: String,
}

/// How busy the way to a database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreLoad {
    /// Writes that wait to be committed, and how many may.
    pub writes: (usize, usize),
    /// Connections that are in use.
    pub in_use: usize,
    /// Connections that are open and not in use.
    pub idle: usize,
    /// How many connections there may be.
    pub most: usize,
}

/// Tells how a database is doing.
#[async_trait]
pub trait StatusStore: Send + Sync {
    /// What it is.
    fn kind(&self) -> StoreKind;

    /// How busy the way to it is; asks nobody.
    fn load(&self) -> StoreLoad;

    /// What was known last, however long ago.
    fn known(&self) -> StoreStatus;

    /// How it is doing, at most ten seconds ago.
    async fn status(&self) -> Result<StoreStatus, StoreError>;
}

/// How full the disk is that data is kept on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Bytes in use, by whomever.
    pub used: u64,
    /// Bytes that this program may still fill.
    pub free: u64,
}

/// The machine that the program runs on.
pub trait Machine: Send + Sync {
    /// What it is called, and the number of the process.
    fn name(&self) -> String;

    /// The disk that data is kept on, if that can be told.
    fn disk(&self) -> Option<Disk>;
}
