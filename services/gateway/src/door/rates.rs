//! How many requests: each person or program, each address, and all together.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use access::caller::{Caller, CallerKind};
use access::limit::{Decision, Limit, Rate};
use access::store::SharedStore;
use runtime::clock::SharedClock;
use runtime::problem::{Kind, Problem};

use crate::settings::{RateSetting, Rates};

/// The limits. Persons, programs and addresses are counted across all copies of the gateway where there is a shared
/// store; the sum is counted in each copy, since it is the copy's own strength that it protects.
#[derive(Debug)]
pub(crate) struct RateGate {
    person: Limit,
    client: Limit,
    address: Limit,
    all: Limit,
}

impl RateGate {
    pub(crate) fn new(rates: &Rates, store: Option<&SharedStore>, clock: &SharedClock) -> Self {
        let limit = |name, rate, store: Option<&SharedStore>| {
            Limit::new(name, rate_of(rate), store.cloned(), clock.clone())
        };
        for limit in LIMITS {
            count(limit, 0);
        }
        Self {
            person: limit("person", rates.person, store),
            client: limit("client", rates.client, store),
            address: limit("address", rates.address, store),
            all: limit("all", rates.all, None),
        }
    }

    /// One more request of anybody's.
    pub(crate) async fn all(&self) -> Result<(), Problem> {
        judge(self.all.check("").await, "all")
    }

    /// Which limit counts somebody who proved who they are, what it is called, and by what name. A person counts by themselves, whatever
    /// program they use and whomever they share an address with; a program in office counts as a program.
    pub(crate) fn of<'a>(&self, caller: &'a Caller) -> (&Limit, &'static str, &'a str) {
        match caller.kind {
            CallerKind::Citizen => (&self.person, "person", &caller.subject),
            _ => (&self.client, "client", &caller.client_id),
        }
    }

    /// One more request from an address, by nobody in particular or with credentials that do not hold.
    pub(crate) async fn address(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        let key = address
            .map(|address| network(address).to_string())
            .unwrap_or_default();
        judge(self.address.check(&key).await, "address")
    }
}

/// What one household or machine is given: an IPv4 address, or the first 64 bits of an IPv6 address (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

fn rate_of(setting: RateSetting) -> Rate {
    Rate::new(setting.per_second, Duration::from_secs(1), setting.burst)
}

/// The limits as they are called in measures.
const LIMITS: [&str; 4] = ["person", "client", "address", "all"];

fn count(limit: &'static str, requests: u64) {
    metrics::counter!("lifeboat_gateway_limited_total", "limit" => limit).increment(requests);
}

/// Lets within `limit`, or answers when to come back.
pub(super) fn judge(decision: Decision, limit: &'static str) -> Result<(), Problem> {
    match decision {
        Decision::Allowed => Ok(()),
        Decision::Limited { retry_after } => {
            count(limit, 1);
            Err(Problem::new(Kind::TooManyRequests).retry_after(retry_after.as_secs() + 1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_one_ipv6_network_count_together() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
