//! What a store of events promises, and that the database answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::ports::events::Following;
use chatapp_domain::time::{Clock, SystemClock};
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{
    a_couple, a_crowd, a_person, between, events_of, latest, read_on, reads_are_kept, reads_may_be_forgotten, say,
    say_many, send,
};
use crate::builders::{a_key, a_keyed_draft};

async fn following(stores: &Stores, user: &User, after: i64, limit: i64) -> Following {
    stores.events.after(user.id, Pos(after), limit).await.unwrap()
}

/// The positions of the events that follow, which must not have been forgotten.
async fn positions(stores: &Stores, user: &User, after: i64, limit: i64) -> Vec<i64> {
    match following(stores, user, after, limit).await {
        Following::Events { events, .. } => events.into_iter().map(|event| event.pos.0).collect(),
        Following::Gone { latest } => panic!("{after} is gone, the latest is {latest:?}"),
    }
}

/// A store that works says so.
pub async fn a_living_store_is_healthy(stores: &Stores) {
    stores.health.check().await.unwrap();
}

/// The history has one name, the same for everyone who asks.
pub async fn the_epoch_stays_the_same(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let before = stores.events.epoch().await.unwrap();
    say(stores, &ada, &bob, "…").await;
    assert_eq!(stores.events.epoch().await.unwrap(), before);
    assert!(!before.0.is_empty());
    assert!(
        before.0.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)),
        "it travels in URLs: {before}"
    );
}

/// Before the first event the position is 0, and it can be followed from there.
pub async fn somebody_new_has_no_events(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    assert_eq!(latest(stores, ada.id).await, 0);
    assert_eq!(following(stores, &ada, 0, 10).await, Following::Events { events: Vec::new(), latest: Pos(0) });
    assert_eq!(following(stores, &ada, 1, 10).await, Following::Gone { latest: Pos(0) });
}

/// A message is an event for both people: who the other is, which message, and the key for its sender alone.
pub async fn a_message_is_an_event_for_both(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let one = send(stores, a_keyed_draft(&ada, &bob, "hello", "k-1")).await;
    let two = say(stores, &bob, &ada, "hi").await;
    let event = |pos, peer: &User, id: MessageId, seq: Seq, key| Event {
        pos: Pos(pos),
        peer: peer.username.clone(),
        change: Change::Message { id, seq, key },
    };
    let key = Some(a_key("k-1"));
    assert_eq!(
        events_of(stores, &ada).await,
        [event(1, &bob, one.id, one.seq, key), event(2, &bob, two.id, two.seq, None)]
    );
    assert_eq!(
        events_of(stores, &bob).await,
        [event(1, &ada, one.id, one.seq, None), event(2, &ada, two.id, two.seq, None)]
    );
    assert_eq!((latest(stores, ada.id).await, latest(stores, bob.id).await), (2, 2));
}

/// A note to oneself is one event, and tells the key, also among many.
pub async fn a_note_to_oneself_is_one_event(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let mut expected = Vec::new();
    for n in 1..=30 {
        let key = format!("k-{n}");
        let note = send(stores, a_keyed_draft(&ada, &ada, "milk", &key)).await;
        let change = Change::Message { id: note.id, seq: Seq(n), key: Some(a_key(&key)) };
        expected.push(Event { pos: Pos(n), peer: ada.username.clone(), change });
    }
    assert_eq!(events_of(stores, &ada).await, expected);
}

/// Events are read in pieces of any size, oldest first, and the latest position comes with each.
pub async fn events_are_followed_in_pieces(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 10).await;
    read_on(stores, &bob, &ada, 4).await;
    say_many(stores, &bob, &ada, 10).await;
    read_on(stores, &bob, &ada, 12).await;
    for me in [&ada, &bob] {
        assert_eq!(positions(stores, me, 0, 1).await, [1]);
        assert_eq!(positions(stores, me, 0, 100).await, (1..=22).collect::<Vec<_>>());
        assert_eq!(positions(stores, me, 9, 4).await, [10, 11, 12, 13]);
        assert_eq!(positions(stores, me, 20, 4).await, [21, 22]);
        for after in [0, 10, 21] {
            let Following::Events { latest, .. } = following(stores, me, after, 1).await else { panic!("not gone") };
            assert_eq!(latest, Pos(22));
        }
    }
    let reads: Vec<i64> = events_of(stores, &ada)
        .await
        .into_iter()
        .filter(|event| matches!(event.change, Change::Read { .. }))
        .map(|event| event.pos.0)
        .collect();
    assert_eq!(reads, [11, 22]);
}

/// Whoever is up to date is told so; whoever claims more than there is must start anew.
pub async fn a_cursor_at_the_end_is_fine_and_one_ahead_is_not(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 3).await;
    assert_eq!(following(stores, &bob, 3, 10).await, Following::Events { events: Vec::new(), latest: Pos(3) });
    for ahead in [4, 1000, i64::MAX] {
        assert_eq!(following(stores, &bob, ahead, 10).await, Following::Gone { latest: Pos(3) });
    }
}

/// What concerns others is not in one's own feed.
pub async fn everyone_has_their_own_events(stores: &Stores) {
    let people = a_crowd(stores, 3).await;
    let (ada, bob, cleo) = (&people[0], &people[1], &people[2]);
    say(stores, ada, bob, "1").await;
    say(stores, bob, cleo, "2").await;
    say(stores, cleo, ada, "3").await;
    for (me, first, second) in [(ada, bob, cleo), (bob, ada, cleo), (cleo, bob, ada)] {
        let peers: Vec<String> = events_of(stores, me).await.into_iter().map(|event| event.peer.to_string()).collect();
        assert_eq!(peers, [first.username.as_str(), second.username.as_str()]);
    }
}

/// A client that remembers only the last message it saw finds its place again.
pub async fn a_message_has_a_position_for_its_two_people(stores: &Stores) {
    let people = a_crowd(stores, 3).await;
    let (ada, bob, eve) = (&people[0], &people[1], &people[2]);
    say(stores, eve, bob, "so that positions differ").await;
    let message = say(stores, ada, bob, "hello").await;
    let position = async |user: &User, id| stores.events.position_of(user.id, id).await.unwrap();
    assert_eq!(position(ada, message.id).await, Some(Pos(1)));
    assert_eq!(position(bob, message.id).await, Some(Pos(2)));
    assert_eq!(position(eve, message.id).await, None);
    for unknown in [0, -1, 9_007_199_254_740_000] {
        assert_eq!(position(ada, MessageId(unknown)).await, None);
    }
    let note = say(stores, ada, ada, "milk").await;
    assert_eq!(position(ada, note.id).await, Some(Pos(2)));
    assert_eq!(position(bob, note.id).await, None);
}

/// A round over many connections is one question; whoever has no events has no answer.
pub async fn the_positions_of_many_are_asked_for_at_once(stores: &Stores) {
    let people = a_crowd(stores, 4).await;
    say_many(stores, &people[0], &people[1], 3).await;
    say(stores, &people[1], &people[2], "…").await;
    let mut asked: Vec<UserId> = (1..497).map(|n| UserId(9_007_199_254_740_000 - n)).collect();
    asked.extend(people.iter().map(|one| one.id));
    let answer = stores.events.latest_of(asked).await.unwrap();
    assert_eq!(answer.len(), 3, "one answer for each");
    let expected = BTreeMap::from([(people[0].id, Pos(3)), (people[1].id, Pos(4)), (people[2].id, Pos(1))]);
    assert_eq!(answer.into_iter().collect::<BTreeMap<_, _>>(), expected);
    assert!(stores.events.latest_of(Vec::new()).await.unwrap().is_empty());
}

/// Old reads are forgotten, messages never; and a cursor from before what is forgotten is refused, not led past it.
pub async fn forgotten_events_are_gone_and_not_skipped(stores: &Stores) {
    let _alone = reads_may_be_forgotten().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 3).await;
    read_on(stores, &bob, &ada, 2).await;
    say_many(stores, &ada, &bob, 2).await;
    // For both: 1, 2, 3 messages, 4 read, 5, 6 messages.
    let hour = Duration::from_secs(3600);
    stores.events.purge(SystemClock.now().before(hour)).await.unwrap();
    assert_eq!(positions(stores, &ada, 0, 100).await, [1, 2, 3, 4, 5, 6], "it is not old yet");

    assert!(stores.events.purge(SystemClock.now().after(hour)).await.unwrap() >= 1);
    for me in [&ada, &bob] {
        assert_eq!(latest(stores, me.id).await, 6);
        assert_eq!(following(stores, me, 3, 100).await, Following::Gone { latest: Pos(6) });
        assert_eq!(following(stores, me, 0, 100).await, Following::Gone { latest: Pos(6) });
        assert_eq!(positions(stores, me, 4, 100).await, [5, 6]);
        assert_eq!(positions(stores, me, 6, 100).await, [] as [i64; 0]);
    }
    assert_eq!(stores.conversations.find(&between(&bob, &ada)).await.unwrap().unwrap().read_seq, Seq(2));
    say(stores, &ada, &bob, "on we go").await;
    assert_eq!(positions(stores, &ada, 6, 100).await, [7], "a forgotten place is not given again");
}

/// The very latest event may be a forgotten one: its place stays taken.
pub async fn the_latest_event_may_be_forgotten(stores: &Stores) {
    let _alone = reads_may_be_forgotten().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 2).await;
    read_on(stores, &bob, &ada, 2).await;
    stores.events.purge(SystemClock.now().after(Duration::from_secs(3600))).await.unwrap();
    for me in [&ada, &bob] {
        assert_eq!(latest(stores, me.id).await, 3);
        assert_eq!(following(stores, me, 2, 100).await, Following::Gone { latest: Pos(3) });
        assert_eq!(following(stores, me, 3, 100).await, Following::Events { events: Vec::new(), latest: Pos(3) });
    }
    let next = say(stores, &bob, &ada, "on we go").await;
    let positions: BTreeSet<Option<Pos>> = BTreeSet::from([
        stores.events.position_of(ada.id, next.id).await.unwrap(),
        stores.events.position_of(bob.id, next.id).await.unwrap(),
    ]);
    assert_eq!(positions, BTreeSet::from([Some(Pos(4))]));
}
