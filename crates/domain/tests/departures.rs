//! Deleting accounts, over stores in memory.

use std::sync::Arc;

use async_trait::async_trait;
use chatapp_domain::accounts::Accounts;
use chatapp_domain::audit::Actor;
use chatapp_domain::credential::Credential;
use chatapp_domain::departures::Departures;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::departures::{DepartError, DepartureStore};
use chatapp_domain::ports::messages::MessageStore;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::session::Lifetime;
use chatapp_domain::tokens::Tokens;
use chatapp_domain::user::{NewUser, UserId};
use chatapp_testkit::builders::{NEW_YEAR, a_draft, a_new_user, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::RecordingNotifier;
use chatapp_testkit::passwords::PlainHasher;
use chatapp_testkit::secrets::CountedSecrets;

/// Goes away between a departure and what follows it.
struct AwayAfterwards(MemoryStores);

#[async_trait]
impl DepartureStore for AwayAfterwards {
    async fn depart(&self, user: UserId, by: Option<Actor>) -> Result<Vec<Credential>, DepartError> {
        let ended = self.0.depart(user, by).await?;
        self.0.go_away();
        Ok(ended)
    }

    async fn clear_out(&self) -> Result<bool, StoreError> {
        self.0.clear_out().await
    }
}

fn departures(memory: &MemoryStores) -> Departures {
    let (store, clock) = (Arc::new(memory.clone()), Arc::new(SetClock::at(NEW_YEAR)));
    let notifier = Arc::new(RecordingNotifier::default());
    let secrets = Arc::new(CountedSecrets::default());
    let tokens = Tokens::new(store.clone(), secrets, notifier.clone(), clock.clone());
    let hasher = Arc::new(PlainHasher::default());
    let accounts = Accounts::new(store.clone(), store, tokens, hasher, notifier.clone(), clock, Lifetime::default());
    Departures::new(Arc::new(AwayAfterwards(memory.clone())), accounts, notifier)
}

#[tokio::test]
async fn an_account_that_is_gone_is_said_to_be_gone_and_what_it_leaves_is_deleted_later() {
    let memory = MemoryStores::new();
    let ada = a_user(&memory, "ada").await;
    memory.append(a_draft(&ada, &ada, "a note"), Box::new(|_| ())).await.unwrap();
    let departures = departures(&memory);
    departures.remove(ada.id, None).await.unwrap();
    memory.come_back();
    assert!(UserStore::by_id(&memory, ada.id).await.unwrap().unwrap().is_deleted());
    departures.clear_out().await.unwrap();
    assert!(!memory.clear_out().await.unwrap(), "nothing is left to delete");
}

#[tokio::test]
async fn who_has_to_stay_keeps_what_they_wrote() {
    let memory = MemoryStores::new();
    let wish = NewUser { is_superuser: true, ..a_new_user("ada") };
    let ada = memory.create(wish).await.unwrap();
    memory.append(a_draft(&ada, &ada, "a note"), Box::new(|_| ())).await.unwrap();
    let refused = departures(&memory).remove(ada.id, None).await;
    assert!(matches!(refused, Err(DepartError::LastSuperuser)));
    assert!(!memory.clear_out().await.unwrap(), "nothing is to be deleted");
    assert_eq!(memory.extent(ada.id).await.unwrap().count, 1);
}
