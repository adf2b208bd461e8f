//! Problem details for HTTP APIs (RFC 9457), in Chinese and English.
//!
//! A service maps its domain errors to a [`Problem`] once. What goes out tells the caller what to do and nothing of the
//! inside; the cause belongs in the log.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use kind::Kind;

mod kind;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The language of titles and details.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Traditional Chinese as used in Taiwan.
    Chinese,
}

impl Language {
    /// Chooses by `Accept-Language` (RFC 9110 §12.5.4): Chinese where a `zh` tag ranks above `en`.
    #[must_use]
    pub fn accepted(header: Option<&str>) -> Self {
        let rank = |wanted: &str| {
            header
                .unwrap_or_default()
                .split(',')
                .filter_map(|item| {
                    let (tag, parameter) = item.split_once(';').unwrap_or((item, ""));
                    let primary = tag.trim().split('-').next()?;
                    let quality = parameter
                        .trim()
                        .strip_prefix("q=")
                        .map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
                    primary.eq_ignore_ascii_case(wanted).then_some(quality)
                })
                .fold(0.0_f32, f32::max)
        };
        if rank("zh") > 0.0 && rank("zh") >= rank("en") {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

/// A sentence in both languages.
#[derive(Clone, Debug)]
struct Sentence {
    en: String,
    zh: String,
}

impl Sentence {
    fn of(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    fn say(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}

/// One problem, ready to be answered.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    detail: Option<Sentence>,
    fields: Vec<(String, Sentence)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of `kind`, with nothing more to say.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            detail: None,
            fields: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// What is wrong this time and what to do, in both languages.
    #[must_use]
    pub fn detail(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.detail = Some(Sentence::of(en, zh));
        self
    }

    /// One field (or parameter, or header) at fault.
    #[must_use]
    pub fn field(
        mut self,
        name: impl Into<String>,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        self.fields.push((name.into(), Sentence::of(en, zh)));
        self
    }

    /// A header of the answer, such as `WWW-Authenticate` or `Allow`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// When to come back, in seconds (RFC 9110 §10.2.3).
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The body as it is sent.
    #[must_use]
    pub fn body(&self, language: Language, request_id: Uuid) -> ProblemBody {
        ProblemBody {
            kind: self.kind.urn(),
            title: self.kind.title(language).to_owned(),
            status: self.kind.status().as_u16(),
            detail: self
                .detail
                .as_ref()
                .map(|detail| detail.say(language).to_owned()),
            instance: request_id.urn().to_string(),
            errors: self
                .fields
                .iter()
                .map(|(field, detail)| FieldError {
                    field: field.clone(),
                    detail: detail.say(language).to_owned(),
                })
                .collect(),
        }
    }

    /// The whole answer.
    #[must_use]
    pub fn answer(&self, language: Language, request_id: Uuid) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::build(self.kind.status());
        for header in &self.headers {
            answer.append_header(header.clone());
        }
        let body = serde_json::to_vec(&self.body(language, request_id)).unwrap_or_default();
        answer.insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(body)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind.title(Language::English))
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.answer(Language::default(), Uuid::nil())
    }
}

/// The JSON of a problem (RFC 9457 §3).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"type": "urn:lifeboat:problem:not-found", "title": "No such record", "status": 404,
    "instance": "urn:uuid:019a9f4e-6f00-7000-8000-000000000000"}))]
pub struct ProblemBody {
    /// A stable name for the kind of problem; see `/docs/problems`. 問題類別
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words. 標題
    pub title: String,
    /// The HTTP status. 狀態碼
    pub status: u16,
    /// What is wrong this time and what to do. 說明
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, to quote to the help desk. 請求編號
    pub instance: String,
    /// The fields at fault. 錯誤欄位
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field at fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, parameter or header. 欄位
    pub field: String,
    /// What is wrong with it. 原因
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_chosen_where_it_ranks_at_least_as_high_as_english() {
        for (header, language) in [
            (None, Language::English),
            (Some("zh-TW"), Language::Chinese),
            (Some("zh-TW,zh;q=0.9,en;q=0.8"), Language::Chinese),
            (Some("en-US,en;q=0.9,zh;q=0.5"), Language::English),
            (Some("fr"), Language::English),
            (Some("zh;q=0"), Language::English),
            (Some(";;;q=x,"), Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header:?}");
        }
    }

    #[test]
    fn a_body_names_kind_status_request_and_fields() {
        let problem = Problem::new(Kind::Malformed).field("birth_date", "not a date", "不是日期");
        let body = serde_json::to_value(problem.body(Language::Chinese, Uuid::nil())).unwrap();
        assert_eq!(body["type"], "urn:lifeboat:problem:malformed");
        assert_eq!(body["status"], 400);
        assert_eq!(body["errors"][0]["field"], "birth_date");
        assert_eq!(body["errors"][0]["detail"], "不是日期");
        assert_eq!(
            body["instance"],
            "urn:uuid:00000000-0000-0000-0000-000000000000"
        );
    }
}
