//! `doctor`, in front of the real server behind the proxies of `deploy/`: it finds nothing where nothing is wrong, and says
//! what is wrong where something is.

use serde_json::Value;

use crate::support::front::{Front, GOOD, Kind, Proof, Site};
use crate::support::mail_server::{MailServer, Speaks};
use crate::support::place::{Engine, Finished, PASSWORD, Place};
use crate::support::server::Server;

/// How the server is to be set up unless a test says otherwise.
struct Stage {
    server: Server,
    _front: Front,
    url: String,
    plain_port: String,
    authority: String,
}

impl Stage {
    fn set_up(kind: Kind, changes: &[(&str, &str)], settings: &[(&'static str, &str)]) -> Option<Self> {
        let site = Site::new(GOOD);
        let mut place = Place::on(Engine::Sqlite)?;
        place.people(&["ada"]);
        let own = [
            ("CHATAPP_PUBLIC_URL", site.url().as_str()),
            ("CHATAPP_TRUSTED_PROXIES", "127.0.0.1"),
            ("CHATAPP_SOCKET_PING", "2"),
        ]
        .map(|(variable, value)| (variable, value.to_owned()));
        for (variable, value) in own {
            let given = settings.iter().find(|(name, _)| *name == variable);
            place = place.with(variable, given.map_or(value, |(_, value)| (*value).to_owned()));
        }
        let server = Server::in_place(place);
        let (url, plain_port, authority) = (site.url(), site.plain_port.to_string(), site.path("ca.pem"));
        let front = site.open(kind, server.address, changes)?;
        Some(Self { server, _front: front, url, plain_port, authority })
    }

    fn ask(&self, more: &[&str]) -> Finished {
        let own = ["doctor", "--url", &self.url, "--ca", &self.authority, "--http-port", &self.plain_port];
        let mut command = self.server.place.chatapp(&[&own[..], more].concat());
        Finished::of(command.env("CHATAPP_PASSWORD", PASSWORD).output().unwrap())
    }

    /// What it says of one check, having logged in.
    fn finding(&self, check: &str) -> (String, String) {
        let report = report(&self.ask(&["--username", "ada", "--json"]));
        let found = finding(&report, check);
        (found["verdict"].as_str().unwrap().to_owned(), format!("{} -> {}", found["seen"], found["advice"]))
    }
}

fn report(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

fn finding(report: &Value, check: &str) -> Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|found| found["check"] == check).unwrap_or_else(|| panic!("no {check}: {report}")).clone()
}

const CHECKS: [&str; 14] = [
    "tls",
    "redirect",
    "health",
    "version",
    "clock",
    "headers",
    "charset",
    "compression",
    "body-limit",
    "metrics",
    "cookie",
    "forwarding",
    "websocket",
    "idle",
];

fn all_is_well_behind(kind: Kind) {
    let Some(stage) = Stage::set_up(kind, &[], &[]) else { return };
    let finished = stage.ask(&["--username", "ada", "--json"]);
    let report = report(&finished);
    for check in CHECKS {
        assert_eq!(finding(&report, check)["verdict"], "ok", "{kind:?}: {report}");
    }
    assert_eq!((finished.code, &report["verdict"]), (0, &"ok".into()), "{kind:?}: {report}");
    assert_eq!(finding(&report, "settings")["verdict"], "ok", "{report}");
    // A stranger sees less, and nothing wrong.
    let finished = stage.ask(&[]);
    assert_eq!(finished.code, 0, "{finished:?}");
    assert!(
        finished.stdout.contains("\nskip  websocket    not looked at without a log-in -> give --username"),
        "{finished:?}"
    );
    assert!(finished.stdout.ends_with("0 to mend, 0 to look at, 5 not looked at.\n"), "{finished:?}");
}

#[test]
fn all_is_well_behind_nginx() {
    all_is_well_behind(Kind::Nginx);
}

#[test]
fn all_is_well_behind_haproxy() {
    all_is_well_behind(Kind::Haproxy);
}

#[test]
fn all_is_well_behind_caddy() {
    all_is_well_behind(Kind::Caddy);
}

/// A change of nginx's file, and the check that finds it.
fn nginx_is_found_out(changes: &[(&str, &str)], expected: &[(&str, &str, &str)]) {
    is_found_out(Stage::set_up(Kind::Nginx, changes, &[]), expected);
}

fn is_found_out(stage: Option<Stage>, expected: &[(&str, &str, &str)]) {
    let Some(stage) = stage else { return };
    let finished = stage.ask(&["--username", "ada", "--json"]);
    let report = report(&finished);
    for (check, verdict, part) in expected {
        let found = finding(&report, check);
        assert_eq!(found["verdict"], *verdict, "{check}: {report}");
        assert!(found.to_string().contains(part), "{part}: {found}");
    }
    let code = if expected.iter().any(|(_, verdict, _)| *verdict == "fail") { 2 } else { 1 };
    assert_eq!(finished.code, code, "{report}");
    let names: Vec<&str> = expected.iter().map(|(check, ..)| *check).collect();
    for check in CHECKS.iter().filter(|check| !names.contains(check)) {
        assert_eq!(finding(&report, check)["verdict"], "ok", "{check}: {report}");
    }
}

#[test]
fn a_proxy_that_passes_on_no_upgrade_is_found_out() {
    nginx_is_found_out(
        &[("proxy_set_header Upgrade $http_upgrade;", ""), ("$chatapp_connection;", "\"\";")],
        &[("websocket", "fail", "pass on Upgrade and Connection"), ("idle", "skip", "mend the handshake")],
    );
}

#[test]
fn a_proxy_without_patience_is_found_out() {
    // Enough for every answer, also on a busy machine, and too little for a ping.
    let changes = [("proxy_read_timeout 60s;", "proxy_read_timeout 5s;")];
    let stage = Stage::set_up(Kind::Nginx, &changes, &[("CHATAPP_SOCKET_PING", "20")]);
    is_found_out(stage, &[("idle", "fail", "proxy_read_timeout")]);
}

#[test]
fn a_proxy_that_takes_no_pictures_is_found_out() {
    nginx_is_found_out(&[("client_max_body_size 6m;", "")], &[("body-limit", "fail", "client_max_body_size 6m")]);
}

#[test]
fn a_proxy_that_believes_what_clients_claim_is_found_out() {
    nginx_is_found_out(
        &[("X-Forwarded-For $remote_addr;", "X-Forwarded-For $http_x_forwarded_for;")],
        &[("forwarding", "fail", "believes whatever address")],
    );
}

#[test]
fn a_proxy_that_meddles_with_answers_is_found_out() {
    nginx_is_found_out(
        &[
            ("gzip off;", "gzip on; gzip_types application/json; gzip_proxied any;"),
            (
                "proxy_buffering off;",
                "proxy_hide_header Content-Security-Policy; proxy_cookie_flags ~ nosecure nosamesite;",
            ),
        ],
        &[
            ("compression", "warn", "compress nothing"),
            ("headers", "fail", "content-security-policy"),
            ("cookie", "fail", "not Secure, no SameSite"),
        ],
    );
}

#[test]
fn a_proxy_that_forgets_the_charset_is_found_out() {
    nginx_is_found_out(
        &[("proxy_buffering off;", "proxy_hide_header Content-Type; add_header Content-Type text/html;")],
        &[("charset", "fail", "text/html")],
    );
}

#[test]
fn headers_that_come_twice_are_found_out() {
    nginx_is_found_out(
        &[("gzip off;", "add_header X-Frame-Options SAMEORIGIN always;")],
        &[("headers", "warn", "x-frame-options")],
    );
}

#[test]
fn plain_http_that_is_served_is_found_out() {
    nginx_is_found_out(
        &[("return 301 https://chat.example$request_uri;", "proxy_pass http://127.0.0.1:8000;")],
        &[("redirect", "fail", "instead of leading to https")],
    );
}

#[test]
fn figures_that_everybody_sees_are_found_out() {
    let Some(stage) = Stage::set_up(
        Kind::Nginx,
        &[
            ("proxy_set_header X-Forwarded-For $remote_addr;", ""),
            ("proxy_set_header X-Forwarded-Host $http_host;", ""),
        ],
        &[],
    ) else {
        return;
    };
    let (verdict, said) = stage.finding("metrics");
    assert!(verdict == "fail" && said.contains("everybody can read /metrics"), "{said}");
}

#[test]
fn a_proxy_that_is_not_trusted_is_found_out() {
    // The server meets the proxy at another address than that from which people come to it.
    let changes = [("proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_bind 127.0.0.5;")];
    let Some(stage) = Stage::set_up(Kind::Nginx, &changes, &[]) else { return };
    let (verdict, said) = stage.finding("forwarding");
    assert!(verdict == "fail" && said.contains("127.0.0.5") && said.contains("trusted_proxies"), "{said}");
}

#[test]
fn another_public_url_is_found_out() {
    let Some(stage) = Stage::set_up(Kind::Caddy, &[], &[("CHATAPP_PUBLIC_URL", "http://localhost")]) else { return };
    let report = report(&stage.ask(&["--username", "ada", "--json", "--quick"]));
    for (check, verdict) in [("headers", "fail"), ("settings", "warn"), ("cookie", "fail"), ("version", "ok")] {
        assert_eq!(finding(&report, check)["verdict"], verdict, "{check}: {report}");
    }
}

#[test]
fn a_server_that_is_away_is_found_out() {
    let Some(mut stage) = Stage::set_up(Kind::Nginx, &[], &[]) else { return };
    stage.server.kill();
    let finished = stage.ask(&[]);
    assert_eq!(finished.code, 2);
    assert!(
        finished.stdout.contains("\nfail  health       /health/live answers 502 -> start the server"),
        "{finished:?}"
    );
}

/// What is said of a certificate.
fn tls(proof: Proof, is_trusted: bool) -> (i32, String) {
    let site = Site::new(proof);
    let server = Server::in_place(Place::on(Engine::Sqlite).unwrap());
    let (url, authority) = (site.url(), site.path("ca.pem"));
    let Some(_front) = site.open(Kind::Nginx, server.address, &[]) else { return (2, String::new()) };
    let trust = ["--ca", authority.as_str()];
    let finished = server.place.run(&[&["doctor", "--url", &url][..], if is_trusted { &trust } else { &[] }].concat());
    (finished.code, finished.stdout)
}

#[test]
fn certificates_that_browsers_refuse_are_found_out() {
    for (proof, is_trusted, why) in [
        (Proof { last_year: 2020, ..GOOD }, true, "renew the certificate"),
        (Proof { name: "elsewhere", ..GOOD }, true, "get a certificate for localhost"),
        (GOOD, false, "an authority of your own is trusted with --ca"),
    ] {
        let (code, said) = tls(proof, is_trusted);
        assert!(code == 2 && (said.is_empty() || said.starts_with("fail  tls ")), "{said}");
        assert!(said.is_empty() || said.contains(why) && said.contains("nothing is asked over"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_server_is_tried_out() {
    let mail = MailServer::open(Speaks::StartTls).await;
    let place = || mail.used_by(Place::new()).with("CHATAPP_MAIL_USER", "chat");
    let ask = |place: Place, more: &[&str]| {
        let server = Server::in_place(place);
        let url = server.url("");
        let report = report(&server.place.run(&[&["doctor", "--url", &url, "--json"][..], more].concat()));
        finding(&report, "mail")
    };
    let good = ask(place().with("CHATAPP_MAIL_PASSWORD", "hunter2"), &[]);
    assert!(good["verdict"] == "ok" && good["seen"].as_str().unwrap().ends_with("logs us in"), "{good}");
    assert_eq!(mail.count(), 0);
    let sent = ask(place().with("CHATAPP_MAIL_PASSWORD", "hunter2"), &["--mail-to", "root@example.org"]);
    assert_eq!(sent["verdict"], "ok", "{sent}");
    let arrived = mail.mail(0).await;
    assert!(arrived.to[0].contains("root@example.org") && arrived.header("Subject") == "A trial", "{arrived:?}");
    let bad = ask(place().with("CHATAPP_MAIL_PASSWORD", "wrong"), &[]);
    assert!(bad["verdict"] == "fail" && bad.to_string().contains("535"), "{bad}");
}

#[test]
fn what_is_no_address_is_wrong_usage() {
    let place = Place::new();
    for arguments in [
        &["doctor"][..],
        &["doctor", "--url", "chat.example"],
        &["doctor", "--url", "https://chat.example", "--ca", "nowhere.pem"],
        &["doctor", "--url", "https://chat.example", "--username", "ada"],
        &["doctor", "--url", "https://chat.example", "--mail-to", "nobody"],
    ] {
        let finished = place.run(arguments);
        assert!(finished.code == 2 && finished.stderr.contains("error: "), "{finished:?}");
    }
    let unreachable = place.run(&["doctor", "--url", "http://127.0.0.1:1", "--json"]);
    assert_eq!(unreachable.code, 2);
    assert_eq!(report(&unreachable)["verdict"], "fail");
}
