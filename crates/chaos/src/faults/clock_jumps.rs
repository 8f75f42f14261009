//! The server's clock jumps, as it does when somebody sets it: order, keys and waits depend on none.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;

use super::{BOTH, Fault, Nodes};
use crate::history::{Outcome, Record, Seen};
use crate::stage::{Kind, Stage};

const HOUR: i64 = 60 * 60;

pub(super) const FAULT: Fault = Fault {
    name: "clock-jumps",
    what: "the server's clock an hour ahead, then two hours behind, then right again",
    engines: BOTH,
    ground: Kind::Folder,
    nodes: Nodes::One,
    clock: true,
    settings: &[],
    strike: |stage| Box::pin(strike(stage)),
};

async fn strike(stage: &mut Stage) -> anyhow::Result<()> {
    let pause = Duration::from_secs(if stage.short { 2 } else { 8 });
    for offset in [HOUR, -2 * HOUR, 0] {
        stage.clock.as_ref().context("this run has no clock")?.shift(offset)?;
        sleep(pause).await;
    }
    let (conversations, jumped) = check_times(&stage.recorder.history())?;
    anyhow::ensure!(jumped > 0, "no message is from the time ahead: the clock did not jump");
    stage.notes.push(format!("in {conversations} conversations no message is dated before the one above it"));
    Ok(())
}

/// Dates must not go back within a conversation, whatever the clock does. Gives how many conversations there were, and how
/// many messages were dated more than half an hour after the one before.
fn check_times(history: &[Record]) -> anyhow::Result<(usize, usize)> {
    let mut conversations: BTreeMap<(&str, &str), BTreeMap<i64, &Seen>> = BTreeMap::new();
    for record in history {
        if let Record::Send { outcome: Outcome::Ok, message: Some(message), .. } = record {
            let (one, other) = (message.user.as_str(), message.recipient.as_str());
            let pair = if one < other { (one, other) } else { (other, one) };
            conversations.entry(pair).or_default().insert(message.seq, message);
        }
    }
    let mut jumped = 0;
    for messages in conversations.values() {
        let times: Vec<(&str, &Seen)> = messages.values().map(|seen| (seen.timestamp.as_str(), *seen)).collect();
        for pair in times.windows(2) {
            // Written in one way and one zone, so that texts are ordered as times are.
            anyhow::ensure!(pair[0].0 <= pair[1].0, "{:?} is dated after {:?}", pair[0].1, pair[1].1);
            jumped += usize::from(hour(pair[0].0) != hour(pair[1].0));
        }
    }
    Ok((conversations.len(), jumped))
}

/// Date and hour of a time as the API writes it.
fn hour(time: &str) -> &str {
    time.get(..13).unwrap_or(time)
}
