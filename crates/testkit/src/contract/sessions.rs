//! What a store of sessions promises.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_domain::password::PasswordMark;
use chatapp_domain::session::{ActiveSession, Lifetime, NewSession, Session, SessionId, SessionKey};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{a_name, a_person, all_at_once, eventually};
use crate::builders::{NEW_YEAR, PASSWORD};
use crate::passwords::PlainHasher;

const LIFETIME: Lifetime = Lifetime { idle: Duration::from_secs(1000), absolute: Duration::from_secs(3000) };
const MICROSECOND: Duration = Duration::from_micros(1);

/// A key nobody else has.
fn a_key() -> SessionKey {
    let mut bytes = [0xff; 32];
    for (place, byte) in bytes.iter_mut().zip(a_name("").bytes()) {
        *place = byte;
    }
    SessionKey(bytes)
}

fn a_session(user: &User, key: SessionKey) -> NewSession {
    NewSession {
        key,
        user: user.id,
        password: PasswordMark::of(&PlainHasher::hash_of(PASSWORD)),
        opened_at: NEW_YEAR,
        device: "Firefox".to_owned(),
        address: "::1".to_owned(),
    }
}

async fn opened(stores: &Stores, user: &User) -> (SessionKey, SessionId) {
    let key = a_key();
    (key, stores.sessions.open(a_session(user, key)).await.unwrap().unwrap())
}

async fn found(stores: &Stores, key: SessionKey, now: Timestamp) -> Option<ActiveSession> {
    stores.sessions.find(key, now, LIFETIME).await.unwrap()
}

async fn ended(stores: &Stores, ids: Vec<SessionId>, now: Timestamp) -> BTreeSet<SessionId> {
    stores.sessions.ended_among(ids, now, LIFETIME).await.unwrap().into_iter().collect()
}

/// What was noted at the log-in comes back with the person.
pub async fn an_open_session_is_found_with_its_user(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (key, device) = (a_key(), "Ж".repeat(254) + "😀");
    let opened_at = Timestamp::from_micros(1_767_225_600_999_999);
    let new =
        NewSession { opened_at, device: device.clone(), address: "2001:db8::7".to_owned(), ..a_session(&ada, key) };
    let id = stores.sessions.open(new).await.unwrap().unwrap();
    let (used_at, confirmed_at, address) = (opened_at, opened_at, "2001:db8::7".to_owned());
    let session = Session { id, user: ada.id, opened_at, used_at, confirmed_at, device, address };
    assert_eq!(found(stores, key, opened_at).await, Some(ActiveSession { session, user: ada }));
}

/// Absence is an answer, not an error.
pub async fn a_key_that_nobody_has_finds_nothing(stores: &Stores) {
    for key in [a_key(), SessionKey([0; 32]), SessionKey([0xff; 32])] {
        assert_eq!(found(stores, key, NEW_YEAR).await, None);
        assert_eq!(stores.sessions.close(key).await.unwrap(), None);
    }
}

/// Keys are bytes, not text: none of them is cut, padded or folded.
pub async fn keys_that_look_alike_as_text_are_different(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let stem = a_key();
    let mut sessions = Vec::new();
    for byte in [0, b' ', b'a', b'A', 0xe9, b'e'] {
        let mut key = stem;
        key.0[31] = byte;
        sessions.push((key, stores.sessions.open(a_session(&ada, key)).await.unwrap().unwrap()));
    }
    for (key, id) in sessions {
        assert_eq!(found(stores, key, NEW_YEAR).await.map(|active| active.session.id), Some(id));
    }
}

/// A session ends so long after its last use.
pub async fn an_idle_session_does_not_count(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (one, other) = (opened(stores, &ada).await, opened(stores, &ada).await);
    let end = NEW_YEAR.after(LIFETIME.idle);
    assert!(found(stores, one.0, end.before(MICROSECOND)).await.is_some());
    assert_eq!(found(stores, other.0, end).await, None);
    assert_eq!(ended(stores, vec![one.1], end.before(MICROSECOND)).await, BTreeSet::new());
    assert_eq!(ended(stores, vec![one.1], end).await, BTreeSet::from([one.1]));
}

/// A clock that was a little ahead logs nobody out when it is put right; a session from far ahead does not count.
pub async fn a_session_from_another_time_does_not_count(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (one, other) = (opened(stores, &ada).await, opened(stores, &ada).await);
    let day_before = NEW_YEAR.before(Lifetime::AHEAD);
    assert!(found(stores, one.0, day_before.after(MICROSECOND)).await.is_some());
    assert_eq!(found(stores, other.0, day_before).await, None);
    assert_eq!(ended(stores, vec![other.1], day_before).await, BTreeSet::from([other.1]));
}

/// Whoever keeps using a session stays logged in, until its absolute end.
pub async fn a_touch_keeps_a_session_alive_up_to_its_absolute_end(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (one, other) = (opened(stores, &ada).await, opened(stores, &ada).await);
    let end = NEW_YEAR.after(LIFETIME.absolute);
    for key in [one.0, other.0] {
        for seconds in [900, 1800, 2700] {
            stores.sessions.touch(key, NEW_YEAR.after(Duration::from_secs(seconds))).await.unwrap();
        }
    }
    let active = found(stores, one.0, end.before(MICROSECOND)).await.unwrap();
    assert_eq!(active.session.used_at, NEW_YEAR.after(Duration::from_secs(2700)));
    assert_eq!(active.session.opened_at, NEW_YEAR);
    assert_eq!(found(stores, other.0, end).await, None);
    assert_eq!(ended(stores, vec![other.1], end).await, BTreeSet::from([other.1]));
}

/// A late touch brings nothing back.
pub async fn touching_what_is_over_is_nothing(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (key, id) = opened(stores, &ada).await;
    stores.sessions.close(key).await.unwrap();
    stores.sessions.touch(key, NEW_YEAR).await.unwrap();
    stores.sessions.touch(a_key(), NEW_YEAR).await.unwrap();
    assert_eq!(found(stores, key, NEW_YEAR).await, None);
    assert_eq!(ended(stores, vec![id], NEW_YEAR).await, BTreeSet::from([id]));
}

/// Logging out counts from the very next request, also where the session was just looked up.
pub async fn a_closed_session_is_gone_at_once(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let ((key, id), (kept, _)) = (opened(stores, &ada).await, opened(stores, &ada).await);
    assert!(found(stores, key, NEW_YEAR).await.is_some());
    assert_eq!(stores.sessions.close(key).await.unwrap(), Some((ada.id, id)));
    assert_eq!(found(stores, key, NEW_YEAR).await, None);
    assert_eq!(stores.sessions.close(key).await.unwrap(), None, "it was over already");
    assert!(found(stores, kept, NEW_YEAR).await.is_some());
}

/// Whoever ends a session first is told of it; the others are told that it was over.
pub async fn a_session_is_closed_once_however_many_try(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (key, id) = opened(stores, &ada).await;
    let answers = all_at_once((0..10).map(|_| {
        let stores = stores.clone();
        async move { stores.sessions.close(key).await.unwrap() }
    }))
    .await;
    assert_eq!(answers.into_iter().flatten().collect::<Vec<_>>(), [(ada.id, id)]);
}

/// Changing the password ends every session but the one it was changed in, and nobody else's.
pub async fn all_sessions_of_a_person_end_but_one(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let (phone, laptop, desk) = (opened(stores, &ada).await, opened(stores, &ada).await, opened(stores, &ada).await);
    let others = opened(stores, &bob).await;
    for (key, _) in [phone, laptop, desk, others] {
        assert!(found(stores, key, NEW_YEAR).await.is_some());
    }
    let closed = stores.sessions.close_all(ada.id, Some(laptop.1)).await.unwrap();
    assert_eq!(closed.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([phone.1, desk.1]));
    for (key, alive) in [(phone.0, false), (laptop.0, true), (desk.0, false), (others.0, true)] {
        assert_eq!(found(stores, key, NEW_YEAR).await.is_some(), alive);
    }
    assert_eq!(stores.sessions.close_all(ada.id, None).await.unwrap(), [laptop.1]);
    assert_eq!(found(stores, laptop.0, NEW_YEAR).await, None);
    assert!(stores.sessions.close_all(ada.id, None).await.unwrap().is_empty());
}

/// Sparing a session that is not one's own spares nothing.
pub async fn all_sessions_end_whatever_foreign_one_is_spared(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let (own, foreign) = (opened(stores, &ada).await, opened(stores, &bob).await);
    assert_eq!(stores.sessions.close_all(ada.id, Some(foreign.1)).await.unwrap(), [own.1]);
    assert!(found(stores, foreign.0, NEW_YEAR).await.is_some());
}

/// A person sees their own sessions, as they were opened and last used, and nobody else's.
pub async fn a_person_lists_their_own_sessions_the_newest_first(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let (phone, laptop, closed) = (opened(stores, &ada).await, opened(stores, &ada).await, opened(stores, &ada).await);
    opened(stores, &bob).await;
    stores.sessions.close(closed.0).await.unwrap();
    let later = NEW_YEAR.after(Duration::from_secs(300));
    stores.sessions.touch(phone.0, later).await.unwrap();
    let expected = [(laptop.1, NEW_YEAR), (phone.1, later)].map(|(id, used_at)| {
        let (device, address) = ("Firefox".to_owned(), "::1".to_owned());
        Session { id, user: ada.id, opened_at: NEW_YEAR, used_at, confirmed_at: NEW_YEAR, device, address }
    });
    assert_eq!(stores.sessions.list(ada.id).await.unwrap(), expected);
    stores.sessions.close_all(ada.id, None).await.unwrap();
    assert!(stores.sessions.list(ada.id).await.unwrap().is_empty());
}

/// However often somebody logs in, a list is short; what is not on it ends with the others.
pub async fn a_list_of_sessions_is_bounded(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let mut ids = Vec::new();
    for _ in 0..=Session::LISTED {
        ids.push(opened(stores, &ada).await.1);
    }
    let listed = stores.sessions.list(ada.id).await.unwrap();
    let newest: Vec<SessionId> = ids[1..].iter().rev().copied().collect();
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), newest);
    assert_eq!(stores.sessions.close_all(ada.id, Some(ids[1])).await.unwrap().len(), ids.len() - 1);
}

/// A session that its owner ends by its number is gone at once, once, and alone.
pub async fn a_session_is_ended_by_its_number(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let ((key, id), (kept, _)) = (opened(stores, &ada).await, opened(stores, &ada).await);
    assert!(found(stores, key, NEW_YEAR).await.is_some());
    assert!(stores.sessions.close_one(ada.id, id).await.unwrap());
    assert_eq!(found(stores, key, NEW_YEAR).await, None);
    assert_eq!(ended(stores, vec![id], NEW_YEAR).await, BTreeSet::from([id]));
    assert!(!stores.sessions.close_one(ada.id, id).await.unwrap(), "it was over already");
    assert_eq!(stores.sessions.close(key).await.unwrap(), None);
    assert!(found(stores, kept, NEW_YEAR).await.is_some());
}

/// Of several who end a session by its number at once, one has ended it.
pub async fn a_session_is_ended_by_its_number_once_however_many_try(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (_, id) = opened(stores, &ada).await;
    let answers = all_at_once((0..10).map(|_| {
        let (stores, ada) = (stores.clone(), ada.id);
        async move { stores.sessions.close_one(ada, id).await.unwrap() }
    }))
    .await;
    assert_eq!(answers.into_iter().filter(|ended| *ended).count(), 1);
}

/// Nobody ends the session of another, nor one that is not there.
pub async fn a_foreign_session_is_not_ended(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let foreign = opened(stores, &bob).await;
    for id in [foreign.1, SessionId(9_007_199_254_740_000), SessionId(0), SessionId(-1), SessionId(i64::MAX)] {
        assert!(!stores.sessions.close_one(ada.id, id).await.unwrap(), "{id:?}");
    }
    assert!(found(stores, foreign.0, NEW_YEAR).await.is_some());
}

/// Whoever may not log in is logged out, within about a second.
pub async fn sessions_of_someone_inactive_do_not_count(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let ((seen, id), (unseen, _)) = (opened(stores, &ada).await, opened(stores, &ada).await);
    assert!(found(stores, seen, NEW_YEAR).await.is_some());
    stores.users.set_active(ada.id, false).await.unwrap();
    assert_eq!(ended(stores, vec![id], NEW_YEAR).await, BTreeSet::from([id]));
    assert_eq!(found(stores, unseen, NEW_YEAR).await, None);
    eventually(|| async { found(stores, seen, NEW_YEAR).await.is_none() }).await;
}

/// Of the sessions that connections were opened in, the dead ones are named: closed, expired, or never there.
pub async fn ended_sessions_are_told_from_those_that_count(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let (alive, closed, others) = (opened(stores, &ada).await, opened(stores, &ada).await, opened(stores, &bob).await);
    let old = NewSession { opened_at: NEW_YEAR.before(LIFETIME.idle), ..a_session(&ada, a_key()) };
    let old = stores.sessions.open(old).await.unwrap().unwrap();
    stores.sessions.close(closed.0).await.unwrap();
    let unknown = SessionId(9_007_199_254_740_000);
    let asked = vec![alive.1, closed.1, others.1, old, unknown];
    assert_eq!(ended(stores, asked, NEW_YEAR).await, BTreeSet::from([closed.1, old, unknown]));
    assert!(ended(stores, Vec::new(), NEW_YEAR).await.is_empty());
}

/// A round over many connections is one question.
pub async fn five_hundred_sessions_are_checked_at_once(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let mut ids: Vec<SessionId> = (1..500).map(|n| SessionId(9_007_199_254_740_000 - n)).collect();
    let unknown: BTreeSet<SessionId> = ids.iter().copied().collect();
    ids.push(opened(stores, &ada).await.1);
    assert_eq!(ended(stores, ids, NEW_YEAR).await, unknown);
}

/// Tidying up takes what is past its lifetime, and nothing that counts.
pub async fn only_what_is_past_its_lifetime_is_forgotten(stores: &Stores) {
    // Long ago, so that sessions of other promises are still in the future.
    let then = Timestamp::from_micros(315_532_800_000_000);
    let ada = a_person(stores, "ada").await;
    let open_at = async |opened_at| {
        let key = a_key();
        stores.sessions.open(NewSession { opened_at, ..a_session(&ada, key) }).await.unwrap();
        key
    };
    let (idle, fresh) = (open_at(then.before(LIFETIME.idle)).await, open_at(then).await);
    let (used, too_old) = (open_at(then.before(LIFETIME.idle)).await, open_at(then.before(LIFETIME.absolute)).await);
    stores.sessions.touch(used, then).await.unwrap();
    stores.sessions.touch(too_old, then).await.unwrap();
    assert!(stores.sessions.purge(then, LIFETIME).await.unwrap() >= 2);
    for (key, there) in [(idle, false), (fresh, true), (used, true), (too_old, false)] {
        assert_eq!(stores.sessions.close(key).await.unwrap().is_some(), there);
    }
}

/// Many may log in at once, and each session is its own.
pub async fn sessions_opened_at_once_are_different(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let ids = all_at_once((0..30).map(|_| {
        let (stores, ada) = (stores.clone(), ada.clone());
        async move { opened(&stores, &ada).await.1 }
    }))
    .await;
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 30);
    assert_eq!(stores.sessions.close_all(ada.id, None).await.unwrap().len(), 30);
}

/// A session keeps what it is under a new key, and is found under that alone.
pub async fn a_session_with_another_key_is_the_same_session(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (old, id) = opened(stores, &ada).await;
    let before = found(stores, old, NEW_YEAR).await.unwrap();
    let new = a_key();
    stores.sessions.change_key(old, new).await.unwrap();
    assert_eq!(found(stores, old, NEW_YEAR).await, None);
    assert_eq!(found(stores, new, NEW_YEAR).await, Some(before));
    stores.sessions.change_key(old, a_key()).await.unwrap();
    assert_eq!(stores.sessions.close(new).await.unwrap(), Some((ada.id, id)));
}

/// Between the check of a password and its session somebody may have replaced it, or the account may be gone.
pub async fn a_session_is_opened_with_the_password_of_now_only(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let try_it = async |password: &str| {
        let password = PasswordMark::of(&PlainHasher::hash_of(password));
        stores.sessions.open(NewSession { password, ..a_session(&ada, a_key()) }).await.unwrap().is_some()
    };
    assert!(try_it(PASSWORD).await);
    stores.users.set_password(ada.id, PlainHasher::hash_of("another"), None).await.unwrap();
    assert!(!try_it(PASSWORD).await && try_it("another").await);
    stores.users.set_active(ada.id, false).await.unwrap();
    assert!(!try_it("another").await);
    let nobody = NewSession { user: UserId(-1), ..a_session(&ada, a_key()) };
    assert_eq!(stores.sessions.open(nobody).await.unwrap(), None);
}

/// However they meet: once the password is another one, no session is left that the old one opened.
pub async fn a_log_in_that_races_a_change_leaves_no_session(stores: &Stores) {
    for round in 0..10 {
        let ada = a_person(stores, "ada").await;
        let opening = (0..6).map(|_| (stores.clone(), a_session(&ada, a_key())));
        let opening = all_at_once(opening.map(|(stores, session)| async move {
            stores.sessions.open(session).await.unwrap();
        }));
        let changing = stores.users.set_password(ada.id, PlainHasher::hash_of("another"), None);
        let (_, changed) = tokio::join!(opening, changing);
        changed.unwrap().unwrap();
        assert_eq!(stores.sessions.list(ada.id).await.unwrap(), [], "{round}");
    }
}

/// In that session alone; and seen by the next request in it.
pub async fn a_password_given_once_more_is_noted(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let ((key, id), other) = (opened(stores, &ada).await, opened(stores, &ada).await);
    assert_eq!(stores.sessions.confirmed_at(id).await.unwrap(), Some(NEW_YEAR));
    found(stores, key, NEW_YEAR).await.unwrap();
    let later = NEW_YEAR.after(Duration::from_secs(300));
    stores.sessions.confirm(id, later).await.unwrap();
    assert_eq!(stores.sessions.confirmed_at(id).await.unwrap(), Some(later));
    assert_eq!(found(stores, key, NEW_YEAR).await.unwrap().session.confirmed_at, later);
    assert_eq!(stores.sessions.confirmed_at(other.1).await.unwrap(), Some(NEW_YEAR));
    stores.sessions.close(key).await.unwrap();
    stores.sessions.confirm(id, later).await.unwrap();
    assert_eq!(stores.sessions.confirmed_at(id).await.unwrap(), None);
}
