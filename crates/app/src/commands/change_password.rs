//! `changepassword`: a new password, and the end of every session and token.

use serde_json::json;

use crate::commands::{block_on, by_command, new_password, outcome, person, tell_nodes};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;
use crate::prompt;

pub(crate) fn run(settings: &Settings, username: &str, noinput: bool, as_json: bool) -> Result<(), Failure> {
    if !noinput {
        prompt::require_terminal()?;
    }
    let database = compose::open_database(settings)?;
    let messenger = compose::messenger(settings);
    let roster = compose::roster(&database, settings, messenger.clone())?;
    let changed = block_on(async {
        let user = person(&database, username).await?;
        if !noinput {
            eprintln!("Changing password for user '{}'", user.username);
        }
        let password = new_password::obtain(user.username.as_str(), noinput)?;
        roster.set_password(user.id, password, by_command()).await?;
        tell_nodes(&messenger).await;
        Ok::<_, Failure>(user.username)
    })?;
    database.close();
    let username = changed?;
    let text =
        format!("Password changed successfully for user '{username}'; all their sessions and tokens have ended.");
    outcome::tell(as_json, &json!({"username": username.as_str(), "changed": "password"}), &text);
    Ok(())
}
