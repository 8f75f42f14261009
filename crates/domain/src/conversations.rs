//! Listing conversations, reading on, and typing.

use std::sync::Arc;

use crate::conversation::{Conversation, Participation};
use crate::event::{Change, Event, Pos};
use crate::message::Seq;
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::blocks::BlockStore;
use crate::ports::conversations::{ConversationStore, ReadMoved};
use crate::ports::notifications::{Notifier, Whisper};
use crate::ports::users::UserStore;
use crate::user::Identity;

/// What people do with conversations besides writing.
#[derive(Clone)]
pub struct Conversations {
    users: Arc<dyn UserStore>,
    conversations: Arc<dyn ConversationStore>,
    blocks: Arc<dyn BlockStore>,
    notifier: Arc<dyn Notifier>,
}

/// One page of a list of conversations.
#[derive(Clone, Debug)]
pub struct ConversationPage {
    /// Latest activity first.
    pub conversations: Vec<Conversation>,
    /// Where the next page starts, if there is one.
    pub next: Option<Pos>,
}

impl Conversations {
    /// A service over the given stores and notifier.
    pub fn new(
        users: Arc<dyn UserStore>,
        conversations: Arc<dyn ConversationStore>,
        blocks: Arc<dyn BlockStore>,
        notifier: Arc<dyn Notifier>,
    ) -> Self {
        Self { users, conversations, blocks, notifier }
    }

    /// The conversations of `me`, latest activity first, from the cursor that the page before gave.
    pub async fn list(
        &self,
        me: &Identity,
        before: Option<Pos>,
        size: PageSize,
    ) -> Result<ConversationPage, StoreError> {
        let conversations = self.conversations.list(me, before, size).await?;
        let full = i64::try_from(conversations.len()).is_ok_and(|length| length == size.get());
        let next = conversations.last().filter(|_| full).map(|last| last.activity);
        Ok(ConversationPage { conversations, next })
    }

    /// The conversation with `peer`, if anything was said in it.
    pub async fn find(&self, me: Identity, peer: &str) -> Result<Option<Conversation>, StoreError> {
        match self.users.identify(peer).await? {
            Some(peer) => self.conversations.find(&Participation::of(me, peer)).await,
            None => Ok(None),
        }
    }

    /// Moves my read position forward, and tells both people's connections once that is durable.
    pub async fn mark_read(&self, me: Identity, peer: &str, seq: Seq) -> Result<Option<Conversation>, StoreError> {
        let Some(peer) = self.users.identify(peer).await? else { return Ok(None) };
        let place = Participation::of(me, peer);
        let (notifier, told) = (Arc::clone(&self.notifier), place.clone());
        self.conversations.mark_read(&place, seq, Box::new(move |moved| tell(&*notifier, &told, moved))).await
    }

    /// Moves forward up to where I have received, and tells the other person's connections if both share it. `false` if
    /// nothing was said in the conversation.
    pub async fn mark_delivered(&self, me: Identity, peer: &str, seq: Seq) -> Result<bool, StoreError> {
        let Some(peer) = self.users.identify(peer).await? else { return Ok(false) };
        let place = Participation::of(me, peer);
        let (notifier, me, to) = (Arc::clone(&self.notifier), place.me().username.clone(), place.peer().id);
        let then = move |seq| notifier.whisper(to, Whisper::Delivered { peer: me, seq });
        self.conversations.mark_delivered(&place, seq, Box::new(then)).await
    }

    /// Tells `peer` that `me` started or stopped typing, unless a block keeps them apart. Names nobody has are ignored.
    pub async fn typing(&self, me: &Identity, peer: &str, typing: bool) -> Result<(), StoreError> {
        let peer = self.users.identify(peer).await?.filter(|peer| peer.id != me.id);
        if let Some(peer) = peer
            && !self.blocks.keeps_apart(me.id, peer.id).await?
        {
            self.notifier.whisper(peer.id, Whisper::Typing { peer: me.username.clone(), typing });
        }
        Ok(())
    }
}

fn tell(notifier: &dyn Notifier, place: &Participation, moved: &ReadMoved) {
    let (me, peer) = (place.me(), place.peer());
    let change = Change::Read { reader: me.username.clone(), seq: moved.seq };
    let event = |pos, peer: &Identity| Event { pos, peer: peer.username.clone(), change: change.clone() };
    notifier.notify(me.id, event(moved.reader_pos, peer));
    if let Some(peer_pos) = moved.peer_pos.filter(|_| !place.is_with_oneself()) {
        notifier.notify(peer.id, event(peer_pos, me));
    }
}
