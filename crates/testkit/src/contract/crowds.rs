//! What a store of messages promises when many write at once, and when nobody waits for the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::{Context, Waker};

use chatapp_domain::event::{Change, Pos};
use chatapp_domain::message::{Draft, MessageId, Seq};
use chatapp_domain::page::PageNumber;
use chatapp_domain::ports::messages::{AppendError, Appended, Saved};
use chatapp_domain::user::UserId;

use super::Stores;
use super::scene::{
    Listener, a_couple, a_crowd, a_person, all_at_once, append, conversation, events_of, ids, latest, say_in,
};
use crate::builders::{a_draft, a_keyed_draft, a_size};

/// What each person was told, in the order of the calls: positions must only go up, and nobody be told twice.
fn told_in_order(calls: &[Appended]) -> BTreeMap<UserId, Vec<Pos>> {
    let mut told: BTreeMap<UserId, Vec<Pos>> = BTreeMap::new();
    for Appended { message, sender_pos, recipient_pos } in calls {
        told.entry(message.sender.id).or_default().push(*sender_pos);
        if message.sender.id != message.recipient.id {
            told.entry(message.recipient.id).or_default().push(*recipient_pos);
        }
    }
    for positions in told.values() {
        assert!(positions.is_sorted_by(|one, next| one < next), "told in commit order: {positions:?}");
    }
    told
}

fn dense(length: usize) -> Vec<Pos> {
    (1..).map(Pos).take(length).collect()
}

/// A client that sends again before it is answered makes one message, and every try is told which.
pub async fn of_twenty_sends_with_one_key_at_once_one_is_new(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    let answers = all_at_once((0..20).map(|_| {
        let (stores, ear) = (stores.clone(), listener.ear());
        let draft = a_keyed_draft(&ada, &bob, "once", "k");
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let new = answers.iter().filter(|answer| matches!(answer, Saved::New(_))).count();
    let messages: BTreeSet<MessageId> = answers
        .iter()
        .map(|answer| match answer {
            Saved::New(message) | Saved::Repeat(message) => message.id,
        })
        .collect();
    assert_eq!((new, messages.len()), (1, 1));
    assert_eq!(listener.all().await.len(), 1);
    assert_eq!(conversation(stores, &ada, &bob).await.len(), 1);
    assert_eq!((events_of(stores, &ada).await.len(), events_of(stores, &bob).await.len()), (1, 1));
}

/// Of different messages under one key, whichever is first is the message.
pub async fn of_different_messages_with_one_key_at_once_one_is_saved(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    let answers = all_at_once((0..20).map(|n| {
        let to = if n % 2 == 0 { &bob } else { &cleo };
        let (stores, draft) = (stores.clone(), a_keyed_draft(&ada, to, &format!("try {n}"), "k"));
        async move { append(&stores, draft).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Saved::New(_)))).count(), 1);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(AppendError::KeyReused))).count(), 19);
    assert_eq!(events_of(stores, &ada).await.len(), 1);
    assert_eq!(latest(stores, bob.id).await + latest(stores, cleo.id).await, 1);
}

/// A crowd writes to one person: no number is skipped or given twice, and the telling is in commit order.
pub async fn sixty_four_senders_to_one_person_leave_no_gap(stores: &Stores) {
    let everyone = a_crowd(stores, 65).await;
    let (star, fans) = everyone.split_first().unwrap();
    let listener = Listener::<Appended>::new();
    all_at_once(fans.iter().map(|fan| {
        let (stores, draft, ear) = (stores.clone(), a_draft(fan, star, "me too"), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let calls = listener.all().await;
    assert_eq!(calls.len(), fans.len());
    assert_eq!(told_in_order(&calls)[&star.id], dense(fans.len()));
    let events = events_of(stores, star).await;
    let senders: BTreeSet<String> = events.into_iter().map(|event| event.peer.to_string()).collect();
    assert_eq!(senders, fans.iter().map(|fan| fan.username.to_string()).collect());
}

/// One conversation under load: its numbers are dense, and the same for both people.
pub async fn sixty_four_sends_in_one_conversation_are_numbered_without_a_gap(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    all_at_once((0..64).map(|n| {
        let (stores, draft, ear) = (stores.clone(), a_draft(&ada, &bob, &n.to_string()), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let calls = listener.all().await;
    let told = told_in_order(&calls);
    assert_eq!((&told[&ada.id], &told[&bob.id]), (&dense(64), &dense(64)));
    let kept = conversation(stores, &ada, &bob).await;
    assert_eq!(kept.iter().map(|message| message.body.as_str()).collect::<BTreeSet<_>>().len(), 64);
    assert_eq!(kept, conversation(stores, &bob, &ada).await);
    assert_eq!(ids(&kept), calls.iter().map(|call| call.message.id).collect::<Vec<_>>(), "told in the order of seq");
}

/// Two people write to each other at the same time: neither waits for the other for ever, and both see one order.
pub async fn two_people_writing_to_each_other_at_once_see_one_order(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    all_at_once((0..64).map(|n| {
        let (from, to) = if n % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        let (stores, draft, ear) = (stores.clone(), a_draft(from, to, "…"), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let told = told_in_order(&listener.all().await);
    assert_eq!((&told[&ada.id], &told[&bob.id]), (&dense(64), &dense(64)));
    let kept = conversation(stores, &ada, &bob).await;
    for me in [&ada, &bob] {
        let heard: Vec<Seq> = events_of(stores, me)
            .await
            .into_iter()
            .map(|event| match event.change {
                Change::Message { seq, .. } => seq,
                Change::Read { .. } | Change::Delete { .. } => panic!("nobody read or deleted"),
            })
            .collect();
        assert_eq!(heard, kept.iter().map(|message| message.seq).collect::<Vec<_>>());
    }
}

/// Everyone writes to everyone, and to themselves: the locks have one order, so nobody is stuck or fails.
pub async fn a_ring_of_people_writing_at_once_is_not_stuck(stores: &Stores) {
    let people = a_crowd(stores, 4).await;
    let listener = Listener::<Appended>::new();
    let drafts = people.iter().flat_map(|from| people.iter().map(move |to| a_draft(from, to, "…")));
    let drafts: Vec<Draft> = drafts.cycle().take(64).collect();
    all_at_once(drafts.into_iter().map(|draft| {
        let (stores, ear) = (stores.clone(), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let calls = listener.all().await;
    assert_eq!(calls.len(), 64);
    for (user, told) in told_in_order(&calls) {
        // Four rounds of three peers in both directions, and one note.
        assert_eq!((told, latest(stores, user).await), (dense(28), 28));
    }
    for me in &people {
        for peer in &people {
            let expected = if me.id == peer.id { 4 } else { 8 };
            assert_eq!(conversation(stores, me, peer).await.len(), expected);
        }
        let all = stores.messages.page_of_all(me.id, PageNumber::Number(1), a_size(100)).await.unwrap();
        let mut newest_first: Vec<MessageId> = events_of(stores, me)
            .await
            .into_iter()
            .filter_map(|event| match event.change {
                Change::Message { id, .. } => Some(id),
                Change::Read { .. } | Change::Delete { .. } => None,
            })
            .collect();
        newest_first.reverse();
        assert_eq!(ids(&all.messages), newest_first);
    }
}

/// Whoever is told of a message finds it: the telling comes after the commit.
pub async fn what_is_told_is_already_there(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let sends: Vec<_> = (0..20)
        .map(|_| {
            let (tell, told) = tokio::sync::oneshot::channel();
            let ear = Box::new(move |appended: &Appended| tell.send(appended.clone()).unwrap());
            let (stores, draft, reader) = (stores.clone(), a_draft(&ada, &bob, "…"), bob.id);
            async move {
                let reading = async {
                    let appended = told.await.unwrap();
                    let found = stores.messages.find(reader, vec![appended.message.id]).await.unwrap();
                    assert_eq!(found, [appended.message]);
                    assert!(stores.events.latest(reader).await.unwrap() >= appended.recipient_pos);
                };
                tokio::join!(stores.messages.append(draft, ear), reading).0.unwrap()
            }
        })
        .collect();
    all_at_once(sends).await;
}

/// A client that hangs up takes nothing back: what was handed over is saved and told, or neither.
pub async fn a_send_that_nobody_waits_for_is_saved_and_told_or_neither(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let mut told = Vec::new();
    for n in 0..20 {
        let listener = Listener::<Appended>::new();
        {
            let mut sending = pin!(stores.messages.append(a_draft(&ada, &bob, &n.to_string()), listener.ear()));
            for _ in 0..n % 3 {
                if sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        told.extend(listener.all().await);
    }
    let kept = conversation(stores, &ada, &bob).await;
    assert_eq!(told.iter().map(|call| call.message.id).collect::<Vec<_>>(), ids(&kept));
    assert_eq!(events_of(stores, &bob).await.len(), kept.len());
}

/// Sends that overlap get different ids.
pub async fn ids_are_given_once(stores: &Stores) {
    let people = a_crowd(stores, 30).await;
    let ids = all_at_once(people.iter().map(|one| say_in(stores, a_draft(one, one, "…")))).await;
    let ids: BTreeSet<MessageId> = ids.into_iter().map(|message| message.id).collect();
    assert_eq!(ids.len(), 30);
    assert!(ids.iter().all(|id| id.0 > 0 && id.0 < 1 << 53));
}
