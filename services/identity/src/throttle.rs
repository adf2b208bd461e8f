//! How often anybody may ask: by address, by program, and all together.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use access::limit::{Decision, Limit, Rate};
use access::store::SharedStore;
use runtime::clock::SharedClock;

use crate::oauth::Refusal;
use crate::settings::{RateSetting, Rates};

/// A rate of the configuration is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rates: per_second and burst are at least 1")]
pub(crate) struct NoRate;

/// The limits of the token endpoint.
#[derive(Debug)]
pub(crate) struct Throttle {
    address: Limit,
    program: Limit,
    all: Limit,
}

impl Throttle {
    /// Counts in `store`, or in this process.
    pub(crate) fn new(
        rates: Rates,
        store: Option<&SharedStore>,
        clock: &SharedClock,
    ) -> Result<Self, NoRate> {
        let limit = |name, setting| {
            Ok(Limit::new(
                name,
                rate(setting)?,
                store.cloned(),
                clock.clone(),
            ))
        };
        for limit in ["address", "all", "program"] {
            count(limit, 0);
        }
        Ok(Self {
            address: limit("identity-address", rates.address)?,
            program: limit("identity-program", rates.client)?,
            all: limit("identity-all", rates.all)?,
        })
    }

    /// One request from this address. The address first: whoever asks too often does not use up what is there for all.
    pub(crate) async fn anybody(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        let from = address.map_or_else(
            || "unknown".to_owned(),
            |address| network(address).to_string(),
        );
        allowed(self.address.check(&from).await, "address")?;
        allowed(self.all.check("all").await, "all")
    }

    /// One token for this program.
    pub(crate) async fn program(&self, client_id: &str) -> Result<(), Refusal> {
        allowed(self.program.check(client_id).await, "program")
    }
}

fn rate(setting: RateSetting) -> Result<Rate, NoRate> {
    let requests = NonZeroU32::new(setting.per_second).ok_or(NoRate)?;
    let burst = NonZeroU32::new(setting.burst).ok_or(NoRate)?;
    Ok(Rate::new(requests, Duration::from_secs(1), burst))
}

fn allowed(decision: Decision, limit: &'static str) -> Result<(), Refusal> {
    match decision {
        Decision::Allowed => Ok(()),
        Decision::Limited { retry_after } => {
            count(limit, 1);
            Err(Refusal::TooMany(retry_after.as_secs() + 1))
        }
    }
}

fn count(limit: &'static str, requests: u64) {
    metrics::counter!("lifeboat_identity_limited_total", "limit" => limit).increment(requests);
}

/// What one household or phone has of addresses: one of version 4, a /64 of version 6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_household_count_together() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.9"), of("203.0.113.9"));
        assert_ne!(of("203.0.113.8"), of("203.0.113.9"));
    }
}
