//! What is the same for all kinds of applications: seeing one's own, uploading, and the keys of receipts.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get};
use journal::receipt;
use runtime::operations::Operations;
use runtime::problem::{Kind, Problem};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answers::{ApplicationRecord, ApplicationSummary};
use super::attachments;
use super::desk::{Desk, OrUnreachable};
use crate::answer::{Answer, Answered, List, Listed};
use crate::failure::no_such_record;
use crate::lookup::Lookup;
use crate::openapi::Problems;
use crate::page::{Cursor, PageQuery};
use crate::parameters::{Key, Parameters};

pub(crate) fn routes(operations: &mut Operations<'_>) {
    operations
        .service(applications)
        .service(application)
        .service(receipt_picture)
        .service(receipt_keys)
        .service(attachments::attach);
}

/// The caller's applications, the newest first. 本人案件
#[utoipa::path(
    tag = "application",
    params(PageQuery),
    responses((status = 200, body = Listed<ApplicationSummary>), Problems)
)]
#[get("/v1/applications")]
async fn applications(
    lookup: Lookup,
    request: HttpRequest,
    page: Parameters<PageQuery>,
) -> Result<List<ApplicationSummary>, Problem> {
    let desk = Desk::of(&request)?;
    let person = lookup.own_id()?;
    let Parameters(page) = page;
    let limit = page.rows();
    let before = page.cursor.as_ref().map(Cursor::key::<i64>).transpose()?;
    let mut found = desk
        .journal()?
        .of_person(person.as_str(), before, limit as u64 + 1)
        .await
        .or_unreachable()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| Cursor::after(&last.position));
    Ok(lookup.list(
        found.into_iter().map(ApplicationSummary::from).collect(),
        next,
    ))
}

/// One of the caller's applications with its steps. 案件查詢
#[utoipa::path(
    tag = "application",
    params(("id" = Uuid, Path, description = "案件編號")),
    responses((status = 200, body = Answered<ApplicationRecord>), Problems)
)]
#[get("/v1/applications/{id}")]
async fn application(
    lookup: Lookup,
    request: HttpRequest,
    id: Key<Uuid>,
) -> Result<Answer<ApplicationRecord>, Problem> {
    let dossier = dossier(&lookup, &request, id.0).await?;
    Ok(lookup.answer(ApplicationRecord::from(dossier)))
}

/// The receipt of one of the caller's applications as a QR code: a PNG of at most 1 KB, one pixel a module. 收據 QR 碼
#[utoipa::path(
    tag = "application",
    params(("id" = Uuid, Path, description = "案件編號")),
    responses((status = 200, content_type = "image/png", description = "The picture."), Problems)
)]
#[get("/v1/applications/{id}/receipt.png")]
async fn receipt_picture(
    lookup: Lookup,
    request: HttpRequest,
    id: Key<Uuid>,
) -> Result<HttpResponse, Problem> {
    let dossier = dossier(&lookup, &request, id.0).await?;
    let picture =
        receipt::png(&dossier.application.receipt).map_err(|_| Problem::new(Kind::Internal))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("image/png")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("private, no-store")))
        .body(picture))
}

async fn dossier(
    lookup: &Lookup,
    request: &HttpRequest,
    id: Uuid,
) -> Result<journal::Dossier, Problem> {
    let desk = Desk::of(request)?;
    let person = lookup.own_id()?;
    desk.journal()?
        .dossier(person.as_str(), id)
        .await
        .or_unreachable()?
        .ok_or_else(no_such_record)
}

/// A JSON Web Key Set (RFC 7517). 金鑰組
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptKeys {
    /// The public keys. 公開金鑰
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Map<String, Value>>,
}

/// The public keys of receipts, for anybody: with a copy of them a receipt is checked offline. 收據驗證金鑰
#[utoipa::path(tag = "receipt-keys", responses((status = 200, body = ReceiptKeys), Problems))]
#[get("/v1/receipt-keys")]
async fn receipt_keys(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let desk = Desk::of(&request)?;
    let keys = desk.journal()?.receipt_keys().await.or_unreachable()?;
    Ok(HttpResponse::Ok().json(ReceiptKeys { keys }))
}
