//! What is answered to an application, and about one.

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use journal::{Application, Attachment, Dossier, State, Step};
use runtime::problem::{Kind, Problem};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{Answered, SnapshotInfo};

/// An application that was taken. 受理結果
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Filed<F> {
    /// The application's number. 案件編號
    id: Uuid,
    /// Its kind. 申辦項目
    #[schema(example = "id-loss-report")]
    kind: String,
    /// How far it has come. 案件狀態
    state: State,
    /// When it came in. 收件時間
    filed_at: DateTime<Utc>,
    /// What the rules say of it. 審查結果
    finding: F,
    /// The receipt: a compact JWS (RFC 7515) that anybody with `/v1/receipt-keys` can check offline. 收據
    receipt: String,
}

/// 202 with the receipt, and the application's own address in `Location`.
#[derive(Debug)]
pub struct Accepted {
    pub(super) capability: &'static str,
    pub(super) application: Application,
    pub(super) snapshot: SnapshotInfo,
}

impl Responder for Accepted {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Application { id, .. } = self.application;
        let place = format!("/{}/v1/applications/{id}", self.capability);
        let body = Answered {
            data: Filed::from(self.application),
            snapshot: self.snapshot,
        };
        match serde_json::to_vec(&body) {
            Ok(json) => HttpResponse::Accepted()
                .insert_header((LOCATION, place))
                .insert_header((CACHE_CONTROL, HeaderValue::from_static("private, no-store")))
                .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
                .body(json),
            Err(_) => HttpResponse::from_error(Problem::new(Kind::Internal)),
        }
    }
}

impl From<Application> for Filed<Value> {
    fn from(application: Application) -> Self {
        Self {
            id: application.id,
            kind: application.kind,
            state: application.state,
            filed_at: application.filed_at,
            finding: application.finding,
            receipt: application.receipt,
        }
    }
}

/// One of a person's applications, in a list. 案件摘要
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationSummary {
    /// The application's number. 案件編號
    id: Uuid,
    /// Its kind. 申辦項目
    #[schema(example = "id-loss-report")]
    kind: String,
    /// When it came in. 收件時間
    filed_at: DateTime<Utc>,
    /// How far it has come. 案件狀態
    state: State,
    /// Since when. 狀態時間
    state_at: DateTime<Utc>,
    /// Why, in the agency's words. 說明
    reason: Option<String>,
}

impl From<Application> for ApplicationSummary {
    fn from(application: Application) -> Self {
        Self {
            id: application.id,
            kind: application.kind,
            filed_at: application.filed_at,
            state: application.state,
            state_at: application.state_at,
            reason: application.reason,
        }
    }
}

/// An application with all that belongs to it. 案件內容
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationRecord {
    /// The application's number. 案件編號
    id: Uuid,
    /// Its kind. 申辦項目
    #[schema(example = "id-loss-report")]
    kind: String,
    /// When it came in. 收件時間
    filed_at: DateTime<Utc>,
    /// How far it has come. 案件狀態
    state: State,
    /// Why, in the agency's words. 說明
    reason: Option<String>,
    /// Every step, from "received" on. 辦理歷程
    steps: Vec<StepRecord>,
    /// The form as it was filed. 申請內容
    form: Value,
    /// What the rules said of it. 審查結果
    finding: Value,
    /// What came with it. 附件
    attachments: Vec<AttachmentRecord>,
    /// The receipt. 收據
    receipt: String,
}

/// A step of an application. 辦理歷程
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepRecord {
    /// What it became. 案件狀態
    state: State,
    /// When. 時間
    at: DateTime<Utc>,
    /// Why, in the agency's words. 說明
    reason: Option<String>,
}

/// What belongs to an application. 附件
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttachmentRecord {
    /// Its number, to be named in a form's `attachments`. 附件編號
    id: Uuid,
    /// 檔案類型
    #[schema(example = "image/jpeg")]
    media_type: String,
    /// Length in bytes. 檔案大小
    bytes: i64,
    /// SHA-256 of the content, in hexadecimal. 雜湊值
    sha256: String,
}

impl From<Dossier> for ApplicationRecord {
    fn from(dossier: Dossier) -> Self {
        let application = dossier.application;
        Self {
            id: application.id,
            kind: application.kind,
            filed_at: application.filed_at,
            state: application.state,
            reason: application.reason,
            steps: dossier.steps.into_iter().map(StepRecord::from).collect(),
            form: application.form,
            finding: application.finding,
            attachments: dossier
                .attachments
                .into_iter()
                .map(AttachmentRecord::from)
                .collect(),
            receipt: application.receipt,
        }
    }
}

impl From<Step> for StepRecord {
    fn from(step: Step) -> Self {
        Self {
            state: step.state,
            at: step.at,
            reason: step.reason,
        }
    }
}

impl From<Attachment> for AttachmentRecord {
    fn from(attachment: Attachment) -> Self {
        Self {
            id: attachment.id,
            sha256: attachment.sha256_text(),
            media_type: attachment.media_type,
            bytes: attachment.bytes,
        }
    }
}

/// SHA-256 over the parts, each behind its length, so that no two lists of parts are alike.
pub(super) fn fingerprint(parts: &[&str]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}
