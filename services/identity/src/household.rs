//! Asks household which of the given facts match. The record itself never comes here.

use std::time::Duration;

use access::caller::Caller;
use access::internal::{InternalRequest, InternalSigner, SCHEME};
use reqwest::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use tls::{MutualTls, Outbound, Renewed, TlsError};
use trace::{Kind, Scope, Span, TRACEPARENT};
use url::Url;
use uuid::Uuid;

use crate::settings;

const PATH: &str = "/v1/identity-checks";

/// The facts that citizens sign in with, in household's words.
#[derive(Serialize)]
pub(crate) struct Facts {
    pub(crate) national_id: String,
    pub(crate) birth_date: String,
    pub(crate) household_no: String,
    pub(crate) id_card_issued_on: String,
}

impl Facts {
    /// What is compared with the record, for the access log.
    pub(crate) const CHECKED: [&'static str; 3] =
        ["birth_date", "household_no", "id_card_issued_on"];
}

/// Household did not say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// The URL of the configuration is none that can be asked.
    #[error("household.url: {0} with a host: there is {1} `tls`")]
    Url(&'static str, &'static str),
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
    /// The request could not be made, or its token not minted.
    #[error("the request could not be made")]
    Request,
    /// No answer in time, or none that can be read.
    #[error("no answer: {0}")]
    Http(reqwest::Error),
    /// An answer that is not "match" or "no match".
    #[error("status {0}")]
    Status(u16),
}

#[derive(Deserialize)]
struct Answer {
    data: Check,
}

#[derive(Deserialize)]
struct Check {
    all_match: bool,
}

#[derive(Debug)]
struct Clients {
    kept: reqwest::Client,
    /// Of no kept connections: where the kept one broke, others would too.
    fresh: reqwest::Client,
}

/// The way to household.
#[derive(Debug)]
pub(crate) struct Household {
    clients: Renewed<Clients>,
    url: Url,
    signer: InternalSigner,
}

impl Household {
    pub(crate) fn new(
        settings: &settings::Household,
        tls: Option<&MutualTls>,
        signer: InternalSigner,
    ) -> Result<Self, Unanswered> {
        let (scheme, there) = match tls {
            Some(_) => ("https", "a"),
            None => ("http", "no"),
        };
        let refused = || Unanswered::Url(scheme, there);
        let url = settings.url.join(PATH).map_err(|_| refused())?;
        if url.scheme() != scheme || !url.has_host() {
            return Err(refused());
        }
        let patience = Duration::from_millis(settings.timeout_ms);
        let Outbound { config, generation } = Outbound::new(tls)?;
        let client = move || {
            reqwest::Client::builder()
                .timeout(patience)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .tls_backend_preconfigured(config.clone())
        };
        let clients = move || -> Result<Clients, reqwest::Error> {
            Ok(Clients {
                kept: client().build()?,
                fresh: client().pool_max_idle_per_host(0).build()?,
            })
        };
        Ok(Self {
            clients: Renewed::new(generation, clients).map_err(Unanswered::Client)?,
            url,
            signer,
        })
    }

    /// Whether every fact matches; also `false` where there is no such person.
    pub(crate) async fn matches(&self, facts: &Facts, request: Uuid) -> Result<bool, Unanswered> {
        let mut span = Span::child(Kind::Client, "POST household");
        span.set("http.request.method", || "POST");
        span.set("peer.service", || "household");
        let answer = span.within(self.asked(facts, request)).await;
        match &answer {
            Ok(_) => span.set("http.response.status_code", || 200_u16),
            Err(Unanswered::Status(status)) => {
                span.set("http.response.status_code", || *status);
                span.fail(status.to_string());
            }
            Err(_) => span.fail("no-answer"),
        }
        answer
    }

    async fn asked(&self, facts: &Facts, request: Uuid) -> Result<bool, Unanswered> {
        let body = serde_json::to_vec(facts).map_err(|_| Unanswered::Request)?;
        let (kept, fresh) = self
            .clients
            .with(|clients| (clients.kept.clone(), clients.fresh.clone()));
        let first = self.question(&kept, body.clone(), request)?;
        let answer = match first.send().await {
            // Household closes kept connections when it leaves, maybe under a request, and one that has just died refuses new ones
            // until it is left out. The check changes nothing, so it may be asked again although it is a POST (RFC 9110 §9.2.2);
            // its token is good for one use.
            Err(error) if error.is_request() && !error.is_timeout() => {
                let again = self.question(&fresh, body, request)?;
                again.header(CONNECTION, "close").send().await
            }
            answered => answered,
        };
        let answer = answer.map_err(without_url)?;
        if !answer.status().is_success() {
            return Err(Unanswered::Status(answer.status().as_u16()));
        }
        let answer: Answer = answer.json().await.map_err(without_url)?;
        Ok(answer.data.all_match)
    }

    fn question(
        &self,
        http: &reqwest::Client,
        body: Vec<u8>,
        request: Uuid,
    ) -> Result<reqwest::RequestBuilder, Unanswered> {
        let target = InternalRequest {
            audience: "household",
            method: "POST",
            path_and_query: PATH,
            body: &body,
        };
        let caller = Caller::service(self.signer.service());
        let token = self
            .signer
            .mint(&caller, &target)
            .map_err(|_| Unanswered::Request)?;
        let mut question = http.post(self.url.clone());
        if let Some(place) = Scope::current().context() {
            question = question.header(TRACEPARENT, place.to_string());
        }
        Ok(question
            .header(AUTHORIZATION, format!("{SCHEME} {token}"))
            .header(CONTENT_TYPE, "application/json")
            .header(runtime::request_id::HEADER, request.to_string())
            .body(body))
    }
}

fn without_url(error: reqwest::Error) -> Unanswered {
    Unanswered::Http(error.without_url())
}

#[cfg(test)]
mod tests {
    use access::internal::{ServiceKey, TrustedServices};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Answers the first check on a connection, and closes it when a second one arrives.
    async fn answer_once(mut stream: TcpStream) {
        const BODY: &str = r#"{"data":{"all_match":true}}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        let mut seen = Vec::new();
        while !seen.ends_with(b"}") {
            if stream.read_buf(&mut seen).await.unwrap() == 0 {
                return;
            }
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.read_buf(&mut seen).await.unwrap();
    }

    #[tokio::test]
    async fn a_check_on_a_closing_connection_is_asked_again_on_a_fresh_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer_once(stream));
            }
        });
        let settings = settings::Household {
            url: Url::parse(&format!("http://{address}")).unwrap(),
            timeout_ms: 3_000,
        };
        let [own, theirs] = [(); 2].map(|()| ServiceKey::generate().unwrap());
        let trusted = TrustedServices::from_members([&theirs.service_jwk("household")]).unwrap();
        let clock = runtime::clock::system();
        let signer = InternalSigner::new("identity", &own.into(), &trusted, clock).unwrap();
        let household = Household::new(&settings, None, signer).unwrap();
        let facts = Facts {
            national_id: "A123456789".to_owned(),
            birth_date: "1990-01-01".to_owned(),
            household_no: "F0000001".to_owned(),
            id_card_issued_on: "2020-01-01".to_owned(),
        };
        for _ in 0..3 {
            assert!(household.matches(&facts, Uuid::now_v7()).await.unwrap());
        }
    }
}
