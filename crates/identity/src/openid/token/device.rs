//! Device authorization (RFC 8628): a kiosk or a television shows a code, the person enters it on their own phone. The
//! end-point that begins it, and the grant that the device polls with.

use super::poll::{self, Kind};
use super::{Asked, TokenResponse};
use crate::openid::asking::{self, NewAsking};
use crate::openid::{OAuthError, Provider};
use kernel::Ctx;
use serde_json::{Value, json};
use time::Duration;

/// How long the person has.
pub(crate) const GOOD_FOR: Duration = Duration::minutes(10);
/// The device asks this often (RFC 8628, section 3.5).
pub(crate) const INTERVAL_S: i32 = 5;
/// Letters of user codes: no vowels, so that no words come of it, and none that look alike (RFC 8628, section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LETTERS: usize = 8;
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The device authorization end-point (section 3.1).
pub(super) async fn authorize(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<Value, OAuthError> {
    let request = asking::requested(provider, asked, GRANT)?;
    let user_code = draw(ctx);
    let new = NewAsking {
        kind: Kind::Device,
        user_code: Some(&user_code),
        account: None,
        message: None,
        good_for: GOOD_FOR,
        interval_s: INTERVAL_S,
        request: &request,
    };
    let device_code = asking::write(provider, ctx, &new).await?;
    let shown = format!("{}-{}", &user_code[..CODE_LETTERS / 2], &user_code[CODE_LETTERS / 2..]);
    Ok(json!({
        "device_code": device_code,
        "user_code": shown,
        "verification_uri": format!("{}/ma-thiet-bi", provider.issuer()),
        "verification_uri_complete": format!("{}/ma-thiet-bi?user_code={shown}", provider.issuer()),
        "expires_in": GOOD_FOR.whole_seconds(),
        "interval": INTERVAL_S,
    }))
}

/// Grant `urn:ietf:params:oauth:grant-type:device_code` (section 3.4).
pub(super) async fn grant(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<TokenResponse, OAuthError> {
    poll::grant(provider, ctx, asked, Kind::Device, asked.required("device_code")?).await
}

fn draw(ctx: &Ctx) -> String {
    let letter = |_| {
        let at = usize::try_from(ctx.random.below(LETTERS.len() as u64)).unwrap_or_default();
        LETTERS.get(at).copied().map_or('B', char::from)
    };
    (0..CODE_LETTERS).map(letter).collect()
}

/// A user code as it is kept: what people add or mistype in letters' case does not count.
pub(crate) fn normal(user_code: &str) -> String {
    let letters = user_code.chars().filter(char::is_ascii_alphanumeric);
    letters.take(CODE_LETTERS + 1).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Clock, Random};
    use time::macros::datetime;

    #[test]
    fn codes_are_of_letters_that_nobody_confuses_and_read_back_as_people_write_them() {
        let ctx = Ctx::new(Actor::Anonymous, Clock::fixed(datetime!(2026-11-22 08:00 UTC)), Random::seeded(1));
        let code = draw(&ctx);
        assert_eq!(code.len(), CODE_LETTERS);
        assert!(code.bytes().all(|letter| LETTERS.contains(&letter)), "{code}");
        assert_ne!(code, draw(&ctx));
        let written = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
        assert_eq!(normal(&written), code);
        assert!(normal(&"B".repeat(1000)).len() <= CODE_LETTERS + 1);
    }
}
