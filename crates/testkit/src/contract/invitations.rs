//! What a store of invitations promises.

use std::time::Duration;

use chatapp_domain::audit::Actor;
use chatapp_domain::link::LinkHash;
use chatapp_domain::ports::invitations::{Invitation, InvitationId, NewInvitation};
use chatapp_domain::user::Email;

use super::Stores;
use super::scene::a_person;
use super::sign_ups::{a_token, an_address};
use crate::builders::{NEW_YEAR, an_actor};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

async fn invited(stores: &Stores, email: &Email) -> (LinkHash, Invitation) {
    let (token, by) = (a_token(), an_actor(&a_person(stores, "root").await));
    let new = NewInvitation { token, email: email.clone(), by, expires_at: NEW_YEAR.after(WEEK) };
    (token, stores.invitations.add(new).await.unwrap())
}

/// For its own address, in any case, or for any; and for so long.
pub async fn an_invitation_counts_for_its_address_and_its_time(stores: &Stores) {
    let (email, other) = (an_address("Ada"), an_address("eve"));
    let (theirs, anybodys) = (invited(stores, &email).await.0, invited(stores, &Email::default()).await.0);
    let counts = async |token, email: &Email, now| stores.invitations.counts(token, email, now).await.unwrap();
    let shouted = Email::parse(&email.as_str().to_ascii_uppercase()).unwrap();
    for (token, email, so) in [
        (theirs, &email, true),
        (theirs, &shouted, true),
        (theirs, &other, false),
        (theirs, &Email::default(), false),
        (anybodys, &other, true),
        (a_token(), &email, false),
    ] {
        assert_eq!(counts(token, email, NEW_YEAR).await, so, "{email:?}");
    }
    let end = NEW_YEAR.after(WEEK);
    assert!(counts(theirs, &email, end.before(Duration::from_micros(1))).await);
    assert!(!counts(theirs, &email, end).await);
}

/// The newest first, as they were made.
pub async fn invitations_are_listed_newest_first_with_who_used_them(stores: &Stores) {
    let email = an_address("ada");
    let (one, other) = (invited(stores, &email).await.1, invited(stores, &Email::default()).await.1);
    assert_eq!((one.email.as_str(), other.email.as_str()), (email.as_str(), ""));
    assert_eq!((one.created_at, one.expires_at, &one.used_by), (NEW_YEAR, NEW_YEAR.after(WEEK), &None));
    let listed = stores.invitations.list(1000).await.unwrap();
    assert!(listed.is_sorted_by(|newer, older| newer.id > older.id));
    let ours: Vec<Invitation> = listed.into_iter().filter(|it| [one.id, other.id].contains(&it.id)).collect();
    assert_eq!(ours, [other, one]);
    assert_eq!(stores.invitations.list(1).await.unwrap().len(), 1);
}

/// Gone is gone.
pub async fn an_invitation_is_taken_back_once(stores: &Stores) {
    let (token, invitation) = invited(stores, &Email::default()).await;
    let remove = async |id| stores.invitations.remove(id, Actor::command_line(NEW_YEAR)).await.unwrap();
    assert!(remove(invitation.id).await);
    assert!(!remove(invitation.id).await);
    assert!(!remove(InvitationId(9_007_199_254_740_000)).await);
    assert!(!stores.invitations.counts(token, &Email::default(), NEW_YEAR).await.unwrap());
}
