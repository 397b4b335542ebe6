//! One-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds, as the authenticator apps expect).

use crate::Error;
use kernel::Random;
use time::OffsetDateTime;
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret (RFC 4226 recommends 20).
const SECRET_BYTES: usize = 20;
/// Steps before and after the present one that are accepted, for clocks that differ and slow fingers.
const SKEW_STEPS: u16 = 1;
const STEP_S: u64 = 30;
const DIGITS: u8 = 6;

/// A secret shared with the owner's authenticator app. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// A new secret.
    #[must_use]
    pub fn draw(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// A secret from its bytes; none unless there are 20.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As the owner types it into an app.
    #[must_use]
    pub fn to_base32(&self) -> String {
        Secret::new(self.0.to_vec().into()).to_base32()
    }

    /// What an app's camera reads: `otpauth://totp/…`. Both names must be free of `:`.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let plain = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
                    other => format!("%{other:02X}"),
                })
                .collect()
        };
        let (issuer, account) = (plain(issuer), plain(account));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.to_base32())
    }

    /// A secret from what the owner types into an app; none unless it is 20 bytes in base32.
    #[must_use]
    pub fn from_base32(text: &str) -> Option<Self> {
        Secret::try_from_base32(text).ok().and_then(|secret| Self::from_bytes(secret.as_bytes()))
    }

    /// Its 20 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self) -> Totp {
        let builder = Builder::new().with_secret(self.0.to_vec()).with_digits(DIGITS);
        builder.with_skew(SKEW_STEPS).with_step_duration(STEP_S).build_noncompliant()
    }
}

/// The code at this time: what the owner's app would show. For demonstrations and tests.
#[must_use]
pub fn totp_now(secret: &TotpSecret, at: OffsetDateTime) -> String {
    secret.totp().generate(seconds(at)).to_string()
}

/// The time step whose code this is, if it is one of those accepted at this time.
pub(crate) fn step_of(secret: &TotpSecret, code: &str, at: OffsetDateTime) -> Option<i64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    if code.len() != usize::from(DIGITS) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    secret.totp().check(&code, seconds(at)).and_then(|step| i64::try_from(step).ok())
}

fn seconds(at: OffsetDateTime) -> u64 {
    u64::try_from(at.unix_timestamp()).unwrap_or(0)
}

/// A secret read back from where it was sealed.
pub(crate) fn reopened(bytes: &[u8]) -> Result<TotpSecret, Error> {
    TotpSecret::from_bytes(bytes).ok_or(Error::Sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    /// RFC 6238, appendix B, SHA-1: the last six of the eight digits given there.
    #[test]
    fn gives_the_codes_of_the_rfc() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        let check = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (time, code) in check {
            assert_eq!(totp_now(&secret, at(time)), code);
            assert_eq!(step_of(&secret, code, at(time)), Some(time / 30));
        }
    }

    #[test]
    fn accepts_one_step_around_and_blanks_and_nothing_else() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        let (then, code) = (1_111_111_111, "050471");
        for (later, expected) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(step_of(&secret, code, at(then + later)).is_some(), expected, "{later}");
        }
        assert!(step_of(&secret, " 050 471 ", at(then)).is_some());
        for wrong in ["", "050472", "05047", "0504711", "०५०४७१", "05047a"] {
            assert!(step_of(&secret, wrong, at(then)).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_app_can_be_set_up() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.uri("Sen thử", "can.bo"),
            "otpauth://totp/Sen%20th%E1%BB%AD:can.bo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sen%20th%E1%BB%AD"
        );
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    }
}
