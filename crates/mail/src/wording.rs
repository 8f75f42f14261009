//! What each letter says, once, for text and HTML alike.

use chatapp_domain::ports::mail::Letter;

/// A letter in words.
pub(crate) struct Wording {
    /// Holds nothing that anybody typed.
    pub(crate) subject: &'static str,
    /// What comes before the link.
    before: Vec<String>,
    /// What the link is called, and where it leads.
    link: Option<(&'static str, String)>,
    /// What comes after the link.
    after: Vec<String>,
}

/// The words of a mail that is only to arrive.
pub(crate) fn of_trial() -> Wording {
    Wording {
        subject: "A trial",
        before: vec![
            "Hello,".into(),
            "whoever looks after this place tries out whether its mail arrives. It does.".into(),
        ],
        link: None,
        after: Vec::new(),
    }
}

const HALF_AN_HOUR: &str = "The link works once and for 30 minutes.";

/// The words of a letter.
pub(crate) fn of(letter: &Letter) -> Wording {
    let hello = |name: &dyn std::fmt::Display| format!("Hello {name},");
    match letter {
        Letter::ConfirmSignUp { username, link } => Wording {
            subject: "Confirm your account",
            before: vec![
                hello(username),
                "somebody, we hope you, signed up here with this address. Follow the link to have the account.".into(),
            ],
            link: Some(("Confirm the account", link.clone())),
            after: vec![
                "The link works once and for 24 hours.".into(),
                "If it was not you, do nothing: without the link there will be no account.".into(),
            ],
        },
        Letter::Invitation { link, days } => Wording {
            subject: "You are invited",
            before: vec![
                "Hello,".into(),
                "whoever looks after this place invites you to have an account here. Follow the link to choose a name and \
                 a password."
                    .into(),
            ],
            link: Some(("Accept the invitation", link.clone())),
            after: vec![
                match days {
                    1 => "The link works once and for one day.".into(),
                    days => format!("The link works once and for {days} days."),
                },
                "If you do not know what this is about, do nothing.".into(),
            ],
        },
        Letter::AddressInUse { username, link } => Wording {
            subject: "You already have an account",
            before: vec![
                hello(username),
                "somebody, perhaps you, wanted to use this address for an account. You have one with it already."
                    .into(),
            ],
            link: Some(("Log in", link.clone())),
            after: vec!["If it was not you, do nothing: your account has not changed.".into()],
        },
        Letter::ResetPassword { username, link } => Wording {
            subject: "Choose a new password",
            before: vec![
                hello(username),
                "somebody, we hope you, said that you forgot your password. Follow the link to choose a new one."
                    .into(),
            ],
            link: Some(("Choose a new password", link.clone())),
            after: vec![HALF_AN_HOUR.into(), "If it was not you, do nothing: your password stays what it is.".into()],
        },
        Letter::PasswordChanged { username, link } => Wording {
            subject: "Your password was changed",
            before: vec![
                hello(username),
                "your password was changed just now, and you were logged out everywhere else.".into(),
                "If it was not you, somebody else can get at your account. Choose a new password at once:".into(),
            ],
            link: Some(("I did not do this", link.clone())),
            after: Vec::new(),
        },
        Letter::ConfirmEmail { username, link } => Wording {
            subject: "Confirm your address",
            before: vec![hello(username), "follow the link to make this the address of your account.".into()],
            link: Some(("Confirm the address", link.clone())),
            after: vec![HALF_AN_HOUR.into(), "If you did not ask for this, do nothing: nothing will change.".into()],
        },
        Letter::EmailChanging { username, new } => Wording {
            subject: "Your address is about to change",
            before: vec![
                hello(username),
                format!("the address of your account is to become {}, once it is confirmed from there.", new.as_str()),
                "If you did not ask for this, somebody knows your password: log in and change it now.".into(),
            ],
            link: None,
            after: Vec::new(),
        },
    }
}

impl Wording {
    /// As plain text, a paragraph a line.
    pub(crate) fn text(&self) -> String {
        let link = self.link.as_ref().map(|(_, link)| link.clone());
        let paragraphs = self.before.iter().cloned().chain(link).chain(self.after.iter().cloned());
        paragraphs.collect::<Vec<_>>().join("\n\n") + "\n"
    }

    /// The same as HTML that needs nothing from elsewhere.
    pub(crate) fn html(&self) -> String {
        let paragraph = |text: &String| format!("<p>{}</p>\n", escape(text));
        let link = self.link.as_ref().map(|(name, link)| {
            let (name, link) = (escape(name), escape(link));
            format!("<p><a href=\"{link}\">{name}</a></p>\n<p>Or copy this into your browser:<br>{link}</p>\n")
        });
        let body: String =
            self.before.iter().map(paragraph).chain(link).chain(self.after.iter().map(paragraph)).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font-family: sans-serif; line-height: 1.5; max-width: 36em\">\n{body}</body>\n</html>\n",
            self.subject
        )
    }
}

/// Text that means only itself, between tags and inside quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use chatapp_domain::user::{Email, Username};

    use super::*;

    fn letters() -> [Letter; 6] {
        let username = Username::from_store("<b>ada</b>");
        let link = "https://chat.example.org/x/#a&b\"".to_owned();
        [
            Letter::ConfirmSignUp { username: username.clone(), link: link.clone() },
            Letter::AddressInUse { username: username.clone(), link: link.clone() },
            Letter::ResetPassword { username: username.clone(), link: link.clone() },
            Letter::PasswordChanged { username: username.clone(), link: link.clone() },
            Letter::ConfirmEmail { username: username.clone(), link },
            Letter::EmailChanging { username, new: Email::from_store("<i>@example.org") },
        ]
    }

    #[test]
    fn an_invitation_says_how_long_it_counts() {
        let link = "https://chat.example.org/x/#a".to_owned();
        for (days, said) in [(1, "for one day."), (7, "for 7 days.")] {
            let text = of(&Letter::Invitation { link: link.clone(), days }).text();
            assert!(text.starts_with("Hello,") && text.contains(said) && text.contains(&link), "{text}");
        }
    }

    #[test]
    fn a_name_or_an_address_cannot_become_markup() {
        for letter in letters() {
            let html = of(&letter).html();
            assert!(!html.contains("<b>") && !html.contains("<i>") && html.contains("&lt;b&gt;ada"), "{html}");
        }
    }

    #[test]
    fn every_letter_names_its_reader_and_both_parts_say_the_same() {
        for letter in letters() {
            let wording = of(&letter);
            let text = wording.text();
            assert!(text.starts_with("Hello <b>ada</b>,\n\n"), "{text}");
            let links = text.matches("https://chat.example.org/x/#a&b\"").count();
            assert_eq!(links, usize::from(!matches!(letter, Letter::EmailChanging { .. })), "{text}");
            assert_eq!(wording.html().matches("href=\"https://chat.example.org/x/#a&amp;b&quot;\"").count(), links);
        }
    }
}
