//! Request bodies: read within bounds of size and time, and understood as the same named fields whether they come as
//! JSON, as a form or as multipart. Whatever is wrong with one has the answer that Django REST framework gave.

mod fields;
mod form;
mod json;
mod media_type;
mod multipart;
pub(crate) mod picture;
mod read;

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};

pub(crate) use self::fields::Fields;
use self::media_type::MediaType;
/// For whatever anybody may send.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::{form::parse as parse_form, json::parse as parse_json};
use crate::error::ApiError;
use crate::overload::Turn;
use crate::shared::Shared;

impl FromRequest for Fields {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let settings = &Shared::of(&request)?.settings;
            refuse_encoding(request.headers())?;
            let reading = read::all(request.headers(), payload, settings);
            let body = Turn::receive(Turn::of(&request), reading).await?;
            parse(request.headers(), body).await
        })
    }
}

/// Nothing is inflated here: a few bytes could become gigabytes.
fn refuse_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    for encoding in headers.get_all(header::CONTENT_ENCODING) {
        if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") {
            let encoding = String::from_utf8_lossy(encoding.as_bytes()).into_owned();
            return Err(ApiError::UnsupportedEncoding(encoding));
        }
    }
    Ok(())
}

async fn parse(headers: &HeaderMap, body: actix_web::web::Bytes) -> Result<Fields, ApiError> {
    // No body, no fields, whatever its type is said to be.
    if body.is_empty() {
        return Ok(Fields::default());
    }
    match MediaType::of(headers)? {
        MediaType::Json => json::parse(&body),
        MediaType::Form => form::parse(&body),
        MediaType::Multipart => multipart::parse(headers, body).await,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::body::to_bytes;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use actix_web::web::Bytes;
    use proptest::prelude::*;

    use super::*;

    /// The fields, as `name=value` lines, or the status and body of the refusal.
    async fn outcome(content_type: Option<&str>, body: &[u8]) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
        }
        match parse(&headers, Bytes::copy_from_slice(body)).await {
            Ok(fields) => Ok(fields.to_string()),
            Err(error) => {
                let body = to_bytes(error.error_response().into_body()).await.unwrap();
                Err(format!("{} {}", error.status_code().as_u16(), String::from_utf8_lossy(&body)))
            }
        }
    }

    async fn json(body: &str) -> Result<String, String> {
        outcome(Some("application/json"), body.as_bytes()).await
    }

    #[actix_web::test]
    async fn json_values_become_what_the_original_made_of_them() {
        assert_eq!(json(r#"{"b":"hi","a":12}"#).await, Ok("a=number 12\nb=text hi\n".into()));
        assert_eq!(
            json(r#"{"a":1.5,"b":1e3,"c":-0.0,"d":1e16,"e":1e-7}"#).await.unwrap(),
            "a=number 1.5\nb=number 1000.0\nc=number -0.0\nd=number 1e+16\ne=number 1e-07\n"
        );
        assert_eq!(
            json(r#"{"a":18446744073709551616,"b":-9999999999999999999999,"c":1,"c":100000000000000000000,"d":-0}"#)
                .await
                .unwrap(),
            "a=number 18446744073709551616\nb=number -9999999999999999999999\nc=number 100000000000000000000\nd=number 0\n"
        );
        assert_eq!(
            json(r#"{"a":null,"b":true,"c":[1],"d":{}}"#).await.unwrap(),
            "a=null\nb=true\nc=not text\nd=not text\n"
        );
        assert_eq!(json(r#"{"a":"first","a":"last"}"#).await, Ok("a=text last\n".into()));
        assert_eq!(json(r#"{"a":"\u0000\ud83d\ude00"}"#).await, Ok("a=text \0😀\n".into()));
    }

    #[actix_web::test]
    async fn a_document_that_is_no_object_is_refused_by_its_kind() {
        for (document, kind) in [("[]", "list"), ("\"a\"", "str"), ("1", "int"), ("1.0", "float"), ("true", "bool")] {
            let message = format!("Invalid data. Expected a dictionary, but got {kind}.");
            assert_eq!(json(document).await, Err(format!("400 {{\"non_field_errors\":[\"{message}\"]}}")));
        }
        assert_eq!(json("null").await, Err("400 {\"non_field_errors\":[\"No data provided\"]}".into()));
    }

    #[actix_web::test]
    async fn json_that_cannot_be_read_is_refused() {
        let deep = "[".repeat(200);
        for document in ["{", "{\"a\":}", "{} x", "NaN", "{\"a\":NaN}", "\u{feff}{}", "{\"a\":1e400}", &deep, " "] {
            let refusal = json(document).await.unwrap_err();
            assert!(refusal.starts_with("400 {\"detail\":\"JSON parse error - "), "{document}: {refusal}");
            assert!(refusal.ends_with("\"code\":\"parse_error\"}"), "{refusal}");
        }
        for bytes in [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":\"\\ud800\"}", b"{\"a\":\"\x01\"}"] {
            let refusal = outcome(Some("application/json"), bytes).await.unwrap_err();
            assert!(refusal.starts_with("400 {\"detail\":\"JSON parse error - "), "{refusal}");
        }
    }

    #[actix_web::test]
    async fn forms_are_read() {
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        let read = outcome(Some(form), b"recipient=u2&body=a+b%0A%F0%9F%98%80&body=last").await;
        assert_eq!(read, Ok("body=text last\nrecipient=text u2\n".into()));
        let refusal = outcome(Some(form), b"body=%ff").await.unwrap_err();
        assert!(refusal.starts_with("400 {\"detail\":\"Form parse error - "), "{refusal}");
    }

    #[actix_web::test]
    async fn multipart_is_read() {
        let kind = "multipart/form-data; boundary=xx";
        let part = |name: &str, body: &str| {
            format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{body}\r\n")
        };
        let two = format!("{}{}--xx--\r\n", part("recipient", "u2"), part("body", "a\r\nb 😀"));
        assert_eq!(outcome(Some(kind), two.as_bytes()).await, Ok("body=text a\r\nb 😀\nrecipient=text u2\n".into()));

        let file = "--xx\r\nContent-Disposition: form-data; name=\"body\"; filename=\"a.txt\"\r\n\r\nhi\r\n--xx--\r\n";
        assert_eq!(outcome(Some(kind), file.as_bytes()).await, Ok("body=not text\n".into()));

        let many = format!("{}--xx--\r\n", part("a", "b").repeat(11));
        let broken = part("a", "b");
        let bytes = b"--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--xx--\r\n";
        for (kind, body) in [(kind, many.as_bytes()), (kind, broken.as_bytes()), (kind, &bytes[..])] {
            let refusal = outcome(Some(kind), body).await.unwrap_err();
            assert!(refusal.starts_with("400 {\"detail\":\"Multipart form parse error - "), "{refusal}");
        }
        let refusal = outcome(Some("multipart/form-data"), two.as_bytes()).await.unwrap_err();
        assert!(refusal.starts_with("400 {\"detail\":\"Multipart form parse error - "), "{refusal}");
    }

    proptest! {
        /// However broken, a body of any type is fields or a refusal that names what is wrong.
        #[test]
        fn no_body_is_a_failure(
            kind in prop_oneof![
                Just("application/json".to_owned()),
                Just("application/x-www-form-urlencoded".to_owned()),
                Just("multipart/form-data; boundary=xx".to_owned()),
                "multipart/form-data; boundary=[ -~]{0,8}",
                "[ -~]{0,30}",
            ],
            pieces in prop::collection::vec(
                prop_oneof![
                    Just(b"--xx".to_vec()),
                    Just(b"--xx--\r\n".to_vec()),
                    Just(b"\r\n".to_vec()),
                    Just(b"\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".to_vec()),
                    Just(b"\r\nContent-Length: 99999999999\r\n\r\n".to_vec()),
                    prop::collection::vec(any::<u8>(), 0..20),
                ],
                0..10,
            ),
        ) {
            let outcome = futures_util::FutureExt::now_or_never(outcome(Some(&kind), &pieces.concat()));
            let outcome = outcome.expect("the body is there already");
            prop_assert!(outcome.as_ref().map_or_else(|refusal| refusal.starts_with('4'), |_| true), "{outcome:?}");
        }
    }

    #[actix_web::test]
    async fn other_types_are_named_in_the_refusal() {
        let refused = |named: &str| {
            let detail = format!("Unsupported media type \\\"{named}\\\" in request.");
            Err(format!("415 {{\"detail\":\"{detail}\",\"code\":\"unsupported_media_type\"}}"))
        };
        for other in ["text/plain", "application/xml", "application/json; charset=latin-1", "json"] {
            assert_eq!(outcome(Some(other), b"{}").await, refused(other));
        }
        assert_eq!(outcome(None, b"{}").await, refused(""));
    }

    #[actix_web::test]
    async fn an_empty_body_of_any_type_has_no_fields() {
        for kind in [None, Some("application/json"), Some("text/plain"), Some("multipart/form-data")] {
            assert_eq!(outcome(kind, b"").await, Ok(String::new()));
        }
    }

    #[test]
    fn compressed_bodies_are_refused() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("Identity"));
        assert!(refuse_encoding(&headers).is_ok());
        headers.append(HeaderName::from_static("content-encoding"), HeaderValue::from_static("gzip"));
        assert_eq!(refuse_encoding(&headers).unwrap_err().status_code().as_u16(), 415);
    }
}
