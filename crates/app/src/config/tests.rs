//! Precedence, problems, and that the documentation and the example file name exactly the settings there are.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use chatapp_domain::sign_up::SignUpPolicy;
use chatapp_http::Rate;
use chatapp_mail::Backend;

use super::*;
use crate::config::layers::variable;

const MANUAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../chatapp.toml.example");

struct Machine {
    directory: tempfile::TempDir,
    outside: Outside,
}

impl Machine {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let outside = Outside { directory: directory.path().to_owned(), ..Outside::default() };
        Self { directory, outside }
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.directory.path().join(name), text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.outside.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &'static str, value: &str) -> Self {
        self.outside.flags.insert(key, value.to_owned());
        self
    }

    fn read(&self) -> Reading {
        read(&self.outside)
    }

    /// The problems, with paths as their reader would see them from here.
    fn problems(&self) -> Vec<String> {
        let here = format!("{}/", self.directory.path().display());
        let mut problems: Vec<_> = self.read().problems.iter().map(|it| it.to_string().replace(&here, "")).collect();
        problems.sort();
        problems
    }
}

#[test]
fn later_layers_win() {
    let page = |machine: &Machine| machine.read().settings.web.messages_to_load;
    let machine = Machine::new();
    assert_eq!(page(&machine), 15);
    let machine = machine.file("chatapp.toml", "messages_to_load = 20");
    assert_eq!(page(&machine), 20);
    let machine = machine.file("local_settings.toml", "messages_to_load = 30");
    assert_eq!(page(&machine), 30);
    let machine = machine.variable("CHATAPP_MESSAGES_TO_LOAD", "40");
    assert_eq!(page(&machine), 40);
    assert_eq!(page(&machine.flag("messages_to_load", "50")), 50);
}

#[test]
fn all_problems_are_found_at_once_with_their_place_and_key() {
    let machine = Machine::new()
        .file("chatapp.toml", "messages_to_lod = 3\nbcrypt_cost = 40\n[listen]\nport = 1")
        .file("local_settings.toml", "workers = \"many\"\nallowed_origins = [\"https://a.example\", \"b\"]")
        .variable("CHATAPP_PUBLIC_URL", "chat.example")
        .flag("data_dir", "");
    assert_eq!(
        machine.problems(),
        [
            "chatapp.toml: bcrypt_cost: must be a whole number from 4 to 15",
            "chatapp.toml: listen: must be a single value, not a table",
            "chatapp.toml: messages_to_lod: is no setting; did you mean messages_to_load?",
            "environment variable CHATAPP_PUBLIC_URL: public_url: must be scheme and host, as in https://chat.example.org",
            "flag --data-dir: data_dir: must name a directory",
            "local_settings.toml: allowed_origins: \"b\" is not an origin like https://chat.example",
            "local_settings.toml: workers: must be a whole number from 1 to 1024",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_is_named_without_its_content() {
    let problems = Machine::new().file("chatapp.toml", "secret_key = \"hunter2\nlisten = 1").problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("chatapp.toml: is not valid TOML: line 1, column"), "{problems:?}");
    assert!(!problems[0].contains("hunter2"), "{problems:?}");
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let mut machine = Machine::new();
    machine.outside.file = Some("other.toml".into());
    assert_eq!(machine.problems(), ["other.toml: cannot be read"]);
    let machine = machine.file("other.toml", "workers = 3").file("chatapp.toml", "workers = 4");
    assert_eq!(machine.read().settings.web.workers, Some(3));
}

#[test]
fn what_is_not_implemented_is_refused_and_what_is_unknown_in_the_environment_is_not() {
    let machine = Machine::new()
        .variable("CHATAPP_REDIS_URL", "http://:hunter2@127.0.0.1")
        .variable("CHATAPP_PORT", "tcp://10.0.0.1:8000")
        .variable("CHATAPP_PASSWORD", "hunter2")
        .variable("CHATAPP_LISTEN", "");
    let problems = machine.problems();
    assert_eq!(
        problems,
        ["environment variable CHATAPP_REDIS_URL: redis_url: must be redis://[user:password@]host[:port][/database], \
             rediss://... for TLS, or unix:///path; several host[:port] between commas are members of one cluster",]
    );
    assert_eq!(machine.read().warnings, ["CHATAPP_PORT is no setting and is ignored"]);
}

#[test]
fn signing_up_needs_an_address_that_links_can_lead_to() {
    let open = |machine: Machine| machine.variable("CHATAPP_SIGN_UP", "open");
    assert!(open(Machine::new()).problems().is_empty(), "only this machine reaches it anyway");
    let public = Machine::new().flag("listen", "0.0.0.0:8000");
    let [problem] = open(public).problems().try_into().unwrap();
    assert!(problem.starts_with("environment variable CHATAPP_SIGN_UP: sign_up: needs public_url"), "{problem}");
    let named = Machine::new().flag("listen", "0.0.0.0:8000").flag("public_url", "https://chat.example");
    let reading = open(named).read();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!(reading.settings.accounts.sign_up, SignUpPolicy::Open);
    let [problem] = Machine::new().variable("CHATAPP_SIGN_UP", "yes").problems().try_into().unwrap();
    assert!(problem.ends_with("sign_up: must be \"open\" or \"invite\" or \"closed\""), "{problem}");
}

#[test]
fn mail_by_smtp_needs_a_server_a_sender_and_both_or_neither_of_user_and_password() {
    let smtp = || Machine::new().variable("CHATAPP_MAIL_BACKEND", "smtp");
    let full = || smtp().variable("CHATAPP_MAIL_HOST", "smtp.example").variable("CHATAPP_MAIL_FROM", "Chat <c@d.ef>");
    assert_eq!(smtp().problems().len(), 2, "{:?}", smtp().problems());
    assert!(full().problems().is_empty(), "{:?}", full().problems());
    let port = |machine: Machine| match machine.read().settings.mail.backend {
        Backend::Smtp(smtp) => smtp.port,
        other => panic!("{other:?}"),
    };
    assert_eq!(port(full()), 465);
    assert_eq!(port(full().variable("CHATAPP_MAIL_TLS", "starttls")), 587);
    assert_eq!(port(full().variable("CHATAPP_MAIL_PORT", "2525")), 2525);
    assert_eq!(full().variable("CHATAPP_MAIL_USER", "chat").problems().len(), 1);
    let secret = full().variable("CHATAPP_MAIL_USER", "chat").variable("CHATAPP_MAIL_PASSWORD", "hunter2").read();
    assert!(secret.problems.is_empty() && !format!("{secret:?}").contains("hunter2"), "{secret:?}");
    assert_eq!(full().variable("CHATAPP_MAIL_TLS", "none").read().warnings.len(), 1);
    for (key, bad) in [
        ("FROM", "nobody"),
        ("FROM", "a@b.cd\r\nBcc: x@y.z"),
        ("HOST", "smtp.example/x"),
        ("PORT", "0"),
        ("CA_FILE", "missing.pem"),
        ("TLS", "maybe"),
    ] {
        let problems = full().variable(&format!("CHATAPP_MAIL_{key}"), bad).problems();
        assert_eq!(problems.len(), 1, "{key} {bad}: {problems:?}");
    }
}

#[test]
fn secrets_come_from_files_too_and_are_never_shown() {
    let key = "f3b1c09a7e5d4c2b8a6f1e0d9c8b7a65";
    let machine = Machine::new().file("key", &format!("{key}\n"));
    let path = machine.directory.path().join("key").display().to_string();
    let machine = machine
        .variable("CHATAPP_SECRET_KEY_FILE", &path)
        .variable("CHATAPP_DATABASE_URL", "mysql://chat:hunter2@db.example/chat");
    let reading = machine.read();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!(reading.settings.storage.secret_key.as_ref().unwrap().expose(), key.as_bytes());
    let shown = format!("{reading:?}");
    assert!(shown.contains("mysql://chat@db.example:3306/chat"), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains(key), "{shown}");

    let both = machine.variable("CHATAPP_SECRET_KEY", key).problems();
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].contains("secret_key is given as well"), "{both:?}");
}

#[test]
fn weak_secret_keys_are_refused() {
    for weak in ["ABC1234", "django-insecure-0123456789abcdefghijklmn", "12345678901234567890123456789012"] {
        let in_file = Machine::new().file("key", weak);
        let path = in_file.directory.path().join("key").display().to_string();
        for machine in [
            Machine::new().variable("CHATAPP_SECRET_KEY", weak),
            Machine::new().file("chatapp.toml", &format!("secret_key = \"{weak}\"")),
            in_file.variable("CHATAPP_SECRET_KEY_FILE", &path),
        ] {
            let problems = machine.problems();
            assert_eq!(problems.len(), 1, "{weak}");
            assert!(!problems[0].contains(weak), "{problems:?}");
        }
    }
}

#[test]
fn cookies_are_secure_where_people_come_by_https_and_open_doors_are_pointed_out() {
    let https = Machine::new().flag("listen", "0.0.0.0:8000").flag("public_url", "https://chat.example");
    let https = https.variable("CHATAPP_TRUSTED_PROXIES", "127.0.0.1").read();
    assert!(https.settings.secure_cookies && https.warnings.is_empty(), "{:?}", https.warnings);
    let local = Machine::new().read();
    assert!(!local.settings.secure_cookies && local.warnings.is_empty(), "{:?}", local.warnings);
    let open = Machine::new().flag("listen", "0.0.0.0:8000").read();
    assert!(!open.settings.secure_cookies && open.warnings.len() == 1, "{:?}", open.warnings);
}

#[test]
fn a_proxy_that_nobody_named_is_pointed_out() {
    let proxied = || Machine::new().flag("public_url", "https://chat.example");
    let [warning] = proxied().read().warnings.try_into().unwrap();
    assert!(warning.starts_with("trusted_proxies is empty"), "{warning}");
    for told in [proxied().variable("CHATAPP_THROTTLE", "off"), proxied().variable("CHATAPP_TRUSTED_PROXIES", "::1")] {
        assert!(told.read().warnings.is_empty());
    }
}

#[test]
fn throttles_are_what_the_server_has_by_itself_and_can_be_set() {
    let throttles = |machine: Machine| format!("{:?}", machine.read().settings.throttles);
    assert_eq!(throttles(Machine::new()), format!("{:?}", ThrottleSettings::default()));
    let file = "throttle = \"off\"\nsends = 7\nsends_per_second = 4\nlog_in_failures_per_address = 2\n\
                log_in_failures_kept = 60\nsockets_per_address = 9\n";
    let set = Machine::new().file("chatapp.toml", file).read();
    assert!(set.problems.is_empty() && set.warnings.is_empty(), "{set:?}");
    let throttles = set.settings.throttles;
    assert_eq!((throttles.on, throttles.sockets_per_address), (false, 9));
    assert_eq!(throttles.sends, Rate::new(7, Duration::from_millis(250)));
    assert_eq!(throttles.log_in_failures_per_address, Rate::new(2, Duration::from_secs(30)));
}

#[test]
fn a_secret_in_a_file_that_everyone_reads_is_pointed_out() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new().file("local_settings.toml", "database_url = \"mysql://chat:pw@db/chat\"");
    let path = machine.directory.path().join("local_settings.toml");
    let warnings = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        machine.read().warnings.len()
    };
    assert_eq!((warnings(0o644), warnings(0o600)), (1, 0));
}

/// Key, variable, default and unit of each row of the manual's tables.
fn manual() -> BTreeMap<String, [String; 3]> {
    let text = fs::read_to_string(MANUAL).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 8, "a row has six cells: {row}");
        assert!(cells[5..7].iter().all(|cell| !cell.is_empty()), "meaning and reason: {row}");
        let plain = |cell: &str| cell.trim_matches('`').to_owned();
        (plain(cells[1]), [plain(cells[2]), plain(cells[3]), cells[4].to_owned()])
    })
    .collect()
}

#[test]
fn the_manual_lists_every_setting_with_its_default_and_unit() {
    let mut listed = manual();
    for setting in Machine::new().read().effective {
        let row = listed.remove(setting.key).unwrap_or_else(|| panic!("{} is not in the manual", setting.key));
        let default = if setting.default.is_empty() { "none".to_owned() } else { setting.default };
        assert_eq!(row, [variable(setting.key), default, setting.unit.to_owned()], "{}", setting.key);
    }
    assert!(listed.is_empty(), "in the manual only: {:?}", listed.keys());
}

#[test]
fn the_example_file_shows_every_setting_with_its_default() {
    let text = fs::read_to_string(EXAMPLE).unwrap();
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "the example sets nothing by itself");
    // "#key" is a default that can be taken as it stands, "# key" an example for what has none.
    let defaults = text.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with(' '));
    let machine = Machine::new().file("chatapp.toml", &defaults.collect::<Vec<_>>().join("\n"));
    let reading = machine.read();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    for Effective { key, value, origin, default, .. } in &reading.effective {
        if *origin == problem::Origin::Default {
            assert!(text.contains(&format!("\n# {key} = ")), "{key} is not in the example");
        } else {
            assert_eq!(value, default, "{key}");
        }
    }
}

#[test]
fn a_replica_is_of_a_mysql_database_and_shown_without_its_password() {
    let replica = "mysql://reader:hunter2@db2/chat";
    let machine = || Machine::new().variable("CHATAPP_DATABASE_REPLICA_URL", replica);
    let problem = "environment variable CHATAPP_DATABASE_REPLICA_URL: database_replica_url: only MySQL and MariaDB have \
                   replicas";
    assert_eq!(machine().problems(), [problem], "of SQLite");
    let several = Machine::new()
        .variable("CHATAPP_DATABASE_URL", "mysql://chat:hunter2@db1/chat")
        .variable("CHATAPP_DATABASE_REPLICA_URL", "mysql://reader:hunter2@db2,db3/chat");
    let problem = "environment variable CHATAPP_DATABASE_REPLICA_URL: database_replica_url: must name one server";
    assert_eq!(several.problems(), [problem]);
    let reading = machine().variable("CHATAPP_DATABASE_URL", "mysql://chat:hunter2@db1/chat").read();
    assert!(reading.problems.is_empty() && reading.settings.storage.replica.is_some());
    let shown = reading.effective.iter().find(|setting| setting.key == "database_replica_url").unwrap();
    assert_eq!(shown.value, "mysql://reader@db2:3306/chat");
}

#[test]
fn a_redis_is_shown_without_its_password_and_wants_a_shared_key() {
    let machine = Machine::new().variable("CHATAPP_REDIS_URL", "rediss://me:hunter2@cache.example/2");
    let reading = machine.read();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let shown = reading.effective.iter().find(|effective| effective.key == "redis_url").unwrap();
    assert_eq!(shown.value, "rediss://cache.example:6379");
    assert!(!format!("{reading:?}").contains("hunter2"));
    assert!(reading.warnings.iter().any(|warning| warning.contains("secret_key is not")), "{:?}", reading.warnings);
    assert!(machine.flag("redis_prefix", "a b").problems()[0].contains("redis_prefix: must be 1 to 64 letters"));
}
