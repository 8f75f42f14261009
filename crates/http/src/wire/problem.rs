//! Errors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem<'a> {
    /// For people.
    #[schema(example = "Not found.")]
    pub(crate) detail: &'a str,
    /// For programs; it does not change.
    #[schema(example = "not_found")]
    pub(crate) code: &'a str,
}

/// What is wrong with which field; `non_field_errors` where no field is to blame.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"body": ["This field may not be blank."]}))]
#[expect(dead_code, reason = "errors are written field by field; this is their documentation")]
pub(crate) struct FieldProblems(BTreeMap<String, Vec<String>>);
