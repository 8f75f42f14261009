//! `invite`: leave for one person to sign up, as a link.

use anyhow::Context;
use chatapp_domain::sign_up::SignUpPolicy;
use chatapp_domain::user::Email;

use crate::cli::Invite;
use crate::commands::block_on;
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;

pub(crate) fn run(settings: &Settings, wish: &Invite) -> Result<(), Failure> {
    let email = wish.email.as_deref().unwrap_or_default();
    let email = Email::parse(email).map_err(|error| Failure::Usage(format!("--email: {error}")))?;
    let links = compose::links(settings, settings.web.listen);
    let links = links.context("the link needs public_url: where people reach the server")?;
    let database = compose::open_database(settings)?;
    let made = block_on(compose::invitations(&database).make(None, email, wish.days))?;
    database.close();
    let (invitation, token) = made?;
    let url = links.sign_up(&token);
    if wish.json {
        println!("{}", chatapp_http::invitation_json(&invitation, token.expose(), url));
        return Ok(());
    }
    println!("{url}");
    eprintln!("Good for one account, for {} day{}.", wish.days, if wish.days == 1 { "" } else { "s" });
    if settings.accounts.sign_up == SignUpPolicy::Closed {
        eprintln!("Nobody can use it yet: sign_up is \"closed\" and must be \"invite\".");
    }
    Ok(())
}
