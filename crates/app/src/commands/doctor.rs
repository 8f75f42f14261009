//! `doctor`: a running server as its users see it, and whether its mail goes. One line for each check, in the order in which
//! things stand on each other.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use chatapp_doctor::{Account, Diagnosis, Finding, Place, Verdict, Visit};
use chatapp_domain::user::Email;
use chatapp_mail::Backend;
use serde_json::{Value, json};

use crate::cli::Doctor;
use crate::commands::outcome;
use crate::config::layers::Outside;
use crate::config::{self, Settings};
use crate::failure::Failure;
use crate::logging::Escaped;
use crate::prompt;

/// The variable that holds the password where nobody is asked.
const VARIABLE: &str = "CHATAPP_PASSWORD";
const SERVER_ONLY: &str = "run this on the server, where its settings are";

pub(crate) fn run(outside: &Outside, wish: &Doctor) -> Result<(), Failure> {
    let place = Place::parse(&wish.url).map_err(|error| Failure::Usage(format!("--url: {error}")))?;
    let mail_to = wish.mail_to.as_deref().map(Email::parse).transpose();
    let mail_to = mail_to.map_err(|error| Failure::Usage(format!("--mail-to: {error}")))?;
    let reading = config::read(outside);
    let mut report = Report::new(wish.json);
    let visit = Visit {
        place: place.clone(),
        plain_port: wish.http_port,
        extra_roots: wish.ca.as_deref().map(certificates).transpose()?,
        account: wish.username.as_deref().map(account).transpose()?,
        waits: !wish.quick,
        timeout: Duration::from_secs(wish.timeout),
        version: env!("CARGO_PKG_VERSION"),
    };
    actix_web::rt::System::new().block_on(async {
        chatapp_doctor::examine(visit, &mut |finding| report.tell(finding)).await?;
        let settings = if reading.problems.is_empty() {
            settings(&reading.settings, &place)
        } else {
            Diagnosis::fail("the settings here do not do", "run chatapp check")
        };
        let is_usable = settings.verdict != Verdict::Fail;
        report.tell(Finding { check: "settings", diagnosis: settings });
        if is_usable {
            report.tell(Finding { check: "mail", diagnosis: mail(&reading.settings, mail_to.as_ref()).await });
        }
        Ok::<_, chatapp_doctor::TrustError>(())
    })?;
    report.end(&place.origin())
}

fn certificates(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Usage(format!("--ca: cannot read {}: {error}", file.display())))
}

fn account(username: &str) -> Result<Account, Failure> {
    let password = match std::env::var(VARIABLE).ok().filter(|given| !given.is_empty()) {
        Some(given) => given,
        None => {
            prompt::require_terminal_or(&format!("{VARIABLE}, for the password"))?;
            prompt::password()?
        }
    };
    Ok(Account { username: username.to_owned(), password })
}

/// Whether what is configured here is what is looked at. Somewhere else than on the server nothing is configured.
fn settings(settings: &Settings, place: &Place) -> Diagnosis {
    let Some(url) = &settings.web.public_url else {
        return Diagnosis::skip("no public_url is set here", SERVER_ONLY);
    };
    let (configured, looked_at) = (url.origin().ascii_serialization(), place.origin());
    if configured == looked_at {
        return Diagnosis::ok("public_url is this address");
    }
    Diagnosis::warn(format!("public_url is {configured}"), format!("set it to {looked_at}, or look at that address"))
}

async fn mail(settings: &Settings, to: Option<&Email>) -> Diagnosis {
    let (Backend::Smtp(smtp), Some(from)) = (&settings.mail.backend, &settings.mail.from) else {
        return Diagnosis::skip("the settings here hand mail to no mail server", SERVER_ONLY);
    };
    let seen = format!("{}:{}", smtp.host, smtp.port);
    let settings = chatapp_mail::Settings {
        backend: settings.mail.backend.clone(),
        from: from.clone(),
        queue: settings.mail.queue,
    };
    match chatapp_mail::try_out(&settings, to).await {
        Err(error) => Diagnosis::fail(format!("{seen}: {error}"), "look at the settings that begin with mail_"),
        Ok(()) => match (to, &smtp.credentials) {
            (Some(to), _) => Diagnosis::ok(format!("{seen} took a mail to {}: see that it arrives", to.as_str())),
            (None, Some(_)) => Diagnosis::ok(format!("{seen} is reached and logs us in")),
            (None, None) => Diagnosis::ok(format!("{seen} is reached")),
        },
    }
}

/// What was found so far.
struct Report {
    as_json: bool,
    findings: Vec<Finding>,
}

impl Report {
    fn new(as_json: bool) -> Self {
        Self { as_json, findings: Vec::new() }
    }

    /// Each line as soon as it is known: some take a while.
    fn tell(&mut self, finding: Finding) {
        if !self.as_json {
            // A reader that has seen enough may close its end.
            let _ = writeln!(std::io::stdout(), "{}", Escaped(line(&finding)));
        }
        self.findings.push(finding);
    }

    /// The exit code is that of the worst finding.
    fn end(&self, origin: &str) -> Result<(), Failure> {
        let of = |verdict| self.findings.iter().filter(|finding| finding.diagnosis.verdict == verdict).count();
        let (warnings, failures) = (of(Verdict::Warn), of(Verdict::Fail));
        let text = format!("{origin}: {failures} to mend, {warnings} to look at, {} not looked at.", of(Verdict::Skip));
        outcome::tell(self.as_json, &self.json(origin), &text);
        match (failures, warnings) {
            (0, 0) => Ok(()),
            (0, _) => Err(Failure::ReportedAs(1)),
            _ => Err(Failure::ReportedAs(2)),
        }
    }

    fn json(&self, origin: &str) -> Value {
        let checks = self.findings.iter().map(|Finding { check, diagnosis }| {
            let (verdict, seen) = (diagnosis.verdict.as_str(), &diagnosis.seen);
            json!({"check": check, "verdict": verdict, "seen": seen, "advice": diagnosis.advice})
        });
        let worst = self.findings.iter().map(|finding| finding.diagnosis.verdict).max().unwrap_or(Verdict::Ok);
        // What was not looked at is no worse than what is well.
        let worst = if worst == Verdict::Skip { Verdict::Ok } else { worst };
        json!({"url": origin, "verdict": worst.as_str(), "checks": checks.collect::<Vec<_>>()})
    }
}

fn line(Finding { check, diagnosis }: &Finding) -> String {
    let Diagnosis { verdict, seen, advice } = diagnosis;
    let advice = advice.as_ref().map(|advice| format!(" -> {advice}")).unwrap_or_default();
    format!("{:<5} {check:<12} {seen}{advice}", verdict.as_str())
}
