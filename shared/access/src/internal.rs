//! The token with which one service asks another: minted for one request to one service, good for seconds, once.
//!
//! Nothing is trusted because of where it came from. The gateway (or identity) vouches for who the caller is together with
//! the method, the path and query and the body's hash; the service verifies that by itself. Each service has a private key
//! of its own ([`ServiceKeys`]) and the public keys of the others ([`TrustedServices`]). From its own private key and the
//! other's public key each of two services, and nobody else, derives the secret that their tokens are authenticated with:
//! who asked whom is a property of that secret, and only the gateway may speak for callers other than itself.

mod pair;
mod service_key;
mod signer;
mod trusted;
mod verifier;

use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::secret;

pub use pair::PairFault;
pub use service_key::{ServiceKey, ServiceKeys};
pub use signer::{InternalSigner, MintFault};
pub use trusted::TrustedServices;
pub use verifier::{InternalFault, InternalVerifier};

/// The scheme of the `Authorization` header: `Lifeboat <token>`.
pub const SCHEME: &str = "Lifeboat";

/// The service whose keys may speak for any caller.
pub const GATEWAY: &str = "gateway";

/// How long a token is good for, in seconds; issuers mint with it, verifiers refuse more.
pub const LIFETIME: u32 = 10;

const TYPE: &str = "lifeboat-internal+jwt";

/// The one request that a token is for.
#[derive(Clone, Copy)]
pub struct InternalRequest<'a> {
    /// The service that is asked.
    pub audience: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path and query exactly as sent.
    pub path_and_query: &'a str,
    /// The body; empty where there is none.
    pub body: &'a [u8],
}

/// What is vouched for; by whom and to whom, the secret says. Path and body go in as hashes: their length is the caller's
/// choice, and so are their contents.
#[derive(Serialize)]
struct Minted<'a> {
    iat: i64,
    exp: i64,
    jti: &'a str,
    htm: &'a str,
    pqh: &'a str,
    bdh: &'a str,
    caller: &'a Caller,
}

/// The same, read; a member that is missing, given twice or not known is a fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iat: i64,
    exp: i64,
    jti: String,
    htm: String,
    pqh: String,
    bdh: String,
    caller: Caller,
}

fn path_hash(request: &InternalRequest<'_>) -> String {
    secret::sha256_text(request.path_and_query.as_bytes())
}

fn body_hash(request: &InternalRequest<'_>) -> String {
    secret::sha256_text(request.body)
}
