//! `retention`: deletes old messages now.

use anyhow::bail;
use chatapp_domain::retention::{Retention, Round};
use chatapp_domain::time::SystemClock;
use serde_json::json;
use std::sync::Arc;

use crate::cli::RetentionWish;
use crate::commands::progress::Progress;
use crate::commands::{block_on, outcome};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;
use crate::prompt;

pub(crate) fn run(settings: &Settings, wish: &RetentionWish) -> Result<(), Failure> {
    let days = wish.days.or(Some(settings.moderation.retention_days).filter(|days| *days > 0));
    let Some(days) = days else {
        return Err(Failure::Usage("give --days, since retention_days is not set".to_owned()));
    };
    if !wish.yes && !wish.dry_run {
        prompt::require_terminal_or("--yes, if it is meant")?;
    }
    let database = compose::open_database(settings)?;
    let retention = Retention::new(database.retention(), database.audit(), Arc::new(SystemClock));
    let deleted = block_on(work(&retention, days, wish))?;
    database.close();
    let messages = deleted?;
    let text = if wish.dry_run {
        format!("{messages} messages are older than {days} days. Nothing was deleted.")
    } else {
        format!("Deleted {messages} messages older than {days} days.")
    };
    outcome::tell(wish.json, &json!({ "days": days, "dry_run": wish.dry_run, "messages": messages }), &text);
    Ok(())
}

async fn work(retention: &Retention, days: u32, wish: &RetentionWish) -> anyhow::Result<i64> {
    let old = count(retention, days).await?;
    if wish.dry_run || old == 0 {
        return Ok(old);
    }
    if !wish.yes {
        confirm(old, days)?;
    }
    let progress = Progress::of_amount(old.unsigned_abs());
    let mut round = retention.older_than(days);
    let outcome = sweep(&mut round, &progress).await;
    progress.finish();
    // However it ended: what is deleted is in the log.
    round.finish().await?;
    outcome?;
    Ok(round.deleted())
}

async fn sweep(round: &mut Round, progress: &Progress) -> anyhow::Result<()> {
    while round.sweep().await?.is_some() {
        progress.at(round.deleted().unsigned_abs(), "");
    }
    Ok(())
}

async fn count(retention: &Retention, days: u32) -> anyhow::Result<i64> {
    let (mut round, mut old) = (retention.older_than(days), 0);
    while let Some(some) = round.count().await? {
        old += some;
    }
    Ok(old)
}

fn confirm(old: i64, days: u32) -> anyhow::Result<()> {
    let typed = prompt::line(&format!(
        "This cannot be undone. Type yes to delete {old} messages older than {days} days, for everybody: "
    ))?;
    if typed.trim() != "yes" {
        bail!("cancelled");
    }
    Ok(())
}
