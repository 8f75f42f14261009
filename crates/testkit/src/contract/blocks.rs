//! What a store of blocks promises, and what a block means to messages.

use std::collections::HashSet;

use chatapp_domain::block::Blocks;
use chatapp_domain::event::Pos;
use chatapp_domain::ports::blocks::AddBlockError;
use chatapp_domain::ports::messages::{AppendError, Saved};
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{a_couple, a_crowd, a_person, all_at_once, append, say};
use crate::builders::{NEW_YEAR, a_draft, a_keyed_draft};

async fn block(stores: &Stores, blocker: &User, blocked: &User) -> bool {
    stores.blocks.add(blocker.id, blocked.id, NEW_YEAR).await.unwrap()
}

async fn is_refused(stores: &Stores, from: &User, to: &User) -> bool {
    match append(stores, a_draft(from, to, "hello")).await {
        Ok(_) => false,
        Err(AppendError::Blocked) => true,
        Err(other) => panic!("{other}"),
    }
}

async fn latest(stores: &Stores, user: &User) -> Pos {
    stores.events.latest(user.id).await.unwrap()
}

/// In both directions, and nobody else is concerned; a refused message leaves no trace.
pub async fn neither_of_two_kept_apart_can_write_to_the_other(stores: &Stores) {
    let ((ada, bob), eve) = (a_couple(stores).await, a_person(stores, "eve").await);
    say(stores, &ada, &bob, "before").await;
    assert!(block(stores, &ada, &bob).await);
    let before = (latest(stores, &ada).await, latest(stores, &bob).await);
    assert!(is_refused(stores, &bob, &ada).await);
    assert!(is_refused(stores, &ada, &bob).await);
    assert_eq!((latest(stores, &ada).await, latest(stores, &bob).await), before);
    for (from, to) in [(&ada, &eve), (&eve, &ada), (&bob, &eve), (&eve, &bob), (&ada, &ada), (&bob, &bob)] {
        assert!(!is_refused(stores, from, to).await, "{} to {}", from.username, to.username);
    }
    assert!(stores.blocks.remove(ada.id, bob.id).await.unwrap());
    assert_eq!(say(stores, &bob, &ada, "after").await.seq.0, 2, "and no number was used up");
}

/// And it can be the first thing that happens between them.
pub async fn somebody_never_written_to_can_be_blocked(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    assert!(block(stores, &ada, &bob).await);
    assert!(is_refused(stores, &bob, &ada).await);
    assert!(stores.conversations.list(&ada.identity(), None, crate::builders::a_size(10)).await.unwrap().is_empty());
}

/// Each block is its own maker's: it lasts until both are taken back.
pub async fn two_who_block_each_other_are_apart_until_both_give_up(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    assert!(block(stores, &ada, &bob).await && block(stores, &bob, &ada).await);
    assert!(!block(stores, &ada, &bob).await, "that is no news");
    assert!(stores.blocks.remove(ada.id, bob.id).await.unwrap());
    assert!(!stores.blocks.remove(ada.id, bob.id).await.unwrap(), "gone is gone");
    assert!(is_refused(stores, &ada, &bob).await && is_refused(stores, &bob, &ada).await);
    assert!(stores.blocks.keeps_apart(ada.id, bob.id).await.unwrap());
    assert!(stores.blocks.remove(bob.id, ada.id).await.unwrap());
    assert!(!stores.blocks.keeps_apart(ada.id, bob.id).await.unwrap());
    assert!(!is_refused(stores, &ada, &bob).await && !is_refused(stores, &bob, &ada).await);
}

/// Whoever saved a message can ask again what became of it.
pub async fn a_key_of_before_the_block_still_gives_its_message(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let draft = |text, key| a_keyed_draft(&ada, &bob, text, key);
    let Saved::New(first) = append(stores, draft("hello", "one")).await.unwrap() else { panic!("it is new") };
    assert!(block(stores, &bob, &ada).await);
    let again = append(stores, draft("hello", "one")).await.unwrap();
    assert!(matches!(again, Saved::Repeat(message) if message == first));
    assert!(matches!(append(stores, draft("other", "one")).await, Err(AppendError::KeyReused)));
    assert!(matches!(append(stores, draft("hello", "two")).await, Err(AppendError::Blocked)));
    assert!(stores.blocks.remove(bob.id, ada.id).await.unwrap());
    assert!(matches!(append(stores, draft("hello", "two")).await, Ok(Saved::New(_))), "a refusal uses up no key");
}

/// Whom one blocks, and who blocks one.
pub async fn the_blocks_around_a_person_are_seen_from_both_sides(stores: &Stores) {
    let ((ada, bob), eve) = (a_couple(stores).await, a_person(stores, "eve").await);
    assert!(block(stores, &ada, &bob).await && block(stores, &eve, &ada).await);
    let blocks = stores.blocks.around(ada.id).await.unwrap();
    assert_eq!(blocks, Blocks { blocked: HashSet::from([bob.id]), blockers: HashSet::from([eve.id]) });
    assert!(blocks.keep_apart(bob.id) && blocks.keep_apart(eve.id) && !blocks.keep_apart(ada.id));
    let bobs = stores.blocks.around(bob.id).await.unwrap();
    assert_eq!(bobs, Blocks { blocked: HashSet::new(), blockers: HashSet::from([ada.id]) });
    for (one, other, apart) in [(&ada, &bob, true), (&bob, &ada, true), (&ada, &eve, true), (&bob, &eve, false)] {
        assert_eq!(stores.blocks.keeps_apart(one.id, other.id).await.unwrap(), apart);
    }
}

/// In the order of their names; who blocks one is not in it.
pub async fn a_person_lists_whom_they_block(stores: &Stores) {
    let (zoe, ada) = (a_person(stores, "zoe").await, a_person(stores, "ada").await);
    let (me, other) = (a_person(stores, "me").await, a_person(stores, "other").await);
    for blocked in [&zoe, &ada] {
        assert!(block(stores, &me, blocked).await);
    }
    assert!(block(stores, &other, &me).await);
    assert_eq!(stores.blocks.list(me.id).await.unwrap(), [ada, zoe]);
    assert!(stores.blocks.list(UserId(9_007_199_254_740_000)).await.unwrap().is_empty());
}

/// A block needs two people.
pub async fn nobody_blocks_or_is_blocked_who_is_not_there(stores: &Stores) {
    let (ada, nobody) = (a_person(stores, "ada").await, UserId(9_007_199_254_740_000));
    for (blocker, blocked) in [(ada.id, nobody), (nobody, ada.id)] {
        let added = stores.blocks.add(blocker, blocked, NEW_YEAR).await;
        assert!(matches!(added, Err(AddBlockError::NoSuchUser)), "{added:?}");
        assert!(!stores.blocks.remove(blocker, blocked).await.unwrap());
    }
}

/// However many come at once, one is the news, and one removal takes it back.
pub async fn blocking_and_unblocking_at_once_adds_up(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let add = |from: &User, to: &User| {
        let (blocks, from, to) = (stores.blocks.clone(), from.id, to.id);
        async move { blocks.add(from, to, NEW_YEAR).await.unwrap() }
    };
    let both_ways = (0..10).flat_map(|_| [add(&ada, &bob), add(&bob, &ada)]);
    assert_eq!(all_at_once(both_ways).await.into_iter().filter(|news| *news).count(), 2);
    assert!(is_refused(stores, &ada, &bob).await);
    let remove = |from: &User, to: &User| {
        let (blocks, from, to) = (stores.blocks.clone(), from.id, to.id);
        async move { blocks.remove(from, to).await.unwrap() }
    };
    let both_ways = (0..10).flat_map(|_| [remove(&ada, &bob), remove(&bob, &ada)]);
    assert_eq!(all_at_once(both_ways).await.into_iter().filter(|removed| *removed).count(), 2);
    assert!(!is_refused(stores, &ada, &bob).await && !is_refused(stores, &bob, &ada).await);
}

/// A send that begins after the block was answered is refused, while others go on.
pub async fn a_block_counts_from_its_answer_on_amid_many_sends(stores: &Stores) {
    let ((ada, bob), crowd) = (a_couple(stores).await, a_crowd(stores, 4).await);
    for round in 0..10 {
        let others = crowd.iter().map(|one| {
            let (messages, draft) = (stores.messages.clone(), a_draft(one, &ada, "hello"));
            async move { messages.append(draft, Box::new(|_| ())).await.is_ok() }
        });
        let others = all_at_once(others);
        let blocked = async {
            assert!(block(stores, &ada, &bob).await);
            is_refused(stores, &bob, &ada).await
        };
        let (others, refused) = tokio::join!(others, blocked);
        assert!(refused && others.into_iter().all(|sent| sent), "round {round}");
        assert!(stores.blocks.remove(ada.id, bob.id).await.unwrap());
        assert!(!is_refused(stores, &bob, &ada).await, "round {round}");
    }
}
