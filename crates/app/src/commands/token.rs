//! `token`: personal access tokens, for programs that the operator sets up.

use std::io::Write;
use std::time::Duration;

use anyhow::anyhow;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::token::{Scope, Token, TokenId, TokenName};
use chatapp_domain::tokens::{TokenWish, Tokens};
use chatapp_domain::user::{User, UserId};
use chatapp_persistence::Database;
use serde_json::json;

use crate::cli::{TokenCommand, TokenScope};
use crate::commands::{block_on, outcome, person, tell_nodes};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;

pub(crate) fn run(settings: &Settings, command: &TokenCommand) -> Result<(), Failure> {
    let database = compose::open_database(settings)?;
    let messenger = compose::messenger(settings);
    let tokens = compose::tokens(&database, messenger.clone());
    let done = block_on(async {
        let done = carry_out(&database, &tokens, command).await;
        tell_nodes(&messenger).await;
        done
    })?;
    database.close();
    done
}

async fn carry_out(database: &Database, tokens: &Tokens, command: &TokenCommand) -> Result<(), Failure> {
    let user = person(database, command.username()).await?;
    match command {
        TokenCommand::Create { name, scope, days, json, .. } => {
            let wish = wish(name, *scope, *days)?;
            create(tokens, &user, wish, *json).await
        }
        TokenCommand::List { json, .. } => list(tokens, user.id, *json).await,
        TokenCommand::Revoke { id: Some(id), json, .. } => revoke(tokens, &user, TokenId(*id), *json).await,
        TokenCommand::Revoke { id: None, json, .. } => revoke_all(tokens, &user, *json).await,
    }
}

fn wish(name: &str, scope: TokenScope, days: Option<u32>) -> Result<TokenWish, Failure> {
    let name = TokenName::parse(name).map_err(|error| Failure::Usage(format!("--name: {error}")))?;
    let scope = match scope {
        TokenScope::Read => Scope::Read,
        TokenScope::Write => Scope::Write,
    };
    let life = days.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    Ok(TokenWish { name, scope, expires_at: life.map(|life| SystemClock.now().after(life)) })
}

async fn create(tokens: &Tokens, user: &User, wish: TokenWish, json: bool) -> Result<(), Failure> {
    let (token, secret) = tokens.make(user.id, wish).await?;
    if json {
        outcome::tell_text(&chatapp_http::made_token_json(&token, &secret));
        return Ok(());
    }
    outcome::tell_text(secret.expose());
    eprintln!(
        "Token {} of user '{}' is shown this once. Programs send it as: Authorization: Bearer <token>",
        token.id.0, user.username
    );
    Ok(())
}

async fn list(tokens: &Tokens, user: UserId, json: bool) -> Result<(), Failure> {
    let all = tokens.list(user).await?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", chatapp_http::tokens_json(&all))?;
        return Ok(());
    }
    for token in &all {
        writeln!(out, "{}", line(token))?;
    }
    Ok(())
}

/// Tab-separated: number, beginning, scope, whether it counts, name.
fn line(token: &Token) -> String {
    let state = if token.counts(SystemClock.now()) { "counts" } else { "expired" };
    format!("{}\t{}\t{}\t{state}\t{}", token.id.0, token.prefix, token.scope.as_str(), token.name)
}

async fn revoke(tokens: &Tokens, user: &User, id: TokenId, as_json: bool) -> Result<(), Failure> {
    if !tokens.revoke(user.id, id).await? {
        return Err(anyhow!("user '{}' has no token {}", user.username, id.0).into());
    }
    tell_of_revoked(user, 1, &format!("Token {} of user '{}' is revoked.", id.0, user.username), as_json);
    Ok(())
}

async fn revoke_all(tokens: &Tokens, user: &User, as_json: bool) -> Result<(), Failure> {
    let count = tokens.revoke_all(user.id).await?;
    let text = format!("{count} token{} of user '{}' revoked.", if count == 1 { "" } else { "s" }, user.username);
    tell_of_revoked(user, count, &text, as_json);
    Ok(())
}

fn tell_of_revoked(user: &User, count: usize, text: &str, as_json: bool) {
    outcome::tell(as_json, &json!({"username": user.username.as_str(), "revoked": count}), text);
}
