//! The fakes keep the contract, outages apart; and no promise is forgotten in the list of them.

use std::fs;
use std::path::Path;

use chatapp_domain::ports::users::UserStore;
use chatapp_domain::ports::{StoreError, StoreHealth};
use chatapp_testkit::builders::{a_draft, a_user};
use chatapp_testkit::contract::Stores;
use chatapp_testkit::memory::MemoryStores;

async fn memory() -> Stores {
    MemoryStores::new().stores()
}

mod each_on_its_own {
    chatapp_testkit::contract_tests!(super::memory);
}

mod all_on_one {
    use std::sync::LazyLock;

    use chatapp_testkit::contract::Stores;
    use chatapp_testkit::memory::MemoryStores;

    static SHARED: LazyLock<MemoryStores> = LazyLock::new(MemoryStores::new);

    async fn shared() -> Stores {
        SHARED.stores()
    }

    chatapp_testkit::contract_tests!(shared);
}

#[tokio::test]
async fn a_store_that_is_away_does_nothing_and_loses_nothing() {
    let memory = MemoryStores::new();
    let ada = a_user(&memory, "ada").await;
    let stores = memory.stores();
    memory.go_away();
    assert!(matches!(memory.check().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(memory.by_id(ada.id).await, Err(StoreError::Unavailable(_))));
    let told = Box::new(|_: &_| panic!("nothing was saved"));
    assert!(stores.messages.append(a_draft(&ada, &ada, "milk"), told).await.is_err());
    memory.come_back();
    assert!(memory.check().await.is_ok());
    assert_eq!(memory.by_id(ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(stores.events.latest(ada.id).await.unwrap().0, 0);
}

#[test]
fn every_promise_is_in_the_list() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(source.join("contract.rs")).unwrap();
    for file in fs::read_dir(source.join("contract")).unwrap() {
        let promises = fs::read_to_string(file.unwrap().path()).unwrap();
        for promise in promises.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next()) {
            assert!(list.contains(&format!(" {promise},")), "{promise} is never run");
        }
    }
}
