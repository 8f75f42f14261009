//! `createsuperuser` and `createuser`: one person, asked for or given.

use std::env;

use chatapp_domain::ports::users::UserStore;
use chatapp_domain::roster::MemberWish;
use chatapp_domain::user::{DisplayName, Email, Username};
use serde_json::json;

use crate::cli::Person;
use crate::commands::{block_on, by_command, new_password, outcome};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;
use crate::prompt;

pub(crate) fn run(settings: &Settings, person: Person, is_superuser: bool) -> Result<(), Failure> {
    if !person.noinput {
        prompt::require_terminal()?;
    }
    let database = compose::open_database(settings)?;
    let roster = compose::roster(&database, settings, compose::messenger(settings))?;
    let users = database.users();
    let made = block_on(async {
        let offered = if is_superuser { own_name(&*users).await? } else { None };
        let username = username(&*users, &person, offered).await?;
        let email = email(&person)?;
        let password = new_password::obtain(username.as_str(), person.noinput)?;
        let display_name = DisplayName::default();
        let wish = MemberWish { username, email, display_name, password, is_superuser };
        Ok::<_, Failure>(roster.make(wish, by_command()).await?)
    })?;
    database.close();
    let user = made?;
    let json = json!({"id": user.id.0, "username": user.username.as_str(), "is_superuser": is_superuser});
    let text = format!("{} created successfully.", if is_superuser { "Superuser" } else { "User" });
    outcome::tell(person.json, &json, &text);
    Ok(())
}

/// Who asks, by the name that they have on this machine, if it can be one here and is free: Django offers that too.
async fn own_name(users: &dyn UserStore) -> anyhow::Result<Option<Username>> {
    // In the order in which Python looks.
    let variables = ["LOGNAME", "USER", "LNAME", "USERNAME"];
    let Some(own) = variables.into_iter().filter_map(|name| env::var(name).ok()).find(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let Ok(username) = Username::parse(&own.replace(' ', "").to_lowercase()) else { return Ok(None) };
    let is_free = users.credentials(&username.key()).await?.is_none();
    Ok(is_free.then_some(username))
}

/// The name given, or one that is asked for until it is free.
async fn username(users: &dyn UserStore, person: &Person, offered: Option<Username>) -> anyhow::Result<Username> {
    let question = match &offered {
        Some(offered) => format!("Username (leave blank to use '{offered}'): "),
        None => "Username: ".to_owned(),
    };
    let parse = |answer: &str| match &offered {
        Some(offered) if answer.is_empty() => Ok(offered.clone()),
        _ => Username::parse(answer),
    };
    let mut given = person.username.clone();
    loop {
        let username = match given.take() {
            Some(name) => Username::parse(&name).map_err(|error| anyhow::anyhow!("username: {error}"))?,
            None => prompt::ask(&question, parse)?,
        };
        if person.noinput || users.credentials(&username.key()).await?.is_none() {
            return Ok(username);
        }
        eprintln!("Error: That username is already taken.");
    }
}

fn email(person: &Person) -> anyhow::Result<Email> {
    match &person.email {
        Some(email) => Email::parse(email).map_err(|error| anyhow::anyhow!("email: {error}")),
        None if person.noinput => Ok(Email::default()),
        None => prompt::ask("Email address: ", Email::parse),
    }
}
