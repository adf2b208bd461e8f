use actix_web::http::StatusCode;

use super::Language;

/// The kinds of problem; each has one status, one stable name and one title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read: syntax, parameters, headers.
    Malformed,
    /// No credentials, or none that hold.
    Unauthenticated,
    /// Known, and not allowed.
    Forbidden,
    /// No such record, or none that the caller may know of.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The request did not arrive in time.
    Timeout,
    /// It contradicts what is stored.
    Conflict,
    /// The body is too large.
    TooLarge,
    /// The address is too long.
    UriTooLong,
    /// The body has a type that is not taken here.
    UnsupportedMedia,
    /// Well-formed, but the values do not pass.
    Unprocessable,
    /// Too many requests from this caller.
    TooManyRequests,
    /// The headers are too large.
    HeadersTooLarge,
    /// A fault of ours.
    Internal,
    /// Not available for now.
    Unavailable,
}

impl Kind {
    /// Every kind, in the order of their statuses.
    pub const ALL: [Self; 15] = [
        Self::Malformed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::Conflict,
        Self::TooLarge,
        Self::UriTooLong,
        Self::UnsupportedMedia,
        Self::Unprocessable,
        Self::TooManyRequests,
        Self::HeadersTooLarge,
        Self::Internal,
        Self::Unavailable,
    ];

    const fn facts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Malformed => (
                StatusCode::BAD_REQUEST,
                "malformed",
                "The request cannot be read",
                "請求格式錯誤",
            ),
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Sign in first",
                "請先登入",
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "Not allowed",
                "無此權限",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not-found",
                "No such record",
                "查無資料",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Not a method of this resource",
                "不支援此方法",
            ),
            Self::Timeout => (
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "The request took too long to arrive",
                "請求逾時",
            ),
            Self::Conflict => (
                StatusCode::CONFLICT,
                "conflict",
                "In conflict with what is stored",
                "與現有資料衝突",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is too large",
                "內容過大",
            ),
            Self::UriTooLong => (
                StatusCode::URI_TOO_LONG,
                "uri-too-long",
                "The address is too long",
                "網址過長",
            ),
            Self::UnsupportedMedia => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media",
                "Not a content type taken here",
                "不支援此內容類型",
            ),
            Self::Unprocessable => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "unprocessable",
                "Some fields do not pass",
                "欄位內容不符規定",
            ),
            Self::TooManyRequests => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "Too many requests",
                "請求過於頻繁",
            ),
            Self::HeadersTooLarge => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers-too-large",
                "The headers are too large",
                "標頭過大",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "A fault on our side",
                "系統發生錯誤",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available right now",
                "服務暫時無法使用",
            ),
        }
    }

    /// The status it is answered with.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.facts().0
    }

    /// The stable name, `urn:lifeboat:problem:…`.
    #[must_use]
    pub fn urn(self) -> String {
        format!("urn:lifeboat:problem:{}", self.facts().1)
    }

    /// The kind in words.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        match language {
            Language::English => self.facts().2,
            Language::Chinese => self.facts().3,
        }
    }

    /// The kind that stands for a bare status of a library, such as 404 of a router.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let same = Self::ALL.into_iter().find(|kind| kind.status() == status);
        same.unwrap_or(if status.is_server_error() {
            Self::Internal
        } else {
            Self::Malformed
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_status_and_name() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            for other in &Kind::ALL[at + 1..] {
                assert_ne!(kind.status(), other.status());
                assert_ne!(kind.urn(), other.urn());
            }
            assert_eq!(Kind::of_status(kind.status()), kind);
        }
    }
}
