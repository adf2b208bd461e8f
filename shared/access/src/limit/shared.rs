use std::time::Duration;

use redis::{Value, cmd};

use super::{Decision, Rate};
use crate::secret;
use crate::store::{SharedStore, StoreDown};

const SCRIPT: &str = include_str!("gcra.lua");

/// Counts in the store that copies share, in one atomic step. The script goes along each time: the store compiles it
/// once, and none of its restarts needs a second way.
pub(super) async fn check(
    store: &SharedStore,
    name: &str,
    rate: Rate,
    key: &str,
) -> Result<Decision, StoreDown> {
    let mut command = cmd("EVAL");
    command
        .arg(SCRIPT)
        .arg(1)
        .arg(format!(
            "lifeboat:rate:{name}:{}",
            secret::sha256_text(key.as_bytes())
        ))
        .arg(u64::try_from(rate.interval.as_micros()).unwrap_or(u64::MAX))
        .arg(rate.burst.get());
    match store.run(&command).await? {
        Value::Int(0) => Ok(Decision::Allowed),
        Value::Int(wait) => Ok(Decision::Limited {
            retry_after: Duration::from_micros(u64::try_from(wait).map_err(|_| StoreDown)?),
        }),
        _ => Err(StoreDown),
    }
}
