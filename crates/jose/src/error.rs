//! Why something was refused.

/// A refusal. Holds nothing of what was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// Longer than anything we take.
    #[error("too long")]
    TooLong,
    /// Not three parts of base64url without padding.
    #[error("not a compact signature")]
    Shape,
    /// Not one JSON object in which each member stands once.
    #[error("not an unambiguous JSON object")]
    Json,
    /// An algorithm that is not taken here, `none` among them.
    #[error("algorithm not taken")]
    Algorithm,
    /// Not the type of token that is wanted.
    #[error("another type of token")]
    Typ,
    /// Extensions that must be understood (`crit`).
    #[error("critical extension")]
    Critical,
    /// No key of the set is the one that signed.
    #[error("no such key")]
    UnknownKey,
    /// A key that is malformed, weak, private, or not for signatures.
    #[error("key not usable")]
    Key,
    /// The signature is not by this key over these bytes.
    #[error("signature does not verify")]
    Signature,
    /// A claim is missing or has another type. Names it.
    #[error("claim {0} is missing or malformed")]
    Claim(&'static str),
    /// For somebody else.
    #[error("another audience")]
    Audience,
    /// By somebody else.
    #[error("another issuer")]
    Issuer,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Its time has not come.
    #[error("not valid yet")]
    NotYet,
    /// Valid for longer than is taken, or made too long ago.
    #[error("too old or too long-lived")]
    TooOld,
    /// The proof is for another method or address.
    #[error("for another request")]
    Request,
    /// The proof is by another key, or for another access token.
    #[error("another key or token")]
    Binding,
    /// Our key could not be made or read.
    #[error("our key failed")]
    OurKey,
}
