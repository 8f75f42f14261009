//! How people get accounts.

use chatapp_domain::sign_up::SignUpPolicy;

use crate::config::values::Values;
use crate::config::web::Web;
use crate::passwords::Hashing;

/// The settings about accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accounts {
    pub(crate) sign_up: SignUpPolicy,
    pub(crate) hashing: Hashing,
}

impl Accounts {
    pub(crate) fn read(values: &mut Values, web: &Web) -> Self {
        let words = [("open", SignUpPolicy::Open), ("invite", SignUpPolicy::Invite), ("closed", SignUpPolicy::Closed)];
        let sign_up = values.choice("sign_up", "closed", &words).unwrap_or_default();
        if sign_up != SignUpPolicy::Closed && !web.can_be_linked_to() {
            let why = "needs public_url, since signing up needs mail with links, and others reach this server under an \
                       address that it does not know";
            values.problem("sign_up", why);
        }
        Self { sign_up, hashing: hashing(values) }
    }
}

fn hashing(values: &mut Values) -> Hashing {
    let default = Hashing::default();
    let hashing = Hashing {
        cost: values.number("bcrypt_cost", default.cost, "log2 of the rounds", 4..=15),
        threads: values.number("hash_threads", default.threads, "threads", 1..=1024),
        waiting: values.number("hash_queue", default.waiting, "passwords", 1..=10_000),
    };
    values.describe_default("hash_threads", "one fewer than processors");
    hashing
}
