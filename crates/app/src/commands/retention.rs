//! `retention`: deletes old messages now.

use anyhow::bail;
use chatapp_domain::retention::Retention;
use chatapp_domain::time::SystemClock;
use serde_json::json;
use std::sync::Arc;

use crate::cli::RetentionWish;
use crate::commands::block_on;
use crate::commands::progress::Progress;
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
    let outcome = block_on(work(&retention, days, wish))?;
    database.close();
    let messages = outcome?;
    if wish.json {
        println!("{}", json!({ "days": days, "dry_run": wish.dry_run, "messages": messages }));
    } else if wish.dry_run {
        println!("{messages} messages are older than {days} days. Nothing was deleted.");
    } else {
        println!("Deleted {messages} messages older than {days} days.");
    }
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
    let (mut round, mut deleted) = (retention.older_than(days), 0);
    while let Some(some) = round.sweep().await? {
        deleted += some;
        progress.at(deleted.unsigned_abs(), "");
    }
    progress.finish();
    Ok(deleted)
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
