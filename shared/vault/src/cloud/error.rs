//! Why a cloud did not do what it was asked.

use std::fmt;

use serde::Serialize;

/// What is wrong, as far as the one who asked can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// There is no object of this name.
    Missing,
    /// The cloud says no: wrong credentials, not allowed, or locked.
    Refused,
    /// No room is left.
    Full,
    /// It may be read but not written.
    ReadOnly,
    /// Nothing useful answers: no connection, no folder, or errors again and again.
    Unreachable,
    /// It was silent for too long.
    Slow,
    /// Other bytes are there than there should be.
    Differs,
    /// The answer is longer than the object can be.
    TooLong,
    /// The settings of the cloud cannot be used.
    Settings,
    /// Anything else.
    Other,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Full => "full",
            Self::ReadOnly => "read-only",
            Self::Unreachable => "unreachable",
            Self::Slow => "too slow",
            Self::Differs => "has other bytes",
            Self::TooLong => "too long",
            Self::Settings => "wrong settings",
            Self::Other => "failed",
        })
    }
}

/// A failure of one cloud. It never contains credentials or contents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CloudError {
    /// The cloud's number in its repository, from 1.
    pub number: u8,
    /// The cloud's name.
    pub cloud: String,
    /// The object or folder asked for; empty when it is about the cloud as a whole.
    pub object: String,
    /// What is wrong.
    pub kind: Kind,
    /// More, for people; may be empty.
    pub detail: String,
}

impl fmt::Display for CloudError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cloud {} ({})", self.number, self.cloud)?;
        if !self.object.is_empty() {
            write!(out, ", object {}", self.object)?;
        }
        write!(out, ": {}", self.kind)?;
        if !self.detail.is_empty() {
            write!(out, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// Who is asked; makes the errors that name it.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) number: u8,
    pub(super) name: String,
}

impl Identity {
    pub(super) fn error(&self, object: &str, kind: Kind, detail: impl fmt::Display) -> CloudError {
        CloudError {
            number: self.number,
            cloud: self.name.clone(),
            object: object.to_owned(),
            kind,
            detail: detail.to_string(),
        }
    }
}
