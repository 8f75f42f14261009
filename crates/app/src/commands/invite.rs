//! `invite`: leave for one person to sign up, as a link.

use std::time::Duration;

use anyhow::Context;
use chatapp_domain::invitations::Made;
use chatapp_domain::sign_up::SignUpPolicy;
use chatapp_domain::user::Email;

use crate::cli::Invite;
use crate::commands::{block_on, by_command, outcome};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;

/// How long the mail may take; it is not tried again here.
const MAIL_PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(settings: &Settings, wish: &Invite) -> Result<(), Failure> {
    let email = wish.email.as_deref().unwrap_or_default();
    let email = Email::parse(email).map_err(|error| Failure::Usage(format!("--email: {error}")))?;
    let links = compose::links(settings, settings.web.listen);
    let links = links.context("the link needs public_url: where people reach the server")?;
    let database = compose::open_database(settings)?;
    let (invitations, office) = compose::invitations(&database, settings, links.clone())?;
    let made = block_on(async {
        let made = invitations.make(by_command(), email, wish.days).await;
        if let Some(mut office) = office {
            office.open();
            office.close(MAIL_PATIENCE).await;
        }
        made
    })?;
    database.close();
    let Made { invitation, token, mailed } = made?;
    let url = links.sign_up(&token);
    if wish.json {
        outcome::tell_text(&chatapp_http::invitation_json(&invitation, token.expose(), url, mailed));
        return Ok(());
    }
    outcome::tell_text(&url);
    if mailed {
        eprintln!("Mailed to {}.", invitation.email);
    }
    eprintln!("Good for one account, for {} day{}.", wish.days, if wish.days == 1 { "" } else { "s" });
    if settings.accounts.sign_up == SignUpPolicy::Closed {
        eprintln!("Nobody can use it yet: sign_up is \"closed\" and must be \"invite\".");
    }
    Ok(())
}
