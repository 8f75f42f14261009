//! Positions that are read while somebody commits.

use std::time::Duration;

use chatapp_domain::event::Pos;
use chatapp_domain::ports::StoreError;
use chatapp_testkit::builders;

use crate::support::{self, Scratch};
use crate::{Database, Settings};

async fn no_position_is_told_before_the_commit_has_ended(scratch: &Scratch) {
    let ada = scratch.database.users().create(builders::a_new_user("ada")).await.unwrap().id;
    // Much longer than a look takes while nobody commits.
    let settings = Settings { answer: Duration::from_secs(2), ..Settings::new(scratch.url.clone()) };
    let database = tokio::task::spawn_blocking(move || Database::open(&settings).unwrap()).await.unwrap();
    let events = database.events();
    let under_way = database.inner().lane().commits.begin();
    assert!(matches!(events.latest(ada).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(events.latest_of(vec![ada]).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(events.after(ada, Pos(0), 1).await, Err(StoreError::Unavailable(_))));
    drop(under_way);
    assert_eq!(events.latest(ada).await.unwrap(), Pos(0));
    events.after(ada, Pos(0), 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_position_is_told_before_the_commit_has_ended_on_sqlite() {
    no_position_is_told_before_the_commit_has_ended(&support::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_position_is_told_before_the_commit_has_ended_on_mysql() {
    if let Some(scratch) = support::mysql() {
        no_position_is_told_before_the_commit_has_ended(&scratch).await;
    }
}
