//! Every promise of the ports, on SQLite and on MariaDB.

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::sync::OnceLock;

use chatapp_testkit::contract::Stores;
use support::Scratch;

/// All promises on one file: they make their own people.
mod sqlite {
    use super::*;

    async fn stores() -> Stores {
        static SHARED: OnceLock<Scratch> = OnceLock::new();
        support::stores(&SHARED.get_or_init(support::sqlite).database)
    }

    chatapp_testkit::contract_tests!(stores);
}

/// All promises on one database: they make their own people.
mod mariadb {
    use super::*;

    async fn stores() -> Option<Stores> {
        static SHARED: OnceLock<Option<Scratch>> = OnceLock::new();
        SHARED.get_or_init(support::mysql).as_ref().map(|scratch| support::stores(&scratch.database))
    }

    chatapp_testkit::contract_tests!(stores);
}
