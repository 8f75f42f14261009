//! What people share of themselves besides what they write.

/// What somebody shares. Each switch works both ways: whoever does not share does not see either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// Up to where they have received and read.
    pub receipts: bool,
    /// Whether they are connected, and when they last were.
    pub presence: bool,
}

impl Privacy {
    /// What somebody shares who never said anything about it.
    pub const OPEN: Self = Self { receipts: true, presence: true };

    /// Whether two people see of each other up to where they have received and read.
    pub fn share_receipts(self, other: Self) -> bool {
        self.receipts && other.receipts
    }

    /// Whether two people see of each other when they come and go.
    pub fn share_presence(self, other: Self) -> bool {
        self.presence && other.presence
    }
}

/// A wish to share more or less; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PrivacyChange {
    /// See [`Privacy::receipts`].
    pub receipts: Option<bool>,
    /// See [`Privacy::presence`].
    pub presence: Option<bool>,
}

impl PrivacyChange {
    /// Whether nothing is to change.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// What is shared afterwards.
    pub fn apply(self, before: Privacy) -> Privacy {
        Privacy {
            receipts: self.receipts.unwrap_or(before.receipts),
            presence: self.presence.unwrap_or(before.presence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_works_both_ways_and_alone() {
        let silent = Privacy { receipts: false, ..Privacy::OPEN };
        let hidden = Privacy { presence: false, ..Privacy::OPEN };
        for (one, other, receipts, presence) in [
            (Privacy::OPEN, Privacy::OPEN, true, true),
            (Privacy::OPEN, silent, false, true),
            (silent, Privacy::OPEN, false, true),
            (hidden, Privacy::OPEN, true, false),
            (silent, hidden, false, false),
        ] {
            assert_eq!((one.share_receipts(other), one.share_presence(other)), (receipts, presence));
            assert_eq!((other.share_receipts(one), other.share_presence(one)), (receipts, presence));
        }
    }

    #[test]
    fn what_is_not_mentioned_stays() {
        let change = PrivacyChange { presence: Some(false), ..PrivacyChange::default() };
        assert_eq!(change.apply(Privacy::OPEN), Privacy { receipts: true, presence: false });
        assert!(PrivacyChange::default().is_empty() && !change.is_empty());
    }
}
