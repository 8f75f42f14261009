//! A backup is taken while people chat; and a second server that goes on from it has everything that was acknowledged
//! before the backup began, and tells its clients to load anew.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep};

use super::{BOTH, Fault, Nodes};
use crate::crowd::messages;
use crate::history::{Micros, Outcome, Record, Seen};
use crate::stage::{Kind, Server, Stage};

pub(super) const FAULT: Fault = Fault {
    name: "backup",
    what: "a backup under load, and a second server that goes on from it",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: false,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    sleep(Duration::from_secs(if stage.short { 2 } else { 15 })).await;
    let file = stage.server.folder().join("backup.sqlite3");
    let name = file.to_str().context("a path that is no text")?;
    let (from, began) = (stage.now(), Instant::now());
    stage.server.command_with_input(&["backup", name], "").await?;
    let (took, until) = (began.elapsed(), stage.now());
    sleep(Duration::from_secs(1)).await;
    let history = stage.recorder.history();
    stage.notes.push(format!(
        "backup of {} KiB in {} ms; the slowest send meanwhile took {} ms",
        std::fs::metadata(&file)?.len() / 1024,
        took.as_millis(),
        slowest_send(&history, from, until) / 1000,
    ));
    go_on_from(stage, name, &history, from).await
}

fn slowest_send(history: &[Record], from: Micros, until: Micros) -> Micros {
    let sends = history.iter().filter_map(|record| match record {
        Record::Send { invoked, done, .. } if *done > from && *invoked < until => Some(done - invoked),
        _ => None,
    });
    sends.max().unwrap_or(0)
}

async fn go_on_from(stage: &mut Stage, file: &str, history: &[Record], from: Micros) -> anyhow::Result<()> {
    let folder = stage.server.folder().join("restored");
    std::fs::create_dir_all(&folder)?;
    let database = match &stage.mariadb {
        None => None,
        Some(mariadb) => {
            mariadb.execute("CREATE DATABASE restored").await?;
            Some(mariadb.url_of("restored"))
        }
    };
    let mut server = stage.server.another(&folder, database)?;
    share_the_key(&stage.server, &server)?;
    let began = Instant::now();
    server.command_with_input(&["restore", file], "").await?;
    stage.notes.push(format!("restored in {} ms", began.elapsed().as_millis()));
    server.start().await?;
    let mut kept = BTreeMap::new();
    for person in &stage.people {
        let epoch = person.present().await?.epoch;
        let person = person.at(server.address());
        let told = person.status_of(&format!("/api/v1/event/?epoch={epoch}&after=0")).await;
        anyhow::ensure!(told == Some(410), "{} is not told to load anew but {told:?}", person.name);
        for peer in &person.peers {
            let messages = messages(&person, peer).await?;
            anyhow::ensure!(is_dense(&messages), "a hole between {} and {peer}", person.name);
            kept.extend(messages.into_iter().map(|seen| (seen.id, seen)));
        }
    }
    let (expected, missing) = missing(history, from, &kept);
    anyhow::ensure!(missing.is_empty(), "{} of {expected} are missing: {:?}", missing.len(), missing.first());
    stage.notes.push(format!(
        "{expected} acknowledgements came before the backup began, repeats included: none of their messages is missing \
         among the {} restored; every device was told to load anew",
        kept.len()
    ));
    server.kill().await
}

/// So that people stay logged in.
fn share_the_key(from: &Server, to: &Server) -> anyhow::Result<()> {
    let key = Path::new("secret_key");
    std::fs::create_dir_all(to.data())?;
    std::fs::copy(from.data().join(key), to.data().join(key))?;
    Ok(())
}

fn is_dense(messages: &[Seen]) -> bool {
    messages.iter().zip(1..).all(|(seen, seq)| seen.seq == seq)
}

/// What was acknowledged before `from` and is not there as it was.
fn missing<'a>(history: &'a [Record], from: Micros, kept: &BTreeMap<i64, Seen>) -> (usize, Vec<&'a Seen>) {
    let acknowledged: Vec<&Seen> = history
        .iter()
        .filter_map(|record| match record {
            Record::Send { outcome: Outcome::Ok, message: Some(seen), done, .. } if *done < from => Some(seen),
            _ => None,
        })
        .collect();
    let missing = acknowledged.iter().filter(|seen| kept.get(&seen.id) != Some(**seen)).copied().collect();
    (acknowledged.len(), missing)
}
