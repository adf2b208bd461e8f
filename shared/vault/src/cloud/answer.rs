//! What an HTTP answer that is no success says, and whether to try again.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use object_store::client::{HttpError, HttpErrorKind};

use super::Kind;

/// An answer of a cloud that is no success. Of its body only the provider's short code is kept: the rest may name accounts
/// and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) retry_after: Option<Duration>,
    /// Somebody deleted the object, but a version of it is kept.
    pub(super) is_hidden: bool,
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "HTTP {}", self.status)?;
        if !self.code.is_empty() {
            write!(out, " {}", self.code)?;
        }
        if self.is_hidden {
            out.write_str(
                " (hidden by a delete marker: the provider still keeps a version of it)",
            )?;
        }
        Ok(())
    }
}

impl Error for Answer {}

/// Nothing moved on a connection for too long.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("not a byte moved for {} s", .0.as_secs())]
pub(super) struct Silence(pub(super) Duration);

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Reading,
    Listing,
    Creating,
    Deleting,
}

/// One try that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    pub(super) detail: String,
    /// Whether the same may succeed a moment later.
    pub(super) may_pass: bool,
    pub(super) retry_after: Option<Duration>,
}

impl Fault {
    pub(super) fn lasting(kind: Kind, detail: impl fmt::Display) -> Self {
        Self {
            kind,
            detail: detail.to_string(),
            may_pass: false,
            retry_after: None,
        }
    }

    pub(super) fn passing(kind: Kind, detail: impl fmt::Display) -> Self {
        Self {
            may_pass: true,
            ..Self::lasting(kind, detail)
        }
    }

    /// Classifies an error by what lies at its root.
    pub(super) fn of(error: &(dyn Error + 'static), doing: Doing) -> Self {
        let mut next = Some(error);
        let mut transport = None;
        while let Some(cause) = next {
            if let Some(answer) = cause.downcast_ref::<Answer>() {
                return Self::answered(answer, doing);
            }
            if let Some(silence) = cause.downcast_ref::<Silence>() {
                return Self::passing(Kind::Slow, silence);
            }
            if let Some(error) = cause.downcast_ref::<HttpError>() {
                transport = Some(error);
            }
            next = cause.source();
        }
        match transport {
            Some(error) => Self::of_transport(error),
            None => match status_in(error) {
                Some(answer) => Self::answered(&answer, doing),
                // The words of other errors are object_store's own, on what it was given or could not parse.
                None => Self::passing(Kind::Other, error),
            },
        }
    }

    fn of_transport(error: &HttpError) -> Self {
        let cause = root(error);
        match error.kind() {
            HttpErrorKind::Connect => {
                Self::passing(Kind::Unreachable, format!("no connection: {cause}"))
            }
            HttpErrorKind::Timeout => Self::passing(Kind::Slow, cause),
            _ => Self::passing(Kind::Unreachable, format!("the connection broke: {cause}")),
        }
    }

    fn answered(answer: &Answer, doing: Doing) -> Self {
        let (kind, may_pass) = judge(answer, doing);
        Self {
            kind,
            detail: answer.to_string(),
            may_pass,
            retry_after: answer.retry_after,
        }
    }
}

/// The kind of a refusal, and whether it may pass.
fn judge(answer: &Answer, doing: Doing) -> (Kind, bool) {
    match (answer.status, answer.code.as_str()) {
        (507, _) | (_, "QuotaExceeded" | "XMinioStorageFull" | "storageQuotaExceeded") => {
            (Kind::Full, false)
        }
        (404, "NoSuchBucket" | "ContainerNotFound") => (Kind::Unreachable, false),
        (404, _) if matches!(doing, Doing::Creating | Doing::Listing) => (Kind::Unreachable, false),
        (404, _) => (Kind::Missing, false),
        (403, "AccessDenied" | "AuthorizationPermissionMismatch" | "forbidden")
            if doing == Doing::Creating =>
        {
            (Kind::ReadOnly, false)
        }
        (409, _) if doing == Doing::Creating => (Kind::Unreachable, true),
        (401 | 403 | 409 | 423, _) => (Kind::Refused, false),
        (408 | 429 | 500..=599, _) => (Kind::Unreachable, true),
        _ => (Kind::Other, false),
    }
}

/// Azure's deletions travel in a batch, whose parts' answers are known by their words only: `… (code: 404)`.
fn status_in(error: &(dyn Error + 'static)) -> Option<Answer> {
    let words = error.to_string();
    let (_, code) = words.rsplit_once("(code: ")?;
    let status = code.split_once(')')?.0.parse().ok()?;
    Some(Answer {
        status,
        code: String::new(),
        retry_after: None,
        is_hidden: false,
    })
}

/// Whether the answer to a creation says that the object is there already.
pub(super) fn exists_already(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(answer) = cause.downcast_ref::<Answer>() {
            return answer.status == 412
                || (answer.status == 409
                    && matches!(
                        answer.code.as_str(),
                        "BlobAlreadyExists" | "UnauthorizedBlobOverwrite"
                    ));
        }
        next = cause.source();
    }
    false
}

fn root(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        words = cause.to_string();
        next = cause.source();
    }
    words
}

/// The provider's short code in the body of an error: XML of S3 and Azure, JSON of Google.
pub(super) fn code(body: &str) -> String {
    let xml = body
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map(|(code, _)| code.to_owned());
    let json = || {
        let body: serde_json::Value = serde_json::from_str(body).ok()?;
        let reason = body.pointer("/error/errors/0/reason")?.as_str()?;
        Some(reason.to_owned())
    };
    let code = xml.or_else(json).unwrap_or_default();
    // A code is a word; anything else is not for people's eyes.
    let is_word = code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric());
    if is_word { code } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Doing, Fault, code, exists_already};
    use crate::cloud::Kind;

    fn answer(status: u16, code: &str) -> Answer {
        Answer {
            status,
            code: code.to_owned(),
            retry_after: None,
            is_hidden: false,
        }
    }

    #[test]
    fn the_code_is_found_in_either_language_and_nothing_else_is() {
        let xml = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Key>secret</Key></Error>";
        assert_eq!(code(xml), "AccessDenied");
        let json = r#"{"error":{"errors":[{"reason":"forbidden","message":"secret"}]}}"#;
        assert_eq!(code(json), "forbidden");
        assert_eq!(code("<Code>not a word</Code>"), "");
        assert_eq!(code("<html>"), "");
    }

    #[test]
    fn a_refusal_says_what_can_be_done() {
        let cases = [
            (404, "", Doing::Reading, Kind::Missing, false),
            (
                404,
                "NoSuchBucket",
                Doing::Reading,
                Kind::Unreachable,
                false,
            ),
            (403, "AccessDenied", Doing::Creating, Kind::ReadOnly, false),
            (403, "AccessDenied", Doing::Deleting, Kind::Refused, false),
            (
                403,
                "SignatureDoesNotMatch",
                Doing::Creating,
                Kind::Refused,
                false,
            ),
            (507, "", Doing::Creating, Kind::Full, false),
            (503, "SlowDown", Doing::Creating, Kind::Unreachable, true),
            (
                409,
                "BlobImmutableDueToPolicy",
                Doing::Deleting,
                Kind::Refused,
                false,
            ),
        ];
        for (status, code, doing, kind, may_pass) in cases {
            let fault = Fault::of(&answer(status, code), doing);
            assert_eq!(
                (fault.kind, fault.may_pass),
                (kind, may_pass),
                "{status} {code}"
            );
        }
    }

    #[test]
    fn only_a_failed_condition_means_that_it_exists() {
        assert!(exists_already(&answer(412, "PreconditionFailed")));
        assert!(exists_already(&answer(409, "BlobAlreadyExists")));
        assert!(!exists_already(&answer(409, "ConditionalRequestConflict")));
        assert!(!exists_already(&answer(403, "AccessDenied")));
    }
}
