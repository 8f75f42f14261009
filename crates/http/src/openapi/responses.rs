//! Answers that many operations have in common.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema};

type Responses = BTreeMap<String, RefOr<Response>>;

/// What any operation may end with.
pub(crate) struct Trouble;

/// The same, and what one without credentials, or from another site's page, ends with.
pub(crate) struct Refusals;

/// What an operation for superusers ends with for everyone else.
pub(crate) struct AdminRefusals;

/// What an operation with a query may end with.
pub(crate) struct InvalidQuery;

/// What an operation with a body may end with.
pub(crate) struct BodyRefusals;

/// The kinds of lists of messages.
pub(crate) struct MessageLists;

impl IntoResponses for Trouble {
    fn responses() -> Responses {
        BTreeMap::from([
            problem("429", "Too much was asked for. `Retry-After` says when there is room again."),
            problem("500", "A defect."),
            problem("503", "Too much to do, or the database is away. `Retry-After` says when to try again."),
        ])
    }
}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        let mut responses = Trouble::responses();
        responses.extend([
            problem("401", "The bearer token is not valid."),
            problem(
                "403",
                "No credentials, a token that is not good for this, or a write that another site's page asked for.",
            ),
        ]);
        responses
    }
}

impl IntoResponses for AdminRefusals {
    fn responses() -> Responses {
        BTreeMap::from([problem("404", "There is none, or you may not administer.")])
    }
}

impl IntoResponses for InvalidQuery {
    fn responses() -> Responses {
        BTreeMap::from([invalid("The query is not understood.")])
    }
}

impl IntoResponses for BodyRefusals {
    fn responses() -> Responses {
        BTreeMap::from([
            invalid("The body is not understood, or a field is wrong."),
            problem("408", "The body took too long."),
            problem("413", "The body is too large."),
            problem("415", "The body's type is not understood."),
        ])
    }
}

impl IntoResponses for MessageLists {
    fn responses() -> Responses {
        let lists = any_of(&["MessagePage", "MessageHistory", "Messages", "FoundMessages"]);
        BTreeMap::from([
            response(
                "200",
                "A page; with `after_seq` or `before_seq` a stretch; with `ids` a plain list; with `search` what is found.",
                lists,
            ),
            problem("404", "There is no such page."),
        ])
    }
}

fn problem(status: &str, description: &str) -> (String, RefOr<Response>) {
    response(status, description, Ref::from_schema_name("Problem").into())
}

fn invalid(description: &str) -> (String, RefOr<Response>) {
    response("400", description, any_of(&["FieldProblems", "Problem"]))
}

/// One or more of these: an empty list of one kind looks like one of another.
fn any_of(names: &[&str]) -> RefOr<Schema> {
    let schemas = names.iter().fold(AnyOfBuilder::new(), |any_of, name| any_of.item(Ref::from_schema_name(*name)));
    RefOr::T(Schema::AnyOf(schemas.build()))
}

fn response(status: &str, description: &str, schema: RefOr<Schema>) -> (String, RefOr<Response>) {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(description).content("application/json", content).build();
    (status.to_owned(), RefOr::T(response))
}
