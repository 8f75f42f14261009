//! What a store of everybody's messages promises.

use std::time::Duration;

use chatapp_domain::audit::{Action, Actor, Target, TargetKind};
use chatapp_domain::calendar::{Day, Period};
use chatapp_domain::event::{Change, Pos};
use chatapp_domain::message::{Draft, Message, MessageBody, MessageId, Seq};
use chatapp_domain::page::PageNumber;
use chatapp_domain::ports::audit::AuditQuery;
use chatapp_domain::ports::messages::Saved;
use chatapp_domain::ports::moderation::{Deleted, Deletion, MessageFilter, Place};
use chatapp_domain::search::SearchQuery;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UsernameKey};

use super::Stores;
use super::scene::{
    Listener, a_couple, a_crowd, a_name, a_person, all_at_once, append, between, conversation, events_of, ids, read_on,
    say, say_in, say_many, send,
};
use crate::builders::{NEW_YEAR, a_draft, a_keyed_draft, a_size};

/// Who deletes everything here.
const BY: Actor = Actor { user: None, address: None, at: NEW_YEAR };

async fn delete(stores: &Stores, message: &Message) -> Deletion {
    stores.moderation.delete(message.id, BY, Box::new(|_| ())).await.unwrap()
}

/// `message` as it is once it is deleted.
fn emptied(message: &Message) -> Message {
    Message { body: MessageBody::deleted(), key: None, ..message.clone() }
}

async fn unread(stores: &Stores, me: &User, peer: &User) -> i64 {
    stores.conversations.find(&between(me, peer)).await.unwrap().unwrap().unread
}

/// Whoever reads finds it where it was, without its text.
pub async fn a_deleted_message_keeps_its_place_and_says_nothing(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say(stores, &ada, &bob, "one").await;
    let second = send(stores, a_keyed_draft(&ada, &bob, "two", "k")).await;
    assert_eq!(delete(stores, &second).await, Deletion::Done);
    let expected = emptied(&second);
    assert!(expected.is_deleted() && !second.is_deleted());
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        assert_eq!(conversation(stores, me, peer).await[1], expected);
        assert_eq!(stores.messages.find(me.id, vec![second.id]).await.unwrap(), std::slice::from_ref(&expected));
        let seen = stores.conversations.find(&between(me, peer)).await.unwrap().unwrap();
        assert_eq!((seen.last_message, seen.last_seq), (expected.clone(), Seq(2)));
        let all = stores.messages.page_of_all(me.id, PageNumber::Number(1), a_size(10)).await.unwrap();
        assert_eq!((all.count, &all.messages[0]), (2, &expected));
    }
    assert_eq!(stores.moderation.find(second.id).await.unwrap(), Some(expected));
    let third = say(stores, &bob, &ada, "three").await;
    assert_eq!(third.seq, Seq(3));
}

/// It names the message. In a note to oneself it is one.
pub async fn a_deletion_is_an_event_for_both(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let message = say(stores, &ada, &bob, "hello").await;
    let listener = Listener::<Deleted>::new();
    stores.moderation.delete(message.id, BY, listener.ear()).await.unwrap();
    let told = listener.all().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].sender_pos, told[0].recipient_pos), (Some(Pos(2)), Some(Pos(2))));
    assert_eq!(told[0].message, emptied(&message));
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        let event = events_of(stores, me).await.pop().unwrap();
        assert_eq!(event.change, Change::Delete { id: message.id, seq: Seq(1) });
        assert_eq!((event.pos, event.peer), (Pos(2), peer.username.clone()));
    }
    let note = say(stores, &ada, &ada, "milk").await;
    let listener = Listener::<Deleted>::new();
    stores.moderation.delete(note.id, BY, listener.ear()).await.unwrap();
    let told = listener.all().await;
    assert_eq!((told[0].sender_pos, told[0].recipient_pos), (Some(Pos(4)), Some(Pos(4))));
    assert_eq!(events_of(stores, &ada).await.len(), 4);
}

/// Before it is read, and after some of it was; by either of the two.
pub async fn what_was_deleted_is_not_unread(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    for (me, peer) in [(&bob, &ada), (&ada, &bob)] {
        let mut said = Vec::new();
        for text in ["one", "two", "three", "four", "five"] {
            said.push(say(stores, peer, me, text).await);
        }
        let before = unread(stores, me, peer).await;
        delete(stores, &said[3]).await;
        assert_eq!(unread(stores, me, peer).await, before - 1);
        read_on(stores, me, peer, said[1].seq.0).await;
        assert_eq!(unread(stores, me, peer).await, 2);
        delete(stores, &said[0]).await;
        assert_eq!(unread(stores, me, peer).await, 2, "it was read");
        delete(stores, &said[2]).await;
        assert_eq!(unread(stores, me, peer).await, 1);
        say(stores, peer, me, "six").await;
        assert_eq!(unread(stores, me, peer).await, 2);
        read_on(stores, me, peer, said[4].seq.0).await;
        assert_eq!(unread(stores, me, peer).await, 1);
    }
}

/// Indexed or not.
pub async fn what_was_deleted_is_not_found_by_its_words(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let mut said = Vec::new();
    for number in 0..150 {
        said.push(say(stores, &ada, &bob, &format!("number{number:03} walrus")).await);
    }
    while stores.search.index_next(ada.id).await.unwrap() {}
    let found = async |me: &User, text: &str| {
        let query = SearchQuery::parse(text).unwrap();
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let found = stores.search.search(&me.identity(), &query, None, before, a_size(50)).await.unwrap();
            all.extend(found.hits.into_iter().map(|hit| hit.message.id));
            before = found.next;
            if before.is_none() {
                return all;
            }
        }
    };
    for number in [3, 70, 127, 149] {
        assert_eq!(found(&ada, &format!("number{number:03}")).await.first(), Some(&said[number].id));
        delete(stores, &said[number]).await;
        for me in [&ada, &bob] {
            assert!(!found(me, &format!("number{number:03}")).await.contains(&said[number].id), "{number}");
        }
    }
    while stores.search.index_next(ada.id).await.unwrap() {}
    for me in [&ada, &bob] {
        assert_eq!(found(me, "walrus").await.len(), 146, "the others are found");
        assert_eq!(found(me, "number071").await, [said[71].id]);
    }
}

/// As long as a message exists its key gives it, and no longer.
pub async fn the_key_of_a_deleted_message_is_free_again(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let draft = || a_keyed_draft(&ada, &bob, "hello", "k");
    let first = send(stores, draft()).await;
    assert!(matches!(append(stores, draft()).await.unwrap(), Saved::Repeat(_)));
    delete(stores, &first).await;
    let second = send(stores, draft()).await;
    assert_eq!((second.seq, second.body), (Seq(2), first.body));
}

/// And is told of and logged once.
pub async fn a_message_is_deleted_once_however_many_try(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let message = say(stores, &ada, &bob, "hello").await;
    let tries = (0..20).map(|_| {
        let (moderation, id) = (stores.moderation.clone(), message.id);
        async move { moderation.delete(id, BY, Box::new(|_| ())).await.unwrap() }
    });
    let outcomes = all_at_once(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Deletion::Done).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Deletion::Before).count(), 19);
    let target = Target { kind: TargetKind::Message, id: message.id.0 };
    let query = AuditQuery { targets: Some(vec![target]), limit: 10, ..AuditQuery::default() };
    let logged = stores.audit.list(query).await.unwrap();
    let actions: Vec<&str> = logged.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, [Action::MessageDelete.as_str()]);
    assert_eq!(events_of(stores, &ada).await.len(), 2);
    let nothing = Message { id: MessageId(9_007_199_254_740_000), ..message };
    assert_eq!(delete(stores, &nothing).await, Deletion::NotFound);
}

/// In the events of either.
pub async fn deleting_amid_sends_leaves_no_gap(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let mut said = Vec::new();
    for _ in 0..20 {
        said.push(say(stores, &ada, &bob, "hello").await);
    }
    let sends = (0..40).map(|number| if number % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) });
    let sends = sends.map(|(from, to)| say_in(stores, a_draft(from, to, "more")));
    let deletions = said.iter().map(|message| {
        let (moderation, id) = (stores.moderation.clone(), message.id);
        async move { moderation.delete(id, BY, Box::new(|_| ())).await.unwrap() }
    });
    let (_, deleted) = tokio::join!(all_at_once(sends), all_at_once(deletions));
    assert!(deleted.iter().all(|outcome| *outcome == Deletion::Done));
    assert_eq!(conversation(stores, &ada, &bob).await.len(), 60);
    for me in [&ada, &bob] {
        assert_eq!(events_of(stores, me).await.len(), 80);
    }
    assert_eq!(unread(stores, &bob, &ada).await, 20);
}

/// Nobody else is told.
pub async fn a_message_to_somebody_gone_is_deleted_for_whoever_is_left(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let message = say(stores, &ada, &bob, "hello").await;
    stores.departures.depart(ada.id, None).await.unwrap();
    let listener = Listener::<Deleted>::new();
    stores.moderation.delete(message.id, BY, listener.ear()).await.unwrap();
    let told = listener.all().await;
    assert_eq!((told[0].sender_pos, told[0].recipient_pos), (None, Some(Pos(2))));
    assert!(stores.messages.find(bob.id, vec![message.id]).await.unwrap()[0].is_deleted());
}

/// All pages of a list.
async fn listed(stores: &Stores, filter: &MessageFilter, size: i64) -> Vec<Message> {
    let (mut all, mut from): (Vec<Message>, Option<Place>) = (Vec::new(), None);
    loop {
        let page = stores.moderation.list(filter.clone(), from, a_size(size)).await.unwrap();
        assert!(page.messages.len() <= usize::try_from(size).unwrap());
        all.extend(page.messages);
        from = page.next;
        if from.is_none() {
            return all;
        }
    }
}

/// Newest first, none twice, none left out.
pub async fn everybodys_messages_are_listed_in_pieces(stores: &Stores) {
    let people = a_crowd(stores, 4).await;
    let mut said = Vec::new();
    for number in 0..12 {
        said.push(say(stores, &people[number % 4], &people[(number + 1) % 4], "hello").await);
    }
    let all = listed(stores, &MessageFilter::default(), 100).await;
    let ours: Vec<MessageId> =
        ids(&all).into_iter().filter(|id| said.iter().any(|message| message.id == *id)).collect();
    assert_eq!(ours, said.iter().rev().map(|message| message.id).collect::<Vec<_>>());
    let first = stores.moderation.list(MessageFilter::default(), None, a_size(5)).await.unwrap();
    assert_eq!((first.messages.len(), first.next.is_some()), (5, true));
    let mine = MessageFilter { sender: Some(people[0].id), ..MessageFilter::default() };
    for size in [1, 2, 3, 100] {
        assert_eq!(ids(&listed(stores, &mine, size).await), [said[8].id, said[4].id, said[0].id], "{size}");
    }
}

/// One or more of these.
pub async fn messages_are_listed_by_their_people_their_time_and_their_words(stores: &Stores) {
    let ((ada, bob), eve) = (a_couple(stores).await, a_person(stores, "eve").await);
    let at = |year| Period::Year(year).days().start.start().after(Duration::from_secs(100));
    let speak = async |from: &User, to: &User, text: &str, year: i64| {
        send(stores, Draft { at: at(year), ..a_draft(from, to, text) }).await
    };
    let one = speak(&ada, &bob, "one walrus", 1981).await;
    let two = speak(&bob, &ada, "two", 1981).await;
    let three = speak(&ada, &bob, "three", 1982).await;
    let four = speak(&ada, &eve, "four walrus", 1982).await;
    let note = speak(&ada, &ada, "a note", 1983).await;
    let of = |sender: Option<&User>, recipient: Option<&User>| MessageFilter {
        sender: sender.map(|user| user.id),
        recipient: recipient.map(|user| user.id),
        ..MessageFilter::default()
    };
    let check = async |filter: MessageFilter, expected: &[&Message]| {
        let expected: Vec<MessageId> = expected.iter().map(|message| message.id).collect();
        for size in [1, 100] {
            assert_eq!(ids(&listed(stores, &filter, size).await), expected, "{filter:?}");
        }
    };
    check(of(Some(&ada), None), &[&note, &four, &three, &one]).await;
    check(of(None, Some(&ada)), &[&note, &two]).await;
    check(of(Some(&ada), Some(&bob)), &[&three, &one]).await;
    check(of(Some(&bob), Some(&ada)), &[&two]).await;
    check(of(Some(&ada), Some(&ada)), &[&note]).await;
    check(of(Some(&eve), Some(&bob)), &[]).await;
    let period = Some(Period::Year(1982));
    check(MessageFilter { period, ..of(Some(&ada), None) }, &[&four, &three]).await;
    check(MessageFilter { period, ..of(None, Some(&ada)) }, &[]).await;
    check(MessageFilter { period: Period::of(1982, Some(1), Some(1)), ..of(None, Some(&eve)) }, &[&four]).await;
    check(MessageFilter { period: Period::of(1982, Some(1), Some(2)), ..of(None, Some(&eve)) }, &[]).await;
    let words = SearchQuery::parse("walr").ok();
    check(MessageFilter { words: words.clone(), ..of(Some(&ada), None) }, &[&four, &one]).await;
    check(MessageFilter { words, period, ..of(Some(&ada), None) }, &[&four]).await;
    let of_1982 = listed(stores, &MessageFilter { period, ..MessageFilter::default() }, 100).await;
    assert!([&three, &four].iter().all(|message| of_1982.contains(message)));
    assert!(of_1982.iter().all(|message| Period::Year(1982).days().contains(&Day::of(message.at))));
}

/// One person after the other, and what two of them said to each other once.
pub async fn messages_are_listed_by_the_beginning_of_a_name(stores: &Stores) {
    let stem = a_name("zoe");
    let (one, two) = (format!("{stem}a"), format!("{stem}b"));
    let (zoe, zora) =
        (crate::builders::a_user(&*stores.users, &one).await, crate::builders::a_user(&*stores.users, &two).await);
    let bob = a_person(stores, "bob").await;
    let between_them = say(stores, &zoe, &zora, "hello").await;
    let to_bob = say(stores, &zora, &bob, "hello").await;
    let from_bob = say(stores, &bob, &zoe, "hello").await;
    let filter = |name: &str| MessageFilter { name: Some(UsernameKey::of(name)), ..MessageFilter::default() };
    for size in [1, 2, 100] {
        let all = listed(stores, &filter(&stem.to_uppercase()), size).await;
        assert_eq!(ids(&all), [from_bob.id, between_them.id, to_bob.id], "{size}");
    }
    assert_eq!(ids(&listed(stores, &filter(&two), 100).await), [to_bob.id, between_them.id]);
    assert!(stores.moderation.is_a_name(&UsernameKey::of(&stem)).await.unwrap());
    assert!(!stores.moderation.is_a_name(&UsernameKey::of(&format!("{stem}x"))).await.unwrap());
}

/// Exactly, counted ahead or not, deleted or not.
pub async fn the_days_of_messages_are_counted(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let day = |day: i64| Day(Period::Year(1985).days().start.0 + day);
    let at = |number: i64| Timestamp::from_micros(day(number).start().as_micros() + 86_399_999_999);
    for number in [0, 0, 1, 40] {
        send(stores, Draft { at: at(number), ..a_draft(&ada, &bob, "hello") }).await;
    }
    say_many(stores, &bob, &ada, 5).await;
    let of = async |sender: Option<&User>, recipient: Option<&User>| {
        stores.moderation.days(sender.map(|user| user.id), recipient.map(|user| user.id)).await.unwrap()
    };
    let expected = [(day(0), 2), (day(1), 1), (day(40), 1)];
    assert_eq!(of(Some(&ada), None).await, expected);
    assert_eq!(of(Some(&ada), Some(&bob)).await, expected);
    assert_eq!(of(None, Some(&bob)).await, expected);
    assert_eq!(of(Some(&bob), Some(&ada)).await, [(Day::of(NEW_YEAR), 5)]);
    for _ in 0..3 {
        let all = of(None, None).await;
        assert!(all.is_sorted());
        for (day, count) in expected {
            assert_eq!(all.iter().find(|(of, _)| *of == day), Some(&(day, count)));
        }
        while stores.moderation.count_ahead().await.unwrap() {}
    }
}
