//! Messages that were sent or asked for just now. Whoever is told of a message's number asks for the message, and so do
//! all others who are told, in the same moment.

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::event::{Change, Event};
use chatapp_domain::message::{Message, MessageId};
use chatapp_domain::user::UserId;

use crate::recent::{Ends, Recent};

/// How long a message that another process deleted may still be found here, by who was not told of that.
const LIFE: Duration = Duration::from_secs(1);

/// How many bytes are remembered, about.
const MOST_BYTES: u64 = 4 << 20;

/// What a message takes beside its texts, about.
const FRAME_BYTES: usize = 256;

/// A message never changes, except that its text is deleted or one of its people leaves. That is seldom, so any of it makes
/// this process forget all messages.
pub(crate) struct Messages(Recent<i64, Arc<Message>>);

/// Any message's number will do where all end together.
const ANY: i64 = 0;

impl Default for Messages {
    fn default() -> Self {
        Self::lasting(LIFE)
    }
}

impl Messages {
    fn lasting(life: Duration) -> Self {
        Self(Recent::ending_together(life, MOST_BYTES, |message| {
            let names = message.sender.username.as_str().len() + message.recipient.username.as_str().len();
            let key = message.key.as_ref().map_or(0, |key| key.as_str().len());
            u64::try_from(FRAME_BYTES + message.body.as_str().len() + names + key).unwrap_or(MOST_BYTES)
        }))
    }

    /// Splits numbers into messages that are remembered and that `reader` is in, and numbers that must be looked up.
    pub(crate) fn find(&self, reader: UserId, ids: Vec<MessageId>) -> (Vec<Message>, Vec<MessageId>) {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        for id in ids {
            match self.0.get(&id.0) {
                Some(message) if message.sender.id == reader || message.recipient.id == reader => {
                    found.push(Message::clone(&message));
                }
                Some(_) => {}
                None => unknown.push(id),
            }
        }
        (found, unknown)
    }

    /// To be asked before a message is sent or looked up, and given to [`Messages::remember`] afterwards.
    pub(crate) fn ends(&self) -> Ends {
        self.0.ends(&ANY)
    }

    /// Remembers a message that was sent or found since `since`.
    pub(crate) fn remember(&self, message: &Message, since: Ends) {
        self.0.remember(message.id.0, Arc::new(message.clone()), since);
    }

    /// To be called with what another node did, before anybody here is told: whoever is told of a deletion must not find
    /// the text.
    pub(crate) fn heed(&self, event: &Event) {
        if matches!(event.change, Change::Delete { .. }) {
            self.forget_all();
        }
    }

    /// The same with what was read in a feed, where deletions of long ago are as well.
    pub(crate) fn heed_all(&self, events: &[Event]) {
        let has_text = |id: &MessageId| self.0.get(&id.0).is_some_and(|message| !message.is_deleted());
        if events.iter().any(|event| matches!(&event.change, Change::Delete { id, .. } if has_text(id))) {
            self.forget_all();
        }
    }

    /// To be called after the commit of whatever deletes messages, or takes a name away that is in them.
    pub(crate) fn forget_all(&self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use chatapp_domain::event::Pos;
    use chatapp_domain::message::{MessageBody, Seq};
    use chatapp_domain::time::Timestamp;
    use chatapp_domain::user::{Identity, Username};

    use super::*;

    const ADA: UserId = UserId(1);
    const GRACE: UserId = UserId(2);
    const EVE: UserId = UserId(3);

    fn message(id: i64) -> Message {
        let person = |id, name: &str| Identity { id, username: Username::from_store(name.to_owned()) };
        Message {
            id: MessageId(id),
            seq: Seq(id),
            sender: person(ADA, "ada"),
            recipient: person(GRACE, "grace"),
            body: MessageBody::from_store("hello".to_owned()),
            at: Timestamp::from_micros(0),
            key: None,
        }
    }

    /// What somebody finds of the messages 1 and 2, and which must be looked up.
    fn seen_by(messages: &Messages, reader: UserId) -> (Vec<i64>, Vec<i64>) {
        let (found, unknown) = messages.find(reader, vec![MessageId(1), MessageId(2)]);
        (found.iter().map(|message| message.id.0).collect(), unknown.iter().map(|id| id.0).collect())
    }

    #[test]
    fn both_people_find_what_was_said_and_nobody_else_does() {
        let messages = Messages::lasting(Duration::from_secs(3600));
        messages.remember(&message(1), messages.ends());
        assert_eq!(seen_by(&messages, ADA), (vec![1], vec![2]));
        assert_eq!(seen_by(&messages, GRACE), (vec![1], vec![2]));
        assert_eq!(seen_by(&messages, EVE), (vec![], vec![2]), "that it is somebody else's is known too");
    }

    #[test]
    fn a_deletion_counts_at_once_also_for_what_was_found_before_it_and_is_remembered_after() {
        let messages = Messages::lasting(Duration::from_secs(3600));
        let since = messages.ends();
        messages.remember(&message(1), since);
        messages.forget_all();
        messages.remember(&message(2), since);
        assert_eq!(seen_by(&messages, ADA), (vec![], vec![1, 2]));
    }

    #[test]
    fn a_deletion_that_is_heard_of_counts_and_nothing_else_does() {
        let messages = Messages::lasting(Duration::from_secs(3600));
        let heed = |change| messages.heed(&Event { pos: Pos(9), peer: Username::from_store("ada".to_owned()), change });
        messages.remember(&message(1), messages.ends());
        heed(Change::Message { id: MessageId(2), seq: Seq(2), key: None });
        assert_eq!(seen_by(&messages, ADA).0, vec![1]);
        heed(Change::Delete { id: MessageId(2), seq: Seq(2) });
        assert_eq!(seen_by(&messages, ADA).0, Vec::<i64>::new());
    }

    #[test]
    fn a_deletion_in_a_feed_counts_if_its_text_is_remembered() {
        let messages = Messages::lasting(Duration::from_secs(3600));
        let deletion = |id| {
            let change = Change::Delete { id: MessageId(id), seq: Seq(id) };
            Event { pos: Pos(9), peer: Username::from_store("ada".to_owned()), change }
        };
        messages.remember(&message(1), messages.ends());
        messages.remember(&Message { body: MessageBody::deleted(), ..message(2) }, messages.ends());
        messages.heed_all(&[deletion(2), deletion(3)]);
        assert_eq!(seen_by(&messages, ADA).0, vec![1, 2], "that was known");
        messages.heed_all(&[deletion(3), deletion(1)]);
        assert_eq!(seen_by(&messages, ADA).0, Vec::<i64>::new());
    }

    #[test]
    fn another_process_is_heeded_after_a_while() {
        let messages = Messages::lasting(Duration::ZERO);
        messages.remember(&message(1), messages.ends());
        assert_eq!(seen_by(&messages, ADA), (vec![], vec![1, 2]));
    }
}
