//! What a store of people promises to those who administer.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_domain::audit::Fact;
use chatapp_domain::credential::Credential;
use chatapp_domain::link::LinkHash;
use chatapp_domain::password::PasswordMark;
use chatapp_domain::ports::roster::{Alive, ChangeMemberError};
use chatapp_domain::ports::users::CreateUserError;
use chatapp_domain::roster::{
    Member, MemberChange, MemberOrder, MemberPlace, MemberSort, MemberState, NewMember, RosterQuery,
};
use chatapp_domain::session::{Lifetime, NewSession, SessionId, SessionKey};
use chatapp_domain::token::{NewToken, Scope, TokenName, TokenSecret};
use chatapp_domain::user::{DisplayName, Email, EmailKey, NewUser, User, UserId};

use super::Stores;
use super::audit::deeds_of;
use super::scene::{a_couple, a_crowd, a_name, a_person};
use super::sign_ups::an_address;
use crate::builders::{NEW_YEAR, PASSWORD, a_new_user, an_actor};
use crate::passwords::PlainHasher;

const SORTS: [MemberSort; 3] = [MemberSort::Username, MemberSort::Joined, MemberSort::LastLogin];

fn alive() -> Alive {
    Alive { now: NEW_YEAR, lifetime: Lifetime::default() }
}

fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}

fn query(search: &str) -> RosterQuery {
    let order = MemberOrder { by: MemberSort::Username, descending: false };
    RosterQuery { search: Some(search.to_owned()), state: None, order, after: None, limit: 10_000 }
}

async fn found(stores: &Stores, query: RosterQuery) -> Vec<UserId> {
    let members = stores.roster.list(query, alive()).await.unwrap();
    members.into_iter().map(|member| member.user.id).collect()
}

pub(super) async fn logged_in(stores: &Stores, user: &User) -> SessionId {
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(a_name("").bytes()) {
        *place = byte;
    }
    let session = NewSession {
        key: SessionKey(key),
        user: user.id,
        password: PasswordMark::of(&PlainHasher::hash_of(PASSWORD)),
        opened_at: NEW_YEAR,
        device: "Firefox".to_owned(),
        address: "::1".to_owned(),
    };
    stores.sessions.open(session).await.unwrap().unwrap()
}

pub(super) async fn with_a_token(stores: &Stores, user: &User) -> Credential {
    let mut bits = [0; 32];
    for (place, byte) in bits.iter_mut().zip(a_name("").bytes()) {
        *place = byte;
    }
    let secret = TokenSecret::from_random(bits);
    let token = NewToken {
        key: secret.key(),
        prefix: secret.prefix().to_owned(),
        user: user.id,
        name: TokenName::parse("a script").unwrap(),
        scope: Scope::Read,
        created_at: NEW_YEAR,
        expires_at: None,
    };
    Credential::Token(stores.tokens.add(token).await.unwrap().id)
}

/// With everything that was wished for.
pub async fn somebody_made_by_another_can_log_in_and_is_in_the_log(stores: &Stores) {
    let root = a_person(stores, "root").await;
    let wish = NewUser { is_superuser: true, ..a_new_user(&a_name("ada")) };
    let new = NewMember { user: wish, display_name: name("Ada Lovelace") };
    let ada = stores.roster.add(new, an_actor(&root)).await.unwrap();
    assert_eq!((ada.display_name.as_str(), ada.is_superuser, ada.is_active), ("Ada Lovelace", true, true));
    let member = stores.roster.find(ada.username.as_str(), alive()).await.unwrap().unwrap();
    assert_eq!(member, Member { user: ada.clone(), last_login: None, sessions: 0 });
    logged_in(stores, &ada).await;
    let member = stores.roster.find(ada.username.as_str(), alive()).await.unwrap().unwrap();
    assert_eq!((member.last_login, member.sessions), (Some(NEW_YEAR), 1));
    let later = Alive { now: NEW_YEAR.after(Lifetime::default().absolute), ..alive() };
    assert_eq!(stores.roster.find(ada.username.as_str(), later).await.unwrap().unwrap().sessions, 0);
    let [entry] = deeds_of(stores, &root).await.try_into().unwrap();
    assert_eq!((entry.action.as_str(), entry.target.as_str()), ("user.create", ada.username.as_str()));
}

/// Nothing of it is kept.
pub async fn a_taken_name_is_given_to_nobody_and_not_logged(stores: &Stores) {
    let (ada, root) = a_couple(stores).await;
    let new = NewMember { user: a_new_user(&ada.username.as_str().to_uppercase()), display_name: name("") };
    assert!(matches!(stores.roster.add(new, an_actor(&root)).await, Err(CreateUserError::NameTaken)));
    assert_eq!(deeds_of(stores, &root).await, []);
    assert!(stores.roster.find(&a_name("nobody"), alive()).await.unwrap().is_none());
}

/// Each once, and those whose times are the same too.
pub async fn people_are_listed_in_every_order_and_in_pieces(stores: &Stores) {
    let stem = a_name("list");
    let mut made = Vec::new();
    for (number, minutes) in [3, 1, 2, 1, 1].into_iter().enumerate() {
        let joined_at = NEW_YEAR.after(Duration::from_secs(60 * minutes));
        let wish = NewUser { joined_at, ..a_new_user(&format!("{stem}{number}")) };
        made.push(stores.users.create(wish).await.unwrap());
    }
    logged_in(stores, &made[3]).await;
    stores.users.set_active(made[1].id, false).await.unwrap();
    let ids = |order: [usize; 5]| order.map(|at| made[at].id).to_vec();
    for by in SORTS {
        let ascending = match by {
            MemberSort::Username => ids([0, 1, 2, 3, 4]),
            MemberSort::Joined => ids([1, 3, 4, 2, 0]),
            MemberSort::LastLogin => ids([0, 1, 2, 4, 3]),
        };
        for descending in [false, true] {
            let mut expected = ascending.clone();
            if descending {
                expected.reverse();
            }
            let order = MemberOrder { by, descending };
            let (mut seen, mut after): (Vec<UserId>, Option<MemberPlace>) = (Vec::new(), None);
            loop {
                let piece = RosterQuery { order, after, limit: 2, ..query(&stem) };
                let piece = stores.roster.list(piece, alive()).await.unwrap();
                let Some(last) = piece.last() else { break };
                after = Some(order.place_of(last));
                seen.extend(piece.iter().map(|member| member.user.id));
            }
            assert_eq!(seen, expected, "{order:?}");
        }
    }
}

/// Somebody deleted is no more inactive than active.
pub async fn people_are_listed_by_what_became_of_their_accounts(stores: &Stores) {
    let stem = a_name("state");
    let make = async |name: &str, is_superuser| {
        let wish = NewUser { is_superuser, ..a_new_user(&format!("{stem}{name}")) };
        stores.users.create(wish).await.unwrap().id
    };
    let (active, inactive, gone) = (make("a", false).await, make("i", false).await, make("g", false).await);
    let superuser = make("s", true).await;
    stores.users.set_active(inactive, false).await.unwrap();
    let listed = async |state| found(stores, RosterQuery { state, ..query(&stem) }).await;
    assert_eq!(listed(None).await, [active, gone, inactive, superuser]);
    stores.departures.depart(gone, None).await.unwrap();
    assert_eq!(listed(None).await, [active, inactive, superuser], "the name is gone");
    assert_eq!(listed(Some(MemberState::Active)).await, [active, superuser]);
    assert_eq!(listed(Some(MemberState::Inactive)).await, [inactive]);
    assert_eq!(listed(Some(MemberState::Superuser)).await, [superuser]);
    let tombstone = format!("deleted-{}", gone.0);
    let deleted = RosterQuery { state: Some(MemberState::Deleted), ..query(&tombstone) };
    assert!(found(stores, deleted).await.contains(&gone));
    let inactive = RosterQuery { state: Some(MemberState::Inactive), ..query(&tombstone) };
    assert_eq!(found(stores, inactive).await, []);
}

/// In any case; a word's middle is not its beginning, and signs mean themselves.
pub async fn people_are_found_by_the_beginnings_of_names_words_and_addresses(stores: &Stores) {
    let (stem, word) = (a_name("find"), a_name("lovelace").replace('.', ""));
    let email = an_address("mail");
    let ada = stores.users.create(NewUser { email: email.clone(), ..a_new_user(&stem) }).await.unwrap();
    stores.users.set_display_name(ada.id, name(&format!("Augusta Ada {word}"))).await.unwrap();
    let all = [stem.to_uppercase(), word.to_uppercase(), word[..word.len() - 3].to_owned()];
    for search in all.iter().map(String::as_str).chain([email.as_str(), &format!("ada {word}")]) {
        assert!(found(stores, query(search)).await.contains(&ada.id), "{search}");
    }
    assert!(found(stores, query(&email.as_str().to_uppercase()[..20])).await.contains(&ada.id));
    for search in [&word[1..], "gusta", "%", "_", "@example.org"] {
        assert!(!found(stores, query(search)).await.contains(&ada.id), "{search}");
    }
    assert!(found(stores, query("  ")).await.contains(&ada.id), "nothing is looked for");
}

/// However many there are.
pub async fn a_search_that_finds_thousands_gives_them_in_order(stores: &Stores) {
    let stem = a_name("many");
    let wishes = (0..1200).map(|number| a_new_user(&format!("{stem}{number:04}"))).collect();
    let made: Vec<User> = stores.users.create_many(wishes).await.unwrap().into_iter().map(Result::unwrap).collect();
    let first = RosterQuery { limit: 3, ..query(&stem) };
    assert_eq!(found(stores, first.clone()).await, [made[0].id, made[1].id, made[2].id]);
    let order = MemberOrder { by: MemberSort::Joined, descending: true };
    let last = RosterQuery { order, after: Some(MemberPlace::Time(NEW_YEAR.as_micros(), made[1198].id.0)), ..first };
    assert_eq!(found(stores, last).await, [made[1197].id, made[1196].id, made[1195].id]);
}

/// And what is as it was is not logged.
pub async fn what_is_changed_is_kept_and_logged_without_texts(stores: &Stores) {
    let (ada, root) = a_couple(stores).await;
    let email = an_address("new");
    let change = MemberChange {
        is_active: Some(true),
        is_superuser: Some(true),
        display_name: Some(name("Countess")),
        email: Some(email.clone()),
    };
    let changed = stores.roster.change(ada.id, change.clone(), an_actor(&root)).await.unwrap();
    let now = stores.users.by_id(ada.id).await.unwrap().unwrap();
    assert_eq!((changed.user, changed.ended), (now.clone(), Vec::new()));
    assert_eq!((now.is_superuser, now.display_name.as_str(), now.email.as_str()), (true, "Countess", email.as_str()));
    let nothing = MemberChange::default();
    for again in [change, nothing] {
        stores.roster.change(ada.id, again, an_actor(&root)).await.unwrap();
    }
    let [entry] = deeds_of(stores, &root).await.try_into().unwrap();
    let told: BTreeSet<&str> = entry.detail.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(told, BTreeSet::from(["is_superuser", "display_name", "email"]));
    let text = format!("{:?}", entry.detail);
    assert!(!text.contains("Countess") && !text.contains("@"), "{text}");
    // It is hers from now on.
    let token = LinkHash::of(&a_name("reset"));
    let found = stores.recovery.begin_reset(&EmailKey::of(email.as_str()), token, NEW_YEAR).await.unwrap();
    assert_eq!(found.map(|user| user.id), Some(ada.id));
    let none = MemberChange { email: Some(Email::default()), ..MemberChange::default() };
    let changed = stores.roster.change(ada.id, none, an_actor(&root)).await.unwrap();
    assert_eq!(changed.user.email, "");
}

/// In the same moment; and can log in again once activated.
pub async fn whoever_is_deactivated_loses_sessions_and_tokens(stores: &Stores) {
    let (ada, root) = a_couple(stores).await;
    let (session, token) = (logged_in(stores, &ada).await, with_a_token(stores, &ada).await);
    let set = async |active| {
        let change = MemberChange { is_active: Some(active), ..MemberChange::default() };
        stores.roster.change(ada.id, change, an_actor(&root)).await.unwrap()
    };
    let changed = set(false).await;
    assert!(!changed.user.is_active);
    let ended: BTreeSet<Credential> = changed.ended.into_iter().collect();
    assert_eq!(ended, BTreeSet::from([Credential::Session(session), token]));
    assert_eq!(stores.sessions.list(ada.id).await.unwrap(), []);
    assert_eq!(stores.tokens.list(ada.id).await.unwrap(), []);
    assert_eq!(set(false).await.ended, []);
    assert!(set(true).await.user.is_active);
    logged_in(stores, &ada).await;
    let actions: Vec<_> = deeds_of(stores, &root).await.into_iter().map(|entry| entry.detail).collect();
    let is_active = |active| vec![("is_active".to_owned(), Fact::Flag(active))];
    assert_eq!(actions, [is_active(true), is_active(false)]);
}

/// As if its owner had changed it.
pub async fn another_password_ends_sessions_and_tokens(stores: &Stores) {
    let (ada, root) = a_couple(stores).await;
    let (session, token) = (logged_in(stores, &ada).await, with_a_token(stores, &ada).await);
    let hash = PlainHasher::hash_of("another password");
    let ended = stores.roster.set_password(ada.id, hash.clone(), an_actor(&root)).await.unwrap();
    let ended: BTreeSet<Credential> = ended.into_iter().collect();
    assert_eq!(ended, BTreeSet::from([Credential::Session(session), token]));
    let (_, kept) = stores.users.credentials(&ada.username.key()).await.unwrap().unwrap();
    assert_eq!(kept, hash);
    let [entry] = deeds_of(stores, &root).await.try_into().unwrap();
    assert_eq!((entry.action.as_str(), entry.detail.len()), ("user.password", 0));
}

/// All of them.
pub async fn sessions_are_ended_and_tokens_stay(stores: &Stores) {
    let (ada, root) = a_couple(stores).await;
    let opened = BTreeSet::from([logged_in(stores, &ada).await, logged_in(stores, &ada).await]);
    with_a_token(stores, &ada).await;
    let ended = stores.roster.end_sessions(ada.id, an_actor(&root)).await.unwrap();
    assert_eq!(ended.into_iter().filter_map(Credential::session).collect::<BTreeSet<_>>(), opened);
    assert_eq!(stores.roster.end_sessions(ada.id, an_actor(&root)).await.unwrap(), []);
    assert_eq!(stores.tokens.list(ada.id).await.unwrap().len(), 1);
    let [entry] = deeds_of(stores, &root).await.try_into().unwrap();
    assert_eq!((entry.action.as_str(), entry.detail), ("user.sessions", vec![("ended".to_owned(), Fact::Number(2))]));
}

/// Nor is somebody who never was.
pub async fn somebody_gone_is_not_changed_any_more(stores: &Stores) {
    let (ada, root) = a_couple(stores).await;
    stores.departures.depart(ada.id, None).await.unwrap();
    for nobody in [ada.id, UserId(9_007_199_254_740_000)] {
        let change = MemberChange { is_active: Some(true), ..MemberChange::default() };
        let changed = stores.roster.change(nobody, change, an_actor(&root)).await;
        assert!(matches!(changed, Err(ChangeMemberError::NoSuchUser)));
        let hash = PlainHasher::hash_of("another password");
        let changed = stores.roster.set_password(nobody, hash, an_actor(&root)).await;
        assert!(matches!(changed, Err(ChangeMemberError::NoSuchUser)));
    }
    assert_eq!(deeds_of(stores, &root).await, []);
}

/// One's own is one's own affair.
pub async fn a_deletion_by_another_is_logged(stores: &Stores) {
    let root = a_person(stores, "root").await;
    let crowd = a_crowd(stores, 2).await;
    stores.departures.depart(crowd[0].id, None).await.unwrap();
    stores.departures.depart(crowd[1].id, Some(an_actor(&root))).await.unwrap();
    let [entry] = deeds_of(stores, &root).await.try_into().unwrap();
    assert_eq!(entry.action, "user.delete");
    assert_eq!(entry.target, format!("deleted-{}", crowd[1].id.0));
}
