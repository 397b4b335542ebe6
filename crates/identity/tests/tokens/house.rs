//! A provider with some relying parties, a mother who signed in, and a way to ask it.

use crate::registers;
pub(crate) use crate::talk::{Answer, form, header_of, said};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::openid::{Provider, Settings};
use identity::{Assurance, Authentication, Identity, Keys, Method, NewAccount, TotpSecret};
use jose::{Alg, SigningKey};
use kernel::{AccountId, Actor, BodyId, Clock, Ctx, PersonalNumber, Random, Sex, SubjectId};
use serde_json::{Map, Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use store::testing::{self, TestDb};
use time::{Duration, OffsetDateTime, macros::datetime};
use tower::ServiceExt;
use uuid::Uuid;
use web::{Attempts, NewSession, Templates, Texts, Web};

pub(crate) const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);
pub(crate) const ISSUER: &str = "https://op.test";
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rules-1234";
pub(crate) const BACK: &str = "https://bank.test/cb";
pub(crate) const SECRET: &str = "a secret that nobody guesses";
pub(crate) const MOTHER: &str = "001195000002";

pub(crate) struct House {
    pub(crate) test: TestDb,
    pub(crate) provider: Provider,
    pub(crate) web: Web,
    pub(crate) router: axum::Router,
    pub(crate) system: Ctx,
    pub(crate) clock: Clock,
    /// Account and person.
    pub(crate) mother: (AccountId, SubjectId),
    pub(crate) child: SubjectId,
    pub(crate) session: web::Session,
    pub(crate) cookie: String,
}

pub(crate) fn authentication() -> Authentication {
    Authentication { assurance: Assurance::Two, methods: vec![Method::Password, Method::Totp], at: START }
}

pub(crate) async fn house() -> House {
    house_with(Settings::new(ISSUER)).await
}

pub(crate) async fn house_with(settings: Settings) -> House {
    let migrators = [&web::MIGRATOR, &ledger::MIGRATOR, &exchange::MIGRATOR, &identity::MIGRATOR];
    let test = testing::database("openid", &migrators).await;
    let clock = Clock::fixed(START);
    let system = Actor::System { body: BodyId::from("national-portal"), on_decision_of: None };
    let system = Ctx::new(system, clock.clone(), Random::seeded(5));
    let identity = Identity::new(test.db.clone(), Keys::from_bytes([9; 32])).unwrap();
    let secret = TotpSecret::draw(&system.random);
    let mut conn = test.db.pool().acquire().await.unwrap();
    let hash = identity.hash_password(&system, "một con đường dài").await.unwrap();
    let (subject, child) = (SubjectId(system.uuid()), SubjectId(system.uuid()));
    let login = PersonalNumber::new("001", Sex::Female, 1995, 2).unwrap();
    let new = NewAccount {
        login: login.as_str(),
        password: "",
        citizen: Some((subject, 2)),
        roles: &[],
        totp: Some(&secret),
        label: "Hoa",
    };
    let mother = (identity.create_hashed(&mut conn, &system, &new, &hash).await.unwrap(), subject);
    let exchange = registers::exchange(test.db.clone(), subject, child);
    let provider = Provider::new(test.db.clone(), Arc::new(Keys::from_bytes([9; 32])), exchange, settings).unwrap();
    provider.rotate_keys(&system).await.unwrap();
    let texts = Arc::new(Texts::new(&[web::MESSAGES, identity::MESSAGES]).unwrap());
    let web = Web::new(web::Settings {
        pool: test.db.pool().clone(),
        templates: Templates::strict(|_| None, &texts, "/assets/0"),
        texts,
        clock: clock.clone(),
        random: Random::seeded(6),
        secure: true,
        attempts: Attempts::per_minute(NonZeroU32::new(50).unwrap()),
    });
    let router = web::layers(identity::openid::router(provider.clone(), web.clone()), &web);
    let citizen = Actor::Citizen { account: mother.0, subject, level: 2 };
    let new = NewSession {
        account: mother.0,
        actor: citizen,
        facts: json!({}),
        authentication: serde_json::to_value(authentication()).unwrap(),
        device: String::new(),
    };
    let opened = web::open(&mut conn, &system, &new).await.unwrap();
    let session = web::find(&mut conn, &system, &opened.token, false).await.unwrap().unwrap();
    drop(conn);
    let house = House { test, provider, web, router, system, clock, mother, child, session, cookie: opened.token };
    house.client("bank", "openid", json!({})).await;
    house
}

impl House {
    /// As whom the mother acts.
    pub(crate) fn citizen(&self) -> Ctx {
        self.system.act_as(self.session.actor.clone())
    }

    pub(crate) fn later(&self, by: Duration) {
        self.clock.set(self.clock.now() + by);
    }

    /// An approved client with a secret; `more` goes over what it would register otherwise.
    pub(crate) async fn client(&self, id: &str, profile: &str, more: Value) {
        let mut metadata = json!({
            "client_name": id,
            "redirect_uris": [format!("https://{id}.test/cb")],
            "post_logout_redirect_uris": [format!("https://{id}.test/bye")],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba"],
            "scope": "openid profile email phone address offline_access api",
            "token_endpoint_auth_method": "client_secret_post",
        });
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sqlx::query(
            "insert into identity.client (client_id, metadata, secret_hash, state, profile, created_at)
             values ($1, $2, $3, 'approved', $4, $5)",
        )
        .bind(id)
        .bind(metadata)
        .bind(&jose::sha256(SECRET)[..])
        .bind(profile)
        .bind(START)
        .execute(&self.test.owner)
        .await
        .unwrap();
    }

    pub(crate) async fn suspend(&self, id: &str) {
        let suspend = sqlx::query("update identity.client set state = 'suspended' where client_id = $1");
        suspend.bind(id).execute(&self.test.owner).await.unwrap();
    }

    /// A code as the authorize end-point gives one, with these members of the request changed. The mother has consented to
    /// `claims`.
    pub(crate) async fn code_for(&self, client: &str, request: Value, claims: &[&str]) -> String {
        let mut whole = json!({
            "client_id": client,
            "redirect_uri": format!("https://{client}.test/cb"),
            "redirect_uri_sent": true,
            "scope": ["openid", "offline_access"],
            "nonce": "n-1",
            "code_challenge": URL_SAFE_NO_PAD.encode(jose::sha256(VERIFIER)),
            "offline": true,
        });
        whole.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
        let grant: Uuid = sqlx::query_scalar(
            "insert into identity.oauth_grant (grant_id, account_id, client_id, scopes, claims, given_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (account_id, client_id) where withdrawn_at is null
                 do update set claims = excluded.claims returning grant_id",
        )
        .bind(self.system.uuid())
        .bind(self.mother.0.0)
        .bind(client)
        .bind(serde_json::from_value::<Vec<String>>(whole["scope"].clone()).unwrap())
        .bind(json!(claims))
        .bind(self.clock.now())
        .fetch_one(&self.test.owner)
        .await
        .unwrap();
        let code = URL_SAFE_NO_PAD.encode(self.system.random.bytes::<32>());
        sqlx::query(
            "insert into identity.authorization_code (code_hash, family_id, grant_id, client_id, account_id, subject_id,
                 session_id, request, authentication, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(&jose::sha256(&code)[..])
        .bind(self.system.uuid())
        .bind(grant)
        .bind(client)
        .bind(self.mother.0.0)
        .bind(self.mother.1.0)
        .bind(self.session.id)
        .bind(whole)
        .bind(serde_json::to_value(authentication()).unwrap())
        .bind(self.clock.now())
        .bind(self.clock.now() + Duration::minutes(1))
        .execute(&self.test.owner)
        .await
        .unwrap();
        code
    }

    pub(crate) async fn code(&self) -> String {
        self.code_for("bank", json!({}), &[]).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, text, body }
    }

    /// Posts a form, with these headers.
    pub(crate) async fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        self.send(form(path, fields, headers)).await
    }

    /// Posts a form as this client.
    pub(crate) async fn post(&self, client: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_id", client), ("client_secret", SECRET)];
        all.extend_from_slice(fields);
        self.post_with(path, &all, &[]).await
    }

    pub(crate) async fn token(&self, client: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(client, "/openid/token", fields).await
    }

    /// Redeems a code as the bank does.
    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        self.token("bank", &redeeming(code)).await
    }

    /// As the bank with a proof by this key.
    pub(crate) async fn token_with(&self, client: &str, fields: &[(&str, &str)], key: &SigningKey) -> Answer {
        let proof = self.proof(key, "POST", "/openid/token", json!({}));
        let mut all = vec![("client_id", client), ("client_secret", SECRET)];
        all.extend_from_slice(fields);
        self.post_with("/openid/token", &all, &[("dpop", &proof)]).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.token("bank", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Answer {
        self.get("/openid/userinfo", &[("authorization", &format!("Bearer {access_token}"))]).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path).header("host", "op.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A DPoP proof; `more` goes over its claims.
    pub(crate) fn proof(&self, key: &SigningKey, method: &str, path: &str, more: Value) -> String {
        let mut header = Map::new();
        header.insert("typ".to_owned(), json!("dpop+jwt"));
        header.insert("jwk".to_owned(), serde_json::to_value(key.public()).unwrap());
        let mut claims = json!({
            "jti": URL_SAFE_NO_PAD.encode(self.system.random.bytes::<12>()),
            "htm": method,
            "htu": format!("{ISSUER}{path}"),
            "iat": self.clock.now().unix_timestamp(),
        });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key.sign_with(&header, &claims).unwrap()
    }

    /// What the ledger says about a person, as events, sorted.
    pub(crate) async fn events(&self, subject: SubjectId) -> Vec<String> {
        let openings: Vec<Vec<u8>> = sqlx::query_scalar("select content from ledger.opening order by entry_id")
            .fetch_all(&self.test.owner)
            .await
            .unwrap();
        let contents = openings.iter().map(|bytes| serde_json::from_slice::<ledger::Content>(bytes).unwrap());
        let about = contents.filter(|content| content.subject == Some(subject));
        let mut events: Vec<String> =
            about.filter_map(|content| content.body["event"].as_str().map(str::to_owned)).collect();
        events.sort();
        events
    }
}

pub(crate) fn redeeming(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)]
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate(Alg::Es256).unwrap()
}
