//! How surely somebody is known: by which methods a session was begun, and the level of assurance that gives.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Level of assurance of an authentication (NĐ 69/2024/NĐ-CP, Điều 20). The decree counts factors of three groups: what one
/// knows, what one holds, what one is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Assurance {
    /// One factor, of what one knows or of what one holds.
    #[serde(rename = "urn:sen:assurance:1")]
    One,
    /// Two factors, of different groups, none of them biometric.
    #[serde(rename = "urn:sen:assurance:2")]
    Two,
    /// Two factors or more, of which one is biometric.
    #[serde(rename = "urn:sen:assurance:3")]
    Three,
    /// One of each group: biometric, held and known.
    #[serde(rename = "urn:sen:assurance:4")]
    Four,
}

impl Assurance {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// What tokens call it (`acr`, OpenID Connect Core, section 2).
    #[must_use]
    pub const fn acr(self) -> &'static str {
        match self {
            Self::One => "urn:sen:assurance:1",
            Self::Two => "urn:sen:assurance:2",
            Self::Three => "urn:sen:assurance:3",
            Self::Four => "urn:sen:assurance:4",
        }
    }

    /// The level that a token's `acr` means; nothing for another's word.
    #[must_use]
    pub fn of_acr(acr: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.acr() == acr)
    }

    /// The number that the decree gives it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        }
    }
}

/// By what somebody proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A password.
    Password,
    /// A one-time code of an authenticator app.
    Totp,
    /// A passkey, with the user verified by the device.
    Passkey,
    /// A recovery code.
    RecoveryCode,
    /// A one-time code sent to a phone.
    Message,
    /// A phone that was signed in already.
    Qr,
    /// The face, compared by a matcher.
    Face,
    /// An officer, face to face.
    Counter,
}

impl Method {
    /// What tokens call it (`amr`, RFC 8176, section 2).
    #[must_use]
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::Totp | Self::RecoveryCode => &["otp"],
            Self::Passkey => &["swk", "user"],
            Self::Message => &["otp", "sms"],
            Self::Qr => &["mca", "user"],
            Self::Face => &["face"],
            Self::Counter => &["vbm"],
        }
    }
}

/// What a session was begun, or strengthened, by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Authentication {
    /// How surely the person is known.
    pub assurance: Assurance,
    /// By what, in the order of use.
    pub methods: Vec<Method>,
    /// When the person last proved it: `auth_time`.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Authentication {
    /// `amr` of a token: each name once, `mfa` for more than one method and for a passkey, which is two factors in one.
    #[must_use]
    pub fn amr(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for name in self.methods.iter().flat_map(|method| method.amr()) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        if self.methods.len() > 1 || self.methods.contains(&Method::Passkey) {
            names.push("mfa");
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_level_reads_back_from_what_tokens_call_it() {
        for level in Assurance::ALL {
            assert_eq!(Assurance::of_acr(level.acr()), Some(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.acr());
        }
        assert_eq!(Assurance::of_acr("urn:mace:incommon:iap:silver"), None);
        assert!(Assurance::One < Assurance::Two && Assurance::Three < Assurance::Four);
    }

    #[test]
    fn methods_are_named_once_and_two_make_several_factors() {
        let by = |methods: &[Method]| {
            let at = datetime!(2026-11-22 08:00 UTC);
            Authentication { assurance: Assurance::Two, methods: methods.to_vec(), at }.amr()
        };
        assert_eq!(by(&[Method::Password]), ["pwd"]);
        assert_eq!(by(&[Method::Password, Method::Totp]), ["pwd", "otp", "mfa"]);
        assert_eq!(by(&[Method::Totp, Method::RecoveryCode]), ["otp", "mfa"]);
        assert_eq!(by(&[Method::Passkey]), ["swk", "user", "mfa"]);
    }
}
