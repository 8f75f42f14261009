//! What a store of old messages promises. Messages are dated before those of all other promises here.

use std::time::Duration;

use chatapp_domain::audit::Actor;
use chatapp_domain::calendar::Period;
use chatapp_domain::event::Pos;
use chatapp_domain::message::{Draft, Message, Seq};
use chatapp_domain::page::{Cursor, PageNumber};
use chatapp_domain::ports::events::Following;
use chatapp_domain::ports::retention::ConversationId;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::User;

use super::Stores;
use super::scene::{a_couple, between, ids, read_on, say, send};
use crate::builders::{a_draft, a_size};

/// Of the promises here one looks at what all of them leave.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn old() -> Timestamp {
    Period::Year(1971).days().start.start()
}

/// `from` said something to `to` long ago.
async fn said(stores: &Stores, from: &User, to: &User) -> Message {
    send(stores, Draft { at: old(), ..a_draft(from, to, "long ago") }).await
}

/// Deletes what is old. Gives how many.
async fn sweep(stores: &Stores) -> i64 {
    let (mut after, mut messages) = (ConversationId::default(), 0);
    loop {
        let swept = stores.retention.sweep(old().after(Duration::from_secs(1)), after).await.unwrap();
        messages += swept.messages;
        match swept.next {
            Some(next) => after = next,
            None => return messages,
        }
    }
}

async fn count(stores: &Stores) -> i64 {
    let (mut after, mut messages) = (ConversationId::default(), 0);
    loop {
        let swept = stores.retention.count_old(old().after(Duration::from_secs(1)), after).await.unwrap();
        messages += swept.messages;
        match swept.next {
            Some(next) => after = next,
            None => return messages,
        }
    }
}

/// What is left keeps its places; lists end where it begins.
pub async fn the_old_beginning_of_a_conversation_goes(stores: &Stores) {
    let _alone = ALONE.lock().await;
    let (ada, bob) = a_couple(stores).await;
    let mut gone = Vec::new();
    for _ in 0..3 {
        gone.push(said(stores, &ada, &bob).await);
        gone.push(said(stores, &bob, &ada).await);
    }
    let new = [say(stores, &ada, &bob, "one").await, say(stores, &bob, &ada, "two").await];
    sweep(stores).await;
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        let place = between(me, peer);
        let history = stores.messages.history(&place, Cursor::After(Seq(0)), a_size(100)).await.unwrap();
        assert_eq!((history.forgotten_seq, history.last_seq), (Seq(6), Seq(8)));
        assert_eq!(history.messages, new);
        let before = stores.messages.history(&place, Cursor::Before(Seq(7)), a_size(100)).await.unwrap();
        assert_eq!((before.messages.len(), before.forgotten_seq), (0, Seq(6)));
        let page = stores.messages.page(&place, PageNumber::Number(1), a_size(1)).await.unwrap();
        assert_eq!((page.count, page.has_next), (2, true));
        let page = stores.messages.page(&place, PageNumber::Number(2), a_size(1)).await.unwrap();
        assert_eq!((ids(&page.messages), page.has_next), (vec![new[0].id], false));
        stores.messages.page(&place, PageNumber::Number(3), a_size(1)).await.unwrap_err();
        let all = stores.messages.page_of_all(me.id, PageNumber::Number(1), a_size(10)).await.unwrap();
        assert_eq!((all.count, all.messages.len()), (2, 2));
        assert_eq!(stores.messages.extent(me.id).await.unwrap().count, 2);
        assert_eq!(stores.messages.find(me.id, gone.iter().map(|it| it.id).collect()).await.unwrap(), []);
    }
    assert_eq!(say(stores, &ada, &bob, "three").await.seq, Seq(9));
}

/// So that the next one gets the next place. It goes with the next round after that.
pub async fn of_an_old_conversation_the_newest_place_stays(stores: &Stores) {
    let _alone = ALONE.lock().await;
    let (ada, bob) = a_couple(stores).await;
    for _ in 0..3 {
        said(stores, &ada, &bob).await;
    }
    sweep(stores).await;
    let seen = stores.conversations.find(&between(&bob, &ada)).await.unwrap().unwrap();
    assert_eq!((seen.last_seq, seen.unread, seen.last_message.is_deleted()), (Seq(3), 0, true));
    sweep(stores).await;
    let history = stores.messages.history(&between(&bob, &ada), Cursor::After(Seq(0)), a_size(9)).await.unwrap();
    assert_eq!((history.messages.len(), history.forgotten_seq), (1, Seq(2)), "it stays however often");
    let next = say(stores, &ada, &bob, "news").await;
    assert_eq!(next.seq, Seq(4));
    sweep(stores).await;
    let history = stores.messages.history(&between(&bob, &ada), Cursor::After(Seq(0)), a_size(9)).await.unwrap();
    assert_eq!((ids(&history.messages), history.forgotten_seq), (vec![next.id], Seq(3)));
    let seen = stores.conversations.find(&between(&bob, &ada)).await.unwrap().unwrap();
    assert_eq!(seen.unread, 1);
}

/// What is left is, as far as it was; also what was deleted of it is not.
pub async fn what_is_gone_is_not_unread(stores: &Stores) {
    let _alone = ALONE.lock().await;
    let (ada, bob) = a_couple(stores).await;
    for _ in 0..4 {
        said(stores, &ada, &bob).await;
        said(stores, &bob, &ada).await;
    }
    read_on(stores, &bob, &ada, 2).await;
    let mut new = Vec::new();
    for text in ["one", "two", "three"] {
        new.push(say(stores, &ada, &bob, text).await);
    }
    stores.moderation.delete(new[1].id, Actor::command_line(old()), Box::new(|_| ())).await.unwrap();
    let unread = async |me: &User, peer: &User| {
        let seen = stores.conversations.find(&between(me, peer)).await.unwrap().unwrap();
        (seen.read_seq, seen.unread)
    };
    assert_eq!((unread(&bob, &ada).await, unread(&ada, &bob).await), ((Seq(2), 5), (Seq(0), 4)));
    sweep(stores).await;
    assert_eq!((unread(&bob, &ada).await, unread(&ada, &bob).await), ((Seq(8), 2), (Seq(8), 0)));
    read_on(stores, &bob, &ada, new[0].seq.0).await;
    assert_eq!(unread(&bob, &ada).await, (new[0].seq, 1));
}

/// It is told to load anew; one after it is followed without a gap.
pub async fn a_cursor_before_what_is_gone_counts_no_more(stores: &Stores) {
    let _alone = ALONE.lock().await;
    let (ada, bob) = a_couple(stores).await;
    for _ in 0..3 {
        said(stores, &ada, &bob).await;
    }
    let new = say(stores, &ada, &bob, "news").await;
    sweep(stores).await;
    for me in [&ada, &bob] {
        let latest = Pos(4);
        for after in [0, 2] {
            let following = stores.events.after(me.id, Pos(after), 10).await.unwrap();
            assert_eq!(following, Following::Gone { latest }, "{after}");
        }
        let Following::Events { events, .. } = stores.events.after(me.id, Pos(3), 10).await.unwrap() else {
            panic!("nothing after it is gone");
        };
        assert_eq!((events.len(), events[0].pos), (1, latest));
        assert_eq!(stores.events.position_of(me.id, new.id).await.unwrap(), Some(latest));
    }
}

/// More than one transaction deletes; and nothing is left to be counted.
pub async fn as_many_are_counted_as_are_deleted(stores: &Stores) {
    let _alone = ALONE.lock().await;
    sweep(stores).await;
    let (ada, bob) = a_couple(stores).await;
    for _ in 0..450 {
        said(stores, &ada, &bob).await;
    }
    said(stores, &ada, &ada).await;
    assert_eq!(count(stores).await, 451);
    assert_eq!(sweep(stores).await, 451);
    assert_eq!((count(stores).await, sweep(stores).await), (0, 0));
}
