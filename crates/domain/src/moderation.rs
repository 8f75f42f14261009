//! Everybody's messages, for those who administer: listing them without their texts, reading one, deleting one.

use std::sync::Arc;

use thiserror::Error;

use crate::audit::{Action, Actor};
use crate::calendar::{Day, Period};
use crate::event::{Change, Event};
use crate::message::{Message, MessageId};
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::audit::AuditStore;
use crate::ports::moderation::{Deleted, Deletion, Listed, MessageFilter, ModerationStore, Place};
use crate::ports::notifications::Notifier;
use crate::ports::users::UserStore;
use crate::search::{SearchQuery, SearchQueryError};
use crate::time::Timestamp;
use crate::user::{UserId, UsernameKey};

/// Which messages somebody wants to see.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// This one.
    pub id: Option<MessageId>,
    /// Those that the person of this name sent.
    pub sender: Option<String>,
    /// Those that the person of this name received.
    pub recipient: Option<String>,
    /// Those of this time.
    pub period: Option<Period>,
    /// A message's number, the beginning of the names of people, or words: what of these it can be, in this order. What
    /// begins with a quotation mark is words.
    pub search: Option<String>,
}

/// Why messages were not listed.
#[derive(Debug, Error)]
pub enum ListError {
    /// The words would have to be read.
    #[error("Reading messages is off.")]
    ReadingIsOff,
    /// The words cannot be looked for.
    #[error(transparent)]
    Search(#[from] SearchQueryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many messages there are of a stretch of time: a year, a month or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Of when.
    pub period: Period,
    /// How many.
    pub messages: i64,
}

/// Everybody's messages.
#[derive(Clone)]
pub struct Moderation {
    users: Arc<dyn UserStore>,
    store: Arc<dyn ModerationStore>,
    log: Arc<dyn AuditStore>,
    notifier: Arc<dyn Notifier>,
    reads: bool,
}

/// What a search can mean.
enum Meaning {
    Number(MessageId),
    Name(UsernameKey),
    Words(SearchQuery),
}

impl Moderation {
    /// A service over the given stores. `reads`: whether those who administer may read what others wrote.
    pub fn new(
        users: Arc<dyn UserStore>,
        store: Arc<dyn ModerationStore>,
        log: Arc<dyn AuditStore>,
        notifier: Arc<dyn Notifier>,
        reads: bool,
    ) -> Self {
        Self { users, store, log, notifier, reads }
    }

    /// Whether those who administer may read what others wrote.
    pub fn reads(&self) -> bool {
        self.reads
    }

    /// A page of messages, the newest first, from the cursor that the page before gave. A name that nobody has: none. If
    /// words are looked for the log says so beforehand, but not which.
    pub async fn list(&self, wish: Wish, from: Option<Place>, size: PageSize, by: Actor) -> Result<Listed, ListError> {
        let mut filter = MessageFilter { period: wish.period, ..MessageFilter::default() };
        let mut id = wish.id;
        match self.meaning(wish.search.as_deref()).await? {
            None => {}
            Some(Meaning::Number(number)) if id.is_none_or(|id| id == number) => id = Some(number),
            Some(Meaning::Number(_)) => return Ok(Listed::default()),
            Some(Meaning::Name(name)) => filter.name = Some(name),
            Some(Meaning::Words(words)) => {
                self.log.write(by.did(Action::MessageSearch, 0)).await?;
                filter.words = Some(words);
            }
        }
        let (sender, recipient) = (self.named(wish.sender).await?, self.named(wish.recipient).await?);
        let (Ok(sender), Ok(recipient)) = (sender, recipient) else { return Ok(Listed::default()) };
        (filter.sender, filter.recipient) = (sender, recipient);
        match id {
            Some(id) => Ok(self.only(id, &filter).await?),
            None => Ok(self.store.list(filter, from, size).await?),
        }
    }

    /// How many messages there are of each year; of each month of a year; or of each day of a month.
    pub async fn dates(
        &self,
        year: Option<i64>,
        month: Option<i64>,
        sender: Option<String>,
        recipient: Option<String>,
    ) -> Result<Vec<Count>, StoreError> {
        let (sender, recipient) = (self.named(sender).await?, self.named(recipient).await?);
        let (Ok(sender), Ok(recipient)) = (sender, recipient) else { return Ok(Vec::new()) };
        let days = self.store.days(sender, recipient).await?;
        Ok(counts(year, month, days))
    }

    /// One message, for somebody who reads it if that is allowed: the log says so before it is given.
    pub async fn look(&self, id: MessageId, by: Actor) -> Result<Option<Message>, StoreError> {
        let found = self.store.find(id).await?;
        if self.reads && found.is_some() {
            self.log.write(by.did(Action::MessageLook, id.0)).await?;
        }
        Ok(found)
    }

    /// Deletes a message for both people, and tells their connections once that is durable. `false`: there is no such
    /// message.
    pub async fn delete(&self, id: MessageId, by: Actor) -> Result<bool, StoreError> {
        let notifier = Arc::clone(&self.notifier);
        let deleted = self.store.delete(id, by, Box::new(move |deleted| tell(&*notifier, deleted))).await?;
        Ok(deleted != Deletion::NotFound)
    }

    /// Counts some of the days beforehand. Gives whether there may be more to count.
    pub async fn count_ahead(&self) -> Result<bool, StoreError> {
        self.store.count_ahead().await
    }

    async fn meaning(&self, search: Option<&str>) -> Result<Option<Meaning>, ListError> {
        let Some(text) = search.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that is too long names no message.
            return Ok(Some(Meaning::Number(MessageId(text.parse().unwrap_or(i64::MAX)))));
        }
        let key = UsernameKey::of(text);
        let is_quoted = text.starts_with('"');
        if !is_quoted && !key.as_str().is_empty() && self.store.is_a_name(&key).await? {
            return Ok(Some(Meaning::Name(key)));
        }
        if !self.reads {
            return Err(ListError::ReadingIsOff);
        }
        let words = if is_quoted { text.trim_matches('"') } else { text };
        Ok(Some(Meaning::Words(SearchQuery::parse(words)?)))
    }

    /// Whoever has a name, if one is given; `Err`: nobody has it.
    async fn named(&self, name: Option<String>) -> Result<Result<Option<UserId>, ()>, StoreError> {
        let Some(name) = name else { return Ok(Ok(None)) };
        let found = self.users.by_name(&name).await?;
        Ok(found.map(|user| Some(user.id)).ok_or(()))
    }

    async fn only(&self, id: MessageId, filter: &MessageFilter) -> Result<Listed, StoreError> {
        let found = self.store.find(id).await?.filter(|message| {
            let words = filter.words.as_ref().is_none_or(|words| words.find_in(message.body.as_str()).is_some());
            let begins = |name: &UsernameKey| {
                [&message.sender, &message.recipient]
                    .iter()
                    .any(|person| person.username.key().as_str().starts_with(name.as_str()))
            };
            filter.admits(message.sender.id, message.recipient.id, message.at)
                && words
                && filter.name.as_ref().is_none_or(begins)
        });
        Ok(Listed { messages: found.into_iter().collect(), next: None })
    }
}

impl MessageFilter {
    /// Whether a message is meant, as far as its people and its time say.
    pub fn admits(&self, sender: UserId, recipient: UserId, at: Timestamp) -> bool {
        self.sender.is_none_or(|wanted| wanted == sender)
            && self.recipient.is_none_or(|wanted| wanted == recipient)
            && self.period.is_none_or(|period| period.days().contains(&Day::of(at)))
    }
}

/// Adds up what belongs together; `days` are in order.
fn counts(year: Option<i64>, month: Option<i64>, days: Vec<(Day, i64)>) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for (day, messages) in days {
        let date = day.date();
        if year.is_some_and(|year| year != date.year) || month.is_some_and(|month| month != date.month) {
            continue;
        }
        let period = match (year, month) {
            (None, _) => Period::Year(date.year),
            (Some(_), None) => Period::Month(date.year, date.month),
            (Some(_), Some(_)) => Period::Day(date.year, date.month, date.day),
        };
        match counts.last_mut() {
            Some(last) if last.period == period => last.messages += messages,
            _ => counts.push(Count { period, messages }),
        }
    }
    counts
}

/// Tells both people of a deletion; once, if they are the same person.
fn tell(notifier: &dyn Notifier, deleted: &Deleted) {
    let Message { id, seq, sender, recipient, .. } = &deleted.message;
    let change = Change::Delete { id: *id, seq: *seq };
    if let Some(pos) = deleted.sender_pos {
        notifier.notify(sender.id, Event { pos, peer: recipient.username.clone(), change: change.clone() });
    }
    if let Some(pos) = deleted.recipient_pos.filter(|_| sender.id != recipient.id) {
        notifier.notify(recipient.id, Event { pos, peer: sender.username.clone(), change });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up_to_months_and_years() {
        let first = |year, month| Period::of(year, Some(month), None).unwrap().days().start;
        let days = vec![(first(2024, 2), 3), (Day(first(2024, 2).0 + 28), 4), (first(2024, 3), 5), (first(2026, 1), 6)];
        let of = |year, month| -> Vec<(Period, i64)> {
            counts(year, month, days.clone()).into_iter().map(|count| (count.period, count.messages)).collect()
        };
        assert_eq!(of(None, None), [(Period::Year(2024), 12), (Period::Year(2026), 6)]);
        assert_eq!(of(Some(2024), None), [(Period::Month(2024, 2), 7), (Period::Month(2024, 3), 5)]);
        assert_eq!(of(Some(2024), Some(2)), [(Period::Day(2024, 2, 1), 3), (Period::Day(2024, 2, 29), 4)]);
        assert_eq!(of(Some(2025), None), []);
    }
}
