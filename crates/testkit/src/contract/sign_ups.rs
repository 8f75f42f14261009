//! What a store of sign-ups promises.

use std::time::Duration;

use chatapp_domain::audit::Actor;
use chatapp_domain::link::LinkHash;
use chatapp_domain::ports::invitations::{Invitation, NewInvitation};
use chatapp_domain::ports::sign_ups::{CreateFirstError, NameTaken, NewSignUp, Renewed, ReserveError};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Email, EmailKey, NewUser, User, Username, UsernameKey};

use super::Stores;
use super::scene::{a_name, a_person, all_at_once};
use crate::builders::{NEW_YEAR, PASSWORD, a_new_user};
use crate::passwords::PlainHasher;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MICROSECOND: Duration = Duration::from_micros(1);

/// A token nobody else has.
pub(super) fn a_token() -> LinkHash {
    LinkHash::of(&a_name("token"))
}

/// An address nobody else has.
pub(super) fn an_address(stem: &str) -> Email {
    Email::parse(&format!("{stem}@{}example.org", a_name("mail").replace("mail.", ""))).unwrap()
}

/// Somebody registered, with an address.
pub(super) async fn a_person_at(stores: &Stores, email: &Email) -> User {
    let wish = NewUser { email: email.clone(), ..a_new_user(&a_name("ada")) };
    stores.users.create(wish).await.unwrap()
}

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn a_sign_up(username: &str) -> NewSignUp {
    NewSignUp {
        token: a_token(),
        username: name(username),
        email: an_address("new"),
        password: PlainHasher::hash_of(PASSWORD),
        invitation: None,
        at: NEW_YEAR,
        expires_at: NEW_YEAR.after(DAY),
    }
}

async fn invited(stores: &Stores) -> (LinkHash, Invitation) {
    let token = a_token();
    let invitation = NewInvitation {
        token,
        email: Email::default(),
        by: Actor::command_line(NEW_YEAR),
        expires_at: NEW_YEAR.after(DAY),
    };
    (token, stores.invitations.add(invitation).await.unwrap())
}

async fn reserved(stores: &Stores, sign_up: &NewSignUp) {
    assert_eq!(stores.sign_ups.reserve(sign_up.clone()).await.unwrap(), None);
}

/// What was wished for is what is made: the name as it was written, the address, the password.
pub async fn a_confirmed_sign_up_is_a_person_who_can_log_in(stores: &Stores) {
    let sign_up = a_sign_up(&a_name("Ada"));
    reserved(stores, &sign_up).await;
    assert_eq!(stores.users.by_name(sign_up.username.as_str()).await.unwrap(), None, "not before it is confirmed");
    let then = NEW_YEAR.after(MICROSECOND);
    let made = stores.sign_ups.confirm(sign_up.token, then).await.unwrap().unwrap();
    assert_eq!((&made.username, made.email.as_str()), (&sign_up.username, sign_up.email.as_str()));
    assert_eq!((made.joined_at, made.is_active, made.is_superuser), (then, true, false));
    let credentials = stores.users.credentials(&made.username.key()).await.unwrap();
    assert_eq!(credentials, Some((made.clone(), sign_up.password)));
    assert_eq!(stores.events.latest(made.id).await.unwrap().0, 0);
    assert_eq!(stores.sign_ups.confirm(sign_up.token, then).await.unwrap(), None, "once");
}

/// Two people never confirm one name, in whatever form it is typed; what expired reserves nothing.
pub async fn an_unconfirmed_sign_up_reserves_its_name_until_it_expires(stores: &Stores) {
    let wanted = a_name("Ada");
    let sign_up = a_sign_up(&wanted);
    reserved(stores, &sign_up).await;
    for form in [wanted.clone(), wanted.to_lowercase()] {
        let now = sign_up.expires_at.before(MICROSECOND);
        assert_eq!(stores.sign_ups.who_has(&name(&form), now).await.unwrap(), Some(NameTaken::Same));
        let again = stores.sign_ups.reserve(a_sign_up(&form)).await;
        assert!(matches!(again, Err(ReserveError::Name(NameTaken::Same))), "{again:?}");
    }
    let now = sign_up.expires_at;
    assert_eq!(stores.sign_ups.who_has(&sign_up.username, now).await.unwrap(), None);
    let later = NewSignUp { at: now, expires_at: now.after(DAY), ..a_sign_up(&wanted) };
    reserved(stores, &later).await;
    assert_eq!(stores.sign_ups.confirm(sign_up.token, now).await.unwrap(), None, "the one before is over");
    assert!(stores.sign_ups.confirm(later.token, now).await.unwrap().is_some());
}

/// Whoever could be taken for somebody else has to choose another name.
pub async fn names_that_people_have_or_that_look_like_theirs_are_taken(stores: &Stores) {
    let ada = a_person(stores, "paul").await;
    let same = ada.username.as_str().to_uppercase();
    let alike = ada.username.as_str().replace("paul", "pau1");
    for (text, taken) in [(same, NameTaken::Same), (alike, NameTaken::Alike)] {
        assert_eq!(stores.sign_ups.who_has(&name(&text), NEW_YEAR).await.unwrap(), Some(taken), "{text}");
        let refused = stores.sign_ups.reserve(a_sign_up(&text)).await;
        assert!(matches!(refused, Err(ReserveError::Name(because)) if because == taken), "{text}: {refused:?}");
    }
    let waiting = a_name("bell");
    reserved(stores, &a_sign_up(&waiting)).await;
    let alike = name(&waiting.replace("bell", "beII"));
    assert_eq!(stores.sign_ups.who_has(&alike, NEW_YEAR).await.unwrap(), Some(NameTaken::Alike));
    let refused = stores.sign_ups.reserve(a_sign_up(alike.as_str())).await;
    assert!(matches!(refused, Err(ReserveError::Name(NameTaken::Alike))), "{refused:?}");
    assert_eq!(stores.sign_ups.who_has(&name(&a_name("paul")), NEW_YEAR).await.unwrap(), None);
}

/// Of those who want one name at the same moment, one has it.
pub async fn of_many_who_sign_up_under_one_name_at_once_one_does(stores: &Stores) {
    let wanted = a_name("bell");
    let outcomes = all_at_once((0..20).map(|n| {
        let form = if n % 2 == 0 { wanted.clone() } else { wanted.replace("bell", "be11") };
        let (stores, sign_up) = (stores.clone(), a_sign_up(&form));
        async move { stores.sign_ups.reserve(sign_up).await }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(None) | Err(ReserveError::Name(_)))), "{outcomes:?}");
}

/// A link that is followed many times at once makes one person.
pub async fn of_twenty_confirmations_at_once_one_makes_the_person(stores: &Stores) {
    let sign_up = a_sign_up(&a_name("ada"));
    reserved(stores, &sign_up).await;
    let made = all_at_once((0..20).map(|_| {
        let (stores, token) = (stores.clone(), sign_up.token);
        async move { stores.sign_ups.confirm(token, NEW_YEAR).await.unwrap() }
    }))
    .await;
    assert_eq!(made.iter().filter(|made| made.is_some()).count(), 1);
}

/// The last moment counts, the next does not.
pub async fn a_link_counts_until_its_time_and_not_longer(stores: &Stores) {
    let (late, in_time) = (a_sign_up(&a_name("ada")), a_sign_up(&a_name("bob")));
    for sign_up in [&late, &in_time] {
        reserved(stores, sign_up).await;
    }
    assert_eq!(stores.sign_ups.confirm(late.token, late.expires_at).await.unwrap(), None);
    assert!(stores.sign_ups.confirm(in_time.token, in_time.expires_at.before(MICROSECOND)).await.unwrap().is_some());
    assert_eq!(stores.sign_ups.confirm(a_token(), NEW_YEAR).await.unwrap(), None);
}

/// An address that has an account keeps the sign-up waiting like any other: its name tells nothing of the address.
pub async fn whoever_has_the_address_is_named_and_nothing_else_differs(stores: &Stores) {
    let email = an_address("Ada");
    let ada = a_person_at(stores, &email).await;
    let other_case = Email::parse(&email.as_str().to_ascii_uppercase()).unwrap();
    for typed in [email, other_case] {
        let sign_up = NewSignUp { email: typed, ..a_sign_up(&a_name("eve")) };
        assert_eq!(stores.sign_ups.reserve(sign_up.clone()).await.unwrap().as_ref(), Some(&ada));
        let taken = stores.sign_ups.who_has(&sign_up.username, NEW_YEAR).await.unwrap();
        assert_eq!(taken, Some(NameTaken::Same));
        assert_eq!(stores.sign_ups.confirm(sign_up.token, NEW_YEAR).await.unwrap(), None);
    }
}

/// One address, one account: of two who wait with one address, the second is refused.
pub async fn an_address_that_was_taken_meanwhile_confirms_nothing(stores: &Stores) {
    let (one, other) = (a_sign_up(&a_name("ada")), a_sign_up(&a_name("bob")));
    let other = NewSignUp { email: one.email.clone(), ..other };
    reserved(stores, &one).await;
    reserved(stores, &other).await;
    assert!(stores.sign_ups.confirm(one.token, NEW_YEAR).await.unwrap().is_some());
    assert_eq!(stores.sign_ups.confirm(other.token, NEW_YEAR).await.unwrap(), None);
    assert_eq!(stores.users.by_name(other.username.as_str()).await.unwrap(), None);
}

/// An operator may give a name that somebody waits for.
pub async fn a_name_that_was_taken_meanwhile_confirms_nothing(stores: &Stores) {
    let (token, invitation) = invited(stores).await;
    let sign_up = NewSignUp { invitation: Some(token), ..a_sign_up(&a_name("ada")) };
    reserved(stores, &sign_up).await;
    stores.users.create(a_new_user(sign_up.username.as_str())).await.unwrap();
    assert_eq!(stores.sign_ups.confirm(sign_up.token, NEW_YEAR).await.unwrap(), None);
    let listed = stores.invitations.list(1000).await.unwrap();
    let kept = listed.into_iter().find(|listed| listed.id == invitation.id).unwrap();
    assert_eq!(kept.used_by, None, "the invitation is not lost");
}

/// Signing up does not use an invitation, having the account does.
pub async fn an_invitation_is_used_up_by_the_confirmation(stores: &Stores) {
    let (token, invitation) = invited(stores).await;
    let (one, other) = (a_sign_up(&a_name("ada")), a_sign_up(&a_name("bob")));
    let with = |sign_up: &NewSignUp| NewSignUp { invitation: Some(token), ..sign_up.clone() };
    reserved(stores, &with(&one)).await;
    reserved(stores, &with(&other)).await;
    assert!(stores.sign_ups.confirm(one.token, NEW_YEAR).await.unwrap().is_some());
    assert_eq!(stores.sign_ups.confirm(other.token, NEW_YEAR).await.unwrap(), None);
    assert!(!stores.invitations.counts(token, &Email::default(), NEW_YEAR).await.unwrap());
    let third = stores.sign_ups.reserve(with(&a_sign_up(&a_name("cleo")))).await;
    assert!(matches!(third, Err(ReserveError::Invitation)), "{third:?}");
    let listed = stores.invitations.list(1000).await.unwrap();
    let used = listed.into_iter().find(|listed| listed.id == invitation.id).unwrap();
    assert_eq!(used.used_by, Some(one.username));
}

/// However many share an invitation, and however fast they are.
pub async fn of_twenty_people_with_one_invitation_one_gets_in(stores: &Stores) {
    let (token, _) = invited(stores).await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let sign_up = NewSignUp { invitation: Some(token), ..a_sign_up(&a_name("ada")) };
        reserved(stores, &sign_up).await;
        waiting.push(sign_up.token);
    }
    let made = all_at_once(waiting.into_iter().map(|token| {
        let stores = stores.clone();
        async move { stores.sign_ups.confirm(token, NEW_YEAR).await.unwrap() }
    }))
    .await;
    assert_eq!(made.iter().filter(|made| made.is_some()).count(), 1);
}

/// Not even those who are signing up already.
pub async fn an_invitation_that_was_taken_back_lets_nobody_in(stores: &Stores) {
    let (token, invitation) = invited(stores).await;
    let sign_up = NewSignUp { invitation: Some(token), ..a_sign_up(&a_name("ada")) };
    reserved(stores, &sign_up).await;
    assert!(stores.invitations.remove(invitation.id, Actor::command_line(NEW_YEAR)).await.unwrap());
    assert_eq!(stores.sign_ups.confirm(sign_up.token, NEW_YEAR).await.unwrap(), None);
    let late = NewSignUp { invitation: Some(token), ..a_sign_up(&a_name("bob")) };
    assert!(matches!(stores.sign_ups.reserve(late).await, Err(ReserveError::Invitation)));
}

/// Tidying up takes what is over, and nothing that counts.
pub async fn expired_sign_ups_are_forgotten(stores: &Stores) {
    // Long ago, so that sign-ups of other promises are still in the future.
    let then = Timestamp::from_micros(315_532_800_000_000);
    let at = |expires_at: Timestamp| NewSignUp { at: then.before(DAY), expires_at, ..a_sign_up(&a_name("ada")) };
    let (over, counts) = (at(then), at(then.after(MICROSECOND)));
    reserved(stores, &over).await;
    reserved(stores, &counts).await;
    assert!(stores.sign_ups.purge(then).await.unwrap() >= 1);
    assert_eq!(stores.sign_ups.confirm(over.token, then.before(DAY)).await.unwrap(), None);
    assert!(stores.sign_ups.confirm(counts.token, then).await.unwrap().is_some());
}

/// Where there is anybody, nobody becomes the first.
pub async fn a_first_user_is_made_only_where_there_is_none(stores: &Stores) {
    a_person(stores, "ada").await;
    let wish = NewUser { is_superuser: true, ..a_new_user(&a_name("root")) };
    let key: UsernameKey = wish.username.key();
    let refused = stores.sign_ups.create_first(wish).await;
    assert!(matches!(refused, Err(CreateFirstError::NotFirst)), "{refused:?}");
    assert_eq!(stores.users.credentials(&key).await.unwrap(), None);
    assert!(stores.sign_ups.has_anybody().await.unwrap());
}

/// A mail that did not arrive is no reason to wait for a day.
pub async fn a_sign_up_gets_another_link_and_the_old_one_is_over(stores: &Stores) {
    let wish = a_sign_up(&a_name("Ada"));
    let (old, address) = (wish.token, wish.email.key().unwrap());
    stores.sign_ups.reserve(wish.clone()).await.unwrap();
    let new = a_token();
    let spelled_otherwise = UsernameKey::of(&wish.username.as_str().to_uppercase());
    let renewed = stores.sign_ups.renew(&spelled_otherwise, &address, new, NEW_YEAR).await.unwrap();
    let expected = Renewed { username: wish.username.clone(), email: wish.email.clone(), owner: None };
    assert_eq!(renewed, Some(expected));
    assert_eq!(stores.sign_ups.confirm(old, NEW_YEAR).await.unwrap(), None);
    let owner = a_person_at(stores, &wish.email).await;
    let newest = a_token();
    let renewed = stores.sign_ups.renew(&wish.username.key(), &address, newest, NEW_YEAR).await.unwrap().unwrap();
    assert_eq!(renewed.owner, Some(owner));
    let other = a_sign_up(&a_name("bob"));
    stores.sign_ups.reserve(other.clone()).await.unwrap();
    let last = a_token();
    stores.sign_ups.renew(&other.username.key(), &other.email.key().unwrap(), last, NEW_YEAR).await.unwrap().unwrap();
    assert_eq!(stores.sign_ups.confirm(last, NEW_YEAR).await.unwrap().unwrap().username, other.username);
}

/// Whoever asks learns nothing, and gets nothing.
pub async fn no_link_is_given_for_what_does_not_wait(stores: &Stores) {
    let wish = a_sign_up(&a_name("ada"));
    let (key, address) = (wish.username.key(), wish.email.key().unwrap());
    stores.sign_ups.reserve(wish.clone()).await.unwrap();
    let (nobody, elsewhere) = (UsernameKey::of(&a_name("x")), an_address("x").key().unwrap());
    for (name, email, at) in [
        (&nobody, &address, NEW_YEAR),
        (&key, &elsewhere, NEW_YEAR),
        (&key, &EmailKey::of(""), NEW_YEAR),
        (&key, &address, wish.expires_at),
    ] {
        let token = a_token();
        assert_eq!(stores.sign_ups.renew(name, email, token, at).await.unwrap(), None);
        assert_eq!(stores.sign_ups.confirm(token, NEW_YEAR).await.unwrap(), None);
    }
    assert!(stores.sign_ups.confirm(wish.token, NEW_YEAR).await.unwrap().is_some(), "the first link still counts");
}
