//! Serving files: the smallest form that the client accepts, and nothing at all if it has the file already.

use std::borrow::Cow;

use actix_web::guard::GuardContext;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};

use super::files::{Embedded, Files};
use crate::accept_encoding::{accepts, unpacked};
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
    let response = if hidden { None } else { respond(request.headers(), path, files) };
    response.unwrap_or_else(|| HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("Not found.\n"))
}

/// Refuses every method but GET and HEAD.
pub(super) fn only_reads(request: &HttpRequest) -> Result<(), ApiError> {
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return Ok(());
    }
    let method = request.method().as_str().to_owned();
    Err(ApiError::MethodNotAllowed { method, allow: "GET, HEAD".to_owned() })
}

/// A file in the best form that the client accepts, or 304; nothing if it is not there.
pub(super) fn respond(headers: &HeaderMap, path: &str, files: &impl Files) -> Option<HttpResponse> {
    let Form { encoding, content, tag } = packed(headers, path, files).or_else(|| plain(path, files))?;
    let known = headers.get_all(header::IF_NONE_MATCH).any(|tags| names_tag(tags, &tag));
    let mut response = HttpResponseBuilder::new(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let lasting = if path.starts_with("assets/") { FOREVER } else { REVALIDATE };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, lasting))
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::PAGE_POLICY));
    if known {
        return Some(response.finish());
    }
    if !encoding.is_empty() {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    Some(response.content_type(media_type(path)).body(match content {
        Cow::Borrowed(content) => Bytes::from_static(content),
        Cow::Owned(content) => Bytes::from(content),
    }))
}

/// What is sent of a file.
struct Form {
    encoding: &'static str,
    content: Cow<'static, [u8]>,
    tag: String,
}

fn media_type(path: &str) -> String {
    let named = mime_guess::from_path(path).first_or_octet_stream();
    let text = named.type_() == "text" || named == mime_guess::mime::IMAGE_SVG;
    if text { format!("{named}; charset=utf-8") } else { named.to_string() }
}

fn packed(headers: &HeaderMap, path: &str, files: &impl Files) -> Option<Form> {
    [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, extension)| {
        let file = accepts(headers, encoding).then(|| files.get(&format!("{path}.{extension}"))).flatten()?;
        Some(Form { encoding, content: file.content, tag: entity_tag(&file.hash, "") })
    })
}

/// The file as it is, or one of the packed ones unpacked. Hardly anybody asks for that.
fn plain(path: &str, files: &impl Files) -> Option<Form> {
    if let Some(file) = files.get(path) {
        return Some(Form { encoding: "", content: file.content, tag: entity_tag(&file.hash, "") });
    }
    let file = files.get(&format!("{path}.gz"))?;
    let damaged = |error| log::error!("the file {path} of the page is damaged: {error}");
    let content = unpacked(&file.content).map_err(damaged).ok()?;
    Some(Form { encoding: "", content: content.into(), tag: entity_tag(&file.hash, "-plain") })
}

fn entity_tag(hash: &[u8; 32], form: &str) -> String {
    let half = hash.iter().take(16).map(|byte| format!("{byte:02x}"));
    format!("\"{}{form}\"", half.collect::<String>())
}

fn names_tag(tags: &HeaderValue, tag: &str) -> bool {
    let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use actix_web::body::MessageBody;
    use actix_web::test::TestRequest;
    use flate2::Compression;
    use flate2::read::GzEncoder;

    use super::super::files::File;
    use super::*;

    struct Fake;

    impl Files for Fake {
        fn get(&self, path: &str) -> Option<File> {
            let content: Vec<u8> = match path {
                "assets/app-1.js.br" => b"brotli".to_vec(),
                "assets/app-1.js.gz" => gzipped(b"alert(1)"),
                "assets/broken-1.js.gz" => b"gzip".to_vec(),
                "favicon.svg" => b"<svg/>".to_vec(),
                "index.html" => b"<html>".to_vec(),
                _ => return None,
            };
            let hash = [content[0]; 32];
            Some(File { content: Cow::Owned(content), hash })
        }
    }

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        GzEncoder::new(content, Compression::best()).read_to_end(&mut packed).unwrap();
        packed
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
    fn whoever_takes_no_packed_form_gets_it_unpacked_and_can_ask_for_it_again() {
        let response = get("/assets/app-1.js", &[]);
        let tag = header(&response, "etag");
        assert_ne!(tag, header(&get("/assets/app-1.js", &[("accept-encoding", "gzip")]), "etag"));
        assert_eq!(response.into_body().try_into_bytes().unwrap(), "alert(1)");
        assert_eq!(get("/assets/app-1.js", &[("if-none-match", &tag)]).status(), 304);
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
        for path in [
            "/nothing.js",
            "/assets/app-1.js.br",
            "/assets/broken-1.js",
            "/index.html",
            "/../Cargo.toml",
            "/assets/%2e%2e/x.js",
        ] {
            assert_eq!(get(path, &[]).status(), 404, "{path}");
        }
    }

    #[test]
    fn files_are_only_read() {
        let request = TestRequest::with_uri("/favicon.svg").method(Method::POST).to_http_request();
        assert_eq!(answer(&request, &Fake).status(), 405);
    }
}
