//! What a store of personal access tokens promises.

use std::time::Duration;

use chatapp_domain::ports::tokens::AddTokenError;
use chatapp_domain::time::Timestamp;
use chatapp_domain::token::{ActiveToken, NewToken, Scope, Token, TokenId, TokenKey, TokenName, TokenSecret};
use chatapp_domain::user::User;

use super::Stores;
use super::scene::{a_name, a_person, all_at_once};
use crate::builders::NEW_YEAR;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MICROSECOND: Duration = Duration::from_micros(1);

/// A key nobody else has.
fn a_key() -> TokenKey {
    let mut bits = [0xff; 32];
    for (place, byte) in bits.iter_mut().zip(a_name("").bytes()) {
        *place = byte;
    }
    TokenSecret::from_random(bits).key()
}

fn a_token(user: &User) -> NewToken {
    NewToken {
        key: a_key(),
        prefix: "rcht_abcd".to_owned(),
        user: user.id,
        name: TokenName::parse("backup").unwrap(),
        scope: Scope::Read,
        created_at: NEW_YEAR,
        expires_at: None,
    }
}

async fn kept(stores: &Stores, new: NewToken) -> (TokenKey, TokenId) {
    let key = new.key;
    (key, stores.tokens.add(new).await.unwrap().id)
}

async fn found(stores: &Stores, key: TokenKey, now: Timestamp) -> Option<TokenId> {
    stores.tokens.find(key, now).await.unwrap().map(|active| active.token.id)
}

async fn listed(stores: &Stores, user: &User) -> Vec<TokenId> {
    stores.tokens.list(user.id).await.unwrap().into_iter().map(|token| token.id).collect()
}

/// What was wished for comes back with the person.
pub async fn a_kept_token_is_found_with_its_user(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let name = "Ж".repeat(99) + "😀";
    for scope in [Scope::Read, Scope::Write] {
        let expires_at = Some(NEW_YEAR.after(DAY));
        let new = NewToken { name: TokenName::parse(&name).unwrap(), scope, expires_at, ..a_token(&ada) };
        let key = new.key;
        let token = stores.tokens.add(new).await.unwrap();
        let expected = Token {
            id: token.id,
            user: ada.id,
            name: name.clone(),
            scope,
            prefix: "rcht_abcd".to_owned(),
            created_at: NEW_YEAR,
            expires_at,
            used_at: None,
        };
        assert_eq!(token, expected);
        let active = stores.tokens.find(key, NEW_YEAR).await.unwrap();
        assert_eq!(active, Some(ActiveToken { token, user: ada.clone() }));
    }
}

/// Absence is an answer, not an error.
pub async fn a_token_that_nobody_has_finds_nothing(stores: &Stores) {
    for key in [a_key(), TokenKey([0; 32]), TokenKey([0xff; 32])] {
        assert_eq!(found(stores, key, NEW_YEAR).await, None);
        stores.tokens.touch(key, NEW_YEAR).await.unwrap();
    }
}

/// To the microsecond, also if it is remembered from before.
pub async fn a_token_counts_until_its_end(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let end = NEW_YEAR.after(DAY);
    let (key, id) = kept(stores, NewToken { expires_at: Some(end), ..a_token(&ada) }).await;
    assert_eq!(found(stores, key, end.before(MICROSECOND)).await, Some(id));
    assert_eq!(found(stores, key, end).await, None);
    assert!(stores.tokens.ended_among(vec![id], end.before(MICROSECOND)).await.unwrap().is_empty());
    assert_eq!(stores.tokens.ended_among(vec![id], end).await.unwrap(), [id]);
    assert_eq!(listed(stores, &ada).await, [id], "its owner still sees it");
}

/// Until it is revoked.
pub async fn a_token_without_an_end_counts_for_ever(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (key, id) = kept(stores, a_token(&ada)).await;
    assert_eq!(found(stores, key, NEW_YEAR.after(DAY * 36_500)).await, Some(id));
}

/// The latest use counts, in whatever order uses are noted; and it is seen at once.
pub async fn the_use_of_a_token_is_noted(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (key, _) = kept(stores, a_token(&ada)).await;
    let used_at = async || stores.tokens.find(key, NEW_YEAR).await.unwrap().unwrap().token.used_at;
    assert_eq!(used_at().await, None);
    for hours in [2, 1] {
        stores.tokens.touch(key, NEW_YEAR.after(DAY * hours)).await.unwrap();
        assert_eq!(used_at().await, Some(NEW_YEAR.after(DAY * 2)));
    }
    assert_eq!(stores.tokens.list(ada.id).await.unwrap()[0].used_at, Some(NEW_YEAR.after(DAY * 2)));
}

/// Only their own.
pub async fn a_person_lists_their_own_tokens_the_newest_first(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    assert!(listed(stores, &ada).await.is_empty());
    let one = kept(stores, a_token(&ada)).await.1;
    let others = kept(stores, a_token(&bob)).await.1;
    let two = kept(stores, a_token(&ada)).await.1;
    assert_eq!(listed(stores, &ada).await, [two, one]);
    assert_eq!(listed(stores, &bob).await, [others]);
}

/// And is not found from then on, although it was found just before.
pub async fn a_token_is_revoked_by_its_number_once_however_many_try(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let ((key, id), (other, kept_id)) = (kept(stores, a_token(&ada)).await, kept(stores, a_token(&ada)).await);
    assert_eq!(found(stores, key, NEW_YEAR).await, Some(id));
    let revoked = all_at_once((0..20).map(|_| {
        let (tokens, user) = (stores.tokens.clone(), ada.id);
        async move { tokens.remove(user, id).await.unwrap() }
    }));
    assert_eq!(revoked.await.into_iter().filter(|revoked| *revoked).count(), 1);
    assert_eq!(found(stores, key, NEW_YEAR).await, None);
    assert_eq!(found(stores, other, NEW_YEAR).await, Some(kept_id));
    assert_eq!(listed(stores, &ada).await, [kept_id]);
}

/// The number alone is not enough.
pub async fn a_foreign_token_is_not_revoked(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let (key, id) = kept(stores, a_token(&ada)).await;
    assert!(!stores.tokens.remove(bob.id, id).await.unwrap());
    assert!(!stores.tokens.remove(ada.id, TokenId(9_007_199_254_740_000)).await.unwrap());
    assert!(stores.tokens.remove_all(bob.id).await.unwrap().is_empty());
    assert_eq!(found(stores, key, NEW_YEAR).await, Some(id));
}

/// None of them is found any more, and nobody else's end.
pub async fn all_tokens_of_a_person_end_at_once(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let mine = [kept(stores, a_token(&ada)).await, kept(stores, a_token(&ada)).await];
    let (theirs, id) = kept(stores, a_token(&bob)).await;
    for (key, id) in mine {
        assert_eq!(found(stores, key, NEW_YEAR).await, Some(id));
    }
    let mut ended = stores.tokens.remove_all(ada.id).await.unwrap();
    ended.sort_unstable();
    assert_eq!(ended, mine.map(|(_, id)| id));
    for (key, _) in mine {
        assert_eq!(found(stores, key, NEW_YEAR).await, None);
    }
    assert_eq!(found(stores, theirs, NEW_YEAR).await, Some(id));
    assert!(stores.tokens.remove_all(ada.id).await.unwrap().is_empty());
}

/// For as long as the person is.
pub async fn tokens_of_someone_inactive_do_not_count(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (key, id) = kept(stores, a_token(&ada)).await;
    assert_eq!(found(stores, key, NEW_YEAR).await, Some(id));
    stores.users.set_active(ada.id, false).await.unwrap();
    assert_eq!(found(stores, key, NEW_YEAR).await, None);
    assert_eq!(stores.tokens.ended_among(vec![id], NEW_YEAR).await.unwrap(), [id]);
    stores.users.set_active(ada.id, true).await.unwrap();
    assert_eq!(found(stores, key, NEW_YEAR).await, Some(id));
}

/// However many are asked for at once.
pub async fn ended_tokens_are_told_from_those_that_count(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let (one, two) = (kept(stores, a_token(&ada)).await.1, kept(stores, a_token(&ada)).await.1);
    assert!(stores.tokens.remove(ada.id, one).await.unwrap());
    let unknown = (0..498).map(|n| TokenId(9_007_199_254_740_000 + n));
    let ended = stores.tokens.ended_among([one, two].into_iter().chain(unknown).collect(), NEW_YEAR).await.unwrap();
    assert_eq!(ended.len(), 499);
    assert!(ended.contains(&one) && !ended.contains(&two));
    assert!(stores.tokens.ended_among(Vec::new(), NEW_YEAR).await.unwrap().is_empty());
}

/// Also if they come at once; revoking one makes room.
pub async fn nobody_has_more_tokens_than_one_may_have(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let wishes = (0..Token::MOST + 10).map(|_| {
        let (tokens, new) = (stores.tokens.clone(), a_token(&ada));
        async move { tokens.add(new).await }
    });
    let outcomes = all_at_once(wishes).await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(AddTokenError::TooMany))).count();
    assert_eq!(refused, 10, "{outcomes:?}");
    let mine = listed(stores, &ada).await;
    assert_eq!(mine.len(), Token::MOST);
    assert!(stores.tokens.remove(ada.id, mine[7]).await.unwrap());
    assert!(stores.tokens.add(a_token(&ada)).await.is_ok());
    assert!(stores.tokens.add(a_token(&ada)).await.is_err());
}

/// Of the same person.
pub async fn expired_tokens_make_room_for_new_ones(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let end = NEW_YEAR.after(DAY);
    let expiring = |user| NewToken { expires_at: Some(end), ..a_token(user) };
    for _ in 0..Token::MOST {
        stores.tokens.add(expiring(&ada)).await.unwrap();
    }
    let theirs = kept(stores, expiring(&bob)).await.1;
    let late = |created_at| NewToken { created_at, ..a_token(&ada) };
    assert!(stores.tokens.add(late(end.before(MICROSECOND))).await.is_err());
    let id = kept(stores, late(end)).await.1;
    assert_eq!(listed(stores, &ada).await, [id]);
    assert_eq!(listed(stores, &bob).await, [theirs]);
}

/// Those without an end never are.
pub async fn only_what_expired_long_ago_is_forgotten(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    // Long before any other promise plays, so that none of theirs is concerned.
    let (start, end) = (Timestamp::from_micros(0), Timestamp::from_micros(1_000_000));
    let ending = |expires_at| NewToken { created_at: start, expires_at, ..a_token(&ada) };
    let mut ids = Vec::new();
    for expires_at in [Some(end), Some(end.after(MICROSECOND)), None] {
        ids.push(kept(stores, ending(expires_at)).await.1);
    }
    assert!(stores.tokens.purge(end).await.unwrap() >= 1);
    assert_eq!(listed(stores, &ada).await, [ids[2], ids[1]]);
}
