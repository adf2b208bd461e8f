//! What a lookup answers: the record, and the snapshot it came from, so that a person knows how old the answer is.

use actix_web::body::BoxBody;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
};
use actix_web::{HttpRequest, HttpResponse, Responder};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use runtime::problem::{Kind, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::page::Cursor;

/// Which snapshot an answer came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotInfo {
    /// The snapshot's id. 快照編號
    pub id: Uuid,
    /// The system it stands in for. 系統
    #[schema(example = "household")]
    pub system: String,
    /// The agency that handed it over. 機關
    #[schema(example = "agency-household")]
    pub agency: String,
    /// When the agency took it (UTC). 資料時間
    pub taken_at: DateTime<Utc>,
    /// Rows that did not pass and are missing here. 隔離筆數
    pub rows_quarantined: u64,
    /// Present where the agency's signature is missing: on whose word the data was loaded. 未簽章說明
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
}

impl SnapshotInfo {
    /// Tells the span of the request which snapshot is asked.
    pub(crate) fn note(&self) {
        trace::note("lifeboat.snapshot.id", || self.id.to_string());
        trace::note("lifeboat.snapshot.taken_at", || {
            self.taken_at.to_rfc3339_opts(SecondsFormat::Secs, true)
        });
    }
}

impl From<&snapshot::Snapshot> for SnapshotInfo {
    fn from(loaded: &snapshot::Snapshot) -> Self {
        Self {
            id: loaded.id,
            system: loaded.system.clone(),
            agency: loaded.agency.clone(),
            taken_at: loaded.taken_at,
            rows_quarantined: loaded.rows_quarantined,
            unsigned: loaded.unsigned.clone(),
        }
    }
}

/// The body of an answer with one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered<T> {
    /// The record. 資料
    pub data: T,
    /// Where it comes from and how old it is. 資料來源
    pub snapshot: SnapshotInfo,
}

/// The body of an answer with a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The rows. 資料
    pub data: Vec<T>,
    /// Where the next page starts; null on the last one. 下一頁
    pub next: Option<Cursor>,
    /// Where they come from and how old they are. 資料來源
    pub snapshot: SnapshotInfo,
}

/// One record as a response: JSON with `ETag`, age and `Cache-Control: private, no-store`.
#[derive(Debug)]
pub struct Answer<T>(pub Answered<T>);

/// One page as a response.
#[derive(Debug)]
pub struct List<T>(pub Listed<T>);

impl<T: Serialize> Responder for Answer<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        respond(request, &self.0, &self.0.snapshot)
    }
}

impl<T: Serialize> Responder for List<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        respond(request, &self.0, &self.0.snapshot)
    }
}

fn respond(request: &HttpRequest, body: &impl Serialize, snapshot: &SnapshotInfo) -> HttpResponse {
    let Ok(json) = serde_json::to_vec(body) else {
        return HttpResponse::from_error(Problem::new(Kind::Internal));
    };
    let tag = entity_tag(&json);
    let unchanged = matches(request.headers(), &tag);
    let mut answer = if unchanged {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("private, no-store")))
        .insert_header((
            HeaderName::from_static("snapshot-taken-at"),
            snapshot.taken_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        ));
    if let Ok(agency) = HeaderValue::from_str(&snapshot.agency) {
        answer.insert_header((HeaderName::from_static("snapshot-agency"), agency));
    }
    if unchanged {
        answer.finish()
    } else {
        answer
            .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
            .body(json)
    }
}

/// A strong entity tag (RFC 9110 §8.8.3): half a SHA-256 of the body.
fn entity_tag(body: &[u8]) -> String {
    let hash = digest(&SHA256, body);
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]))
}

fn matches(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .map(str::trim)
                .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
        })
}
