//! JSON bodies. The document is read into a map first, because of a repeated key the last counts.

use serde_json::{Number, Value};

use super::fields::{Fields, Given};
use crate::error::ApiError;

pub(crate) fn parse(body: &[u8]) -> Result<Fields, ApiError> {
    let document =
        serde_json::from_slice(body).map_err(|error| ApiError::Parse(format!("JSON parse error - {error}").into()))?;
    let members = match document {
        Value::Object(members) => members,
        Value::Null => return Err(ApiError::field("non_field_errors", "No data provided")),
        other => {
            let message = format!("Invalid data. Expected a dictionary, but got {}.", python_type(&other));
            return Err(ApiError::field("non_field_errors", message));
        }
    };
    let mut fields = Fields::default();
    for (name, value) in members {
        fields.insert(name, given(value));
    }
    Ok(fields)
}

fn given(value: Value) -> Given {
    match value {
        Value::String(text) => Given::Text(text),
        Value::Number(number) => Given::Number(python_number(&number)),
        Value::Null => Given::Null,
        Value::Bool(flag) => Given::Flag(flag),
        Value::Array(_) | Value::Object(_) => Given::NotText,
    }
}

fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// The number as the original stored it, which was Python's `str`: `1e3` is `1000.0`, `1e16` is `1e+16`.
fn python_number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else { return number.to_string() };
    let written = format!("{float:?}");
    match written.split_once('e') {
        None => written,
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
    }
}
