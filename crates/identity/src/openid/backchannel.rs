//! Job `openid.logout`: tells a relying party, from program to program, that a session has ended (OpenID Connect
//! Back-Channel Logout 1.0). Ordered in the transaction that ends the session; tried again until the relying party has
//! heard it or the queue gives up.

use super::{Client, Provider};
use crate::Error;
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Ctx, Kind, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use store::jobs::{Handler, NewJob, enqueue};
use uuid::Uuid;

/// The kind of the job.
pub const LOGOUT: &str = "openid.logout";
/// Media type of a logout token (section 2.4).
const TYP: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long a logout token is good: a relying party hears of it now or by another one.
const GOOD_FOR_S: i64 = 120;
/// How long a relying party may take to connect, and to answer.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Whom to tell of what.
#[derive(Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) client_id: String,
    pub(crate) sub: String,
    pub(crate) session: Uuid,
}

/// Carries a logout token to a relying party.
#[async_trait]
pub trait LogoutSender: Send + Sync {
    /// Posts the form `logout_token=…` and says with which status it was answered.
    ///
    /// # Errors
    /// `IDN0157` when nobody could be reached, or the address is one that is not called.
    async fn send(&self, url: &str, logout_token: &str) -> Result<u16, Problem>;
}

/// Orders the job for one relying party. One unfinished job for a session and a client.
pub(crate) async fn order(conn: &mut PgConnection, ctx: &Ctx, notice: &Notice) -> Result<(), Error> {
    let key = format!("{}/{}", notice.session, notice.client_id);
    let payload = json!(notice);
    enqueue(conn, ctx, NewJob { kind: LOGOUT, key: Some(&key), payload, run_at: ctx.now() }).await?;
    Ok(())
}

pub(crate) struct Tell(pub(crate) Provider, pub(crate) Arc<dyn LogoutSender>);

#[async_trait]
impl Handler for Tell {
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Problem> {
        let notice = Notice::deserialize(payload).map_err(|_| Error::Fault("payload of a logout"))?;
        let Some(client) = self.0.client(ctx, &notice.client_id).await? else { return Ok(()) };
        let Some(url) = &client.metadata.backchannel_logout_uri else { return Ok(()) };
        let token = token(&self.0, ctx, &notice, &client).await?;
        let status = self.1.send(url, &token).await?;
        match status {
            200 | 204 => Ok(()),
            // Section 2.8: the relying party did not take this token, and will not take another like it.
            400..=499 if status != 408 && status != 429 => {
                Err(Problem::new(Kind::Invalid, "IDN0158").with("status", status))
            }
            _ => Err(Problem::new(Kind::Unavailable, "IDN0157").with("status", status)),
        }
    }
}

async fn token(provider: &Provider, ctx: &Ctx, notice: &Notice, client: &Client) -> Result<String, Problem> {
    let now = ctx.now().unix_timestamp();
    let payload = json!({
        "iss": provider.issuer(),
        "sub": notice.sub,
        "aud": notice.client_id,
        "iat": now,
        "exp": now + GOOD_FOR_S,
        "jti": URL_SAFE_NO_PAD.encode(ctx.random.bytes::<16>()),
        "sid": provider.sid(&notice.client_id, notice.session),
        "events": {EVENT: {}},
    });
    Ok(provider.sign(ctx, client.metadata.id_token_alg(), TYP, &payload).await?)
}

/// The sender over HTTP: no redirects, no proxies, limits of time, and no call into a private network unless the
/// settings allow loopback (an address in a registration must not make us speak to our own neighbours).
pub struct HttpSender {
    client: reqwest::Client,
    loopback: bool,
}

impl std::fmt::Debug for HttpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSender").field("loopback", &self.loopback).finish_non_exhaustive()
    }
}

impl HttpSender {
    /// A sender; `loopback` for demonstrations and tests. Certificates of relying parties must lead to the authorities that
    /// the system trusts (`SSL_CERT_FILE` names others). Where the system trusts none, nobody behind https is told.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(loopback: bool) -> Result<Self, Error> {
        let client = builder(loopback).build().or_else(|_| {
            tracing::warn!("no certificate authorities on this system: nobody is told of logouts over https");
            builder(loopback).tls_certs_only([]).build()
        });
        Ok(Self { client: client.map_err(|_| Error::Fault("no HTTP client"))?, loopback })
    }
}

fn builder(loopback: bool) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .dns_resolver(Checked { loopback })
}

#[async_trait]
impl LogoutSender for HttpSender {
    async fn send(&self, url: &str, logout_token: &str) -> Result<u16, Problem> {
        let away = || Problem::new(Kind::Unavailable, "IDN0157").with("status", 0);
        let url: reqwest::Url = url.parse().map_err(|_| Problem::new(Kind::Invalid, "IDN0158").with("status", 0))?;
        // Names are checked as they are resolved; an address written out is not resolved at all.
        let written = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
        if written.is_some_and(|address| !may_call(address, self.loopback)) {
            return Err(Problem::new(Kind::Invalid, "IDN0158").with("status", 0));
        }
        let sent = self.client.post(url).form(&[("logout_token", logout_token)]).send().await;
        sent.map(|answer| answer.status().as_u16()).map_err(|_| away())
    }
}

/// Resolves a name and keeps only the addresses that may be called, so that none can change between check and use.
struct Checked {
    loopback: bool,
}

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let loopback = self.loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| may_call(address.ip(), loopback)).collect();
            if allowed.is_empty() {
                return Err("no address that may be called".into());
            }
            Ok(Box::new(allowed.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

/// Whether an address is out in the world.
fn may_call(address: IpAddr, loopback: bool) -> bool {
    match address {
        IpAddr::V4(v4) => public_v4(v4) || (loopback && v4.is_loopback()),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => public_v4(v4) || (loopback && v4.is_loopback()),
            None => public_v6(v6) || (loopback && v6.is_loopback()),
        },
    }
}

/// IANA's registry of special addresses, those that are not reachable from everywhere.
fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn public_v6(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    // Global unicast is 2000::/3. Out of it: Teredo and 6to4 could carry a private address of version 4.
    let global = first & 0xe000 == 0x2000;
    let tunnel = first == 0x2002 || (first == 0x2001 && address.segments()[1] < 0x200);
    let documentation = first == 0x2001 && address.segments()[1] == 0x0db8;
    global && !tunnel && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_goes_into_a_private_network() {
        let check = [
            ("8.8.8.8", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("198.18.0.1", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:127.0.0.1", false),
            ("2002:7f00:1::", false),
            ("2001::1", false),
            ("2405:4800::1", true),
        ];
        for (address, expected) in check {
            assert_eq!(may_call(address.parse().unwrap(), false), expected, "{address}");
        }
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(may_call(address.parse().unwrap(), true), "{address}");
        }
        assert!(!may_call("10.0.0.1".parse().unwrap(), true));
    }

    /// A relying party behind https under this name: its port, and the authority that its certificate leads to. Answers one
    /// request with 204.
    async fn party(name: &str) -> (u16, reqwest::Certificate) {
        use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        use tokio_rustls::rustls::{self, pki_types::PrivateKeyDer};
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], private).unwrap();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut heard = vec![0; 4096];
                let read = stream.read(&mut heard).await.unwrap_or(0);
                let status =
                    if heard[..read].starts_with(b"POST /logout ") { "204 No Content" } else { "400 Bad Request" };
                let _ = stream.write_all(format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        (port, reqwest::Certificate::from_der(root.der()).unwrap())
    }

    #[tokio::test]
    async fn over_https_only_a_certificate_that_leads_to_a_trusted_authority_is_spoken_to() {
        let (port, root) = party("localhost").await;
        let url = format!("https://localhost:{port}/logout");
        let trusting =
            |root| HttpSender { client: builder(true).tls_certs_only([root]).build().unwrap(), loopback: true };
        assert_eq!(trusting(root.clone()).send(&url, "token").await.unwrap(), 204);
        assert_eq!(HttpSender::new(true).unwrap().send(&url, "token").await.unwrap_err().code, "IDN0157");
        let (other, other_root) = party("localhost").await;
        assert!(trusting(root).send(&format!("https://localhost:{other}/logout"), "token").await.is_err());
        // A good certificate of somebody else.
        let (misnamed, misnamed_root) = party("bank.example").await;
        assert!(trusting(misnamed_root).send(&format!("https://localhost:{misnamed}/logout"), "token").await.is_err());
        assert_eq!(
            trusting(other_root).send(&format!("https://localhost:{other}/logout"), "token").await.unwrap(),
            204
        );
    }

    #[tokio::test]
    async fn a_written_address_is_checked_too() {
        let sender = HttpSender::new(false).unwrap();
        for url in ["http://127.0.0.1:9/x", "http://[::1]:9/x", "https://10.0.0.1/x", "http://localhost:9/x"] {
            assert!(sender.send(url, "token").await.is_err(), "{url}");
        }
    }
}
