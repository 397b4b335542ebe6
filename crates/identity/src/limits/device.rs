//! Browsers that their owner has signed in with before: a cookie that says so for a name, and nothing else. It opens
//! nothing; it has a pause of its own, so that strangers who fail under this name do not keep its owner out.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::Ctx;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Good for so many days.
pub(crate) const DAYS: i64 = 180;
/// A family shares a browser: so many names in it.
const NAMES_MAX: usize = 5;
const NONCE_BYTES: usize = 12;
const DAY_BYTES: usize = 4;
const MAC_BYTES: usize = 20;
const BYTES: usize = NONCE_BYTES + DAY_BYTES + MAC_BYTES;
const SECONDS_OF_DAY: i64 = 86_400;

/// What the browser keeps after a sign-in under this (normal) name, with what it kept before.
pub(crate) fn remember(key: &[u8; 32], ctx: &Ctx, login: &str, kept: Option<&str>) -> String {
    let nonce: [u8; NONCE_BYTES] = ctx.random.bytes();
    let day = u32::try_from(today(ctx)).unwrap_or_default().to_be_bytes();
    let stated = [&nonce[..], &day].concat();
    let new = URL_SAFE_NO_PAD.encode([&stated[..], &mac(key, login, &stated)].concat());
    let others = entries(kept).filter(|(_, bytes)| good(key, ctx, login, bytes).is_none());
    std::iter::once(new).chain(others.map(|(text, _)| text.to_owned())).take(NAMES_MAX).collect::<Vec<_>>().join(".")
}

/// The key under which failures of this browser at this name are counted, when the name's owner has used it before. The
/// same work for every name.
pub(crate) fn known(key: &[u8; 32], ctx: &Ctx, login: &str, kept: Option<&str>) -> Option<Vec<u8>> {
    entries(kept).find_map(|(_, bytes)| good(key, ctx, login, &bytes))
}

fn entries(kept: Option<&str>) -> impl Iterator<Item = (&str, [u8; BYTES])> {
    let texts = kept.unwrap_or_default().split('.').take(NAMES_MAX);
    texts.filter_map(|text| Some((text, URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?)))
}

fn good(key: &[u8; 32], ctx: &Ctx, login: &str, bytes: &[u8; BYTES]) -> Option<Vec<u8>> {
    let (stated, given) = bytes.split_at_checked(NONCE_BYTES + DAY_BYTES)?;
    let day = i64::from(u32::from_be_bytes(stated.get(NONCE_BYTES..)?.try_into().ok()?));
    let fresh = (0..=DAYS).contains(&(today(ctx) - day));
    let same = bool::from(mac(key, login, stated).ct_eq(given));
    (fresh && same).then(|| Sha256::digest([b"sen/identity/device\0", stated].concat()).to_vec())
}

fn today(ctx: &Ctx) -> i64 {
    ctx.now().unix_timestamp() / SECONDS_OF_DAY
}

fn mac(key: &[u8; 32], login: &str, stated: &[u8]) -> [u8; MAC_BYTES] {
    let mut short = [0; MAC_BYTES];
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(stated);
        mac.update(login.as_bytes());
        short.copy_from_slice(&mac.finalize().into_bytes()[..MAC_BYTES]);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Clock, Random};
    use time::{Duration, macros::datetime};

    #[test]
    fn a_browser_is_known_for_its_owners_names_and_for_a_time() {
        let start = datetime!(2026-11-22 08:00 UTC);
        let clock = Clock::fixed(start);
        let ctx = Ctx::new(Actor::Anonymous, clock.clone(), Random::seeded(1));
        let key = [3; 32];
        let one = remember(&key, &ctx, "lan", None);
        let both = remember(&key, &ctx, "hoa", Some(&one));
        let lan = known(&key, &ctx, "lan", Some(&both)).unwrap();
        let hoa = known(&key, &ctx, "hoa", Some(&both)).unwrap();
        assert_ne!(lan, hoa, "each has a pause of its own");
        assert_eq!(known(&key, &ctx, "hoa", Some(&one)), None);
        assert_eq!(known(&[4; 32], &ctx, "lan", Some(&both)), None);
        assert_eq!(known(&key, &ctx, "lan", None), None);
        for at in 0..one.len() {
            let mut changed = one.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            let same = known(&key, &ctx, "lan", Some(&changed)).is_some();
            assert!(!same || URL_SAFE_NO_PAD.decode(&changed).ok() == URL_SAFE_NO_PAD.decode(&one).ok(), "{at}");
        }
        let again = remember(&key, &ctx, "lan", Some(&both));
        assert_eq!(again.split('.').count(), 2, "a name once");
        clock.set(start + Duration::days(DAYS));
        assert!(known(&key, &ctx, "lan", Some(&one)).is_some());
        clock.set(start + Duration::days(DAYS + 1));
        assert_eq!(known(&key, &ctx, "lan", Some(&one)), None);
        let crowd = (0..20).fold(String::new(), |kept, n| remember(&key, &ctx, &format!("n{n}"), Some(&kept)));
        assert_eq!(crowd.split('.').count(), NAMES_MAX);
    }
}
