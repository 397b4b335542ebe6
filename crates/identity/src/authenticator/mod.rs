//! By what else than a password an account proves itself: an app's codes, passkeys, recovery codes, a phone that is signed
//! in already; and proving more in a session that has begun.

mod app;
mod confirm;
mod passkey;
mod qr;
mod recovery;

pub use confirm::Proof;
pub use passkey::{Ceremony, PasskeyShown, Passkeys};
pub use qr::{QrAnswer, QrBegun, QrSeen};
pub(crate) use recovery::{looks_like as looks_like_recovery, spend as spend_recovery};

use crate::{Assurance, Method};

impl Assurance {
    /// What these methods reach together (NĐ 69/2024/NĐ-CP, Điều 20). A passkey is two factors: the device, and what
    /// the device asked of its owner. Whether that was a finger or a number the server cannot tell, so it is taken for neither:
    /// a passkey alone is never biometric, and beside a face it is not yet what one knows.
    #[must_use]
    pub fn of(methods: &[Method]) -> Self {
        let by = |these: &[Method]| methods.iter().any(|method| these.contains(method));
        let known = by(&[Method::Password]);
        let held = by(&[Method::Totp, Method::RecoveryCode, Method::Message]);
        let face = by(&[Method::Face, Method::Counter]);
        let passkey = by(&[Method::Passkey]);
        match () {
            () if face && known && (held || passkey) => Self::Four,
            () if face && (known || held || passkey) => Self::Three,
            () if (known && held) || passkey => Self::Two,
            () => Self::One,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_of_two_groups_make_a_level() {
        use Method::{Counter, Face, Message, Passkey, Password, Qr, RecoveryCode, Totp};
        for (methods, level) in [
            (&[Password][..], Assurance::One),
            (&[Totp], Assurance::One),
            (&[Totp, RecoveryCode], Assurance::One),
            (&[Password, Totp], Assurance::Two),
            (&[Password, RecoveryCode], Assurance::Two),
            (&[Passkey], Assurance::Two),
            (&[Password, Totp, Passkey], Assurance::Two),
            (&[Password, Message], Assurance::Two),
            (&[Qr], Assurance::One),
            (&[Face], Assurance::One),
            (&[Password, Face], Assurance::Three),
            (&[Passkey, Face], Assurance::Three),
            (&[Totp, RecoveryCode, Counter], Assurance::Three),
            (&[Passkey, Totp, Face], Assurance::Three),
            (&[Password, Passkey, Face], Assurance::Four),
            (&[Password, Totp, Face], Assurance::Four),
            (&[], Assurance::One),
        ] {
            assert_eq!(Assurance::of(methods), level, "{methods:?}");
        }
    }
}
