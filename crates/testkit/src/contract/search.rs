//! What a store promises of searching: the same answers as reading everything, whatever is indexed by then.

use std::hash::{BuildHasher, RandomState};

use chatapp_domain::event::Pos;
use chatapp_domain::message::{Message, MessageId};
use chatapp_domain::page::PageNumber;
use chatapp_domain::ports::search::BLOCK;
use chatapp_domain::search::{Found, Indexing, SearchQuery, Step};
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{a_couple, a_crowd, a_person, all_at_once, ids, read_on, say, say_in, say_many};
use crate::builders::{a_draft, a_size};

fn query(text: &str) -> SearchQuery {
    SearchQuery::parse(text).unwrap()
}

async fn page(stores: &Stores, me: &User, text: &str, peer: Option<&User>, before: Option<Pos>, size: i64) -> Found {
    let peer = peer.map(|peer| peer.id);
    stores.search.search(&me.identity(), &query(text), peer, before, a_size(size)).await.unwrap()
}

/// Everything that is found, page by page.
async fn found(stores: &Stores, me: &User, text: &str, peer: Option<&User>, size: i64) -> Vec<Message> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = page(stores, me, text, peer, before, size).await;
        assert!(page.hits.len() <= usize::try_from(size).unwrap());
        all.extend(page.hits.into_iter().map(|hit| hit.message));
        let Some(next) = page.next else { return all };
        assert!(before.is_none_or(|before| next < before), "a search gets on");
        before = Some(next);
    }
}

async fn bodies(stores: &Stores, me: &User, text: &str) -> Vec<String> {
    let found = found(stores, me, text, None, 100).await;
    found.into_iter().map(|message| message.body.as_str().to_owned()).collect()
}

/// Indexes what there is of one person.
async fn index(stores: &Stores, user: UserId) {
    while stores.search.index_next(user).await.unwrap() {}
}

/// `count` messages of noise from `from` to `to`, several at once.
async fn chatter(stores: &Stores, from: &User, to: &User, count: usize) {
    for start in (0..count).step_by(100) {
        let numbers = start..count.min(start + 100);
        let drafts = numbers.map(|n| a_draft(from, to, &format!("word{} noise {}", n % 97, n * 7919)));
        all_at_once(drafts.map(|draft| say_in(stores, draft))).await;
    }
}

/// What was sent is found at once, by both, newest first, with the places of the words; nobody else finds it.
pub async fn what_was_said_is_found_by_its_two_people_only(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let eve = a_person(stores, "eve").await;
    let first = say(stores, &ada, &bob, "Hello old Friend").await;
    let second = say(stores, &bob, &ada, "friendly hello").await;
    say(stores, &ada, &bob, "something else").await;
    say(stores, &eve, &bob, "hello from somebody else").await;
    for (me, peer) in [(&ada, &bob), (&bob, &ada)] {
        let page = page(stores, me, "FRIEND hell", Some(peer), None, 10).await;
        assert_eq!(page.next, None);
        let [newer, older] = page.hits.as_slice() else { panic!("{page:?}") };
        assert_eq!((&newer.message, &older.message), (&second, &first));
        assert_eq!((newer.places.as_slice(), older.places.as_slice()), (&[0..6, 9..13][..], &[0..4, 10..16][..]));
    }
    assert_eq!(ids(&found(stores, &eve, "friend", None, 10).await), []);
    assert_eq!(bodies(stores, &eve, "hello").await, ["hello from somebody else"]);
    assert_eq!(ids(&found(stores, &ada, "hello", Some(&eve), 10).await), []);
    assert_eq!(bodies(stores, &bob, "hello").await.len(), 3);
}

/// One's own notes are found once, and as the conversation with oneself.
pub async fn a_note_to_oneself_is_found_once(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let note = say(stores, &ada, &ada, "shopping: eggs").await;
    say(stores, &ada, &bob, "more eggs please").await;
    assert_eq!(found(stores, &ada, "eggs", Some(&ada), 10).await, [note]);
    assert_eq!(found(stores, &ada, "eggs", None, 10).await.len(), 2);
}

/// Case, accents and forms do not count; scripts without spaces are found anywhere; marks mean themselves.
pub async fn every_script_is_found_and_marks_mean_themselves(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let said =
        ["Café crème", "東京都に住む", "ฉันพูดภาษาไทยได้", "서울대학교", "50% of a_b\\c", "50 people", "STRASSE 👍🏽"];
    for body in said {
        say(stores, &ada, &bob, body).await;
    }
    for _ in 0..2 {
        for (text, expected) in [
            ("cafe", vec![said[0]]),
            ("CRE\u{300}ME", vec![said[0]]),
            ("京都", vec![said[1]]),
            ("住", vec![said[1]]),
            ("ภาษา", vec![said[2]]),
            ("대학교", vec![said[3]]),
            ("50 p", vec![said[5]]),
            ("50%", vec![said[4]]),
            ("%", vec![said[4]]),
            ("_", vec![said[4]]),
            ("\\", vec![said[4]]),
            ("straße 👍", vec![said[6]]),
            ("rasse", vec![]),
            ("%%", vec![]),
            ("東大", vec![]),
        ] {
            assert_eq!(bodies(stores, &bob, text).await, expected, "{text}");
        }
        chatter(stores, &ada, &bob, 130).await;
        index(stores, bob.id).await;
    }
}

/// However much was said, with others in between and things that are no messages, the answers are those of reading
/// everything: before anything is indexed, when some is, and when all is; on pages of any size.
pub async fn an_index_changes_no_answer(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    let mut expected = Vec::new();
    for round in 0..6 {
        chatter(stores, &ada, &bob, 150).await;
        expected.push(say(stores, &bob, &ada, &format!("needle number {round}")).await);
        read_on(stores, &ada, &bob, 150 * (round + 1)).await;
        chatter(stores, &cleo, &ada, 40).await;
        if round % 2 == 0 {
            say(stores, &ada, &cleo, "needless to say").await;
        }
        if round == 3 {
            index(stores, ada.id).await;
        }
    }
    expected.reverse();
    for indexed in [false, true] {
        if indexed {
            index(stores, ada.id).await;
            index(stores, ada.id).await;
        }
        for size in [1, 2, 5, 6, 7, 100] {
            assert_eq!(found(stores, &ada, "needle number", None, size).await, expected);
            assert_eq!(found(stores, &ada, "need", Some(&bob), size).await, expected);
            assert_eq!(found(stores, &ada, "needle 4", None, size).await.len(), 1);
        }
        assert_eq!(found(stores, &ada, "need", None, 4).await.len(), 9);
        assert_eq!(found(stores, &ada, "need", Some(&cleo), 100).await.len(), 3);
        assert_eq!(found(stores, &ada, "noise", Some(&bob), 100).await.len(), 900);
        assert_eq!(found(stores, &ada, "needle word1", None, 100).await, []);
        assert_eq!(found(stores, &bob, "needle number", None, 100).await, expected, "who was never indexed");
    }
}

/// Blocks of blocks are found through: the oldest message behind thousands of others, in one step of bounded work.
pub async fn the_oldest_of_thousands_is_found(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let oldest = say(stores, &ada, &bob, "the very first").await;
    chatter(stores, &bob, &ada, 4_400).await;
    index(stores, ada.id).await;
    let page = page(stores, &ada, "very first", None, None, 10).await;
    assert_eq!(page.hits.into_iter().map(|hit| hit.message).collect::<Vec<_>>(), [oldest]);
    assert_eq!(page.next, None, "and that this was all is known as well");
    assert_eq!(found(stores, &ada, "word5 noise", None, 100).await.len(), expected_of_chatter(4_400));
}

/// How many of so many messages of noise have a word that begins with `word5`.
fn expected_of_chatter(count: usize) -> usize {
    (0..count).filter(|n| (n % 97).to_string().starts_with('5')).count()
}

/// Random words said and looked for at random: always the answer of reading everything.
pub async fn random_searches_find_what_reading_finds(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let crowd = a_crowd(stores, 3).await;
    let random = RandomState::new();
    let number = |n: usize, of: usize| usize::try_from(random.hash_one(n) % u64::try_from(of).unwrap()).unwrap();
    let words = ["ab", "abc", "Äb", "b", "京", "京都", "東京", "a_b", "%", "ไทย", "x1", "👍", "cab"];
    let text = |seed: usize, length: usize| {
        let words: Vec<&str> = (0..length).map(|n| words[number(seed * 10 + n, words.len())]).collect();
        words.join(if number(seed, 4) == 0 { "" } else { " " })
    };
    for start in (0..600).step_by(100) {
        let drafts = (start..start + 100).map(|n| {
            let peer = if number(n + 5_000, 3) == 0 { &crowd[n % 3] } else { &bob };
            let (from, to) = if n % 2 == 0 { (&ada, peer) } else { (peer, &ada) };
            a_draft(from, to, &text(n, 1 + n % 4))
        });
        all_at_once(drafts.map(|draft| say_in(stores, draft))).await;
        if start == 300 {
            index(stores, ada.id).await;
        }
    }
    let everything = everything(stores, &ada).await;
    for n in 0..150 {
        let wanted = text(n + 10_000, 1 + n % 3);
        let peer = (n % 3 == 0).then_some(&bob);
        let query = query(&wanted);
        let expected: Vec<MessageId> = everything
            .iter()
            .filter(|message| peer.is_none_or(|peer| [message.sender.id, message.recipient.id].contains(&peer.id)))
            .filter(|message| query.find_in(message.body.as_str()).is_some())
            .map(|message| message.id)
            .collect();
        assert_eq!(ids(&found(stores, &ada, &wanted, peer, 7).await), expected, "{wanted}");
    }
}

/// All messages of a person, newest first.
async fn everything(stores: &Stores, me: &User) -> Vec<Message> {
    let (mut all, mut number) = (Vec::new(), 1);
    loop {
        let page = stores.messages.page_of_all(me.id, PageNumber::Number(number), a_size(100)).await.unwrap();
        all.extend(page.messages);
        if !page.has_next {
            return all;
        }
        number += 1;
    }
}

/// An indexer that begins anew, as after a restart, finds whoever has something to index; several at once do no harm.
pub async fn indexers_find_what_waits_and_do_no_harm_together(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 3 * usize::try_from(BLOCK).unwrap()).await;
    say(stores, &bob, &ada, "at the end").await;
    all_at_once((0..3).map(|_| {
        let indexing = Indexing::new(stores.search.clone());
        async move { while indexing.step().await.unwrap() != Step::Done {} }
    }))
    .await;
    let (mut after, mut lagging) = (UserId(ada.id.0 - 1), Vec::new());
    loop {
        let walked = stores.search.lagging(after, 50).await.unwrap();
        lagging.extend(walked.lagging);
        let Some(next) = walked.next else { break };
        after = next;
    }
    assert!(!lagging.contains(&ada.id) && !lagging.contains(&bob.id));
    assert_eq!(bodies(stores, &ada, "at the end").await.len(), 1);
    assert_eq!(bodies(stores, &bob, "…").await.len(), 3 * usize::try_from(BLOCK).unwrap());
}
