//! Form bodies, as jQuery posts them.

use super::fields::{Fields, Given};
use crate::error::ApiError;
use crate::urlencoded;

pub(crate) fn parse(body: &[u8]) -> Result<Fields, ApiError> {
    let refuse = |urlencoded::NotText| ApiError::Parse("Form parse error - the form is not valid UTF-8.".into());
    let mut fields = Fields::default();
    for (name, value) in urlencoded::pairs(body).map_err(refuse)? {
        fields.insert(name, Given::Text(value));
    }
    Ok(fields)
}
