//! What a token request may narrow: scopes (RFC 6749, section 6) and audiences (RFC 8707, section 2.2).

use super::Asked;
use crate::openid::OAuthError;

/// The scopes of this token: those asked for now, of those that were granted.
pub(super) fn narrowed(asked: &Asked, granted: &[String]) -> Result<Vec<String>, OAuthError> {
    let Some(wanted) = asked.form.get("scope") else { return Ok(granted.to_vec()) };
    let wanted: Vec<String> = wanted.split_ascii_whitespace().map(str::to_owned).collect();
    if wanted.is_empty() || wanted.iter().any(|scope| !granted.contains(scope)) {
        return Err(OAuthError::bad("invalid_scope", "IDN0109", "more than was granted"));
    }
    Ok(wanted)
}

/// The audiences of this token: those asked for now, of those that were granted.
pub(super) fn resources(asked: &Asked, granted: &[String]) -> Result<Vec<String>, OAuthError> {
    let wanted: Vec<&str> = asked.form.all("resource").collect();
    if wanted.is_empty() {
        return Ok(granted.to_vec());
    }
    if wanted.iter().any(|wanted| !granted.iter().any(|granted| granted == wanted)) {
        return Err(OAuthError::bad("invalid_target", "IDN0115", "not a resource that was granted"));
    }
    Ok(wanted.into_iter().map(str::to_owned).collect())
}

/// The audiences that a program asks for in its own name: of those that it registered, or ourselves.
pub(super) fn of_client<'a>(asked: &'a Asked, issuer: &str) -> Result<Vec<&'a str>, OAuthError> {
    let wanted: Vec<&str> = asked.form.all("resource").collect();
    let registered = &asked.by.client.metadata.resource_indicators;
    if wanted.iter().any(|wanted| *wanted != issuer && !registered.iter().any(|known| known == wanted)) {
        return Err(OAuthError::bad("invalid_target", "IDN0115", "a resource that the client may not ask for"));
    }
    Ok(wanted)
}
