//! Callers: a key, a token bound to it, and fresh proofs.

use std::collections::BTreeSet;
use std::sync::Mutex;

use access::caller::{Assurance, CallerKind};
use access::keys::SigningKey;
use access::proof::ProofKey;
use access::token::{AccessClaims, Confirmation};
use runtime::clock::SharedClock;
use uuid::Uuid;

use super::{PUBLIC_URL, World};

pub(crate) type Claims = AccessClaims;

/// Somebody with a key and a token.
pub(crate) struct Person {
    pub(crate) key: ProofKey,
    pub(crate) token: String,
    pub(crate) claims: Claims,
    url: String,
    http: reqwest::Client,
    clock: SharedClock,
    nonce: Mutex<Option<String>>,
}

impl Person {
    /// A citizen, with the claims that `change` makes of the usual ones.
    pub(crate) fn new(world: &World, change: impl FnOnce(&mut Claims)) -> Self {
        Self::signed_by(world, &world.keys, "at+jwt", change)
    }

    pub(crate) fn signed_by(
        world: &World,
        signer: &SigningKey,
        typ: &str,
        change: impl FnOnce(&mut Claims),
    ) -> Self {
        let key = ProofKey::generate().unwrap();
        let now = world.now();
        let mut claims = Claims {
            iss: PUBLIC_URL.to_owned(),
            sub: "A123456789".to_owned(),
            aud: "urn:lifeboat".to_owned(),
            exp: now + 300,
            iat: now,
            nbf: None,
            jti: Uuid::new_v4().to_string(),
            client_id: "portal".to_owned(),
            cnf: Confirmation {
                jkt: key.jkt().to_owned(),
            },
            acr: Assurance::Basic,
            sid: Some(Uuid::new_v4().to_string()),
            kind: CallerKind::Citizen,
            agency: None,
            post: None,
            functions: BTreeSet::default(),
            clearances: BTreeSet::default(),
        };
        change(&mut claims);
        let token = signer.sign(typ, &claims).unwrap();
        let (url, http, clock) = (world.url.clone(), world.http.clone(), world.clock.clone());
        Self {
            key,
            token,
            claims,
            url,
            http,
            clock,
            nonce: Mutex::default(),
        }
    }

    /// A proof for one request, with the nonce that the gateway last gave.
    pub(crate) fn proof(&self, method: &str, path: &str) -> String {
        let nonce = self.nonce.lock().unwrap().clone();
        let address = format!("{PUBLIC_URL}{path}");
        self.key
            .prove(
                method,
                &address,
                Some(&self.token),
                nonce.as_deref(),
                self.clock.now(),
            )
            .unwrap()
    }

    pub(crate) fn learn(&self, answer: &reqwest::Response) {
        if let Some(nonce) = answer.headers().get("dpop-nonce") {
            *self.nonce.lock().unwrap() = Some(nonce.to_str().unwrap().to_owned());
        }
    }

    /// A request with token and proof; the nonce is fetched first where there is none yet.
    pub(crate) async fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        if self.nonce.lock().unwrap().is_none() {
            let answer = self.once("GET", "/echo/v1/me").send().await.unwrap();
            self.learn(&answer);
        }
        self.once(method, path)
    }

    /// A request with token and proof, with the nonce known so far.
    pub(crate) fn once(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.with(method, path, &self.token, &self.proof(method, path))
    }

    /// A request with any token and proof.
    pub(crate) fn with(
        &self,
        method: &str,
        path: &str,
        token: &str,
        proof: &str,
    ) -> reqwest::RequestBuilder {
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .header("authorization", format!("DPoP {token}"))
            .header("dpop", proof)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        let answer = self.request("GET", path).await.send().await.unwrap();
        self.learn(&answer);
        answer
    }
}
