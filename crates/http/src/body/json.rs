//! JSON bodies. The document is read into a map first, because of a repeated key the last counts.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;
use serde_json::{Number, Value};

use super::fields::{Fields, Given};
use crate::error::ApiError;

pub(crate) fn parse(body: &[u8]) -> Result<Fields, ApiError> {
    let document: Value =
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
        let given = given(value, || written(body, &name));
        fields.insert(name, given);
    }
    Ok(fields)
}

/// A member as it is written in the body, if that is a whole number. Python's have as many digits as are written, and no zero
/// below zero.
fn written(body: &[u8], name: &str) -> Option<String> {
    let mut members: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(body).ok()?;
    let number = members.remove(name)?.get();
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| if digits == "0" { digits } else { number }.to_owned())
}

fn given(value: Value, written: impl FnOnce() -> Option<String>) -> Given {
    match value {
        Value::String(text) => Given::Text(text),
        Value::Number(number) => {
            let long = if number.is_f64() { written() } else { None };
            Given::Number(long.unwrap_or_else(|| python_number(&number)))
        }
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
