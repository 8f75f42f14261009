//! `backup` and `restore`: everything in one file, and back.

use std::path::Path;

use chatapp_persistence::{Contents, Restore};
use serde_json::json;

use crate::commands::outcome;
use crate::commands::progress::Progress;
use crate::config::Settings;
use crate::failure::Failure;
use crate::secret_key;

pub(crate) fn back_up(settings: &Settings, file: &Path, as_json: bool) -> Result<(), Failure> {
    let progress = Progress::of_parts();
    let url = &settings.storage.database.url;
    let outcome = chatapp_persistence::back_up(url, file, &|done, total| progress.reach(done, total));
    progress.finish();
    let Contents { users, messages } = outcome?;
    let text = format!(
        "Backed up {users} users and {messages} messages to {}.\n\
         It holds all messages and the hashes of passwords: keep it as safe as the database.",
        file.display()
    );
    outcome::tell(as_json, &json!({"file": file.to_string_lossy(), "users": users, "messages": messages}), &text);
    Ok(())
}

pub(crate) fn restore(settings: &Settings, file: &Path, end_sessions: bool, as_json: bool) -> Result<(), Failure> {
    let storage = &settings.storage;
    secret_key::make_data_directory(&storage.data_dir)?;
    let progress = Progress::of_parts();
    let wish = Restore { file, url: &storage.database.url, scratch: &storage.data_dir, end_sessions };
    let outcome = chatapp_persistence::restore(&wish, &|done, total| progress.reach(done, total));
    progress.finish();
    let Contents { users, messages } = outcome?;
    let database = storage.database.url.to_string();
    let text = format!(
        "Restored {users} users and {messages} messages into {database}.\n\
         Its history is a new one: pages that were open before load everything anew."
    );
    outcome::tell(as_json, &json!({"database": database, "users": users, "messages": messages}), &text);
    Ok(())
}
