//! Finding people, over stores in memory.

use std::sync::Arc;

use chatapp_domain::directory::Directory;
use chatapp_domain::ports::users::{PeopleFilter, UserStore};
use chatapp_domain::user::DisplayName;
use chatapp_testkit::builders::{a_new_user, a_size, a_user};
use chatapp_testkit::memory::MemoryStores;

#[tokio::test]
async fn everyone_else_is_listed_once_over_all_pages() {
    let memory = MemoryStores::new();
    let me = a_user(&memory, "me").await.identity();
    memory.create_many((0..250).map(|n| a_new_user(&format!("user{n:03}"))).collect()).await.unwrap();
    let directory = Directory::new(Arc::new(memory));
    let expected: Vec<String> = (0..250).map(|n| format!("user{n:03}")).collect();
    for (size, pages) in [(None, 3), (Some(a_size(125)), 3), (Some(a_size(50)), 5)] {
        let (mut names, mut asked, mut after) = (Vec::new(), 0, None);
        loop {
            let page = directory.page(&me, PeopleFilter { prefix: None, after, size }).await.unwrap();
            names.extend(page.users.into_iter().map(|user| user.username.to_string()));
            asked += 1;
            let Some(next) = page.next else { break };
            after = Some(next.to_string());
        }
        assert_eq!((&names, asked), (&expected, pages), "no empty last page either");
    }
    assert_eq!(directory.everyone(&me, 10_000).await.unwrap().len(), 250);
    assert_eq!(directory.everyone(&me, 7).await.unwrap().len(), 7);
}

#[tokio::test]
async fn people_are_found_by_exact_name() {
    let memory = MemoryStores::new();
    let (ada, bob) = (a_user(&memory, "ada").await, a_user(&memory, "bob").await);
    let directory = Directory::new(Arc::new(memory));
    assert_eq!(directory.find("ada").await.unwrap(), Some(ada.clone()));
    assert_eq!(directory.find("Ada").await.unwrap(), None);
    let asked = ["bob", "nobody", "ada", "BOB"].map(str::to_owned);
    assert_eq!(directory.identify(&asked).await.unwrap(), [bob.identity(), ada.identity()]);
    assert_eq!(directory.me(&bob.identity()).await.unwrap(), Some(bob));
}

#[tokio::test]
async fn what_others_see_of_me_is_mine_to_change() {
    let memory = MemoryStores::new();
    let ada = a_user(&memory, "ada").await;
    let bob = a_user(&memory, "bob").await;
    let directory = Directory::new(Arc::new(memory));
    let renamed = directory.rename(&ada.identity(), DisplayName::parse(" Ada L. ").unwrap()).await.unwrap().unwrap();
    assert_eq!(renamed.display_name, "Ada L.");
    let filter = PeopleFilter { prefix: Some("ada l".to_owned()), ..PeopleFilter::default() };
    let found = directory.page(&bob.identity(), filter).await.unwrap();
    assert_eq!((found.users, found.next), (vec![renamed], None));
    assert_eq!(directory.find("bob").await.unwrap(), Some(bob));
}
