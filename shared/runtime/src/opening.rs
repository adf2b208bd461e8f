//! What a service needs and may have to wait for, such as its database: in production nobody says in which order things start.

use std::error::Error;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::backoff::Backoff;
use crate::lifecycle::Drain;

/// How long a start waits for the first try.
const FIRST: Duration = Duration::from_secs(3);

/// Opens `what`, however often it takes; none when draining begins before. Tells `tried` what came of the first try: none where
/// it succeeded.
pub async fn until_opened<T, E, F>(
    what: &str,
    drain: &Drain,
    tried: oneshot::Sender<Option<E>>,
    open: impl Fn() -> F,
) -> Option<T>
where
    E: Error,
    F: Future<Output = Result<T, E>>,
{
    let mut tried = Some(tried);
    let mut backoff = Backoff::default();
    loop {
        let failure = match open().await {
            Ok(opened) => {
                tracing::info!(what, "open");
                // Nobody listens where the start did not wait so long.
                tried.map(|tried| tried.send(None));
                return Some(opened);
            }
            Err(failure) => failure,
        };
        let cause = failure.source().map(ToString::to_string);
        tracing::error!(what, error = %failure, cause, "cannot be opened yet");
        tried.take().map(|tried| tried.send(Some(failure)));
        tokio::select! {
            () = backoff.wait() => (),
            () = drain.begun() => return None,
        }
    }
}

/// Waits a while for the first try, so that what is there is open when the start is done. The try itself is never cut off: it may
/// be in the middle of a migration. Returns why it failed, if it has.
pub async fn first_try<E>(tried: oneshot::Receiver<Option<E>>) -> Option<E> {
    timeout(FIRST, tried).await.ok()?.ok()?
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::oneshot;

    use super::{first_try, until_opened};
    use crate::lifecycle::Drain;

    #[tokio::test(start_paused = true)]
    async fn what_comes_later_is_opened_when_it_comes_and_the_first_failure_is_told() {
        let count = AtomicU32::new(0);
        let open = async || match count.fetch_add(1, Ordering::Relaxed) {
            4 => Ok("there"),
            _ => Err(std::fmt::Error),
        };
        let (tried, first) = oneshot::channel();
        let drain = Drain::default();
        let (opened, first) = tokio::join!(
            until_opened("a database", &drain, tried, open),
            first_try(first)
        );
        assert_eq!((opened, first), (Some("there"), Some(std::fmt::Error)));
        assert_eq!(count.into_inner(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_does_not_go_on_trying() {
        let (tried, _first) = oneshot::channel();
        let drain = Drain::default();
        let opening = until_opened("a database", &drain, tried, async || {
            Err::<(), _>(std::fmt::Error)
        });
        let leaving = async {
            tokio::time::sleep(std::time::Duration::from_mins(1)).await;
            drain.begin();
        };
        assert_eq!(tokio::join!(opening, leaving).0, None);
    }
}
