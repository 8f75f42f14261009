//! `delete-user`: the end of an account.

use anyhow::{Context, bail};
use chatapp_domain::user::UsernameKey;

use crate::commands::block_on;
use crate::compose;
use crate::config::Settings;
use crate::failure::{Failure, chain};
use crate::prompt;

pub(crate) fn run(settings: &Settings, username: &str, noinput: bool) -> Result<(), Failure> {
    if !noinput {
        prompt::require_terminal_or("--noinput, if it is meant")?;
    }
    let database = compose::open_database(settings)?;
    let messenger = compose::messenger(settings);
    let departures = compose::departures(&database, settings, messenger.clone())?;
    let users = database.users();
    let deleted = block_on(async {
        let found = users.credentials(&UsernameKey::of(username)).await?;
        let (user, _) = found.with_context(|| format!("there is no user \"{username}\""))?;
        if !noinput {
            confirm(user.username.as_str())?;
        }
        departures.remove(user.id).await?;
        if let Err(error) = messenger.deliver().await {
            log::warn!("the nodes find out by themselves within seconds: Redis does not answer: {}", chain(&error));
        }
        anyhow::Ok(user)
    })?;
    database.close();
    let user = deleted?;
    println!(
        "User '{}' is deleted. What they wrote to others stays with those, under \"deleted-{}\".",
        user.username, user.id.0
    );
    Ok(())
}

fn confirm(name: &str) -> anyhow::Result<()> {
    let typed = prompt::line(&format!("This cannot be undone. Type the name '{name}' to delete the account: "))?;
    if typed.trim() != name {
        bail!("cancelled: that is another name");
    }
    Ok(())
}
