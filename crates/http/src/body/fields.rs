//! The named fields of a body, and Django REST framework's rules for reading texts and numbers from them.

use std::collections::BTreeMap;

use chatapp_domain::text;

use crate::error::FieldErrors;

const REQUIRED: &str = "This field is required.";
const BLANK: &str = "This field may not be blank.";
const NULL: &str = "This field may not be null.";

/// The fields of a body; of a repeated one the last.
#[derive(Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, Given>);

/// What a field was given as.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Text(String),
    /// A number, as Python writes it.
    Number(String),
    Null,
    /// True or false.
    Flag(bool),
    /// A list, an object or a file.
    NotText,
}

impl Fields {
    pub(crate) fn insert(&mut self, name: String, given: Given) {
        self.0.insert(name, given);
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<String> {
        self.optional_text(name, errors).unwrap_or_else(|| {
            errors.add(name, REQUIRED);
            None
        })
    }

    /// A text that may be left out: then `None`. `Some(None)` was there and wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are different answers")]
    pub(crate) fn optional_text(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<Option<String>> {
        Some(match self.0.remove(name)? {
            Given::Text(text) | Given::Number(text) => Some(text),
            Given::Null => {
                errors.add(name, NULL);
                None
            }
            Given::Flag(_) | Given::NotText => {
                errors.add(name, "Not a valid string.");
                None
            }
        })
    }

    /// A text that may be left out, null or blank: then nothing.
    pub(crate) fn nullable_text(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<String> {
        match self.0.remove(name)? {
            Given::Text(text) | Given::Number(text) => Some(text).filter(|text| !text::is_blank(text)),
            Given::Null => None,
            Given::Flag(_) | Given::NotText => {
                errors.add(name, "Not a valid string.");
                None
            }
        }
    }

    /// A text that must be there and show something.
    pub(crate) fn filled(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<String> {
        let text = self.text(name, errors)?;
        if text::is_blank(&text) {
            errors.add(name, BLANK);
            return None;
        }
        Some(text)
    }

    /// A yes or no that may be left out: then, and if it is wrong, `None`.
    pub(crate) fn optional_flag(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<bool> {
        let message = match self.0.remove(name)? {
            Given::Flag(flag) => return Some(flag),
            Given::Null => NULL,
            Given::NotText => "Must be a valid boolean.",
            Given::Text(text) | Given::Number(text) => match flag(&text) {
                Some(flag) => return Some(flag),
                None => "Must be a valid boolean.",
            },
        };
        errors.add(name, message);
        None
    }

    /// A yes or no that must be there.
    pub(crate) fn flag(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<bool> {
        if !self.0.contains_key(name) {
            errors.add(name, REQUIRED);
        }
        self.optional_flag(name, errors)
    }

    /// A whole number of at least 0 that may be left out: then `None`. `Some(None)` was there and wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are different answers")]
    pub(crate) fn optional_count(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<Option<i64>> {
        self.0.contains_key(name).then(|| self.count(name, errors))
    }

    /// A whole number of at least 0 that must be there.
    pub(crate) fn count(&mut self, name: &'static str, errors: &mut FieldErrors) -> Option<i64> {
        let message = match self.0.remove(name) {
            None => REQUIRED,
            Some(Given::Null) => NULL,
            Some(Given::Flag(_) | Given::NotText) => "A valid integer is required.",
            Some(Given::Text(text) | Given::Number(text)) => match whole(&text) {
                Some(number) if number >= 0 => return Some(number),
                Some(_) => "Ensure this value is greater than or equal to 0.",
                None => "A valid integer is required.",
            },
        };
        errors.add(name, message);
        None
    }
}

/// What forms say for yes and no.
fn flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `7`, `"7"` and `7.0` are seven.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text
        .split_once('.')
        .map_or(text, |(whole, fraction)| if fraction.bytes().all(|digit| digit == b'0') { whole } else { text });
    text.parse().ok()
}

#[cfg(test)]
impl std::fmt::Display for Fields {
    /// For tests: bodies and passwords are never printed otherwise.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(name, given)| match given {
            Given::Text(text) => writeln!(f, "{name}=text {text}"),
            Given::Number(text) => writeln!(f, "{name}=number {text}"),
            Given::Flag(flag) => writeln!(f, "{name}={flag}"),
            Given::Null => writeln!(f, "{name}=null"),
            Given::NotText => writeln!(f, "{name}=not text"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(given: Given) -> Fields {
        Fields(BTreeMap::from([("a".to_owned(), given)]))
    }

    fn text(given: Option<Given>) -> Result<String, String> {
        let mut errors = FieldErrors::default();
        let read = given.map(fields).unwrap_or_default().text("a", &mut errors);
        read.ok_or_else(|| serde_json::to_string(&errors).unwrap())
    }

    fn count(given: &str) -> Option<i64> {
        fields(Given::Number(given.into())).count("a", &mut FieldErrors::default())
    }

    #[test]
    fn a_text_is_required_and_is_a_text() {
        assert_eq!(text(Some(Given::Text(" x ".into()))), Ok(" x ".into()));
        assert_eq!(text(Some(Given::Number("12".into()))), Ok("12".into()));
        assert_eq!(text(None), Err(r#"{"a":["This field is required."]}"#.into()));
        assert_eq!(text(Some(Given::Null)), Err(r#"{"a":["This field may not be null."]}"#.into()));
        assert_eq!(text(Some(Given::NotText)), Err(r#"{"a":["Not a valid string."]}"#.into()));
    }

    #[test]
    fn a_flag_is_yes_or_no_in_any_form() {
        let flag = |given| fields(given).optional_flag("a", &mut FieldErrors::default());
        for (yes, no) in [("true", "false"), ("On", "OFF"), ("1", "0"), (" yes ", "no")] {
            assert_eq!((flag(Given::Text(yes.into())), flag(Given::Text(no.into()))), (Some(true), Some(false)));
        }
        assert_eq!((flag(Given::Flag(true)), flag(Given::Number("0".into()))), (Some(true), Some(false)));
        for wrong in [Given::Null, Given::NotText, Given::Text("maybe".into()), Given::Text(String::new())] {
            assert_eq!(flag(wrong), None);
        }
    }

    #[test]
    fn a_count_is_a_whole_number() {
        assert_eq!((count("7"), count("7.0"), count("0"), count(" 7 ")), (Some(7), Some(7), Some(0), Some(7)));
        for bad in ["-1", "1.5", "x", "", "9223372036854775808", "1e+16"] {
            assert_eq!(count(bad), None, "{bad}");
        }
    }
}
