//! How mail is sent.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chatapp_mail::{Backend, Sender, Smtp, Tls};

use crate::config::values::Values;

/// Who mail is from unless somebody says otherwise; good enough for a console.
const FROM: &str = "ChatApp <chatapp@localhost>";

/// The settings about mail.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) backend: Backend,
    /// `None` only if what was given is no sender.
    pub(crate) from: Option<Sender>,
    pub(crate) queue: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Console,
    File,
    Smtp,
}

impl Mail {
    pub(crate) fn read(values: &mut Values, data_dir: &Path) -> Self {
        let words = [("console", Way::Console), ("file", Way::File), ("smtp", Way::Smtp)];
        let way = values.choice("mail_backend", "console", &words).unwrap_or(Way::Console);
        let from = values
            .parsed("mail_from", FROM, "sender", |text| text.parse::<Sender>().map_err(|error| error.to_string()));
        let folder = values.parsed("mail_directory", "", "path", |text| Ok(PathBuf::from(text)));
        values.describe_default("mail_directory", "<data_dir>/mail");
        let smtp = smtp(values, way == Way::Smtp);
        if way == Way::Smtp && !values.is_given("mail_from") {
            let why = "is \"smtp\", so mail_from must be given: an address that this server may send from";
            values.problem("mail_backend", why);
        }
        let backend = match way {
            Way::Console => Backend::Console,
            Way::File => Backend::File(folder.unwrap_or_else(|| data_dir.join("mail"))),
            Way::Smtp => Backend::Smtp(smtp),
        };
        Self { backend, from, queue: values.number("mail_queue", 1000, "mails", 1..=100_000) }
    }
}

fn smtp(values: &mut Values, is_used: bool) -> Smtp {
    let host = values.parsed("mail_host", "", "host name", host);
    let modes = [("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)];
    let tls = values.choice("mail_tls", "implicit", &modes).unwrap_or(Tls::Implicit);
    let port = values.parsed("mail_port", "", "port", |text| match text.parse() {
        Ok(port @ 1..=65535) => Ok(port),
        _ => Err("must be a whole number from 1 to 65535".to_owned()),
    });
    values.describe_default("mail_port", "465, 587 or 25 by mail_tls");
    let user = values.parsed("mail_user", "", "name", |text| Ok(text.to_owned()));
    let password = values.secret("mail_password", "mail_password_file", "text");
    let timeout = values.seconds("mail_timeout", Duration::from_secs(10), 1..=300);
    let extra_roots = values.parsed("mail_ca_file", "", "path", |path| {
        std::fs::read(path).map_err(|error| format!("cannot read {path}: {error}"))
    });
    if is_used {
        check(values, host.as_deref(), tls, user.is_some(), password.is_some());
    }
    Smtp {
        host: host.unwrap_or_default(),
        port: port.unwrap_or(match tls {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        }),
        tls,
        credentials: user.zip(password),
        timeout,
        extra_roots,
    }
}

fn check(values: &mut Values, host: Option<&str>, tls: Tls, has_user: bool, has_password: bool) {
    if !values.is_given("mail_host") {
        values.problem("mail_backend", "is \"smtp\", so mail_host must be given");
    }
    if has_user && !has_password {
        values.problem("mail_user", "is given without mail_password");
    }
    if has_password && !has_user {
        values.problem_of_secret("mail_password", "is given without mail_user");
    }
    let is_far = host.is_some_and(|host| !["localhost", "127.0.0.1", "::1"].contains(&host));
    if tls == Tls::None && is_far {
        values.warn("mail_tls is \"none\": mail and the links in it can be read on the network");
    }
}

fn host(text: &str) -> Result<String, String> {
    let good = text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:_".contains(c));
    if good { Ok(text.to_owned()) } else { Err("must be a host name or an address, without a port".to_owned()) }
}
