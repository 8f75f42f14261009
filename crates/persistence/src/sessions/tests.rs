//! Ends that come while a session is being looked up.

use chatapp_domain::password::PasswordMark;
use chatapp_domain::session::{Lifetime, NewSession, SessionId, SessionKey};
use chatapp_domain::user::UserId;
use chatapp_testkit::builders::{self, NEW_YEAR};
use chatapp_testkit::passwords::PlainHasher;

use super::Sessions;
use crate::Database;
use crate::support::{self, Scratch};

/// Every way to end a session.
#[derive(Clone, Copy, Debug)]
enum End {
    ByKey,
    ById,
    WithAll,
    OfTheUser,
}

const ENDS: [End; 4] = [End::ByKey, End::ById, End::WithAll, End::OfTheUser];

async fn end(database: &Database, how: End, key: SessionKey, user: UserId, id: SessionId) {
    let sessions = database.sessions();
    match how {
        End::ByKey => assert!(sessions.close(key).await.unwrap().is_some()),
        End::ById => assert!(sessions.close_one(user, id).await.unwrap()),
        End::WithAll => assert_eq!(sessions.close_all(user, None).await.unwrap(), [id]),
        End::OfTheUser => database.users().set_active(user, false).await.unwrap(),
    }
}

/// A request looks its session up, and the session ends before it is remembered.
async fn an_end_during_a_look_up_counts(scratch: &Scratch) {
    let database = &scratch.database;
    for (number, how) in (1_u8..).zip(ENDS) {
        let new = builders::a_new_user(&format!("ada{number}"));
        let user = database.users().create(new).await.unwrap().id;
        let key = SessionKey([number; 32]);
        let (device, address) = (String::new(), String::new());
        let password = PasswordMark::of(&PlainHasher::hash_of(builders::PASSWORD));
        let new = NewSession { key, user, password, opened_at: NEW_YEAR, device, address };
        let id = database.sessions().open(new).await.unwrap().unwrap();
        let look_up = async {
            let found = Sessions(database.clone()).load(key).await;
            end(database, how, key, user, id).await;
            found
        };
        let memory = &database.memory().sessions;
        assert!(memory.find(&key.0, look_up).await.unwrap().is_some(), "{how:?}: the request began before the end");
        let next = database.sessions().find(key, NEW_YEAR, Lifetime::default()).await.unwrap();
        assert_eq!(next, None, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_during_a_look_up_counts_on_sqlite() {
    an_end_during_a_look_up_counts(&support::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_during_a_look_up_counts_on_mariadb() {
    let Some(scratch) = support::mysql() else { return };
    an_end_during_a_look_up_counts(&scratch).await;
}
