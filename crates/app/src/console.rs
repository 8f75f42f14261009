//! What the operator reads on the server's console.

use std::io::Write;

use chatapp_domain::first_run::Console;

/// Standard output, and not the log: logs are kept, and read by others.
#[derive(Clone, Debug)]
pub(crate) struct StandardOutput {
    /// Where the page is.
    pub(crate) page: String,
}

impl Console for StandardOutput {
    fn show(&self, code: &str) {
        // Whoever started this may have closed the other end, which is no reason not to serve.
        let _ = writeln!(
            std::io::stdout(),
            "there are no users yet: run `chatapp createsuperuser`, or open {} and make the first account with the code {code}",
            self.page
        );
    }
}
