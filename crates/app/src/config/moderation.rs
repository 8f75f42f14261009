//! What those who administer may see of messages, and for how long these are kept.

use crate::config::values::Values;

/// The settings about other people's messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moderation {
    /// Whether those who administer may read what others wrote.
    pub(crate) reads_messages: bool,
    /// For how many days messages are kept; 0: for ever.
    pub(crate) retention_days: u32,
}

impl Moderation {
    pub(crate) fn read(values: &mut Values) -> Self {
        let words = [("true", true), ("false", false)];
        Self {
            reads_messages: values.choice("admin_reads_messages", "false", &words).unwrap_or_default(),
            retention_days: values.number("retention_days", 0, "days", 0..=36_500),
        }
    }
}
