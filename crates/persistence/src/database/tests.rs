//! A defect inside of a transaction costs that transaction and its connection, and nobody meets what it left behind.

use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::Saved;
use chatapp_testkit::builders::{a_draft, a_user};
use diesel::prelude::*;

use super::{Never, WriteError};
use crate::connection::on_engine;
use crate::schema::users;
use crate::support::{self, Scratch};

/// More than there are connections: none of them may be used up.
const DEFECTS: usize = 15;

async fn a_panic_costs_its_own_transaction(scratch: Scratch) {
    let (database, stores) = (&scratch.database, support::stores(&scratch.database));
    let ada = a_user(&*stores.users, "ada").await;
    for _ in 0..DEFECTS {
        let broken: Result<(), WriteError<Never>> = database
            .write(
                |connection| {
                    let renamed = diesel::update(users::table).set(users::display_name.eq("half done"));
                    on_engine!(connection, c => renamed.execute(c))?;
                    panic!("a defect in a transaction")
                },
                |()| (),
            )
            .await;
        assert!(matches!(broken, Err(WriteError::Store(StoreError::Failed(_) | StoreError::Unavailable(_)))));
        let broken: Result<(), StoreError> = database.read(|_| panic!("a defect in a query")).await;
        assert!(matches!(broken, Err(StoreError::Failed(_))));
    }
    let named = |connection: &mut crate::connection::AnyConnection| on_engine!(connection, c => users::table.select(users::display_name).first::<String>(c));
    assert_eq!(database.read(named).await.unwrap(), "", "nothing of it was kept");
    let saved = stores.messages.append(a_draft(&ada, &ada, "and on"), Box::new(|_| ())).await.unwrap();
    assert!(matches!(saved, Saved::New(message) if message.seq.0 == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_its_own_transaction_on_sqlite() {
    a_panic_costs_its_own_transaction(support::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_its_own_transaction_on_mariadb() {
    let Some(scratch) = support::mysql() else { return };
    a_panic_costs_its_own_transaction(scratch).await;
}
