//! Old messages in memory.

use async_trait::async_trait;
use chatapp_domain::conversation::Pair;
use chatapp_domain::message::{Message, MessageBody, MessageId};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::retention::{ConversationId, RetentionStore, Swept};
use chatapp_domain::time::Timestamp;

use super::{MemoryStores, State};

#[async_trait]
impl RetentionStore for MemoryStores {
    async fn count_old(&self, before: Timestamp, _: ConversationId) -> Result<Swept, StoreError> {
        self.unit(|state| {
            let old = state.threads.keys().map(|pair| state.old(*pair, before).len()).sum::<usize>();
            Swept { messages: i64::try_from(old).unwrap_or(i64::MAX), next: None }
        })
    }

    async fn sweep(&self, before: Timestamp, _: ConversationId) -> Result<Swept, StoreError> {
        self.unit(|state| {
            let pairs: Vec<Pair> = state.threads.keys().copied().collect();
            let messages = pairs.into_iter().map(|pair| state.sweep(pair, before)).sum();
            Swept { messages, next: None }
        })
    }
}

impl State {
    /// What is old of a conversation and says something or has a younger one after it.
    fn old(&self, pair: Pair, before: Timestamp) -> Vec<Message> {
        let all = self.thread(pair);
        let last = all.last().map(|message| message.id);
        let old = all.into_iter().take_while(|message| message.at < before);
        old.filter(|message| !message.is_deleted() || Some(message.id) != last).cloned().collect()
    }

    fn sweep(&mut self, pair: Pair, before: Timestamp) -> i64 {
        let old = self.old(pair, before);
        for message in &old {
            self.lose(pair, message);
        }
        i64::try_from(old.len()).unwrap_or(i64::MAX)
    }

    fn lose(&mut self, pair: Pair, message: &Message) {
        let Some(thread) = self.threads.get_mut(&pair) else { return };
        for person in [pair.low(), pair.high()] {
            thread.read_at_least(person, message.seq);
        }
        let is_newest = thread.messages.len() == 1;
        if !is_newest {
            thread.messages.remove(0);
            thread.forgotten += 1;
        }
        self.sends.retain(|_, id| *id != message.id);
        self.forget_reports(message.id);
        if is_newest {
            if let Some(kept) = self.messages.get_mut(&message.id) {
                (kept.body, kept.key) = (MessageBody::deleted(), None);
            }
            return;
        }
        self.messages.remove(&message.id);
        for person in [pair.low(), pair.high()] {
            if let Some(pos) = self.positions.remove(&(person, message.id))
                && let Some(journal) = self.journals.get_mut(&person)
            {
                journal.lose(pos);
            }
        }
    }

    fn forget_reports(&mut self, message: MessageId) {
        self.reports.retain(|_, report| !report.is_of(message));
    }
}
