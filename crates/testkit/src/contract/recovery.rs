//! What a store of resets and changes of addresses promises.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_domain::credential::Credential;
use chatapp_domain::link::LinkHash;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, User};

use super::Stores;
use super::roster::{logged_in, with_a_token};
use super::scene::{a_person, all_at_once};
use super::sign_ups::{a_person_at, a_token, an_address};
use crate::builders::NEW_YEAR;
use crate::passwords::PlainHasher;

const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);
const MICROSECOND: Duration = Duration::from_micros(1);

async fn begun(stores: &Stores, user: &User) -> LinkHash {
    let token = a_token();
    let found = stores.recovery.begin_reset(&EmailKey::of(&user.email), token, NEW_YEAR.after(HALF_AN_HOUR)).await;
    assert_eq!(found.unwrap().as_ref(), Some(user));
    token
}

async fn counts(stores: &Stores, token: LinkHash) -> bool {
    stores.recovery.reset_of(token, NEW_YEAR).await.unwrap().is_some()
}

async fn proposed(stores: &Stores, user: &User, email: &Email) -> LinkHash {
    let token = a_token();
    let owner = stores.recovery.propose_email(user.id, email, token, NEW_YEAR.after(HALF_AN_HOUR)).await.unwrap();
    assert_eq!(owner, None);
    token
}

async fn pending(stores: &Stores, user: &User) -> Option<String> {
    stores.recovery.pending_email(user.id, NEW_YEAR).await.unwrap()
}

async fn address_of(stores: &Stores, user: &User) -> String {
    stores.users.by_id(user.id).await.unwrap().unwrap().email
}

/// A link works once, for the one it was mailed to.
pub async fn a_reset_replaces_the_password_once(stores: &Stores) {
    let ada = a_person_at(stores, &an_address("ada")).await;
    let token = begun(stores, &ada).await;
    assert_eq!(stores.recovery.reset_of(token, NEW_YEAR).await.unwrap().as_ref(), Some(&ada));
    let new = PlainHasher::hash_of("another");
    assert_eq!(stores.recovery.reset(token, new.clone(), NEW_YEAR).await.unwrap(), Some((ada.clone(), Vec::new())));
    assert_eq!(stores.users.credentials(&ada.username.key()).await.unwrap().unwrap().1, new);
    let again = stores.recovery.reset(token, PlainHasher::hash_of("a third"), NEW_YEAR).await.unwrap();
    assert_eq!((again, counts(stores, token).await), (None, false));
    assert_eq!(stores.users.credentials(&ada.username.key()).await.unwrap().unwrap().1, new);
    assert_eq!(stores.recovery.reset(a_token(), new, NEW_YEAR).await.unwrap(), None);
}

/// In the same moment: whoever knew the old password has nothing left, and others keep what is theirs.
pub async fn a_reset_ends_what_was_opened(stores: &Stores) {
    let (ada, bob) = (a_person_at(stores, &an_address("ada")).await, a_person(stores, "bob").await);
    logged_in(stores, &bob).await;
    let opened = [Credential::Session(logged_in(stores, &ada).await), with_a_token(stores, &ada).await];
    let token = begun(stores, &ada).await;
    let reset = stores.recovery.reset(token, PlainHasher::hash_of("another"), NEW_YEAR).await.unwrap();
    assert_eq!(reset.map(|(_, ended)| BTreeSet::from_iter(ended)), Some(BTreeSet::from(opened)));
    assert_eq!(stores.sessions.list(ada.id).await.unwrap(), []);
    assert_eq!(stores.tokens.list(ada.id).await.unwrap(), []);
    assert_eq!(stores.sessions.list(bob.id).await.unwrap().len(), 1);
}

/// But for the session that it was given in.
pub async fn a_new_password_ends_what_was_opened(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    logged_in(stores, &bob).await;
    let (kept, other) = (logged_in(stores, &ada).await, logged_in(stores, &ada).await);
    let token = with_a_token(stores, &ada).await;
    let set = async |kept| {
        let ended = stores.users.set_password(ada.id, PlainHasher::hash_of("another"), kept).await.unwrap();
        BTreeSet::from_iter(ended.unwrap())
    };
    assert_eq!(set(Some(kept)).await, BTreeSet::from([Credential::Session(other), token]));
    assert_eq!(
        stores.sessions.list(ada.id).await.unwrap().iter().map(|session| session.id).collect::<Vec<_>>(),
        [kept]
    );
    assert_eq!(stores.tokens.list(ada.id).await.unwrap(), []);
    assert_eq!(set(None).await, BTreeSet::from([Credential::Session(kept)]));
    assert_eq!(stores.sessions.list(bob.id).await.unwrap().len(), 1);
}

/// However many try at the same moment.
pub async fn of_twenty_uses_of_one_reset_at_once_one_succeeds(stores: &Stores) {
    let ada = a_person_at(stores, &an_address("ada")).await;
    let token = begun(stores, &ada).await;
    let outcomes = all_at_once((0..20).map(|n| {
        let (stores, password) = (stores.clone(), PlainHasher::hash_of(&format!("try {n}")));
        async move { stores.recovery.reset(token, password.clone(), NEW_YEAR).await.unwrap().map(|_| password) }
    }))
    .await;
    let [winner] = outcomes.into_iter().flatten().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(stores.users.credentials(&ada.username.key()).await.unwrap().unwrap().1, winner);
}

/// Asking anew ends what was asked before, and nobody else's.
pub async fn the_newest_reset_is_the_only_one(stores: &Stores) {
    let (ada, bob) = (a_person_at(stores, &an_address("ada")).await, a_person_at(stores, &an_address("bob")).await);
    let (first, bobs, second) = (begun(stores, &ada).await, begun(stores, &bob).await, begun(stores, &ada).await);
    assert_eq!((counts(stores, first).await, counts(stores, second).await), (false, true));
    assert!(counts(stores, bobs).await);
}

/// The last moment counts, the next does not.
pub async fn a_reset_ends_with_its_time(stores: &Stores) {
    let ada = a_person_at(stores, &an_address("ada")).await;
    let token = begun(stores, &ada).await;
    let end = NEW_YEAR.after(HALF_AN_HOUR);
    assert!(stores.recovery.reset_of(token, end.before(MICROSECOND)).await.unwrap().is_some());
    assert_eq!(stores.recovery.reset_of(token, end).await.unwrap(), None);
    assert_eq!(stores.recovery.reset(token, PlainHasher::hash_of("late"), end).await.unwrap(), None);
    assert!(
        stores.recovery.reset(token, PlainHasher::hash_of("in time"), end.before(MICROSECOND)).await.unwrap().is_some()
    );
}

/// A link in an old mail must not undo what its owner did since.
pub async fn a_new_password_or_address_ends_a_reset(stores: &Stores) {
    let ada = a_person_at(stores, &an_address("ada")).await;
    let token = begun(stores, &ada).await;
    stores.users.set_password(ada.id, PlainHasher::hash_of("new"), None).await.unwrap();
    assert!(!counts(stores, token).await);
    let token = begun(stores, &ada).await;
    let change = proposed(stores, &ada, &an_address("ada2")).await;
    assert!(counts(stores, token).await, "the wish alone changes nothing");
    assert_eq!(stores.recovery.confirm_email(change, NEW_YEAR).await.unwrap(), Some(ada.id));
    assert!(!counts(stores, token).await);
}

/// A letter that merely folds to another leads to nobody's account.
pub async fn an_address_is_found_in_any_ascii_case_and_in_no_other_form(stores: &Stores) {
    let email = an_address("Mike");
    let mike = a_person_at(stores, &email).await;
    let find = async |text: &str| {
        stores.recovery.begin_reset(&EmailKey::of(text), a_token(), NEW_YEAR.after(HALF_AN_HOUR)).await.unwrap()
    };
    for same in [email.as_str().to_owned(), email.as_str().to_ascii_uppercase(), format!(" {}\n", email.as_str())] {
        assert_eq!(find(&same).await.as_ref(), Some(&mike), "{same:?}");
    }
    for other in ["m\u{131}ke", "mi\u{212a}e", "\u{ff4d}ike", "m\u{ed}ke", "mike\u{200b}", "mike "] {
        let text = email.as_str().replace("Mike", other);
        assert_eq!(find(&text).await, None, "{text:?}");
    }
    for strange in ["", "%", "a\0b", &"x".repeat(100_000)] {
        assert_eq!(find(strange).await, None);
    }
}

/// Who may not log in gets no link; what is kept for nobody opens nothing.
pub async fn nobody_inactive_and_nobody_unknown_is_reset(stores: &Stores) {
    let ada = a_person_at(stores, &an_address("ada")).await;
    let before = begun(stores, &ada).await;
    stores.users.set_active(ada.id, false).await.unwrap();
    assert!(!counts(stores, before).await);
    assert_eq!(stores.recovery.reset(before, PlainHasher::hash_of("x"), NEW_YEAR).await.unwrap(), None);
    for email in [ada.email.as_str(), "nobody@example.org"] {
        let token = a_token();
        let found =
            stores.recovery.begin_reset(&EmailKey::of(email), token, NEW_YEAR.after(HALF_AN_HOUR)).await.unwrap();
        assert_eq!((found, counts(stores, token).await), (None, false));
        assert_eq!(stores.recovery.reset(token, PlainHasher::hash_of("x"), NEW_YEAR).await.unwrap(), None);
    }
}

/// An operator may give two people one address; links go to the one who had it first.
pub async fn an_address_that_two_have_belongs_to_the_first(stores: &Stores) {
    let email = an_address("office");
    let (first, second) = (a_person_at(stores, &email).await, a_person_at(stores, &email).await);
    assert_eq!((first.email.as_str(), second.email.as_str()), (email.as_str(), email.as_str()));
    begun(stores, &first).await;
}

/// A wish changes nothing before its link was followed, and then everything.
pub async fn a_changed_address_counts_once_it_is_confirmed(stores: &Stores) {
    let (old, new) = (an_address("old"), an_address("New"));
    let ada = a_person_at(stores, &old).await;
    assert_eq!(pending(stores, &ada).await, None);
    let token = proposed(stores, &ada, &new).await;
    assert_eq!(pending(stores, &ada).await.as_deref(), Some(new.as_str()));
    assert_eq!(address_of(stores, &ada).await, old.as_str());
    assert_eq!(stores.recovery.confirm_email(token, NEW_YEAR).await.unwrap(), Some(ada.id));
    assert_eq!((address_of(stores, &ada).await.as_str(), pending(stores, &ada).await), (new.as_str(), None));
    assert_eq!(stores.recovery.confirm_email(token, NEW_YEAR).await.unwrap(), None, "once");
    let found = stores.recovery.begin_reset(&EmailKey::of(old.as_str()), a_token(), NEW_YEAR).await.unwrap();
    assert_eq!(found, None, "the old address is free");
    let ada = stores.users.by_id(ada.id).await.unwrap().unwrap();
    begun(stores, &ada).await;
    a_person_at(stores, &old).await;
}

/// However often the link is followed at once.
pub async fn of_twenty_confirmations_of_an_address_at_once_one_succeeds(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let token = proposed(stores, &ada, &an_address("ada")).await;
    let outcomes = all_at_once((0..20).map(|_| {
        let stores = stores.clone();
        async move { stores.recovery.confirm_email(token, NEW_YEAR).await.unwrap() }
    }))
    .await;
    assert_eq!(outcomes.into_iter().flatten().collect::<Vec<_>>(), [ada.id]);
}

/// Its owner is named, so that they can be told; the wish looks like any other.
pub async fn an_address_that_somebody_has_is_not_given_to_another(stores: &Stores) {
    let (taken, free) = (an_address("taken"), an_address("free"));
    let (owner, eve) = (a_person_at(stores, &taken).await, a_person_at(stores, &free).await);
    let token = a_token();
    let end = NEW_YEAR.after(HALF_AN_HOUR);
    let named = stores.recovery.propose_email(eve.id, &taken, token, end).await.unwrap();
    assert_eq!(named.as_ref(), Some(&owner));
    assert_eq!(pending(stores, &eve).await.as_deref(), Some(taken.as_str()));
    assert_eq!(stores.recovery.confirm_email(token, NEW_YEAR).await.unwrap(), None);
    assert_eq!(address_of(stores, &eve).await, free.as_str());
    let own = stores.recovery.propose_email(owner.id, &taken, a_token(), end).await.unwrap();
    assert_eq!(own, None, "one's own address is nobody else's");
}

/// Whoever follows the link first.
pub async fn two_who_want_one_address_at_once_do_not_both_get_it(stores: &Stores) {
    let email = an_address("wanted");
    let mut tokens = Vec::new();
    for _ in 0..10 {
        let person = a_person(stores, "one").await;
        tokens.push(proposed(stores, &person, &email).await);
    }
    let outcomes = all_at_once(tokens.into_iter().map(|token| {
        let stores = stores.clone();
        async move { stores.recovery.confirm_email(token, NEW_YEAR).await.unwrap() }
    }))
    .await;
    assert_eq!(outcomes.into_iter().flatten().count(), 1);
}

/// There is one wish at a time, and it can be taken back.
pub async fn the_wish_for_an_address_is_replaced_withdrawn_and_expires(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (one, two) = (an_address("one"), an_address("two"));
    let (first, second) = (proposed(stores, &ada, &one).await, proposed(stores, &ada, &two).await);
    assert_eq!(pending(stores, &ada).await.as_deref(), Some(two.as_str()));
    assert_eq!(stores.recovery.confirm_email(first, NEW_YEAR).await.unwrap(), None);
    let end = NEW_YEAR.after(HALF_AN_HOUR);
    assert_eq!(stores.recovery.pending_email(ada.id, end).await.unwrap(), None);
    assert_eq!(stores.recovery.confirm_email(second, end).await.unwrap(), None);
    stores.recovery.withdraw_email(ada.id).await.unwrap();
    assert_eq!(pending(stores, &ada).await, None);
    assert_eq!(stores.recovery.confirm_email(second, NEW_YEAR).await.unwrap(), None);
}

/// Tidying up takes what is over, and nothing that counts.
pub async fn what_expired_is_forgotten_and_nothing_else(stores: &Stores) {
    // Long ago, so that what other promises keep is still in the future.
    let then = Timestamp::from_micros(315_532_800_000_000);
    let (ada, bob) = (a_person_at(stores, &an_address("ada")).await, a_person_at(stores, &an_address("bob")).await);
    let (over, counts) = (a_token(), a_token());
    stores.recovery.begin_reset(&EmailKey::of(&ada.email), over, then).await.unwrap();
    stores.recovery.begin_reset(&EmailKey::of(&bob.email), counts, then.after(MICROSECOND)).await.unwrap();
    stores.recovery.propose_email(ada.id, &an_address("x"), a_token(), then).await.unwrap();
    let change = a_token();
    stores.recovery.propose_email(bob.id, &an_address("y"), change, then.after(MICROSECOND)).await.unwrap();
    assert!(stores.recovery.purge(then).await.unwrap() >= 2);
    let before = then.before(MICROSECOND);
    assert_eq!(stores.recovery.reset_of(over, before).await.unwrap(), None);
    assert_eq!(stores.recovery.pending_email(ada.id, before).await.unwrap(), None);
    assert!(stores.recovery.reset_of(counts, then).await.unwrap().is_some());
    assert_eq!(stores.recovery.confirm_email(change, then).await.unwrap(), Some(bob.id));
}
