//! `delete-user`: the end of an account.

use anyhow::bail;
use serde_json::json;

use crate::commands::{block_on, by_command, outcome, person, tell_nodes};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;
use crate::prompt;

pub(crate) fn run(settings: &Settings, username: &str, noinput: bool, as_json: bool) -> Result<(), Failure> {
    if !noinput {
        prompt::require_terminal_or("--noinput, if it is meant")?;
    }
    let database = compose::open_database(settings)?;
    let messenger = compose::messenger(settings);
    let departures = compose::departures(&database, settings, messenger.clone())?;
    let deleted = block_on(async {
        let user = person(&database, username).await?;
        if !noinput {
            confirm(user.username.as_str())?;
        }
        departures.remove(user.id, Some(by_command())).await?;
        tell_nodes(&messenger).await;
        anyhow::Ok(user)
    })?;
    database.close();
    let user = deleted?;
    let now = format!("deleted-{}", user.id.0);
    let text =
        format!("User '{}' is deleted. What they wrote to others stays with those, under \"{now}\".", user.username);
    outcome::tell(as_json, &json!({"deleted": user.username.as_str(), "now": now}), &text);
    Ok(())
}

fn confirm(name: &str) -> anyhow::Result<()> {
    let typed = prompt::line(&format!("This cannot be undone. Type the name '{name}' to delete the account: "))?;
    if typed.trim() != name {
        bail!("cancelled: that is another name");
    }
    Ok(())
}
