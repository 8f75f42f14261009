//! What a store of conversations promises.

use std::collections::BTreeSet;

use chatapp_domain::conversation::Conversation;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::Seq;
use chatapp_domain::ports::conversations::ReadMoved;
use chatapp_domain::user::{DisplayName, User};

use super::Stores;
use super::scene::{
    Listener, a_couple, a_crowd, a_person, all_at_once, between, conversation, events_of, latest, read_on,
    reads_are_kept, say, say_many,
};
use crate::builders::{a_draft, a_size};

async fn seen(stores: &Stores, me: &User, peer: &User) -> Conversation {
    stores.conversations.find(&between(me, peer)).await.unwrap().unwrap()
}

async fn unread(stores: &Stores, me: &User, peer: &User) -> i64 {
    seen(stores, me, peer).await.unread
}

async fn listed(stores: &Stores, me: &User) -> Vec<Conversation> {
    stores.conversations.list(&me.identity(), None, a_size(100)).await.unwrap()
}

fn peers(conversations: &[Conversation]) -> Vec<&str> {
    conversations.iter().map(|conversation| conversation.peer.username.as_str()).collect()
}

/// Two people who never wrote to each other have no conversation, and reading it is nothing.
pub async fn where_nothing_was_said_there_is_no_conversation(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let place = between(&ada, &bob);
    assert_eq!(stores.conversations.find(&place).await.unwrap(), None);
    assert_eq!(listed(stores, &ada).await, []);
    let listener = Listener::<ReadMoved>::new();
    assert_eq!(stores.conversations.mark_read(&place, Seq(5), listener.ear()).await.unwrap(), None);
    assert!(listener.all().await.is_empty());
    assert_eq!((latest(stores, ada.id).await, latest(stores, bob.id).await), (0, 0));
}

/// However many conversations somebody has, and however much was said in the latest of them, all are listed, latest
/// first, and paging meets each once.
pub async fn many_conversations_are_listed_in_order(stores: &Stores) {
    const PEOPLE: usize = 150;
    let ada = a_person(stores, "ada").await;
    let crowd = a_crowd(stores, PEOPLE).await;
    for (n, peer) in crowd.iter().enumerate() {
        let (from, to) = if n % 2 == 0 { (&ada, peer) } else { (peer, &ada) };
        say(stores, from, to, "hello").await;
    }
    let paged = async || {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = stores.conversations.list(&ada.identity(), before, a_size(40)).await.unwrap();
            let Some(last) = page.last() else { return seen };
            before = Some(last.activity);
            seen.extend(page.into_iter().map(|conversation| conversation.peer.username));
        }
    };
    let latest_first: Vec<_> = crowd.iter().rev().map(|peer| peer.username.clone()).collect();
    assert_eq!(paged().await, latest_first);

    say_many(stores, &crowd[7], &ada, 1_100).await;
    let mut moved = latest_first;
    let first = moved.remove(PEOPLE - 1 - 7);
    moved.insert(0, first);
    assert_eq!(paged().await, moved);
}

/// Both people see the same conversation, each from their own side.
pub async fn a_conversation_is_seen_from_both_sides(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    say(stores, &cleo, &ada, "so that positions differ").await;
    say(stores, &ada, &bob, "one").await;
    let last_message = say(stores, &ada, &bob, "two").await;
    read_on(stores, &bob, &ada, 1).await;
    let common = |peer: &User| Conversation {
        peer: peer.clone(),
        last_message: last_message.clone(),
        last_seq: Seq(2),
        read_seq: Seq(0),
        peer_read_seq: Seq(0),
        peer_delivered_seq: Seq(0),
        unread: 0,
        activity: Pos(0),
    };
    let adas = Conversation { peer_read_seq: Seq(1), peer_delivered_seq: Seq(1), activity: Pos(3), ..common(&bob) };
    let bobs = Conversation { read_seq: Seq(1), unread: 1, activity: Pos(2), ..common(&ada) };
    assert_eq!(seen(stores, &ada, &bob).await, adas);
    assert_eq!(seen(stores, &bob, &ada).await, bobs);
    assert_eq!(listed(stores, &bob).await, [bobs]);
    assert_eq!(listed(stores, &ada).await[0], adas);
}

/// Only the other person's messages are news, and only those after the read position.
pub async fn unread_counts_what_the_other_said_since(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    // 1 a, 2 b, 3 b, 4 a, 5 a, 6 b, 7 a
    for (from, to) in [(&ada, &bob), (&bob, &ada), (&bob, &ada), (&ada, &bob), (&ada, &bob), (&bob, &ada), (&ada, &bob)]
    {
        say(stores, from, to, "…").await;
    }
    for (seq, adas, bobs) in [(0, 3, 4), (1, 3, 3), (2, 2, 3), (3, 1, 3), (4, 1, 2), (5, 1, 1), (6, 0, 1), (7, 0, 0)] {
        for (me, peer, expected) in [(&ada, &bob, adas), (&bob, &ada, bobs)] {
            read_on(stores, me, peer, seq).await;
            let conversation = seen(stores, me, peer).await;
            assert_eq!((conversation.read_seq, conversation.unread), (Seq(seq), expected), "read up to {seq}");
            assert_eq!(listed(stores, me).await, [conversation]);
        }
    }
    say(stores, &bob, &ada, "news").await;
    assert_eq!((unread(stores, &ada, &bob).await, unread(stores, &bob, &ada).await), (1, 0));
}

/// Writing an answer does not mean that everything before it was read, and one's own words are never news.
pub async fn sending_does_not_mark_as_read(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say(stores, &bob, &ada, "question").await;
    say_many(stores, &ada, &bob, 3).await;
    let conversation = seen(stores, &ada, &bob).await;
    assert_eq!((conversation.read_seq, conversation.unread, conversation.last_seq), (Seq(0), 1, Seq(4)));
    assert_eq!((conversation.peer_read_seq, unread(stores, &bob, &ada).await), (Seq(0), 3));
}

/// Many messages are counted as exactly as few.
pub async fn unread_is_exact_in_a_long_conversation(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 120).await;
    say_many(stores, &bob, &ada, 30).await;
    say_many(stores, &ada, &bob, 50).await;
    assert_eq!((unread(stores, &ada, &bob).await, unread(stores, &bob, &ada).await), (30, 170));
    read_on(stores, &bob, &ada, 100).await;
    read_on(stores, &ada, &bob, 135).await;
    assert_eq!((unread(stores, &ada, &bob).await, unread(stores, &bob, &ada).await), (15, 70));
}

/// One's own notes are listed, readable and never news; reading on is one event.
pub async fn a_note_to_oneself_is_never_unread(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let ada = a_person(stores, "ada").await;
    say_many(stores, &ada, &ada, 3).await;
    let notes = listed(stores, &ada).await;
    assert_eq!(peers(&notes), [ada.username.as_str()]);
    assert_eq!((notes[0].unread, notes[0].last_seq, notes[0].activity), (0, Seq(3), Pos(3)));
    let listener = Listener::<ReadMoved>::new();
    let moved = stores.conversations.mark_read(&between(&ada, &ada), Seq(2), listener.ear()).await.unwrap().unwrap();
    assert_eq!((moved.read_seq, moved.peer_read_seq, moved.unread), (Seq(2), Seq(2), 0));
    assert_eq!(listener.all().await, [ReadMoved { seq: Seq(2), reader_pos: Pos(4), peer_pos: Some(Pos(4)) }]);
    let events = events_of(stores, &ada).await;
    let read = Change::Read { reader: ada.username.clone(), seq: Seq(2) };
    assert_eq!(events.last(), Some(&Event { pos: Pos(4), peer: ada.username.clone(), change: read }));
    assert_eq!(events.len(), 4);
}

/// A read position that would go back or stay does neither harm nor noise.
pub async fn a_read_position_never_goes_back(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 5).await;
    assert_eq!(read_on(stores, &bob, &ada, 3).await, Seq(3));
    let before = (latest(stores, ada.id).await, latest(stores, bob.id).await);
    let listener = Listener::<ReadMoved>::new();
    for seq in [3, 2, 0, -1, i64::MIN] {
        let seen = stores.conversations.mark_read(&between(&bob, &ada), Seq(seq), listener.ear()).await.unwrap();
        assert_eq!(seen.map(|seen| (seen.read_seq, seen.unread)), Some((Seq(3), 2)), "{seq}");
    }
    assert!(listener.all().await.is_empty());
    assert_eq!((latest(stores, ada.id).await, latest(stores, bob.id).await), before);
    assert_eq!(events_of(stores, &ada).await.len(), 6);
}

/// Nobody has read what was not said yet.
pub async fn reading_past_the_end_means_the_end(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 5).await;
    let listener = Listener::<ReadMoved>::new();
    for seq in [i64::MAX, 6, 5] {
        let seen = stores.conversations.mark_read(&between(&bob, &ada), Seq(seq), listener.ear()).await.unwrap();
        assert_eq!(seen.map(|seen| (seen.read_seq, seen.unread)), Some((Seq(5), 0)), "{seq}");
    }
    assert_eq!(listener.all().await, [ReadMoved { seq: Seq(5), reader_pos: Pos(6), peer_pos: Some(Pos(6)) }]);
    say(stores, &ada, &bob, "more").await;
    assert_eq!(unread(stores, &bob, &ada).await, 1);
}

/// Both people hear how far one of them has read, each at their own place.
pub async fn a_read_is_an_event_for_both(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    say(stores, &cleo, &bob, "so that positions differ").await;
    say(stores, &ada, &bob, "hello").await;
    let listener = Listener::<ReadMoved>::new();
    stores.conversations.mark_read(&between(&bob, &ada), Seq(1), listener.ear()).await.unwrap();
    assert_eq!(listener.all().await, [ReadMoved { seq: Seq(1), reader_pos: Pos(3), peer_pos: Some(Pos(2)) }]);
    let change = Change::Read { reader: bob.username.clone(), seq: Seq(1) };
    let told = |pos, peer: &User| Event { pos: Pos(pos), peer: peer.username.clone(), change: change.clone() };
    assert_eq!(events_of(stores, &bob).await[2], told(3, &ada));
    assert_eq!(events_of(stores, &ada).await[1], told(2, &bob));
    assert_eq!(latest(stores, cleo.id).await, 1, "it is nobody else's business");
    let reply = say(stores, &bob, &ada, "hi").await;
    let (bobs, adas) = (events_of(stores, &bob).await, events_of(stores, &ada).await);
    assert_eq!((bobs.len(), adas.len()), (4, 3));
    assert!(matches!(adas[2].change, Change::Message { id, .. } if id == reply.id));
}

/// The conversation one wrote or was written to last comes first; reading changes no order.
pub async fn conversations_are_listed_by_their_latest_message(stores: &Stores) {
    let people = a_crowd(stores, 4).await;
    let (ada, bob, cleo, dora) = (&people[0], &people[1], &people[2], &people[3]);
    say(stores, ada, bob, "1").await;
    say(stores, cleo, ada, "2").await;
    say(stores, ada, dora, "3").await;
    say(stores, bob, cleo, "not hers").await;
    let name = |user: &User| user.username.as_str().to_owned();
    assert_eq!(peers(&listed(stores, ada).await), [name(dora), name(cleo), name(bob)]);
    say(stores, bob, ada, "4").await;
    read_on(stores, ada, cleo, 1).await;
    read_on(stores, dora, ada, 1).await;
    let list = listed(stores, ada).await;
    assert_eq!(peers(&list), [name(bob), name(dora), name(cleo)]);
    assert_eq!(list.iter().map(|one| one.activity).collect::<Vec<_>>(), [Pos(4), Pos(3), Pos(2)]);
    assert_eq!(list.iter().map(|one| one.last_message.body.as_str()).collect::<Vec<_>>(), ["4", "3", "2"]);
    assert_eq!(list.iter().map(|one| one.unread).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(list[1].peer_read_seq, Seq(1));
}

/// A long list is read page by page, and nothing is in it twice or left out.
pub async fn a_list_of_conversations_is_paged_by_activity(stores: &Stores) {
    let people = a_crowd(stores, 8).await;
    let (ada, others) = people.split_first().unwrap();
    for peer in others {
        say(stores, peer, ada, "1").await;
    }
    // Read events take places between those of the messages.
    for peer in others.iter().step_by(2) {
        read_on(stores, ada, peer, 1).await;
        say(stores, ada, peer, "2").await;
    }
    let whole = listed(stores, ada).await;
    assert_eq!(whole.len(), 7);
    assert!(whole.is_sorted_by(|newer, older| newer.activity > older.activity));
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = stores.conversations.list(&ada.identity(), before, a_size(3)).await.unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        before = Some(last.activity);
        pages.extend(page);
        assert!(pages.len() <= whole.len(), "nobody is listed twice");
    }
    assert_eq!(pages, whole);
    let between = Pos(whole[3].activity.0 + 1);
    let rest = stores.conversations.list(&ada.identity(), Some(between), a_size(100)).await.unwrap();
    assert_eq!(rest, whole[3..]);
    let all = stores.conversations.list(&ada.identity(), Some(Pos(i64::MAX)), a_size(100)).await.unwrap();
    assert_eq!(all, whole);
    assert!(stores.conversations.list(&ada.identity(), Some(Pos(0)), a_size(100)).await.unwrap().is_empty());
}

/// Whom one talks with is shown as they are now, also when they may not log in any more.
pub async fn the_other_person_is_shown_as_they_are_now(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say(stores, &ada, &bob, "hello").await;
    listed(stores, &ada).await;
    stores.users.set_display_name(bob.id, DisplayName::parse("Bob 🧱").unwrap()).await.unwrap();
    stores.users.set_active(bob.id, false).await.unwrap();
    let now = User { display_name: "Bob 🧱".to_owned(), is_active: false, ..bob.clone() };
    assert_eq!(seen(stores, &ada, &bob).await.peer, now);
    assert_eq!(listed(stores, &ada).await[0].peer, now);
}

/// Ten devices that read the same message are one event.
pub async fn reading_the_same_place_at_once_is_one_event(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 5).await;
    let listener = Listener::<ReadMoved>::new();
    let answers = all_at_once((0..10).map(|_| {
        let (stores, place, ear) = (stores.clone(), between(&bob, &ada), listener.ear());
        async move { stores.conversations.mark_read(&place, Seq(5), ear).await.unwrap().unwrap() }
    }))
    .await;
    assert!(answers.iter().all(|seen| seen.read_seq == Seq(5) && seen.unread == 0));
    assert_eq!(listener.all().await, [ReadMoved { seq: Seq(5), reader_pos: Pos(6), peer_pos: Some(Pos(6)) }]);
    assert_eq!((events_of(stores, &ada).await.len(), events_of(stores, &bob).await.len()), (6, 6));
}

/// Devices that race to different places end at the furthest, and every event on the way goes forward.
pub async fn reading_different_places_at_once_only_goes_forward(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 30).await;
    let listener = Listener::<ReadMoved>::new();
    all_at_once((1..=30).map(|seq| {
        let (stores, place, ear) = (stores.clone(), between(&bob, &ada), listener.ear());
        async move { stores.conversations.mark_read(&place, Seq(seq), ear).await.unwrap().unwrap() }
    }))
    .await;
    let moved = listener.all().await;
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        let events = events_of(stores, me).await;
        let reads: Vec<Seq> = events
            .iter()
            .filter_map(|event| match &event.change {
                Change::Read { seq, reader } if *reader == bob.username => Some(*seq),
                _ => None,
            })
            .collect();
        assert!(reads.is_sorted_by(|one, next| one < next), "{reads:?}");
        assert_eq!((reads.last(), reads.len()), (Some(&Seq(30)), moved.len()));
        assert!(events.iter().all(|event| event.peer == peer.username));
    }
    assert_eq!(seen(stores, &bob, &ada).await.read_seq, Seq(30));
}

/// Two people write and read at the same time, as people do: nothing is lost, stuck or counted twice.
pub async fn writing_and_reading_in_both_directions_at_once_adds_up(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say(stores, &ada, &bob, "so that there is a conversation").await;
    let reads = Listener::<ReadMoved>::new();
    all_at_once((0..60_i64).map(|n| {
        let (me, peer) = if n % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        let (stores, place, draft, ear) = (stores.clone(), between(me, peer), a_draft(me, peer, "…"), reads.ear());
        async move {
            if n % 4 < 2 {
                stores.messages.append(draft, Box::new(|_| ())).await.unwrap();
            } else {
                stores.conversations.mark_read(&place, Seq(n / 2), ear).await.unwrap().unwrap();
            }
        }
    }))
    .await;
    let moved = reads.all().await;
    let messages = conversation(stores, &ada, &bob).await;
    assert_eq!(messages.len(), 31);
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        assert_eq!(events_of(stores, me).await.len(), messages.len() + moved.len());
        let seen = seen(stores, me, peer).await;
        let news = messages.iter().filter(|message| message.sender.id == peer.id && message.seq > seen.read_seq);
        assert_eq!(usize::try_from(seen.unread).unwrap(), news.count());
        assert_eq!(seen.last_message, messages[30]);
    }
    let places: BTreeSet<Pos> =
        moved.iter().flat_map(|moved| [Some(moved.reader_pos), moved.peer_pos].into_iter().flatten()).collect();
    assert!(places.last().is_none_or(|last| usize::try_from(last.0).unwrap() <= messages.len() + moved.len()));
}
