//! `users`: what the admin page does with people, for scripts. It is logged as done on the command line.

use std::io::Write;

use anyhow::Context;
use chatapp_domain::page::PageSize;
use chatapp_domain::roster::{
    Member, MemberChange, MemberOrder, MemberSort, MemberState, MemberWish, Roster, RosterQuery,
};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{DisplayName, Email, User, Username};
use chatapp_persistence::Database;
use chrono::{DateTime, Utc};

use crate::cli::users::{CreateMember, ListUsers, OneUser, UserState, UsersCommand};
use crate::commands::{block_on, by_command, new_password, outcome, person, tell_nodes};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;

/// What people are changed with, and found in.
struct Office {
    roster: Roster,
    database: Database,
}

pub(crate) fn run(settings: &Settings, command: &UsersCommand) -> Result<(), Failure> {
    let database = compose::open_database(settings)?;
    let messenger = compose::messenger(settings);
    let roster = compose::roster(&database, settings, messenger.clone())?;
    let office = Office { roster, database: database.clone() };
    let done = block_on(async {
        let done = office.carry_out(command).await;
        tell_nodes(&messenger).await;
        done
    })?;
    database.close();
    done
}

impl Office {
    async fn carry_out(&self, command: &UsersCommand) -> Result<(), Failure> {
        let active = |active| MemberChange { is_active: Some(active), ..MemberChange::default() };
        let superuser = |superuser| MemberChange { is_superuser: Some(superuser), ..MemberChange::default() };
        match command {
            UsersCommand::List(wish) => self.list(wish).await,
            UsersCommand::Show(wish) => self.show(wish).await,
            UsersCommand::Create(wish) => self.create(wish).await,
            UsersCommand::Activate(wish) => self.change(wish, active(true), "can log in").await,
            UsersCommand::Deactivate(wish) => self.change(wish, active(false), "can no longer log in").await,
            UsersCommand::MakeSuperuser(wish) => self.change(wish, superuser(true), "may administer").await,
            UsersCommand::UnmakeSuperuser(wish) => self.change(wish, superuser(false), "may not administer").await,
            UsersCommand::SetPassword(wish) => self.set_password(wish).await,
            UsersCommand::EndSessions(wish) => self.end_sessions(wish).await,
        }
    }

    async fn list(&self, wish: &ListUsers) -> Result<(), Failure> {
        let state = wish.state.map(|state| match state {
            UserState::Active => MemberState::Active,
            UserState::Inactive => MemberState::Inactive,
            UserState::Superuser => MemberState::Superuser,
            UserState::Deleted => MemberState::Deleted,
        });
        let order = MemberOrder { by: MemberSort::Username, descending: false };
        let (search, limit) = (wish.search.clone(), PageSize::FULL.get());
        let mut query = RosterQuery { search, state, order, after: None, limit };
        let (mut everyone, mut out) = (Vec::new(), std::io::stdout().lock());
        loop {
            let page = self.roster.list(query.clone()).await?;
            if wish.json {
                everyone.extend(page.members);
            } else {
                page.members.iter().try_for_each(|member| writeln!(out, "{}", line(member)))?;
            }
            let Some(next) = page.next else { break };
            query.after = Some(next);
        }
        if wish.json {
            writeln!(out, "{}", chatapp_http::members_json(&everyone))?;
        }
        Ok(())
    }

    async fn show(&self, wish: &OneUser) -> Result<(), Failure> {
        let user = self.find(&wish.username).await?;
        let member = self.member(&user.username).await?;
        outcome::tell_text(&if wish.json { chatapp_http::member_json(&member) } else { line(&member) });
        Ok(())
    }

    async fn create(&self, wish: &CreateMember) -> Result<(), Failure> {
        let wrong = |what: &str, why: String| Failure::Usage(format!("{what}: {why}"));
        let username = Username::parse(&wish.username).map_err(|error| wrong("username", error.to_string()))?;
        let email = Email::parse(&wish.email).map_err(|error| wrong("--email", error.to_string()))?;
        let display_name =
            DisplayName::parse(&wish.display_name).map_err(|error| wrong("--display-name", error.to_string()))?;
        let password = new_password::typed_or_piped(username.as_str(), email.as_str())?;
        let made = MemberWish { username, email, display_name, password, is_superuser: wish.superuser };
        let user = self.roster.make(made, by_command()).await?;
        self.say(&user, wish.json, &format!("User '{}' is made.", user.username)).await
    }

    async fn change(&self, wish: &OneUser, change: MemberChange, now: &str) -> Result<(), Failure> {
        let user = self.find(&wish.username).await?;
        let user = self.roster.change(user.id, change, by_command()).await?;
        self.say(&user, wish.json, &format!("User '{}' {now}.", user.username)).await
    }

    async fn set_password(&self, wish: &OneUser) -> Result<(), Failure> {
        let user = self.find(&wish.username).await?;
        let password = new_password::typed_or_piped(user.username.as_str(), &user.email)?;
        self.roster.set_password(user.id, password, by_command()).await?;
        let said = format!("User '{}' has another password; their sessions and tokens have ended.", user.username);
        self.say(&user, wish.json, &said).await
    }

    async fn end_sessions(&self, wish: &OneUser) -> Result<(), Failure> {
        let user = self.find(&wish.username).await?;
        let count = self.roster.end_sessions(user.id, by_command()).await?;
        let plural = if count == 1 { "" } else { "s" };
        self.say(&user, wish.json, &format!("{count} session{plural} of user '{}' ended.", user.username)).await
    }

    /// The person as they are now, or what was done in words.
    async fn say(&self, user: &User, json: bool, words: &str) -> Result<(), Failure> {
        let text = if json { chatapp_http::member_json(&self.member(&user.username).await?) } else { words.to_owned() };
        outcome::tell_text(&text);
        Ok(())
    }

    async fn find(&self, username: &str) -> Result<User, Failure> {
        Ok(person(&self.database, username).await?)
    }

    async fn member(&self, name: &Username) -> Result<Member, Failure> {
        Ok(self.roster.find(name.as_str()).await?.with_context(|| format!("user '{name}' is gone"))?)
    }
}

/// Tab-separated: number, name, state, when they joined and last logged in, address, display name.
fn line(member: &Member) -> String {
    let Member { user, last_login, .. } = member;
    let state = match (user.is_deleted(), user.is_active, user.is_superuser) {
        (true, ..) => "deleted",
        (false, false, _) => "inactive",
        (false, true, true) => "superuser",
        (false, true, false) => "active",
    };
    let (joined, last) = (day(user.joined_at), last_login.map_or_else(|| "never".to_owned(), day));
    format!("{}\t{}\t{state}\t{joined}\t{last}\t{}\t{}", user.id.0, user.username, user.email, user.display_name)
}

fn day(at: Timestamp) -> String {
    DateTime::<Utc>::from_timestamp_micros(at.as_micros()).unwrap_or_default().format("%Y-%m-%d").to_string()
}
