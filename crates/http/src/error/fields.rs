//! What is wrong with which field, as Django REST framework tells it: a map of lists of sentences.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// One sentence a field, in the order in which they were found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldErrors(Vec<(&'static str, Cow<'static, str>)>);

impl FieldErrors {
    pub(crate) fn one(name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![(name, message.into())])
    }

    pub(crate) fn add(&mut self, name: &'static str, message: impl Into<Cow<'static, str>>) {
        self.0.push((name, message.into()));
    }

    /// The value, or nothing and a note of what is wrong with it.
    pub(crate) fn check<T, E: ToString>(&mut self, name: &'static str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(name, error.to_string())).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, message) in &self.0 {
            map.serialize_entry(name, &[message])?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_a_map_of_lists() {
        let mut errors = FieldErrors::one("recipient", "This field is required.");
        errors.add("body", "This field may not be blank.".to_owned());
        let expected = r#"{"recipient":["This field is required."],"body":["This field may not be blank."]}"#;
        assert_eq!(serde_json::to_string(&errors).unwrap(), expected);
    }
}
