//! A draft on its way through the writer, and what becomes of it.

use std::collections::BTreeSet;

use chatapp_domain::conversation::Pair;
use chatapp_domain::event::Pos;
use chatapp_domain::message::{Draft, IdempotencyKey, Message, MessageId, Seq};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::{AfterAppend, AppendError, Appended, Saved};
use chatapp_domain::time::Timestamp;
use tokio::sync::oneshot;

#[cfg(feature = "planted-faults")]
use crate::planted;

/// A draft on its way through the writer.
pub(crate) struct Append {
    pub(super) draft: Draft,
    /// The number that it has already, if it comes from elsewhere.
    pub(super) number: Option<i64>,
    then: AfterAppend,
    reply: oneshot::Sender<Result<Saved, AppendError>>,
    pub(super) fate: Fate,
}

/// What becomes of a draft if the transaction is committed.
pub(super) enum Fate {
    /// Not known yet.
    Open,
    /// It is saved, with these numbers.
    New(Placed),
    /// It was saved earlier.
    Repeat(Box<Message>),
    /// It is the same as the draft at this place of the same transaction.
    SameAs(usize),
    /// Its key was used for another message.
    KeyReused,
    /// One of its people blocks the other.
    Blocked,
    /// One of its people is gone.
    NoSuchUser,
}

/// The numbers of a new message.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub(super) id: i64,
    pub(super) conversation: i64,
    pub(super) seq: i64,
    pub(super) sender_pos: i64,
    pub(super) recipient_pos: i64,
    pub(super) low_sent: i64,
    pub(super) at: i64,
}

/// A row to insert.
pub(super) struct NewMessageRow<'a> {
    pub(super) id: i64,
    pub(super) conversation_id: i64,
    pub(super) seq: i64,
    pub(super) sender_id: i64,
    pub(super) sender_pos: i64,
    pub(super) recipient_id: i64,
    pub(super) recipient_pos: i64,
    pub(super) low_sent: i64,
    pub(super) sent_at: i64,
    pub(super) client_key: Option<&'a str>,
    pub(super) body: &'a str,
}

impl Append {
    pub(crate) fn new(draft: Draft, then: AfterAppend, reply: oneshot::Sender<Result<Saved, AppendError>>) -> Self {
        #[cfg(feature = "planted-faults")]
        let draft = if planted::is(planted::Planted::KeyIgnored) { Draft { key: None, ..draft } } else { draft };
        Self { draft, number: None, then, reply, fate: Fate::Open }
    }

    /// The same draft with a number of its own.
    pub(crate) fn numbered(self, number: i64) -> Self {
        Self { number: Some(number), ..self }
    }

    /// Whether nobody waits any more, so that the draft need not be saved.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    /// Whom it is from and to.
    pub(crate) fn people(&self) -> [i64; 2] {
        [self.sender(), self.recipient()]
    }

    /// How long its text is.
    pub(crate) fn bytes(&self) -> usize {
        self.draft.body.as_str().len()
    }

    /// Answers that it is not saved.
    pub(crate) fn refuse(self, error: StoreError) {
        // Nobody may be waiting any more.
        let _ = self.reply.send(Err(AppendError::Store(error)));
    }

    pub(super) fn pair(&self) -> Pair {
        Pair::of(self.draft.sender.id, self.draft.recipient.id)
    }

    pub(super) fn sender(&self) -> i64 {
        self.draft.sender.id.0
    }

    pub(super) fn recipient(&self) -> i64 {
        self.draft.recipient.id.0
    }

    /// The number of a new message.
    pub(crate) fn new_number(&self) -> Option<i64> {
        if let Fate::New(placed) = &self.fate { Some(placed.id) } else { None }
    }

    pub(crate) fn key(&self) -> Option<(i64, String)> {
        self.draft.key.as_ref().map(|key| (self.sender(), key.as_str().to_owned()))
    }

    pub(super) fn says_the_same(&self, other: &Draft) -> bool {
        self.draft.recipient.id == other.recipient.id && self.draft.body == other.body
    }

    pub(super) fn row(&self) -> Option<NewMessageRow<'_>> {
        let Fate::New(placed) = &self.fate else { return None };
        Some(NewMessageRow {
            id: placed.id,
            conversation_id: placed.conversation,
            seq: placed.seq,
            sender_id: self.sender(),
            sender_pos: placed.sender_pos,
            recipient_id: self.recipient(),
            recipient_pos: placed.recipient_pos,
            low_sent: placed.low_sent,
            sent_at: placed.at,
            client_key: self.draft.key.as_ref().map(IdempotencyKey::as_str),
            body: self.draft.body.as_str(),
        })
    }

    /// Answers all drafts of a transaction, and tells of the new messages, in the order in which they were saved.
    pub(crate) fn settle_all(drafts: Vec<Self>, outcome: impl Fn() -> Result<(), StoreError>) {
        let mut saved: Vec<Option<Message>> = Vec::new();
        let needed: BTreeSet<usize> = drafts
            .iter()
            .filter_map(|append| if let Fate::SameAs(first) = append.fate { Some(first) } else { None })
            .collect();
        for (place, append) in drafts.into_iter().enumerate() {
            let Self { draft, then, reply, fate, .. } = append;
            let answer = outcome().map_err(AppendError::Store).and_then(|()| match fate {
                Fate::New(placed) => Ok(Saved::New(placed.announce(draft, then))),
                Fate::Repeat(message) => Ok(Saved::Repeat(*message)),
                Fate::SameAs(first) => saved
                    .get(first)
                    .cloned()
                    .flatten()
                    .map(Saved::Repeat)
                    .ok_or_else(|| AppendError::Store(StoreError::Failed("a repeat without its first".into()))),
                Fate::KeyReused => Err(AppendError::KeyReused),
                Fate::Blocked => Err(AppendError::Blocked),
                Fate::NoSuchUser => Err(AppendError::NoSuchUser),
                Fate::Open => Err(AppendError::Store(StoreError::Failed("a draft was passed over".into()))),
            });
            let message = match &answer {
                Ok(Saved::New(message) | Saved::Repeat(message)) if needed.contains(&place) => Some(message.clone()),
                _ => None,
            };
            saved.push(message);
            // Nobody may be waiting any more; the message is kept and told of all the same.
            let _ = reply.send(answer);
        }
    }
}

/// If that fault is planted: tells of messages that are not committed yet, and not again afterwards.
#[cfg(feature = "planted-faults")]
pub(crate) fn announce_early(drafts: &mut [&mut Append]) {
    if !planted::is(planted::Planted::NotifyBeforeCommit) {
        return;
    }
    for append in drafts {
        if let Fate::New(placed) = &append.fate {
            placed.announce(append.draft.clone(), std::mem::replace(&mut append.then, Box::new(|_| ())));
        }
    }
    std::thread::sleep(planted::GAP);
}

impl Placed {
    fn announce(self, draft: Draft, then: AfterAppend) -> Message {
        let message = Message {
            id: MessageId(self.id),
            seq: Seq(self.seq),
            sender: draft.sender,
            recipient: draft.recipient,
            body: draft.body,
            at: Timestamp::from_micros(self.at),
            key: draft.key,
        };
        let (sender_pos, recipient_pos) = (Pos(self.sender_pos), Pos(self.recipient_pos));
        let appended = Appended { message, sender_pos, recipient_pos };
        then(&appended);
        appended.message
    }
}
