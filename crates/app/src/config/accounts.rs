//! How people get accounts.

use chatapp_domain::sign_up::SignUpPolicy;

use crate::config::values::Values;
use crate::config::web::Web;

/// The settings about accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accounts {
    pub(crate) sign_up: SignUpPolicy,
    pub(crate) bcrypt_cost: u32,
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
        Self { sign_up, bcrypt_cost: values.number("bcrypt_cost", 12, "log2 of the rounds", 4..=15) }
    }
}
