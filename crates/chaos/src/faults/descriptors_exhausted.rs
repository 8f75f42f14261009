//! The server's process may open no more files, and everyone wants in.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::{BOTH, Fault, Nodes};
use crate::stage::{Kind, Stage};

/// How many files the server may still open.
const LEFT: u64 = 8;
const CONNECTIONS: usize = 200;

pub(super) const FAULT: Fault = Fault {
    name: "descriptors-exhausted",
    what: "no file descriptors left for 6 s, and 200 connections that want one",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let pid = stage.server.pid()?;
    let open = std::fs::read_dir(format!("/proc/{}/fd", pid.as_raw_pid()))?.count();
    let few = u64::try_from(open)? + LEFT;
    let from = stage.now();
    // The server has our hard limit; taking another would need a privilege.
    let maximum = getrlimit(Resource::Nofile).maximum;
    let before = prlimit(Some(pid), Resource::Nofile, Rlimit { current: Some(few), maximum })?;
    let mut waiting = Vec::new();
    for _ in 0..CONNECTIONS {
        // The kernel takes them for the server, which cannot.
        waiting.push(TcpStream::connect(stage.server.address()).await?);
    }
    sleep(Duration::from_secs(if stage.short { 3 } else { 6 })).await;
    drop(waiting);
    prlimit(Some(pid), Resource::Nofile, before)?;
    stage.mended("there are no descriptors", from);
    Ok(())
}
