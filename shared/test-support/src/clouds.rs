//! Emulated clouds for tests: other people's servers that speak the interfaces of S3, Azure and Google.
//!
//! What they do not do, tests cannot prove on them: Google's ignores the condition that an object be new, and any
//! credentials; only S3's has credentials that may read and not write, and locks.

mod server;

pub use server::{Azure, Google, S3};

/// Where `cargo xtask test` says which S3 the tests may use: `http://key:secret@127.0.0.1:port/bucket`.
pub const S3_VARIABLE: &str = "LIFEBOAT_TEST_S3";

/// Where it says which Azure: `http://account:key@127.0.0.1:port/container`.
pub const AZURE_VARIABLE: &str = "LIFEBOAT_TEST_AZURE";

/// Where it says which Google: `http://127.0.0.1:port/bucket`.
pub const GOOGLE_VARIABLE: &str = "LIFEBOAT_TEST_GCS";

/// The bucket or container that is there from the beginning.
pub const BUCKET: &str = "vault";

/// A bucket of S3's whose objects are locked for a day: nobody can delete a version of them.
pub const LOCKED_BUCKET: &str = "locked";

/// The access key of S3 that may do everything.
const WRITER: &str = "writer";

/// The access key of S3 that may only read and list; its secret is the writer's.
const READER: &str = "reader";

/// How an emulated cloud is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emulated {
    /// `http://127.0.0.1:port`; Azure's with the account.
    pub endpoint: String,
    /// The access key id of S3 or the account of Azure; empty for Google.
    pub user: String,
    /// The secret that belongs to it.
    pub secret: String,
}

/// The S3 of this run, with credentials that may do everything.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn s3() -> Emulated {
    emulated(S3_VARIABLE)
}

/// The same S3 with credentials that may only read and list.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn s3_read_only() -> Emulated {
    Emulated {
        user: READER.to_owned(),
        ..s3()
    }
}

/// The Azure of this run.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn azure() -> Emulated {
    let azure = emulated(AZURE_VARIABLE);
    Emulated {
        endpoint: format!("{}/{}", azure.endpoint, azure.user),
        ..azure
    }
}

/// The Google of this run; it wants no credentials.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn google() -> Emulated {
    emulated(GOOGLE_VARIABLE)
}

fn emulated(variable: &str) -> Emulated {
    let url = crate::required(variable);
    parse(&url).unwrap_or_else(|| panic!("{variable} is not http://user:secret@host:port/bucket"))
}

fn parse(url: &str) -> Option<Emulated> {
    let (authority, _bucket) = url.strip_prefix("http://")?.split_once('/')?;
    let (user, address) = authority.rsplit_once('@').unwrap_or((":", authority));
    let (user, secret) = user.split_once(':')?;
    Some(Emulated {
        endpoint: format!("http://{address}"),
        user: user.to_owned(),
        secret: secret.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_address_is_taken_apart() {
        let s3 = parse("http://writer:secret@127.0.0.1:9000/vault").unwrap();
        assert_eq!(s3.endpoint, "http://127.0.0.1:9000");
        assert_eq!((&*s3.user, &*s3.secret), ("writer", "secret"));
        let google = parse("http://127.0.0.1:9000/vault").unwrap();
        assert_eq!(google.endpoint, "http://127.0.0.1:9000");
        assert_eq!((&*google.user, &*google.secret), ("", ""));
        assert_eq!(parse("writer"), None);
    }
}
