//! What people add to an application: photographs and scans.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, post, web};
use journal::NotAttached;
use runtime::problem::{Kind, Problem};

use super::answers::AttachmentRecord;
use super::desk::{Desk, unreachable};
use crate::answer::Answered;
use crate::lookup::Lookup;
use crate::openapi::{BodyProblems, Problems};

/// Where attachments are uploaded.
pub(crate) const PATH: &str = "/v1/attachments";

/// The longest attachment in bytes: 5 MB.
pub(crate) const MOST_BYTES: usize = 5_000_000;

/// What is taken, and how each begins.
const TAKEN: [(&str, &[u8]); 3] = [
    ("image/jpeg", &[0xff, 0xd8, 0xff]),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("application/pdf", b"%PDF-"),
];

/// Uploads a photograph or a scan of at most 5 MB; the application that it belongs to names its number within a day. 上傳附件
#[utoipa::path(
    tag = "application",
    request_body(description = "The file itself.", content(("image/jpeg"), ("image/png"), ("application/pdf"))),
    responses((status = 201, body = Answered<AttachmentRecord>), Problems, BodyProblems),
    extensions(("x-body-bytes" = json!(5_000_000)))
)]
#[post("/v1/attachments")]
pub(super) async fn attach(
    lookup: Lookup,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let desk = Desk::of(&request)?;
    let person = lookup.own_id()?;
    let said = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let said = said.split(';').next().unwrap_or_default().trim();
    let (media_type, beginning) = TAKEN
        .into_iter()
        .find(|(media_type, _)| media_type.eq_ignore_ascii_case(said))
        .ok_or_else(|| {
            Problem::new(Kind::UnsupportedMedia).detail(
                "Send image/jpeg, image/png or application/pdf.",
                "請上傳 JPEG、PNG 或 PDF。",
            )
        })?;
    let content = payload
        .to_bytes_limited(MOST_BYTES)
        .await
        .map_err(|_| Problem::new(Kind::TooLarge))?
        .map_err(|_| Problem::new(Kind::Malformed))?;
    if !content.starts_with(beginning) {
        return Err(Problem::new(Kind::Unprocessable).field(
            "body",
            format!("does not begin like {media_type}"),
            format!("內容並非 {media_type}。"),
        ));
    }
    let kept = desk
        .journal()?
        .attach(person.as_str(), media_type, &content, desk.clock.now())
        .await
        .map_err(|reason| match reason {
            NotAttached::TooMany => Problem::new(Kind::Unprocessable).field(
                "body",
                reason.to_string(),
                "尚有多件附件未附於案件，請先送出申請。",
            ),
            NotAttached::Unavailable => unreachable(),
        })?;
    Ok(HttpResponse::Created().json(Answered {
        data: AttachmentRecord::from(kept),
        snapshot: lookup.snapshot().clone(),
    }))
}
