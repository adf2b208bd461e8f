use std::path::{Path, PathBuf};

use rustls::pki_types::pem;

/// Why certificates and keys are not used. Its words name files, and never hold what is in them.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there, or holds no such thing in PEM.
    #[error("{path}: no {what}: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What is wrong.
        cause: String,
    },
    /// The certificate's time is over, or has not come.
    #[error("{path}: the certificate is valid from {from} to {until}")]
    OutOfTime {
        /// The certificate's file.
        path: PathBuf,
        /// From when, RFC 2822.
        from: String,
        /// Until when, RFC 2822.
        until: String,
    },
    /// Certificate and key do not belong together, or cannot be used.
    #[error("{path}: {cause}")]
    Unusable {
        /// The file that is to blame.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The machine knows no authorities.
    #[error(
        "this machine knows no authorities of certificates: name a file with those that are trusted"
    )]
    NoAuthorities,
    /// A name that no certificate can have.
    #[error("{0}: not a name that a certificate can have")]
    Name(String),
    /// The cryptographic library does not do what is asked of it.
    #[error("TLS cannot be used: {0}")]
    Library(#[from] rustls::Error),
    /// The files cannot be watched.
    #[error("no thread to watch certificates: {0}")]
    Thread(#[source] std::io::Error),
}

impl TlsError {
    pub(crate) fn unreadable(path: &Path, what: &'static str, error: &pem::Error) -> Self {
        let cause = match error {
            pem::Error::NoItemsFound => "there is none in it".to_owned(),
            pem::Error::Io(error) => error.to_string(),
            _ => "its PEM is broken".to_owned(),
        };
        Self::Unreadable {
            path: path.to_owned(),
            what,
            cause,
        }
    }

    pub(crate) fn unusable(path: &Path, cause: &dyn std::fmt::Display) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            cause: cause.to_string(),
        }
    }
}
