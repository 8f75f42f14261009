//! `demo`: a few people and conversations in many scripts, so that a newcomer sees a living page.

mod conversations;
mod people;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use chatapp_domain::conversation::Participation;
use chatapp_domain::message::{Draft, MessageBody, Seq};
use chatapp_domain::password::Password;
use chatapp_domain::ports::conversations::ConversationStore;
use chatapp_domain::ports::messages::{MessageStore, Saved};
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::time::{Clock, SystemClock, Timestamp};
use chatapp_domain::user::{DisplayName, Email, Identity, NewUser, Username};
use rand::Rng;
use rand::distr::Alphanumeric;
use serde_json::json;

use self::conversations::{Line, SAYINGS};
use self::people::{PEOPLE, Person};
use crate::commands::{block_on, outcome};
use crate::compose;
use crate::config::Settings;
use crate::failure::Failure;
use crate::passwords;

/// How many characters the generated password has.
const PASSWORD_CHARS: usize = 14;

pub(crate) fn run(settings: &Settings, force: bool, as_json: bool) -> Result<(), Failure> {
    let database = compose::open_database(settings)?;
    let demo = Demo {
        users: database.users(),
        messages: database.messages(),
        conversations: database.conversations(),
        now: SystemClock.now(),
    };
    let password: String = rand::rng().sample_iter(Alphanumeric).take(PASSWORD_CHARS).map(char::from).collect();
    let filled = block_on(demo.fill(&password, settings.accounts.hashing.cost, force));
    database.close();
    filled??;
    let people: Vec<&str> = PEOPLE.iter().map(|person| person.username).collect();
    let json = json!({"people": people, "messages": SAYINGS.len(), "password": password});
    outcome::tell(as_json, &json, &introduction(&password));
    Ok(())
}

fn introduction(password: &str) -> String {
    let mut text = format!("Made {} people and {} messages. Log in as\n", PEOPLE.len(), SAYINGS.len());
    for Person { username, display_name, .. } in PEOPLE {
        text += &format!("  {username:8} {display_name}\n");
    }
    text + &format!("each with the password  {password}\n")
        + "It is not shown again. Open two browsers, log in as two of them, and write."
}

struct Demo {
    users: Arc<dyn UserStore>,
    messages: Arc<dyn MessageStore>,
    conversations: Arc<dyn ConversationStore>,
    now: Timestamp,
}

impl Demo {
    async fn fill(&self, password: &str, cost: u32, force: bool) -> anyhow::Result<()> {
        if self.users.count().await? > 0 && !force {
            bail!("the database has users already; --force adds the demo to them");
        }
        let people = self.people(password, cost).await?;
        let mut read = HashMap::new();
        // Positions among a person's events are given in the order of saving, so the oldest comes first.
        let mut lines: Vec<&Line> = SAYINGS.iter().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.minutes_ago));
        for line in lines {
            let (sender, recipient) = (find(&people, line.from)?, find(&people, line.to)?);
            let seq = self.say(sender, recipient, line).await?;
            // Whoever answers has read everything before.
            read.insert((line.from, line.to), seq);
        }
        for ((reader, peer), seq) in read {
            let place = Participation::of(find(&people, reader)?.clone(), find(&people, peer)?.clone());
            self.conversations.mark_read(&place, seq, Box::new(|_| {})).await?;
        }
        Ok(())
    }

    async fn people(&self, password: &str, cost: u32) -> anyhow::Result<HashMap<&'static str, Identity>> {
        let joined_at = self.now.before(Duration::from_secs(14 * 24 * 60 * 60));
        let hash = passwords::hash(&Password::unchecked(password), cost)?;
        let mut new = Vec::with_capacity(PEOPLE.len());
        for person in PEOPLE {
            let email = Email::parse(&format!("{}@example.org", person.username))?;
            let (username, password) = (Username::parse(person.username)?, hash.clone());
            new.push(NewUser { username, email, password, is_superuser: person.is_superuser, joined_at });
        }
        let mut identities = HashMap::new();
        for (person, made) in PEOPLE.iter().zip(self.users.create_many(new).await?) {
            let user = made.with_context(|| format!("cannot make {}", person.username))?;
            self.users.set_display_name(user.id, DisplayName::parse(person.display_name)?).await?;
            identities.insert(person.username, user.identity());
        }
        Ok(identities)
    }

    async fn say(&self, sender: &Identity, recipient: &Identity, line: &Line) -> anyhow::Result<Seq> {
        let draft = Draft {
            sender: sender.clone(),
            recipient: recipient.clone(),
            body: MessageBody::parse(line.text, MessageBody::DEFAULT_MAX_CHARS)?,
            key: None,
            at: self.now.before(Duration::from_secs(60 * line.minutes_ago)),
        };
        match self.messages.append(draft, Box::new(|_| {})).await? {
            Saved::New(message) | Saved::Repeat(message) => Ok(message.seq),
        }
    }
}

fn find<'a>(people: &'a HashMap<&str, Identity>, name: &str) -> anyhow::Result<&'a Identity> {
    people.get(name).with_context(|| format!("nobody in the demo is called {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_demo_is_valid() {
        for person in PEOPLE {
            assert!(Username::parse(person.username).is_ok() && DisplayName::parse(person.display_name).is_ok());
        }
        for Line { from, to, text, .. } in SAYINGS {
            assert!(MessageBody::parse(text, MessageBody::DEFAULT_MAX_CHARS).is_ok_and(|body| body.as_str() == *text));
            assert!([from, to].iter().all(|name| PEOPLE.iter().any(|person| person.username == **name)), "{text}");
        }
    }
}
