//! The query of a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chatapp_domain::page::PageSize;
use url::form_urlencoded::Serializer;

use crate::error::ApiError;
use crate::urlencoded;

/// Names and values, decoded. What a handler does not ask for is ignored.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl FromRequest for Query {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

impl Query {
    pub(crate) fn parse(raw: &str) -> Result<Self, ApiError> {
        let refuse = |urlencoded::NotText| ApiError::Parse("The query is not valid UTF-8.".into());
        Ok(Self(urlencoded::pairs(raw.as_bytes()).map_err(refuse)?))
    }

    /// The last value of that name, as Django's.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// How often the name is given.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(key, _)| key == name).count()
    }

    pub(crate) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.text(name).is_some())
    }

    /// A whole number of at least `least`.
    pub(crate) fn number(&self, name: &'static str, least: i64) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number: i64 = text.parse().map_err(|_| ApiError::field(name, "A valid integer is required."))?;
        if number < least {
            let message = format!("Ensure this value is greater than or equal to {least}.");
            return Err(ApiError::field(name, message));
        }
        Ok(Some(number))
    }

    /// `limit`: more than the most means the most.
    pub(crate) fn limit(&self) -> Result<Option<PageSize>, ApiError> {
        Ok(self.number("limit", 1)?.and_then(|wanted| PageSize::clamp(wanted).ok()))
    }

    /// The query of the same list at another place: every parameter but `name`, and that with its new value. Sorted by
    /// name, as Django REST framework writes it.
    pub(crate) fn with(&self, name: &str, value: Option<&str>) -> String {
        let others = self.0.iter().filter(|(key, _)| key != name).map(|(key, value)| (key.as_str(), value.as_str()));
        let mut pairs: Vec<(&str, &str)> = others.chain(value.map(|value| (name, value))).collect();
        pairs.sort_by_key(|(key, _)| *key);
        Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(raw: &str) -> Query {
        Query::parse(raw).unwrap()
    }

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        assert_eq!(query("a=1&a=2").text("a"), Some("2"));
        assert_eq!(query("a=1&a=2").count("a"), 2);
        assert_eq!(query("a=").text("a"), Some(""));
        assert_eq!(query("b=1").text("a"), None);
    }

    #[test]
    fn numbers_are_checked() {
        assert_eq!(query("n=7").number("n", 1).unwrap(), Some(7));
        assert_eq!(query("").number("n", 1).unwrap(), None);
        for bad in ["n=", "n=abc", "n=1.5", "n=0", "n=-1", "n=9223372036854775808"] {
            assert!(query(bad).number("n", 1).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_limit_is_clamped() {
        assert_eq!(query("limit=1000").limit().unwrap().map(PageSize::get), Some(100));
        assert!(query("limit=0").limit().is_err());
    }

    #[test]
    fn links_keep_the_other_parameters() {
        let here = query("target=u+2&page=2&a=%26");
        assert_eq!(here.with("page", Some("3")), "a=%26&page=3&target=u+2");
        assert_eq!(here.with("page", None), "a=%26&target=u+2");
        assert_eq!(query("").with("page", Some("2")), "page=2");
    }

    #[test]
    fn a_query_that_is_not_text_is_refused() {
        assert!(Query::parse("a=%ff").is_err());
    }
}
