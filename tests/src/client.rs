//! A caller of the gateway: signs in, and proves possession of its key on every request (RFC 9449).

use std::sync::Arc;

use access::assertion;
use access::keys::SigningKey;
use access::proof::{Holder, ProofKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, Method, RequestBuilder, Response, StatusCode};
use runtime::clock::{SharedClock, system};
use serde_json::Value;

use crate::Failure;
use crate::load::Request;
use crate::people::Facts;

/// Where a gateway is, and whom to believe that it is.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its URL.
    pub url: String,
    /// The authority of its certificate; one that the machine knows when not said.
    pub authority: Option<Certificate>,
}

impl<T: Into<String>> From<T> for Door {
    fn from(url: T) -> Self {
        Self {
            url: url.into(),
            authority: None,
        }
    }
}

/// Identity, or the gateway before it, gave no token.
#[derive(Debug, thiserror::Error)]
#[error("sign-in answered {status}: {text}")]
pub struct NoToken {
    /// Of the answer.
    pub status: StatusCode,
    /// Whether the answer says when to come back.
    pub comes_back: bool,
    /// Its body.
    pub text: String,
}

impl NoToken {
    /// Whether it may be tried again: 429 or 503 with `Retry-After`.
    #[must_use]
    pub fn is_told_to_come_back(&self) -> bool {
        self.comes_back && matches!(self.status.as_u16(), 429 | 503)
    }
}

/// Somebody who has signed in.
#[derive(Debug)]
pub struct Client {
    gateway: String,
    http: reqwest::Client,
    holder: Holder,
    clock: SharedClock,
    /// The access token.
    pub token: String,
}

impl Client {
    /// A citizen, by the facts that the register holds.
    ///
    /// # Errors
    /// [`NoToken`] when it is refused; when the connection breaks.
    pub async fn citizen(gateway: impl Into<Door>, facts: &Facts) -> Result<Self, Failure> {
        let form = vec![
            ("grant_type", "urn:lifeboat:grant:registry-facts".to_owned()),
            ("national_id", facts.national_id.clone()),
            ("birth_date", facts.birth_date.clone()),
            ("household_no", facts.household_no.clone()),
            ("id_card_issued_on", facts.id_card_issued_on.clone()),
        ];
        Self::sign_in(gateway, |_| Ok(form.clone())).await
    }

    /// A program, by an assertion signed with its registered key (RFC 7523).
    ///
    /// # Errors
    /// [`NoToken`] when it is refused; when the connection breaks.
    pub async fn program(
        gateway: impl Into<Door>,
        client_id: &str,
        key: &SigningKey,
    ) -> Result<Self, Failure> {
        Self::sign_in(gateway, |endpoint| {
            let assertion = assertion::make(key, client_id, endpoint, system().now())?;
            Ok(vec![
                ("grant_type", "client_credentials".to_owned()),
                ("client_assertion_type", assertion::TYPE.to_owned()),
                ("client_assertion", assertion),
            ])
        })
        .await
    }

    async fn sign_in(
        door: impl Into<Door>,
        form: impl Fn(&str) -> Result<Vec<(&'static str, String)>, Failure>,
    ) -> Result<Self, Failure> {
        let door: Door = door.into();
        let gateway = door.url.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder().no_proxy();
        let http = match door.authority {
            Some(authority) => http.tls_certs_only([authority]),
            None => http,
        };
        let mut client = Self {
            http: http.build()?,
            holder: Holder::generate()?,
            clock: system(),
            token: String::new(),
            gateway,
        };
        let endpoint = format!("{}/identity/v1/token", client.gateway);
        // The first answer may only ask for a nonce (RFC 9449, section 8).
        for last in [false, true] {
            let proof = client
                .holder
                .prove("POST", &endpoint, None, client.clock.now())?;
            let request = client
                .http
                .post(&endpoint)
                .header("DPoP", proof)
                .form(&form(&endpoint)?);
            let answer = request.send().await?;
            client.hear(answer.headers());
            let status = answer.status();
            let comes_back = answer.headers().contains_key(RETRY_AFTER);
            let text = answer.text().await?;
            if status.is_success() {
                let token: Value = serde_json::from_str(&text)?;
                let token = token["access_token"].as_str();
                token
                    .ok_or("no access_token")?
                    .clone_into(&mut client.token);
                return Ok(client);
            }
            if last || !text.contains("use_dpop_nonce") {
                let refused = NoToken {
                    status,
                    comes_back,
                    text,
                };
                return Err(refused.into());
            }
        }
        Err("sign-in did not end".into())
    }

    /// A request with token and proof, still to be given more headers and a body. `path` starts with `/`.
    ///
    /// # Errors
    /// When no proof can be made.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        let url = format!("{}{path}", self.gateway);
        let proof = self.prove(method.as_str(), &url)?;
        let request = self.http.request(method, url);
        Ok(request
            .header("Authorization", format!("DPoP {}", self.token))
            .header("DPoP", proof))
    }

    /// GET, again where a fresh nonce is asked for.
    ///
    /// # Errors
    /// When the gateway does not answer.
    pub async fn get(&mut self, path: &str) -> Result<Response, Failure> {
        self.send(Method::GET, path, |request| request).await
    }

    /// A request with what `more` adds to it, again where a fresh nonce is asked for.
    ///
    /// # Errors
    /// When the gateway does not answer.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        more: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let first = more(self.request(method.clone(), path)?).send().await?;
        if !self.hear(first.headers()) {
            return Ok(first);
        }
        let second = more(self.request(method, path)?).send().await?;
        self.hear(second.headers());
        Ok(second)
    }

    /// The key that proves possession.
    #[must_use]
    pub fn key(&self) -> &ProofKey {
        self.holder.key()
    }

    /// The nonce that the gateway last gave.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.holder.nonce()
    }

    /// Lines of a GET request for [`crate::load`], with a proof that is good for one use.
    ///
    /// # Errors
    /// When no proof can be made.
    pub fn with_possession(&self, head: &Arc<[u8]>, url: &str) -> Result<Request, Failure> {
        self.proven(head, "GET", url, "\r\n")
    }

    /// As [`Client::with_possession`] of a POST request; `rest` is the other headers, the empty line and the body.
    ///
    /// # Errors
    /// When no proof can be made.
    pub fn posting(&self, head: &Arc<[u8]>, url: &str, rest: &str) -> Result<Request, Failure> {
        self.proven(head, "POST", url, rest)
    }

    fn proven(
        &self,
        head: &Arc<[u8]>,
        method: &str,
        url: &str,
        rest: &str,
    ) -> Result<Request, Failure> {
        let tail = format!("DPoP: {}\r\n{rest}", self.prove(method, url)?);
        Ok(Request {
            head: Arc::clone(head),
            tail: tail.into_bytes().into(),
        })
    }

    /// The published key that signed the token, as a JWK.
    ///
    /// # Errors
    /// When the gateway publishes no such key.
    pub async fn signing_key(&self) -> Result<Value, Failure> {
        let head = self.token.split('.').next().unwrap_or_default();
        let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head)?)?;
        let answer = self
            .http
            .get(format!("{}/.well-known/jwks.json", self.gateway))
            .send()
            .await?;
        let keys: Value = answer.error_for_status()?.json().await?;
        let mut keys = keys["keys"].as_array().into_iter().flatten();
        let found = keys
            .find(|key| key["kid"] == head["kid"])
            .ok_or("the token's key is not published")?;
        Ok(found.clone())
    }

    /// A proof for one request (RFC 9449, section 4.2).
    fn prove(&self, method: &str, url: &str) -> Result<String, Failure> {
        let now = self.clock.now();
        Ok(self.holder.prove(method, url, Some(&self.token), now)?)
    }

    /// Takes over the nonce of an answer; whether the answer asks for the request again, with that nonce.
    fn hear(&mut self, headers: &HeaderMap) -> bool {
        self.holder.hear(|name| headers.get(name)?.to_str().ok())
    }
}
