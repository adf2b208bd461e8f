//! Asks household which of the given facts match. The record itself never comes here.

use std::time::Duration;

use access::caller::Caller;
use access::internal::{InternalRequest, InternalSigner, SCHEME};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
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
    #[error("household's URL is an http(s) one with a host")]
    Url,
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

/// The way to household.
#[derive(Debug)]
pub(crate) struct Household {
    http: reqwest::Client,
    url: Url,
    signer: InternalSigner,
}

impl Household {
    pub(crate) fn new(
        settings: &settings::Household,
        signer: InternalSigner,
    ) -> Result<Self, Unanswered> {
        let url = settings.url.join(PATH).map_err(|_| Unanswered::Url)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Unanswered::Url);
        }
        let http = reqwest::Client::builder()
            .timeout(Duration::from_millis(settings.timeout_ms))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(Unanswered::Client)?;
        Ok(Self { http, url, signer })
    }

    /// Whether every fact matches; also `false` where there is no such person.
    pub(crate) async fn matches(&self, facts: &Facts, request: Uuid) -> Result<bool, Unanswered> {
        let body = serde_json::to_vec(facts).map_err(|_| Unanswered::Request)?;
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
        let answer = self
            .http
            .post(self.url.clone())
            .header(AUTHORIZATION, format!("{SCHEME} {token}"))
            .header(CONTENT_TYPE, "application/json")
            .header(runtime::request_id::HEADER, request.to_string())
            .body(body)
            .send()
            .await
            .map_err(without_url)?;
        if !answer.status().is_success() {
            return Err(Unanswered::Status(answer.status().as_u16()));
        }
        let answer: Answer = answer.json().await.map_err(without_url)?;
        Ok(answer.data.all_match)
    }
}

fn without_url(error: reqwest::Error) -> Unanswered {
    Unanswered::Http(error.without_url())
}
