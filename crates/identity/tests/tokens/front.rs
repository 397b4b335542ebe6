//! Helpers of the tests that ask the authorize end-point.

use crate::house::{Answer, House, ISSUER, VERIFIER, form, key};
use axum::body::Body;
use axum::http::Request;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::openid::{Away, Interaction};
use jose::SigningKey;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const SESSION: &str = "__Host-sen";
pub(crate) const BROWSER: &str = "__Host-sen-oi";

/// Where an answer leads, taken apart.
#[derive(Debug)]
pub(crate) struct Led {
    pub(crate) to: String,
    pub(crate) fields: Map<String, Value>,
}

impl Led {
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// `error` and our code.
    pub(crate) fn error(&self) -> (&str, &str) {
        (self.text("error"), self.text("sen_code"))
    }
}

pub(crate) fn fields_of(query: &str) -> Map<String, Value> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), json!(decode(value)))).collect()
}

pub(crate) fn led(url: &str) -> Led {
    let (to, query) = url.split_once(['?', '#']).unwrap_or((url, ""));
    Led { to: to.to_owned(), fields: fields_of(query) }
}

pub(crate) fn led_away(away: &Away) -> Led {
    match away {
        Away::To(url) => led(url),
        Away::Post { url, fields } => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            Led { to: url.clone(), fields }
        }
    }
}

/// The parameters of a good request of this client, with these over them; `null` takes one away.
pub(crate) fn request(client: &str, over: Value) -> Map<String, Value> {
    let mut whole = json!({
        "response_type": "code",
        "client_id": client,
        "redirect_uri": format!("https://{client}.test/cb"),
        "scope": "openid",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": URL_SAFE_NO_PAD.encode(jose::sha256(VERIFIER)),
        "code_challenge_method": "S256",
    });
    let whole = whole.as_object_mut().unwrap();
    for (name, value) in over.as_object().unwrap() {
        if value.is_null() {
            whole.shift_remove(name);
        } else {
            whole.insert(name.clone(), value.clone());
        }
    }
    whole.clone()
}

pub(crate) fn pairs(request: &Map<String, Value>) -> Vec<(String, String)> {
    request
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().map_or(value.to_string(), str::to_owned)))
        .collect()
}

pub(crate) fn query(request: &Map<String, Value>) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = pairs(request);
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    pairs.join("&")
}

impl Answer {
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        let location = self.headers.get("location").unwrap_or_else(|| panic!("leads nowhere: {}", self.text));
        location.to_str().unwrap().to_owned()
    }

    /// The interaction that the browser was sent to, and the value of its cookie.
    #[track_caller]
    pub(crate) fn page(&self) -> (Uuid, String) {
        let location = self.location();
        let id = location.strip_prefix("/cho-phep/").unwrap_or_else(|| panic!("leads to {location}"));
        let cookie = self.headers.get("set-cookie").unwrap().to_str().unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax; Secure") && cookie.contains("; Path=/;"), "{cookie}");
        let value = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
        assert!(cookie.starts_with(BROWSER));
        (id.parse().unwrap(), value)
    }

    /// A page of ours that says why, and leads nowhere.
    #[track_caller]
    pub(crate) fn stays(&self, code: &str) {
        assert!(self.headers.get("location").is_none(), "{:?}", self.headers.get("location"));
        assert!(self.status.is_client_error());
        assert_eq!(self.body["code"], code, "{}", self.text);
    }
}

impl House {
    /// Asks the authorize end-point in the mother's browser.
    pub(crate) async fn ask(&self, request: &Map<String, Value>) -> Answer {
        self.ask_with(request, &[(SESSION, &self.cookie)]).await
    }

    pub(crate) async fn ask_with(&self, request: &Map<String, Value>, cookies: &[(&str, &str)]) -> Answer {
        self.visit(&format!("/openid/authorize?{}", query(request)), cookies).await
    }

    pub(crate) async fn visit(&self, path: &str, cookies: &[(&str, &str)]) -> Answer {
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path).header("accept", "application/json").header("cookie", cookies.join("; "));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn seen(&self, id: Uuid, browser: &str) -> Interaction {
        self.provider.interaction(&self.citizen(), id, browser, Some(&self.session)).await.unwrap()
    }

    /// The mother is asked, and agrees, choosing these claims.
    pub(crate) async fn agree(&self, request: &Map<String, Value>, claims: &[&str]) -> Led {
        let (id, browser) = self.ask(request).await.page();
        let claims: Vec<String> = claims.iter().map(|name| (*name).to_owned()).collect();
        let allowed = self.provider.allow(&self.citizen(), id, &browser, &self.session, &claims, None).await;
        led_away(&allowed.unwrap())
    }

    /// A client of FAPI 2.0 with `private_key_jwt`, and its key.
    pub(crate) async fn fapi(&self, id: &str, profile: &str) -> SigningKey {
        let key = key();
        let more = json!({
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [key.public()]},
            "dpop_bound_access_tokens": true,
            "require_pushed_authorization_requests": true,
            "require_signed_request_object": profile == "fapi-2-message-signing",
            "authorization_signed_response_alg": "ES256",
        });
        self.client(id, profile, more).await;
        key
    }

    /// An assertion of a client; `over` goes over its claims.
    pub(crate) fn assertion(&self, key: &SigningKey, client: &str, over: Value) -> String {
        let now = self.clock.now().unix_timestamp();
        let mut claims = json!({
            "iss": client, "sub": client, "aud": ISSUER, "iat": now, "exp": now + 60,
            "jti": URL_SAFE_NO_PAD.encode(self.system.random.bytes::<12>()),
        });
        for (name, value) in over.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().shift_remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        key.sign("JWT", &claims).unwrap()
    }

    /// Posts a form with an assertion.
    pub(crate) async fn post_asserted(
        &self,
        path: &str,
        fields: &[(String, String)],
        assertion: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let mut all = vec![("client_assertion_type", kind), ("client_assertion", assertion)];
        all.extend(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.send(form(path, &all, headers)).await
    }

    /// Pushes a request as a client with a key. Gives the `request_uri`.
    pub(crate) async fn push(&self, key: &SigningKey, client: &str, request: &Map<String, Value>) -> Answer {
        let assertion = self.assertion(key, client, json!({}));
        self.post_asserted("/openid/par", &pairs(request), &assertion, &[]).await
    }
}

/// A request that was pushed.
pub(crate) fn by_uri(client: &str, pushed: &Answer) -> Map<String, Value> {
    let uri = pushed.text("request_uri");
    json!({"client_id": client, "request_uri": uri}).as_object().unwrap().clone()
}

impl House {
    /// Another process over the same tables: it remembers nothing of this one.
    pub(crate) fn another(&self) -> axum::Router {
        let exchange = crate::registers::exchange(self.test.db.clone(), self.mother.1, self.child);
        let keys = std::sync::Arc::new(identity::Keys::from_bytes([9; 32]));
        let settings = identity::openid::Settings::new(ISSUER);
        let provider = identity::openid::Provider::new(self.test.db.clone(), keys, exchange, settings).unwrap();
        web::layers(identity::openid::router(provider, self.web.clone()), &self.web)
    }

    pub(crate) async fn send_to(&self, router: &axum::Router, request: Request<Body>) -> Answer {
        use tower::ServiceExt;
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, text, body }
    }
}
