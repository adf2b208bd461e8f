use std::sync::LazyLock;
use std::time::Duration;

use redis::{Script, Value};

use super::{Decision, Rate};
use crate::secret;
use crate::store::{self, SharedStore, StoreDown};

static COUNT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("gcra.lua")));

static COUNT_FIRST_USE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(concat!(
        include_str!("first_use.lua"),
        include_str!("gcra.lua")
    ))
});

/// Counts in the store that copies share, in one atomic step.
pub(super) async fn check(
    store: &SharedStore,
    name: &str,
    rate: Rate,
    key: &str,
) -> Result<Decision, StoreDown> {
    let keys = [place(name, key)];
    let arguments = [interval(rate), rate.burst.get().into()];
    match store.evaluate(&COUNT, &keys, &arguments).await? {
        Value::Int(wait) => decision(wait),
        _ => Err(StoreDown),
    }
}

/// The same where `used` is used for the first time within `ttl`; otherwise counts nothing and answers `None`.
pub(super) async fn check_first_use(
    store: &SharedStore,
    name: &str,
    rate: Rate,
    key: &str,
    (used, ttl): (&str, Duration),
) -> Result<Option<Decision>, StoreDown> {
    let keys = [place(name, key), store::place_of_used(used)];
    let arguments = [
        interval(rate),
        rate.burst.get().into(),
        store::milliseconds(ttl),
    ];
    match store.evaluate(&COUNT_FIRST_USE, &keys, &arguments).await? {
        Value::Int(-1) => Ok(None),
        Value::Int(wait) => decision(wait).map(Some),
        _ => Err(StoreDown),
    }
}

fn place(name: &str, key: &str) -> String {
    format!(
        "lifeboat:rate:{name}:{}",
        secret::sha256_text(key.as_bytes())
    )
}

fn interval(rate: Rate) -> u64 {
    u64::try_from(rate.interval.as_micros()).unwrap_or(u64::MAX)
}

/// 0, or the microseconds until a request will be within the limit.
fn decision(wait: i64) -> Result<Decision, StoreDown> {
    match u64::try_from(wait) {
        Ok(0) => Ok(Decision::Allowed),
        Ok(wait) => Ok(Decision::Limited {
            retry_after: Duration::from_micros(wait),
        }),
        Err(_) => Err(StoreDown),
    }
}
