//! How filing is described.

use runtime::problem::ProblemBody;
use utoipa::{IntoParams, IntoResponses};

/// What comes with every application.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "the extractor reads the header; here it is only described"
)]
pub struct FilingHeaders {
    /// 冪等鍵: 1 to 128 visible ASCII characters, such as a UUID, chosen by the client. The same key and form again give
    /// the same receipt; with another form, 422. Keys of other people do not matter.
    #[param(
        rename = "Idempotency-Key",
        example = "0190a6f2-5b0a-7c00-8000-000000000000",
        min_length = 1,
        max_length = 128
    )]
    idempotency_key: String,
}

/// The problems that filing may answer with; nothing is stored then.
#[derive(IntoResponses)]
pub enum FilingProblems {
    /// Not JSON, or no `Idempotency-Key`. 請求格式錯誤
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// No token, or one that does not hold. 請先登入
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// Known, and not allowed. 無此權限
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// The body is too large. 內容過大
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body is not JSON by its content type. 不支援此內容類型
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMedia(ProblemBody),
    /// Fields that do not pass the rules are named: shape, range, deadline, not the applicant's own. 欄位內容不符規定
    #[response(status = 422, content_type = "application/problem+json")]
    Unprocessable(ProblemBody),
    /// Too many requests; `Retry-After` tells when to come back. 請求過於頻繁
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(ProblemBody),
    /// Not available right now; repeat with the same key. 服務暫時無法使用
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}
