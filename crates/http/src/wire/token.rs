//! Personal access tokens.

use chatapp_domain::token;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stamp;

/// One of your tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token<'a> {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "backup")]
    name: &'a str,
    /// `read`, or `write`, which reads too.
    #[schema(example = "read")]
    scope: &'static str,
    /// How it begins, to know it again by.
    #[schema(example = "rcht_Ab3d")]
    prefix: &'a str,
    created: Stamp,
    /// Null: it counts until you revoke it.
    expires: Option<Stamp>,
    /// To within five minutes; null: never.
    last_used: Option<Stamp>,
}

impl<'a> From<&'a token::Token> for Token<'a> {
    fn from(token: &'a token::Token) -> Self {
        Self {
            id: token.id.0,
            name: &token.name,
            scope: token.scope.as_str(),
            prefix: &token.prefix,
            created: Stamp(token.created_at),
            expires: token.expires_at.map(Stamp),
            last_used: token.used_at.map(Stamp),
        }
    }
}

/// Your tokens, the newest first; expired ones too, for a while.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens<'a> {
    /// At most 50.
    pub(crate) results: Vec<Token<'a>>,
}

/// A token that was just made, with what is never shown again.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken<'a> {
    #[serde(flatten)]
    pub(crate) shown: Token<'a>,
    /// For the header `Authorization: Bearer <token>`.
    #[schema(example = "rcht_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7cDe0fGh3")]
    pub(crate) token: &'a str,
}

/// The token to make.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field for exact error messages; this is their documentation")]
pub(crate) struct TokenWish {
    /// 1 to 100 code points.
    #[schema(example = "backup")]
    name: String,
    /// `read`, or `write`, which reads too.
    #[schema(example = "read")]
    scope: String,
    /// Until when it is to count, in RFC 3339; null or left out: until you revoke it.
    #[schema(example = "2027-01-31T00:00:00Z")]
    expires: Option<String>,
}

/// Tokens as the API lists them.
pub fn tokens_json(tokens: &[token::Token]) -> String {
    let results = tokens.iter().map(Token::from).collect();
    serde_json::to_string(&Tokens { results }).unwrap_or_default()
}

/// A token that was just made, as the API answers it.
pub fn made_token_json(made: &token::Token, secret: &token::TokenSecret) -> String {
    serde_json::to_string(&MadeToken { shown: made.into(), token: secret.expose() }).unwrap_or_default()
}
