//! What the stores promise about receipts, about when people were last here, and about who shares which.

use std::time::Duration;

use chatapp_domain::conversation::Conversation;
use chatapp_domain::message::Seq;
use chatapp_domain::ports::conversations::ReadMoved;
use chatapp_domain::privacy::{Privacy, PrivacyChange};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{
    Listener, a_couple, a_crowd, a_person, all_at_once, between, events_of, latest, read_on, reads_are_kept, say,
    say_many,
};
use crate::builders::{NEW_YEAR, a_size};

async fn seen(stores: &Stores, me: &User, peer: &User) -> Conversation {
    let found = stores.conversations.find(&between(me, peer)).await.unwrap().unwrap();
    let listed = stores.conversations.list(&me.identity(), None, a_size(100)).await.unwrap();
    assert!(listed.contains(&found), "a list says the same");
    found
}

/// Up to where the other person has received and read, as `me` sees it.
async fn reach(stores: &Stores, me: &User, peer: &User) -> (i64, i64) {
    let seen = seen(stores, me, peer).await;
    (seen.peer_delivered_seq.0, seen.peer_read_seq.0)
}

/// `me` received up to a place. Gives what the other person is told.
async fn receive(stores: &Stores, me: &User, peer: &User, seq: i64) -> Vec<i64> {
    let listener = Listener::<Seq>::new();
    assert!(stores.conversations.mark_delivered(&between(me, peer), Seq(seq), listener.ear()).await.unwrap());
    listener.all().await.into_iter().map(|seq| seq.0).collect()
}

async fn share(stores: &Stores, user: &User, receipts: Option<bool>, presence: Option<bool>) {
    stores.users.set_privacy(user.id, PrivacyChange { receipts, presence }).await.unwrap();
}

async fn last_seen(stores: &Stores, user: &User) -> Option<Timestamp> {
    stores.users.by_id(user.id).await.unwrap().unwrap().last_seen
}

/// A receipt goes forward to the end and not further, is told once, and takes no place among anybody's events.
pub async fn a_receipt_only_goes_forward_and_is_told_once(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let nothing = Listener::<Seq>::new();
    assert!(!stores.conversations.mark_delivered(&between(&bob, &ada), Seq(1), nothing.ear()).await.unwrap());
    say_many(stores, &ada, &bob, 5).await;
    let before = (latest(stores, ada.id).await, latest(stores, bob.id).await);
    for (seq, told, reached) in [(2, vec![2], 2), (2, vec![], 2), (1, vec![], 2), (-1, vec![], 2), (99, vec![5], 5)] {
        assert_eq!(receive(stores, &bob, &ada, seq).await, told, "{seq}");
        assert_eq!(reach(stores, &ada, &bob).await, (reached, 0));
        assert_eq!(reach(stores, &bob, &ada).await, (0, 0), "the other has received nothing");
    }
    assert_eq!((latest(stores, ada.id).await, latest(stores, bob.id).await), before);
}

/// Whoever has read something has received it.
pub async fn reading_implies_receiving(stores: &Stores) {
    let _kept = reads_are_kept().await;
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 5).await;
    read_on(stores, &bob, &ada, 3).await;
    assert_eq!(reach(stores, &ada, &bob).await, (3, 3));
    assert!(receive(stores, &bob, &ada, 3).await.is_empty());
    assert_eq!(receive(stores, &bob, &ada, 4).await, [4]);
    assert_eq!(reach(stores, &ada, &bob).await, (4, 3));
}

/// One's own notes are told to nobody.
pub async fn a_note_to_oneself_has_no_receipt_to_tell(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    say_many(stores, &ada, &ada, 2).await;
    assert!(receive(stores, &ada, &ada, 2).await.is_empty());
    assert_eq!(seen(stores, &ada, &ada).await.peer_delivered_seq, Seq(2));
}

/// Of many devices that received the same, each place is told at most once, and the furthest counts.
pub async fn receipts_at_once_only_go_forward(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 20).await;
    let listener = Listener::<Seq>::new();
    all_at_once((0..40_i64).map(|n| {
        let (stores, place, ear) = (stores.clone(), between(&bob, &ada), listener.ear());
        async move { stores.conversations.mark_delivered(&place, Seq(n / 2 + 1), ear).await.unwrap() }
    }))
    .await;
    let mut told = listener.all().await;
    let count = told.len();
    told.sort_unstable();
    told.dedup();
    assert_eq!((told.len(), told.last()), (count, Some(&Seq(20))));
    assert_eq!(reach(stores, &ada, &bob).await, (20, 0));
}

/// Whoever does not share receipts neither shows nor sees them; places stay dense, and one's own devices hear all the
/// same. Sharing again shows what is true by then.
pub async fn receipts_are_hidden_in_both_directions(stores: &Stores) {
    let _kept = reads_are_kept().await;
    for hides_reader in [true, false] {
        let (ada, bob) = a_couple(stores).await;
        say_many(stores, &ada, &bob, 4).await;
        say(stores, &bob, &ada, "answer").await;
        read_on(stores, &ada, &bob, 2).await;
        share(stores, if hides_reader { &bob } else { &ada }, Some(false), None).await;
        let adas = events_of(stores, &ada).await.len();
        let listener = Listener::<ReadMoved>::new();
        let moved = stores.conversations.mark_read(&between(&bob, &ada), Seq(3), listener.ear()).await.unwrap();
        let [moved_by] = listener.all().await.try_into().unwrap();
        assert_eq!((moved.unwrap().read_seq, moved_by.peer_pos), (Seq(3), None));
        assert!(receive(stores, &bob, &ada, 4).await.is_empty());
        assert_eq!((reach(stores, &ada, &bob).await, reach(stores, &bob, &ada).await), ((0, 0), (0, 0)));
        assert_eq!(events_of(stores, &ada).await.len(), adas, "nothing happened for the other person");
        let own = events_of(stores, &bob).await;
        assert_eq!(own.last().map(|event| event.pos), Some(moved_by.reader_pos));
        say(stores, &ada, &bob, "more").await;
        assert_eq!(
            (events_of(stores, &ada).await.len(), events_of(stores, &bob).await.len()),
            (adas + 1, own.len() + 1)
        );
        share(stores, if hides_reader { &bob } else { &ada }, Some(true), None).await;
        assert_eq!((reach(stores, &ada, &bob).await, reach(stores, &bob, &ada).await), ((4, 3), (2, 2)));
    }
}

/// Somebody new shares everything; each switch stays as it was set, whatever the other does.
pub async fn each_switch_is_kept_by_itself(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    assert_eq!(ada.privacy, Privacy::OPEN);
    share(stores, &ada, Some(false), None).await;
    share(stores, &ada, None, Some(false)).await;
    share(stores, &ada, None, None).await;
    share(stores, &bob, Some(false), Some(true)).await;
    let mut found = stores.users.privacy_of(vec![bob.id, ada.id, UserId(i64::MAX), ada.id]).await.unwrap();
    found.sort_by_key(|(user, _)| *user);
    let (adas, bobs) = (Privacy { receipts: false, presence: false }, Privacy { receipts: false, presence: true });
    assert_eq!(found, [(ada.id, adas), (bob.id, bobs)]);
    assert_eq!(stores.users.by_id(ada.id).await.unwrap().unwrap().privacy, adas);
    assert_eq!(stores.users.privacy_of(Vec::new()).await.unwrap(), []);
}

/// When people were last here only goes forward, for hundreds at once, and is not kept of those who do not share it.
pub async fn when_people_were_last_here_is_kept_if_they_share_it(stores: &Stores) {
    let later = NEW_YEAR.after(Duration::from_secs(60));
    let crowd = a_crowd(stores, 300).await;
    let all: Vec<UserId> = crowd.iter().map(|user| user.id).collect();
    assert_eq!(last_seen(stores, &crowd[0]).await, None);
    share(stores, &crowd[1], None, Some(false)).await;
    stores.users.note_seen(all.clone(), later).await.unwrap();
    stores.users.note_seen(vec![all[0], UserId(i64::MAX)], NEW_YEAR).await.unwrap();
    stores.users.note_seen(Vec::new(), later).await.unwrap();
    assert_eq!(last_seen(stores, &crowd[0]).await, Some(later), "never back");
    assert_eq!(last_seen(stores, &crowd[1]).await, None);
    assert_eq!(last_seen(stores, &crowd[299]).await, Some(later));
    share(stores, &crowd[299], None, Some(false)).await;
    share(stores, &crowd[299], None, Some(true)).await;
    assert_eq!(last_seen(stores, &crowd[299]).await, None, "it was forgotten");
}
