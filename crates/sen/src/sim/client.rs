//! The operator's side of OpenID Connect: pushed request, code with PKCE, `private_key_jwt`. Written against the
//! standards and a JWT library of others, so that it would notice where the provider is not what it says.

use super::key::ClientKey;
use super::session::{OnTheWay, Person};
use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use kernel::Ctx;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::OnceCell;
use web::Language;

/// The operator's id at the provider.
pub const CLIENT_ID: &str = "song-xanh";
/// Two factors (NĐ 69/2024/NĐ-CP, art. 20).
const ASSURANCE: &str = "urn:sen:assurance:2";
/// Level of the account that a subscriber needs.
const LEVEL: u64 = 2;
const BACKCHANNEL_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// An assertion of ours is good for so long.
const ASSERTION_S: i64 = 60;
/// Clocks may differ by so much.
const SKEW_S: i64 = 60;

/// Where the provider's end-points are.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: String,
}

/// The client.
pub(super) struct Client {
    issuer: String,
    origin: String,
    key: ClientKey,
    http: reqwest::Client,
    endpoints: OnceCell<Endpoints>,
}

/// What an administrator of the provider registers for the site at `origin`.
#[must_use]
pub fn metadata(origin: &str, key: &ClientKey) -> Value {
    json!({
        "client_name": "Green Wave Telecom",
        "client_name#vi": "Nhà mạng Sóng Xanh",
        "redirect_uris": [format!("{origin}/nhan")],
        "post_logout_redirect_uris": [format!("{origin}/")],
        "backchannel_logout_uri": format!("{origin}/dang-xuat-tu-xa"),
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [key.public_jwk()]},
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "ES256",
        "require_pushed_authorization_requests": true,
        "default_acr_values": [ASSURANCE],
    })
}

impl Client {
    pub(super) fn new(issuer: &str, origin: &str, key: ClientKey) -> Result<Self> {
        let http =
            reqwest::Client::builder().timeout(ANSWER_WITHIN).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { issuer: issuer.to_owned(), origin: origin.to_owned(), key, http, endpoints: OnceCell::new() })
    }

    /// The provider's origin, for the policy of our pages.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The end-points (OpenID Connect Discovery 1.0, section 4), read once.
    async fn endpoints(&self) -> Result<&Endpoints> {
        let read = || async {
            let url = format!("{}/.well-known/openid-configuration", self.issuer);
            let found: Endpoints = self.http.get(url).send().await?.error_for_status()?.json().await?;
            ensure!(found.issuer == self.issuer, "the provider calls itself otherwise");
            Ok(found)
        };
        self.endpoints.get_or_try_init(read).await
    }

    fn assertion(&self, ctx: &Ctx) -> Result<String> {
        let now = ctx.now().unix_timestamp();
        self.key.sign(&json!({
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": self.issuer, "iat": now, "exp": now + ASSERTION_S, "jti": ctx.uuid(),
        }))
    }

    fn redirect_uri(&self) -> String {
        format!("{}/nhan", self.origin)
    }

    /// Pushes a request (RFC 9126) and says where to send the browser.
    pub(super) async fn set_out(&self, ctx: &Ctx, language: Language, state: &str, way: &OnTheWay) -> Result<String> {
        let to = self.endpoints().await?;
        let claims = wanted(language).to_string();
        let assertion = self.assertion(ctx)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(way.verifier.as_bytes()));
        let redirect_uri = self.redirect_uri();
        let form = [
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("redirect_uri", &redirect_uri),
            ("scope", "openid"),
            ("state", state),
            ("nonce", &way.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("acr_values", ASSURANCE),
            ("claims", &claims),
            ("ui_locales", language.tag()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let pushed = self.http.post(&to.pushed_authorization_request_endpoint).form(&form).send().await?;
        let pushed = answer(pushed).await.context("the pushed request")?;
        let request = pushed["request_uri"].as_str().context("a pushed request without request_uri")?;
        let mut url = reqwest::Url::parse(&to.authorization_endpoint)?;
        url.query_pairs_mut().append_pair("client_id", CLIENT_ID).append_pair("request_uri", request);
        Ok(url.into())
    }

    /// Redeems a code, verifies the ID token and reads what was allowed.
    pub(super) async fn come_back(&self, ctx: &Ctx, code: &str, iss: Option<&str>, way: &OnTheWay) -> Result<Person> {
        // RFC 9207: another issuer means that two providers are mixed up.
        ensure!(iss == Some(&*self.issuer), "the answer comes from another provider");
        let to = self.endpoints().await?;
        let (assertion, redirect_uri) = (self.assertion(ctx)?, self.redirect_uri());
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", &way.verifier),
            ("client_id", CLIENT_ID),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let tokens = answer(self.http.post(&to.token_endpoint).form(&form).send().await?).await.context("the code")?;
        let id_token = tokens["id_token"].as_str().context("no ID token")?;
        let access = tokens["access_token"].as_str().context("no access token")?;
        let id = self.verify(ctx, id_token).await?;
        ensure!(id["nonce"].as_str() == Some(&way.nonce), "the ID token has another nonce");
        ensure!(strong_enough(&id), "the sign-in is weaker than asked");
        let info = self.http.get(&to.userinfo_endpoint).bearer_auth(access).send().await?;
        let info = answer(info).await.context("userinfo")?;
        let sub = id["sub"].as_str().context("no subject")?;
        ensure!(info["sub"].as_str() == Some(sub), "userinfo is about somebody else");
        ensure!(level(&info) >= LEVEL, NOT_LEVEL_2);
        let text = |name: &str| info[name].as_str().map(ToOwned::to_owned).with_context(|| format!("no {name}"));
        Ok(Person {
            sub: sub.to_owned(),
            sid: id["sid"].as_str().map(ToOwned::to_owned),
            name: text("name")?,
            personal_number: text("personal_number")?,
            id_token: id_token.to_owned(),
            form_token: URL_SAFE_NO_PAD.encode(ctx.random.bytes::<24>()),
        })
    }

    /// Where to send a browser that signs out here (RP-Initiated Logout 1.0).
    pub(super) async fn sign_out(&self, person: &Person) -> Result<String> {
        let mut url = reqwest::Url::parse(&self.endpoints().await?.end_session_endpoint)?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", &person.id_token)
            .append_pair("client_id", CLIENT_ID)
            .append_pair("post_logout_redirect_uri", &format!("{}/", self.origin));
        Ok(url.into())
    }

    /// Reads a logout token (Back-Channel Logout 1.0, section 2.6): the session and the person that are over.
    pub(super) async fn logout_token(&self, ctx: &Ctx, token: &str) -> Result<(Option<String>, Option<String>)> {
        let claims = self.verify(ctx, token).await?;
        ensure!(claims["events"].get(BACKCHANNEL_EVENT).is_some(), "no logout token");
        ensure!(claims.get("nonce").is_none(), "a logout token has no nonce");
        let text = |name: &str| claims[name].as_str().map(ToOwned::to_owned);
        let (sid, sub) = (text("sid"), text("sub"));
        ensure!(sid.is_some() || sub.is_some(), "a logout token about nobody");
        Ok((sid, sub))
    }

    /// Verifies a token that the provider signed for us.
    async fn verify(&self, ctx: &Ctx, token: &str) -> Result<Value> {
        let to = self.endpoints().await?;
        let header = jsonwebtoken::decode_header(token)?;
        ensure!(matches!(header.alg, Algorithm::ES256), "signed by {:?}", header.alg);
        let keys: JwkSet = self.http.get(&to.jwks_uri).send().await?.error_for_status()?.json().await?;
        let kid = header.kid.context("a token without kid")?;
        let jwk = keys.find(&kid).context("signed by a key that is not published")?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&[CLIENT_ID]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["aud", "iss", "exp"]);
        // Time is the context's, not the library's.
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(jwk)?, &rules)?.claims;
        in_time(&claims, ctx.now())?;
        Ok(claims)
    }
}

/// What went wrong where the account is only of level 1.
pub(super) const NOT_LEVEL_2: &str = "the account is not of level 2";

fn in_time(claims: &Value, now: OffsetDateTime) -> Result<()> {
    let (now, at) = (now.unix_timestamp(), |name: &str| claims[name].as_i64());
    ensure!(at("exp").is_some_and(|exp| exp + SKEW_S > now), "the token has expired");
    ensure!(at("iat").is_some_and(|iat| iat - SKEW_S <= now), "the token is from the future");
    Ok(())
}

/// Whether the sign-in reached what was asked. The names of levels have an order.
fn strong_enough(id: &Value) -> bool {
    id["acr"].as_str().is_some_and(|acr| acr.starts_with("urn:sen:assurance:") && acr >= ASSURANCE)
}

fn level(info: &Value) -> u64 {
    let level = &info["account_level"];
    level.as_u64().or_else(|| level.as_str().and_then(|text| text.parse().ok())).unwrap_or(0)
}

/// What the operator needs to know, and why, in its own words.
fn wanted(language: Language) -> Value {
    let purpose = |vi: &str, en: &str| match language {
        Language::Vi => json!({"essential": true, "purpose": vi}),
        Language::En => json!({"essential": true, "purpose": en}),
    };
    json!({"userinfo": {
        "name": purpose("ghi tên chủ thuê bao", "to write the subscriber's name"),
        "personal_number": purpose(
            "đăng ký thuê bao chính chủ theo Luật Viễn thông",
            "to register the subscriber as the law on telecommunications asks",
        ),
        "account_level": purpose("kiểm tra tài khoản mức độ 2", "to check that the account is of level 2"),
    }})
}

/// The JSON of an answer; an OAuth error by its word.
async fn answer(response: reqwest::Response) -> Result<Value> {
    let status = response.status();
    let body: Value = response.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    bail!("{status} {} {}", body["error"].as_str().unwrap_or("?"), body["sen_code"].as_str().unwrap_or(""));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weaker_sign_in_is_not_enough() {
        for (acr, enough) in [("1", false), ("2", true), ("3", true), ("4", true)] {
            assert_eq!(strong_enough(&json!({"acr": format!("urn:sen:assurance:{acr}")})), enough, "{acr}");
        }
        assert!(!strong_enough(&json!({"acr": "zzz"})) && !strong_enough(&json!({})));
    }

    #[test]
    fn levels_are_read_as_number_or_text() {
        assert_eq!(
            [level(&json!({"account_level": 2})), level(&json!({"account_level": "2"})), level(&json!({}))],
            [2, 2, 0]
        );
    }

    #[test]
    fn a_token_is_good_only_in_its_time() {
        let at = |s| OffsetDateTime::from_unix_timestamp(s).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let claims = json!({"iat": 1000, "exp": 1300});
        for (now, good) in [(939, false), (940, true), (1300, true), (1359, true), (1360, false)] {
            assert_eq!(in_time(&claims, at(now)).is_ok(), good, "{now}");
        }
        assert!(in_time(&json!({}), at(0)).is_err());
    }
}
