//! A restore over the link that is left: 10 Mbit/s, 200 ms there and back, one segment in fifty lost, and cut three times.

use std::fs;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::clouds;
use test_support::link::Link;
use test_support::proxy::{Line, Proxy};

use super::vaults::{Vault, is_the_same};

/// Bytes of the source, which nothing compresses.
const SOURCE: usize = 5 << 20;

fn noise(folder: &Path) {
    let mut random = fastrand::Rng::with_seed(5);
    let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..))
        .take(SOURCE)
        .collect();
    fs::create_dir(folder).unwrap();
    for (number, half) in bytes.chunks(SOURCE / 2).enumerate() {
        fs::write(folder.join(format!("{number}.bin")), half).unwrap();
    }
}

/// Leads every cloud of the vault, whose settings these were, through a proxy of its own, all over the same link if there is one.
async fn lead(vault: &Vault, settings: &str, link: Option<&Arc<Link>>) -> Vec<Proxy> {
    let mut settings = settings.to_owned();
    let mut proxies = Vec::new();
    for cloud in [clouds::s3(), clouds::azure(), clouds::google()] {
        let authority = cloud.endpoint.split('/').nth(2).unwrap();
        let proxy = match link {
            Some(link) => Proxy::over(link, authority).await,
            None => Proxy::start(authority).await,
        };
        assert!(settings.contains(authority));
        settings = settings.replace(authority, &proxy.address().to_string());
        proxies.push(proxy);
    }
    fs::write(vault.path("vault.toml"), settings).unwrap();
    proxies
}

/// Bytes that came to the restore, with the heads of answers.
fn answered(proxies: &[Proxy]) -> u64 {
    proxies.iter().map(Proxy::answered).sum()
}

/// For each quarter of the bytes to pass.
const PATIENCE: Duration = Duration::from_mins(5);

/// Cuts the link three times, each time for a second, as soon as these parts of the bytes have passed.
async fn cut_three_times(proxies: &[Proxy], expected: u64) {
    for part in [1, 2, 3] {
        let deadline = Instant::now() + PATIENCE;
        while answered(proxies) < expected * part / 4 {
            assert!(Instant::now() < deadline, "the bytes do not come");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for line in [Line::Refuse, Line::Pass] {
            for proxy in proxies {
                proxy.set(line);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Does the work, and tells for how long at most this process, which wants to every 20 ms, was not let run meanwhile.
async fn watched<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let mut work = pin!(work);
    let mut longest = Duration::ZERO;
    loop {
        let since = Instant::now();
        tokio::select! {
            done = &mut work => return (done, longest.max(since.elapsed())),
            () = tokio::time::sleep(Duration::from_millis(20)) => {
                longest = longest.max(since.elapsed());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_over_a_thin_lossy_link_that_is_cut_three_times_sends_little_again() {
    let mut vault = Vault::of_three_providers();
    let source = tempfile::tempdir().unwrap();
    let noisy = source.path().join("noisy");
    noise(&noisy);
    vault.back_up(&noisy);

    let settings = fs::read_to_string(vault.path("vault.toml")).unwrap();
    // The lesser of two: a machine that stands still makes a cloud look slow, and another one is asked, which costs a piece more.
    let (mut enough, mut planned) = (u64::MAX, 0);
    for time in 1..=2 {
        let direct = lead(&vault, &settings, None).await;
        (vault, planned) = restored(vault, &format!("direct {time}"), &noisy).await;
        enough = enough.min(answered(&direct));
    }

    for time in 1..=3 {
        let link = Arc::new(Link::new(10_000_000, Duration::from_millis(200), 0.02));
        let proxies = lead(&vault, &settings, Some(&link)).await;
        let begun = Instant::now();
        let to = format!("over the link {time}");
        let restoring = restored(vault, &to, &noisy);
        let both = async { tokio::join!(restoring, cut_three_times(&proxies, planned)) };
        let (((back, _), ()), stood_still) = watched(both).await;
        vault = back;
        let came = answered(&proxies);
        println!(
            "{} s; planned {planned}, enough {enough}, came {came}, set out {}, stood still {stood_still:?}",
            begun.elapsed().as_secs(),
            link.entered()
        );
        if came * 100 < enough * 102 {
            return;
        }
        // Only a machine that stood still excuses more: then once more.
        assert!(stood_still > Duration::from_secs(1), "{came} of {enough}");
    }
    panic!("the machine stood still each time");
}

/// Restores and compares; gives the bytes that were planned.
async fn restored(vault: Vault, to: &str, source: &Path) -> (Vault, u64) {
    let to = vault.path(to);
    let restoring = tokio::task::spawn_blocking(move || {
        let done = vault.restore_with(&[1, 2, 3], &["--json", "--to", &to]);
        (vault, done, to)
    });
    let (vault, done, to) = restoring.await.unwrap();
    assert!(done.status.success(), "{done:?}");
    assert!(is_the_same(source, &format!("{to}/noisy")));
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    (vault, said["planned"]["fetched"].as_u64().unwrap())
}
