//! What a store of pictures promises.

use chatapp_domain::avatar::{Avatar, AvatarVersion};
use chatapp_domain::page::PageSize;
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{a_couple, a_person, all_at_once, send};
use crate::builders::a_draft;

fn a_picture(text: &str) -> Avatar {
    Avatar::from_jpeg(text.as_bytes().to_vec())
}

async fn shown(stores: &Stores, user: &User) -> Option<AvatarVersion> {
    stores.users.by_id(user.id).await.unwrap().unwrap().avatar
}

async fn kept(stores: &Stores, user: &User) -> Option<Avatar> {
    stores.avatars.of(user.username.as_str()).await.unwrap()
}

/// Whoever lists people or conversations knows which picture each has without asking for it.
pub async fn a_picture_is_kept_and_its_version_shown_with_the_person(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    assert_eq!((kept(stores, &ada).await, shown(stores, &ada).await), (None, None));
    let picture = a_picture("\0\u{ff} a picture");
    assert!(stores.avatars.put(ada.id, picture.clone()).await.unwrap());
    assert_eq!(kept(stores, &ada).await, Some(picture.clone()));
    assert_eq!(shown(stores, &ada).await.as_ref(), Some(picture.version()));
    assert_eq!((kept(stores, &bob).await, shown(stores, &bob).await), (None, None));
    send(stores, a_draft(&ada, &bob, "look at me")).await;
    let listed = stores.conversations.list(&bob.identity(), None, PageSize::clamp(10).unwrap()).await.unwrap();
    assert_eq!(listed[0].peer.avatar.as_ref(), Some(picture.version()));
}

/// There is one at a time, and then none.
pub async fn a_picture_is_replaced_and_removed(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    for text in ["one", "two", "two"] {
        assert!(stores.avatars.put(ada.id, a_picture(text)).await.unwrap(), "{text}");
    }
    assert_eq!(kept(stores, &ada).await, Some(a_picture("two")));
    stores.avatars.remove(ada.id).await.unwrap();
    stores.avatars.remove(ada.id).await.unwrap();
    assert_eq!((kept(stores, &ada).await, shown(stores, &ada).await), (None, None));
}

/// A quarter of a megabyte is more than any has.
pub async fn the_largest_picture_is_kept_whole(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let bytes: Vec<u8> = (0..1 << 18).map(|n: u32| n.to_le_bytes()[usize::from(n.is_multiple_of(3))]).collect();
    let picture = Avatar::from_jpeg(bytes);
    assert!(stores.avatars.put(ada.id, picture.clone()).await.unwrap());
    assert_eq!(kept(stores, &ada).await, Some(picture));
}

/// Nothing is kept for who is not there.
pub async fn nobody_unknown_or_inactive_gets_a_picture(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    assert!(!stores.avatars.put(UserId(-1), a_picture("x")).await.unwrap());
    stores.users.set_active(ada.id, false).await.unwrap();
    assert!(!stores.avatars.put(ada.id, a_picture("x")).await.unwrap());
    assert_eq!((kept(stores, &ada).await, shown(stores, &ada).await), (None, None));
    assert_eq!(stores.avatars.of("nobody at all").await.unwrap(), None);
}

/// However they meet, nobody is sent to a picture that is not there.
pub async fn of_two_pictures_at_once_the_version_is_that_of_the_kept_one(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    all_at_once((0..10).map(|n| {
        let (stores, id) = (stores.clone(), ada.id);
        async move { stores.avatars.put(id, a_picture(&format!("number {n}"))).await.unwrap() }
    }))
    .await;
    let picture = kept(stores, &ada).await.unwrap();
    assert_eq!(shown(stores, &ada).await.as_ref(), Some(picture.version()));
}
