//! `copy-database`: everything from one database into another, of either engine.

use std::cell::RefCell;
use std::fs;

use anyhow::Context;
use chatapp_persistence::{Copied, CopiedTable, DatabaseUrl};
use serde_json::json;

use crate::cli::CopyDatabase;
use crate::commands::outcome;
use crate::commands::progress::Progress;
use crate::failure::Failure;

pub(crate) fn run(wish: &CopyDatabase) -> Result<(), Failure> {
    let (from, to) = (url("--from", &wish.from)?, url("--to", &wish.to)?);
    let bar = RefCell::new(None);
    let outcome = chatapp_persistence::copy(&from, &to, |at| {
        let mut bar = bar.borrow_mut();
        // Each row is copied once and then compared.
        let bar = bar.get_or_insert_with(|| Progress::of_amount(at.of * 2));
        bar.at(at.done + if at.comparing { at.of } else { 0 }, at.table);
    });
    if let Some(bar) = bar.take() {
        bar.finish();
    }
    let copied = outcome?;
    outcome::tell(wish.json, &as_json(&from, &to, &copied), &in_words(&from, &to, &copied));
    Ok(())
}

/// The database that a flag names, by its URL or by a file with the URL in it.
fn url(flag: &str, given: &str) -> Result<DatabaseUrl, Failure> {
    let text = match given.strip_prefix('@') {
        Some(file) => fs::read_to_string(file).with_context(|| format!("{flag}: cannot read {file}"))?,
        None => given.to_owned(),
    };
    DatabaseUrl::parse(text.trim()).map_err(|error| Failure::Usage(format!("{flag}: {error}")))
}

fn in_words(from: &DatabaseUrl, to: &DatabaseUrl, copied: &Copied) -> String {
    let width = copied.tables.iter().map(|table| table.name.len()).max().unwrap_or(0);
    let line =
        |table: &CopiedTable| format!("{:width$}  {:>12} rows  {}\n", table.name, table.rows, &table.checksum[..16]);
    let tables: String = copied.tables.iter().map(line).collect();
    let rows: u64 = copied.tables.iter().map(|table| table.rows).sum();
    let how = if copied.resumed { "Copied, in more than one run," } else { "Copied" };
    format!("{tables}{how} {rows} rows from {from} to {to}, and compared them: both are the same.")
}

fn as_json(from: &DatabaseUrl, to: &DatabaseUrl, copied: &Copied) -> serde_json::Value {
    let table = |table: &CopiedTable| json!({ "name": table.name, "rows": table.rows, "checksum": table.checksum });
    json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "resumed": copied.resumed,
        "epoch": copied.epoch,
        "tables": copied.tables.iter().map(table).collect::<Vec<_>>(),
    })
}
