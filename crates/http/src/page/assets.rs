//! Serving files: the smallest form that the client accepts, and nothing at all if it has the file already.

use actix_web::guard::GuardContext;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use std::borrow::Cow;

use super::files::{Embedded, File, Files};
use crate::accept_encoding::accepts;
use crate::error::ApiError;
use crate::headers;

/// Built files have their content's hash in their name: what is under such a name never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Whether a path can only be a file's. One that names a person may have a dot in it: names do.
pub(crate) fn is_file(context: &GuardContext<'_>) -> bool {
    names_file(context.head().uri.path())
}

fn names_file(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("/assets/") || (last.contains('.') && !path.starts_with("/c/") && !path.starts_with("/admin/"))
}

/// The file that the path names.
pub(crate) async fn serve(request: HttpRequest) -> HttpResponse {
    answer(&request, &Embedded)
}

fn answer(request: &HttpRequest, files: &impl Files) -> HttpResponse {
    if let Err(error) = only_reads(request) {
        return error.error_response();
    }
    let path = request.path().trim_start_matches('/');
    // The compressed forms are not files of their own.
    let hidden = path.ends_with(".br") || path.ends_with(".gz") || path == "index.html";
    match files.get(path).filter(|_| !hidden) {
        Some(file) => respond(request.headers(), path, file, files),
        None => HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("Not found.\n"),
    }
}

/// Refuses every method but GET and HEAD.
pub(super) fn only_reads(request: &HttpRequest) -> Result<(), ApiError> {
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return Ok(());
    }
    let method = request.method().as_str().to_owned();
    Err(ApiError::MethodNotAllowed { method, allow: "GET, HEAD".to_owned() })
}

/// `file` in the best form there is, or 304.
pub(super) fn respond(headers: &HeaderMap, path: &str, file: File, files: &impl Files) -> HttpResponse {
    let media_type = media_type(&file.media_type);
    let (encoding, file) = compressed(headers, path, files).unwrap_or(("", file));
    let tag = entity_tag(&file.hash);
    let known = headers.get_all(header::IF_NONE_MATCH).any(|tags| names_tag(tags, &tag));
    let mut response = HttpResponseBuilder::new(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let lasting = if path.starts_with("assets/") { FOREVER } else { REVALIDATE };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, lasting))
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::PAGE_POLICY));
    if known {
        return response.finish();
    }
    if !encoding.is_empty() {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    response.content_type(media_type).body(match file.content {
        Cow::Borrowed(content) => Bytes::from_static(content),
        Cow::Owned(content) => Bytes::from(content),
    })
}

fn media_type(named: &str) -> String {
    let text = named.starts_with("text/") || named == "image/svg+xml";
    if text { format!("{named}; charset=utf-8") } else { named.to_owned() }
}

fn compressed(headers: &HeaderMap, path: &str, files: &impl Files) -> Option<(&'static str, File)> {
    [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, extension)| {
        let file = accepts(headers, encoding).then(|| files.get(&format!("{path}.{extension}"))).flatten();
        file.map(|file| (encoding, file))
    })
}

fn entity_tag(hash: &[u8; 32]) -> String {
    let half = hash.iter().take(16).map(|byte| format!("{byte:02x}"));
    format!("\"{}\"", half.collect::<String>())
}

fn names_tag(tags: &HeaderValue, tag: &str) -> bool {
    let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    struct Fake;

    impl Files for Fake {
        fn get(&self, path: &str) -> Option<File> {
            let (content, media_type): (&[u8], &str) = match path {
                "assets/app-1.js" => (b"plain", "text/javascript"),
                "assets/app-1.js.br" => (b"brotli", "application/octet-stream"),
                "assets/app-1.js.gz" => (b"gzip", "application/gzip"),
                "favicon.svg" => (b"<svg/>", "image/svg+xml"),
                "index.html" => (b"<html>", "text/html"),
                _ => return None,
            };
            let hash = [content[0]; 32];
            Some(File { content: Cow::Borrowed(content), hash, media_type: media_type.to_owned() })
        }
    }

    fn get(path: &str, headers: &[(&'static str, &str)]) -> HttpResponse {
        let request =
            headers.iter().fold(TestRequest::with_uri(path), |request, header| request.insert_header(*header));
        answer(&request.to_http_request(), &Fake)
    }

    fn header(response: &HttpResponse, name: &str) -> String {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_dotted_name_is_no_file() {
        assert!(names_file("/favicon.svg") && names_file("/assets/x") && names_file("/a/b.txt"));
        assert!(
            !names_file("/admin/users/a.b")
                && !names_file("/c/root@example.com")
                && !names_file("/")
                && !names_file("/settings")
        );
    }

    #[test]
    fn the_smallest_accepted_form_is_sent() {
        for (accepted, encoding) in [
            ("gzip, br", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("br;q=0.000, gzip;q=0", ""),
            ("", ""),
            ("brotli", ""),
        ] {
            let response = get("/assets/app-1.js", &[("accept-encoding", accepted)]);
            assert_eq!(header(&response, "content-encoding"), encoding, "{accepted}");
            assert_eq!(header(&response, "content-type"), "text/javascript; charset=utf-8");
            assert_eq!(header(&response, "vary"), "Accept-Encoding");
        }
    }

    #[test]
    fn built_files_last_for_ever_and_others_are_asked_for_again() {
        assert!(header(&get("/assets/app-1.js", &[]), "cache-control").contains("immutable"));
        assert_eq!(header(&get("/favicon.svg", &[]), "cache-control"), "no-cache");
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let tag = header(&get("/favicon.svg", &[]), "etag");
        for tags in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            assert_eq!(get("/favicon.svg", &[("if-none-match", &tags)]).status(), 304, "{tags}");
        }
        assert_eq!(get("/favicon.svg", &[("if-none-match", "\"x\"")]).status(), 200);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["/nothing.js", "/assets/app-1.js.br", "/index.html", "/../Cargo.toml", "/assets/%2e%2e/x.js"] {
            assert_eq!(get(path, &[]).status(), 404, "{path}");
        }
    }

    #[test]
    fn files_are_only_read() {
        let request = TestRequest::with_uri("/favicon.svg").method(Method::POST).to_http_request();
        assert_eq!(answer(&request, &Fake).status(), 405);
    }
}
