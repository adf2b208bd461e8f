//! Why a connection is refused before there is a request, and the answer it gets.

use runtime::problem::{Kind, Language, MEDIA_TYPE, Problem};
use uuid::Uuid;

/// What was wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    RequestLine,
    TargetTooLong,
    HeadTooLarge,
    BareLineFeed,
    Field,
    Host,
    /// The length of the body is not clear.
    Framing,
    /// A chunk is malformed. The request is under way: its handler answers.
    Chunk,
    /// The head did not arrive in time.
    Slow,
}

impl Fault {
    /// A short name for metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RequestLine => "request-line",
            Self::TargetTooLong => "target-too-long",
            Self::HeadTooLarge => "head-too-large",
            Self::BareLineFeed => "bare-line-feed",
            Self::Field => "header-field",
            Self::Host => "host",
            Self::Framing => "framing",
            Self::Chunk => "chunk",
            Self::Slow => "slow-head",
        }
    }

    fn problem(self) -> Problem {
        match self {
            Self::RequestLine => malformed(
                "The first line must be: method, path, HTTP/1.1.",
                "請求首行格式錯誤。",
            ),
            Self::TargetTooLong => Problem::new(Kind::UriTooLong),
            Self::HeadTooLarge => Problem::new(Kind::HeadersTooLarge),
            Self::BareLineFeed => malformed("Lines must end in CR LF.", "各行須以 CR LF 結尾。"),
            Self::Field => malformed("A header field is malformed.", "標頭格式錯誤。"),
            Self::Host => malformed(
                "Exactly one Host header is needed.",
                "須有且僅有一個 Host 標頭。",
            ),
            Self::Framing => malformed("The length of the body is not clear.", "內容長度不明確。"),
            Self::Chunk => malformed("The body's chunks are malformed.", "分塊格式錯誤。"),
            Self::Slow => Problem::new(Kind::Timeout),
        }
    }

    /// The whole answer as bytes; `None` where a handler answers.
    pub(super) fn answer(self) -> Option<Vec<u8>> {
        if self == Self::Chunk {
            return None;
        }
        let problem = self.problem();
        let status = problem.kind().status();
        let body = serde_json::to_vec(&problem.body(Language::English, Uuid::now_v7()))
            .unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default(),
            body.len()
        );
        Some([head.into_bytes(), body].concat())
    }
}

fn malformed(en: &'static str, zh: &'static str) -> Problem {
    Problem::new(Kind::Malformed).detail(en, zh)
}
