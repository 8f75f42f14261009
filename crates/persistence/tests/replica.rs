//! Which reads may come from a replica, shown by one that holds other things than the database.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chatapp_domain::ports::users::UserQuery;
use chatapp_domain::user::UserId;
use chatapp_testkit::builders::a_user;
use chatapp_testkit::contract::Stores;
use diesel::connection::SimpleConnection;

use crate::support::{Scratch, mysql, on_server, stores};

/// Longer than anything takes unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Copies what shows that a replica follows, and nothing else, until it is dropped.
struct Beat(Arc<AtomicBool>);

impl Beat {
    fn from_to(primary: &Scratch, replica: &Scratch) -> Self {
        let beat = format!(
            "INSERT INTO {}.settings (name, value) SELECT name, value FROM {}.settings WHERE name = 'replica_beat'
             ON DUPLICATE KEY UPDATE value = VALUES(value)",
            replica.name, primary.name
        );
        let goes_on = Arc::new(AtomicBool::new(true));
        let asked = Arc::clone(&goes_on);
        std::thread::spawn(move || {
            on_server("", move |connection| {
                while asked.load(Ordering::Relaxed) {
                    connection.batch_execute(&beat).unwrap();
                    std::thread::sleep(Duration::from_millis(50));
                }
            });
        });
        Self(goes_on)
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

async fn listed(stores: &Stores) -> Vec<String> {
    let everyone = UserQuery { except: UserId(0), prefix: None, after: None, limit: 100 };
    let users = stores.users.list(everyone).await.unwrap();
    users.into_iter().map(|user| user.username.as_str().to_owned()).collect()
}

async fn becomes(stores: &Stores, expected: &str) {
    let deadline = Instant::now() + PATIENCE;
    while listed(stores).await.first().map(String::as_str) != Some(expected) {
        assert!(Instant::now() < deadline, "people are not listed from {expected}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn only_what_may_be_late_comes_from_a_replica_and_only_while_it_follows() {
    let (Some(primary), Some(replica)) = (mysql(), mysql()) else { return };
    let (here, there) = (stores(&primary.database), stores(&replica.database));
    let ada = a_user(&*here.users, "here").await;
    for name in ["there", "there2"] {
        a_user(&*there.users, name).await;
    }
    primary.database.follow_with(&replica.url).unwrap();
    assert_eq!(listed(&here).await, ["here"], "nothing shows yet that it follows");

    let beat = Beat::from_to(&primary, &replica);
    becomes(&here, "there").await;
    // Whom a request is about is looked up where it cannot be late.
    assert_eq!(here.users.by_name("here").await.unwrap().map(|user| user.id), Some(ada.id));
    assert_eq!(here.users.by_id(ada.id).await.unwrap().map(|user| user.username), Some(ada.username));
    let unknown = (here.users.by_name("there").await.unwrap(), here.users.identify("there").await.unwrap());
    assert!(unknown.0.is_none() && unknown.1.is_none());
    assert_eq!((here.users.count().await.unwrap(), there.users.count().await.unwrap()), (1, 2));

    drop(beat);
    becomes(&here, "here").await;
    let _beat = Beat::from_to(&primary, &replica);
    becomes(&here, "there").await;
    // Something breaks there: whoever asks is answered all the same.
    let broken = format!("DROP TABLE {0}.search_blocks; RENAME TABLE {0}.users TO {0}.others", replica.name);
    on_server("", move |connection| connection.batch_execute(&broken).unwrap());
    for _ in 0..20 {
        assert_eq!(listed(&here).await, ["here"]);
    }
}
