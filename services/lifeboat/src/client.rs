//! A caller of the gateway: signs in, proves possession of its key on every request (RFC 9449), follows nonces.

use std::net::SocketAddr;
use std::time::Duration;

use access::assertion;
use access::keys::SigningKey;
use access::proof::Holder;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Method, Response, StatusCode};
use runtime::clock::SharedClock;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::outcome::Failure;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(5);

/// Whether an answer says that another may be given in a moment.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// How somebody proves who they are.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    /// A citizen with facts that the register knows.
    Citizen(RegistryFacts),
    /// An officer's or an agency's program with its key.
    Program {
        /// The registered name.
        client_id: String,
        /// Its private key, PKCS#8 PEM.
        key_pem: String,
    },
}

/// What a citizen knows and the register holds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RegistryFacts {
    /// 身分證統一編號
    pub(crate) national_id: String,
    /// 出生日期, YYYY-MM-DD.
    pub(crate) birth_date: String,
    /// 戶號
    pub(crate) household_no: String,
    /// 國民身分證發證日期, YYYY-MM-DD.
    pub(crate) id_card_issued_on: String,
}

/// A caller with a key of its own, and a token once signed in.
pub(crate) struct Client {
    gateway: Url,
    /// What the world calls the gateway, where that is not how it is reached here: proofs are made for this.
    public: Option<Url>,
    http: reqwest::Client,
    holder: Holder,
    token: Option<String>,
    clock: SharedClock,
}

/// The headers of one request that is ready to be sent.
pub(crate) struct Prepared {
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
}

#[derive(Deserialize)]
struct OauthError {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// There was no answer.
fn unreached(error: reqwest::Error) -> Failure {
    let is_away = error.is_connect();
    let failure = Failure::from(error);
    if is_away {
        failure.next("is the gateway up, and is this its address? --wait SECONDS tries again")
    } else {
        failure
    }
}

impl Client {
    /// A caller with a fresh key and no token.
    pub(crate) fn new(gateway: Url, clock: SharedClock) -> Result<Self, Failure> {
        Self::reaching(&[], Vec::new(), gateway, clock)
    }

    /// A caller who reaches the gateway at these addresses, where there are any, and believes these authorities beside
    /// those that the machine knows.
    pub(crate) fn reaching(
        addresses: &[SocketAddr],
        authorities: Vec<Certificate>,
        gateway: Url,
        clock: SharedClock,
    ) -> Result<Self, Failure> {
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT)
            .tls_certs_merge(authorities);
        let (mut reached, mut public) = (gateway, None);
        if let (Some(host), false) = (reached.host_str(), addresses.is_empty()) {
            http = http.resolve_to_addrs(host, addresses);
            if reached.port().is_some() {
                // A port in the URL would stand in for that of the addresses.
                public = Some(reached.clone());
                let portless = reached.set_port(None);
                portless
                    .map_err(|()| Failure::usage(format!("{reached} has no port to leave out")))?;
            }
        }
        let http = http.build()?;
        Ok(Self {
            gateway: reached,
            public,
            http,
            holder: Holder::generate()?,
            token: None,
            clock,
        })
    }

    /// The same caller of a gateway that the world calls by another address.
    #[must_use]
    pub(crate) fn known_as(mut self, public: Option<Url>) -> Self {
        self.public = public.or(self.public);
        self
    }

    /// What the world calls an address of the gateway.
    pub(crate) fn name(&self, url: &Url) -> Url {
        let mut named = url.clone();
        if let Some(public) = &self.public
            && url.origin() == self.gateway.origin()
        {
            named = public.clone();
            named.set_path(url.path());
            named.set_query(url.query());
        }
        named
    }

    /// The absolute address of `target`, which may be a path, or an address of the gateway as the world has it.
    pub(crate) fn address(&self, target: &str) -> Result<Url, Failure> {
        if target.starts_with("//") {
            // As part of a URL it would name another host, to which the token would go.
            let said = format!("{target}: a path begins with one slash");
            return Err(Failure::usage(said).next("name another host with its scheme: https://…"));
        }
        let url = self
            .gateway
            .join(target)
            .map_err(|error| Failure::usage(format!("{target}: {error}")))?;
        match &self.public {
            Some(public) if url.origin() == public.origin() => {
                let mut reached = self.gateway.clone();
                reached.set_path(url.path());
                reached.set_query(url.query());
                Ok(reached)
            }
            _ => Ok(url),
        }
    }

    /// Gets a token.
    pub(crate) async fn sign_in(&mut self, credentials: &Credentials) -> Result<(), Failure> {
        let url = self.address("/identity/v1/token")?;
        for _ in 0..2 {
            let form = self.form(credentials, &url)?;
            let proof =
                self.holder
                    .prove("POST", self.name(&url).as_str(), None, self.clock.now())?;
            let answer = self
                .http
                .post(url.clone())
                .header("dpop", proof)
                .form(&form)
                .send()
                .await
                .map_err(|error| unreached(error).passing())?;
            self.hear(answer.headers());
            if answer.status().is_success() {
                self.token = Some(answer.json::<TokenAnswer>().await?.access_token);
                return Ok(());
            }
            let status = answer.status();
            let text = answer.text().await?;
            if is_passing(status) {
                return Err(
                    Failure::failed(format!("sign-in answered {status}: {text}")).passing(),
                );
            }
            let refusal = serde_json::from_str::<OauthError>(&text)
                .map_err(|_| Failure::failed(format!("sign-in answered {status}: {text}")))?;
            if refusal.error != "use_dpop_nonce" {
                return Err(Failure::failed(format!(
                    "sign-in refused: {} {}",
                    refusal.error, refusal.error_description
                )));
            }
        }
        Err(Failure::failed("sign-in asked for a fresh nonce twice"))
    }

    fn form(
        &self,
        credentials: &Credentials,
        url: &Url,
    ) -> Result<Vec<(&'static str, String)>, Failure> {
        Ok(match credentials {
            Credentials::Citizen(facts) => vec![
                ("grant_type", "urn:lifeboat:grant:registry-facts".to_owned()),
                ("national_id", facts.national_id.clone()),
                ("birth_date", facts.birth_date.clone()),
                ("household_no", facts.household_no.clone()),
                ("id_card_issued_on", facts.id_card_issued_on.clone()),
            ],
            Credentials::Program { client_id, key_pem } => {
                let key = SigningKey::from_pkcs8_pem(key_pem)?;
                vec![
                    ("grant_type", "client_credentials".to_owned()),
                    ("client_assertion_type", assertion::TYPE.to_owned()),
                    (
                        "client_assertion",
                        assertion::make(
                            &key,
                            client_id,
                            self.name(url).as_str(),
                            self.clock.now(),
                        )?,
                    ),
                ]
            }
        })
    }

    /// Token and proof for one request.
    pub(crate) fn prepare(&self, method: &Method, url: Url) -> Result<Prepared, Failure> {
        let mut headers = Vec::new();
        if let Some(token) = &self.token {
            let now = self.clock.now();
            let proof =
                self.holder
                    .prove(method.as_str(), self.name(&url).as_str(), Some(token), now)?;
            headers.push(("Authorization", format!("DPoP {token}")));
            headers.push(("DPoP", proof));
        }
        Ok(Prepared { url, headers })
    }

    /// Sends one request; again, once, where a fresh nonce is asked for.
    pub(crate) async fn send(
        &mut self,
        method: &Method,
        target: &str,
        extra: &[(HeaderName, HeaderValue)],
        body: Option<&serde_json::Value>,
    ) -> Result<Response, Failure> {
        let url = self.address(target)?;
        let answer = self.once(method, &url, extra, body).await?;
        if self.hear(answer.headers()) {
            return self.once(method, &url, extra, body).await;
        }
        Ok(answer)
    }

    async fn once(
        &mut self,
        method: &Method,
        url: &Url,
        extra: &[(HeaderName, HeaderValue)],
        body: Option<&serde_json::Value>,
    ) -> Result<Response, Failure> {
        let prepared = self.prepare(method, url.clone())?;
        let mut request = self.http.request(method.clone(), prepared.url);
        for (name, value) in prepared.headers {
            request = request.header(name, value);
        }
        for (name, value) in extra {
            request = request.header(name, value);
        }
        if let Some(json) = body {
            request = request.json(json);
        }
        let answer = request.send().await.map_err(|error| {
            // Sent again, it must not do again what it may have done.
            let is_harmless = error.is_connect() || method.is_safe();
            let failure = unreached(error);
            if is_harmless {
                failure.passing()
            } else {
                failure
            }
        })?;
        self.hear(answer.headers());
        Ok(answer)
    }

    /// Makes sure that a current nonce of the gateway is known: one request without it, whose answer carries it.
    pub(crate) async fn fetch_nonce(&mut self) -> Result<(), Failure> {
        self.holder.forget_nonce();
        let url = self.address("/identity/v1/me/access-log")?;
        self.once(&Method::GET, &url, &[], None).await?;
        Ok(())
    }

    /// Takes over the nonce of an answer; whether the answer asks for the request again, with that nonce.
    fn hear(&mut self, headers: &HeaderMap) -> bool {
        self.holder.hear(|name| headers.get(name)?.to_str().ok())
    }
}
