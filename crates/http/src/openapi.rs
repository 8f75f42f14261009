//! The OpenAPI document, made from the handlers and the wire types.

mod responses;

use chatapp_domain::token::TokenSecret;
use utoipa::Modify;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, OpenApi};

pub(crate) use self::responses::{AdminRefusals, BodyRefusals, InvalidQuery, MessageLists, Refusals, Trouble};
use crate::api::{
    account, audit, avatar, blocks, conversations, departure, email, events, export, invitations, me, members,
    messages, moderation, password, reports, root, session, sessions, status, tokens, users,
};
use crate::routes;
use crate::wire;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ChatApp",
        description = "Messages between two people. Paths work with and without the slash at the end. \
                       Live notifications come over the WebSocket at `/ws`, with the subprotocol `chatapp.v1`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        messages::list,
        messages::send,
        messages::show,
        events::list,
        conversations::list,
        conversations::mark_read,
        conversations::mark_delivered,
        users::list,
        users::show,
        blocks::list,
        blocks::block,
        blocks::unblock,
        me::show,
        me::change,
        departure::leave,
        export::show,
        avatar::put,
        avatar::remove,
        avatar::show,
        session::log_in,
        session::log_out,
        session::confirm,
        sessions::list,
        sessions::end,
        sessions::end_others,
        tokens::list,
        tokens::make,
        tokens::revoke,
        account::show,
        account::check,
        account::sign_up,
        account::mail_again,
        account::confirm,
        account::make_first,
        password::forgot,
        password::reset,
        password::change,
        email::confirm,
        invitations::list,
        invitations::make,
        invitations::withdraw,
        reports::file,
        reports::list,
        reports::change,
        audit::list,
        members::list,
        members::show,
        members::make,
        members::change,
        members::remove,
        members::set_password,
        members::end_sessions,
        moderation::list,
        moderation::dates,
        moderation::show,
        moderation::delete,
        status::show,
        root::show,
    ),
    components(schemas(
        wire::Problem,
        wire::FieldProblems,
        wire::MessagePage,
        wire::Messages,
        wire::MessageHistory,
        wire::FoundMessages,
        wire::FoundMessage,
        wire::Message,
    )),
    modifiers(&Credentials, &OperationIds),
    security(("session" = []), ("token" = [])),
)]
struct Document;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut OpenApi) {
        let cookie = ApiKeyValue::with_description(
            "chatapp_session",
            "Set by logging in. Over https its name is `__Host-chatapp_session`.",
        );
        let components = document.components.take().unwrap_or_default();
        let session = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(TokenSecret::MARK).description(
            Some("A personal access token. One that may only read is good for GET; none for the account itself."),
        );
        let components = ComponentsBuilder::from(components).security_scheme("session", session);
        document.components = Some(components.security_scheme("token", SecurityScheme::Http(bearer.build())).build());
    }
}

/// Names each operation after its method and path, so that no two share a name: handlers' names do.
struct OperationIds;

impl Modify for OperationIds {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let place = path.trim_start_matches(routes::API).replace(['{', '}'], "");
            let place = place.trim_matches('/').replace('/', "_");
            let operations = [
                ("get", &mut item.get),
                ("post", &mut item.post),
                ("put", &mut item.put),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    operation.operation_id = Some(format!("{method}_{place}").trim_end_matches('_').to_owned());
                }
            }
        }
    }
}

/// The document.
pub(crate) fn document() -> OpenApi {
    Document::openapi()
}

/// The OpenAPI document as JSON, as `GET /api/v1/openapi.json` answers it.
pub fn openapi() -> String {
    document().to_pretty_json().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Routes that tell about the API and are not part of it.
    const ABOUT: [&str; 3] = ["/openapi.json/", "/docs/", "/docs/{file}/"];

    fn json() -> Value {
        serde_json::from_str(&openapi()).unwrap()
    }

    #[test]
    fn every_route_is_documented_and_every_documented_one_is_a_route() {
        let routed: BTreeSet<String> = routes::api()
            .iter()
            .filter(|endpoint| !ABOUT.contains(&endpoint.path()))
            .flat_map(|endpoint| {
                let methods: Vec<_> = endpoint.methods().filter(|method| method.as_str() != "HEAD").collect();
                methods
                    .into_iter()
                    .map(|method| format!("{method} {}{}", routes::API, endpoint.path()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let document = json();
        let paths = document["paths"].as_object().unwrap();
        let documented: BTreeSet<String> = paths
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        assert_eq!(routed, documented);
    }

    #[test]
    fn the_page_is_written_against_this_document() {
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
        let kept = std::fs::read_to_string(kept).unwrap();
        assert!(kept.trim_end() == openapi().trim_end(), "the API has changed: run scripts/types");
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let document = json();
        let text = document.to_string();
        for named in text.split("#/components/schemas/").skip(1) {
            let name = named.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let document = json();
        let operations = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
        let names: Vec<_> = operations.map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        assert!(names.contains(&"get_message_id") && names.contains(&"post_message"), "{names:?}");
    }

    #[test]
    fn every_operation_tells_its_errors() {
        let document = json();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap();
                for status in ["403", "429", "500", "503"] {
                    assert!(responses.contains_key(status), "{method} {path} {status}");
                }
                let reads_body = operation.get("requestBody").is_some();
                for status in ["400", "408", "413", "415"] {
                    assert!(!reads_body || responses.contains_key(status), "{method} {path} {status}");
                }
            }
        }
    }
}
