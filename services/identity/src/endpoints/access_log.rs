use access::caller::{Caller, CallerKind};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use audit::{Cursor, Entry};
use chrono::{DateTime, Utc};
use identifiers::{PersonId, mask};
use runtime::problem::{Kind, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::opened::Opened;

/// Entries on a page unless asked for otherwise.
const PAGE: u32 = 50;

/// Which page. 頁次
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next` of the page before. 頁次標記
    cursor: Option<String>,
    /// Entries wanted, 1 to 100. 每頁筆數
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// Who looked, newest first. 查詢紀錄
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessLog {
    /// The entries. 紀錄
    data: Vec<Look>,
    /// Where the next page starts; null on the last one. 下一頁
    next: Option<String>,
}

/// One look at your records, or an attempt at it. 單筆查詢紀錄
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019a9f4e-6f00-7000-8000-000000000000", "at": "2026-11-21T04:00:00Z",
    "caller_kind": "officer", "caller": "taipei-household-1", "agency": "臺北市政府", "post": "科員",
    "purpose": "family-tracing", "case_number": "113/42", "service": "household", "action": "person_by_id",
    "fields": ["name", "birth_date"], "status": 200}))]
pub(crate) struct Look {
    /// The entry's own number. 紀錄編號
    id: Uuid,
    /// When (UTC). 查詢時間
    at: DateTime<Utc>,
    /// `citizen`, `officer`, `clinician`, `agency-system`, `auditor` or `service`. 查詢者類別
    caller_kind: String,
    /// Who; another person's number is masked. 查詢者
    caller: String,
    /// For which agency. 機關
    agency: Option<String>,
    /// In which post. 職務
    post: Option<String>,
    /// Why. 查詢目的
    purpose: Option<String>,
    /// In which case. 案號
    case_number: Option<String>,
    /// Where it was looked up. 系統
    service: String,
    /// What was asked. 作業
    action: String,
    /// Which fields were shown; none where the look failed. 欄位
    fields: Vec<String>,
    /// The HTTP status of the answer. 結果
    status: u16,
}

/// Who looked at my records? 我的查詢紀錄
///
/// Every look at a person's records is kept for five years, with who, for which agency, when, why and what. Only the
/// person themselves reads it here, newest first.
#[utoipa::path(
    tag = "access-log",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of entries, newest first. 查詢紀錄", body = AccessLog),
        (status = 400, description = "A parameter cannot be read. 請求格式錯誤", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Sign in first. 請先登入", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Only citizens have such a log. 無此權限", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests. 請求過於頻繁", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available right now. 服務暫時無法使用", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[get("/v1/me/access-log")]
pub(crate) async fn own_access_log(
    caller: web::ReqData<Caller>,
    query: Result<web::Query<PageQuery>, actix_web::Error>,
    service: Opened,
) -> Result<HttpResponse, Problem> {
    match caller.kind {
        CallerKind::Citizen => (),
        CallerKind::Anonymous => return Err(Problem::new(Kind::Unauthenticated)),
        _ => return Err(Problem::new(Kind::Forbidden)),
    }
    let (cursor, limit) = page(query)?;
    let own = caller.subject.as_str();
    let page = service
        .audit
        .of_subject(own, cursor, limit)
        .await
        .map_err(|_| {
            tracing::error!("the audit log could not be read");
            Problem::new(Kind::Unavailable).retry_after(2)
        })?;
    let data = page
        .entries
        .into_iter()
        .map(|entry| look(entry, own))
        .collect();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .json(AccessLog {
            data,
            next: page.next.map(|cursor| cursor.to_string()),
        }))
}

fn page(
    query: Result<web::Query<PageQuery>, actix_web::Error>,
) -> Result<(Option<Cursor>, u32), Problem> {
    let query = query.map_err(|_| {
        Problem::new(Kind::Malformed).detail(
            "Only cursor and limit, each at most once.",
            "僅接受 cursor 與 limit，且不得重複。",
        )
    })?;
    let cursor = query
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| {
            Problem::new(Kind::Malformed).field(
                "cursor",
                "not a cursor of this list; start again without it",
                "頁次標記無效，請由第一頁重新查詢",
            )
        })?;
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new(Kind::Malformed).field("limit", "1 to 100", "須為 1 至 100"));
    }
    Ok((cursor, limit))
}

fn look(entry: Entry, own: &str) -> Look {
    let another_person = entry.caller_kind == CallerKind::Citizen.as_str() && entry.caller != own;
    Look {
        id: entry.id,
        at: entry.at,
        caller: if another_person {
            masked(&entry.caller)
        } else {
            entry.caller
        },
        caller_kind: entry.caller_kind,
        agency: entry.agency,
        post: entry.post,
        purpose: entry.purpose,
        case_number: entry.case_number,
        service: entry.service,
        action: entry.action,
        fields: entry.fields,
        status: entry.status,
    }
}

/// A relative or neighbour who looked is a person too: their number is not given away.
fn masked(caller: &str) -> String {
    caller
        .parse::<PersonId>()
        .map_or_else(|_| "*".to_owned(), |id| mask::citizen::id(&id).to_string())
}
